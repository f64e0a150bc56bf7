//! What a holder streams while it works.

use serde::{Deserialize, Serialize};

use super::{Invalid, Json, Stamp, heartbeat::check_token, invalid::Check};
use crate::limits::{OUTPUT_CHUNK_BYTES, PAGE_DEFAULT, PAGE_MAX};

/// A piece of the output of a running task.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppendOutput {
    /// The lease token.
    pub lease: String,
    /// The piece: any JSON of at most 64 KiB.
    pub chunk: Json,
}

impl AppendOutput {
    /// Checks what the types alone cannot.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut check = Check::default();
        check_token(&mut check, &self.lease);
        check.that(self.chunk.as_bytes().len() <= OUTPUT_CHUNK_BYTES, "/chunk", || {
            format!("at most {OUTPUT_CHUNK_BYTES} bytes")
        });
        check.done()
    }
}

/// The answer to a piece of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Appended {
    /// The number of the chunk.
    pub seq: u64,
}

/// A piece of output.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Chunk {
    /// Its number, from 1; rises by one over all attempts. A gap says that older chunks were dropped before they were
    /// read.
    pub seq: u64,
    /// What was streamed.
    pub chunk: Json,
    /// When it came.
    pub at: Stamp,
    /// The number of the attempt that streamed it.
    pub attempt: u32,
}

/// Which chunks of a task's output are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputQuery {
    /// Only those with a higher number.
    pub after: u64,
    /// So many at most; 50 when absent.
    pub limit: Option<usize>,
}

impl OutputQuery {
    /// Checks what the types alone cannot.
    ///
    /// # Errors
    /// Every parameter that cannot be accepted.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut check = Check::default();
        check.that((1..=PAGE_MAX).contains(&self.limit()), "/limit", || format!("1 to {PAGE_MAX}"));
        check.done()
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(PAGE_DEFAULT)
    }
}

/// Output of a task.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Output {
    /// The eldest first; none when nothing came within the wait.
    pub chunks: Vec<Chunk>,
    /// `after` of the next read: the number of the last chunk here.
    pub next: u64,
    /// Whether the task has finished and nothing is behind these chunks.
    pub done: bool,
}
