use std::fs::{DirBuilder, File};
use std::io::{self, Seek as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use axum::body::Body;
use axum::http::StatusCode;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;
use waggle_task_queue::{CheckedSnapshot, Error, SnapshotCheck};

use super::Desk;
use crate::extract::{discard_body, next_of_body};
use crate::problem::{Code, Problem};

/// Of files that nobody else may read.
const PRIVATE: u32 = 0o700;

impl Desk {
    /// Keeps a body in a file without a name, and looks at all of it on the way.
    ///
    /// # Errors
    /// 422 for the first line that is broken; 413 beyond the limit; 408 when the sender is silent for too long; 400 when
    /// the body breaks off; 503 when the disk takes no more.
    pub(crate) async fn spool(&self, mut body: Body) -> Result<(CheckedSnapshot, File), Problem> {
        match self.keep(&mut body).await {
            Ok(kept) => Ok(kept),
            Err(problem) => {
                discard_body(&mut body).await;
                Err(problem.closing())
            }
        }
    }

    async fn keep(&self, body: &mut Body) -> Result<(CheckedSnapshot, File), Problem> {
        let file = private_directory(&self.directory).and_then(|()| tempfile::tempfile_in(&self.directory));
        let mut file = tokio::fs::File::from_std(file.map_err(|error| full(&error))?);
        let (mut check, mut bytes) = (SnapshotCheck::default(), 0);
        let late = |_| Problem::of_status(StatusCode::REQUEST_TIMEOUT);
        while let Some(more) = timeout(self.patience, next_of_body(body)).await.map_err(late)?? {
            bytes += more.len() as u64;
            if bytes > self.limit_bytes {
                let limit = self.limit_bytes;
                return Err(Problem::new(
                    Code::TooLarge,
                    format!("the snapshot is larger than {limit} bytes"),
                ));
            }
            check.feed(&more).map_err(Error::from)?;
            file.write_all(&more).await.map_err(|error| full(&error))?;
        }
        let checked = check.finish().map_err(Error::from)?;
        file.flush().await.map_err(|error| full(&error))?;
        let mut file = file.into_std().await;
        file.rewind().map_err(|error| full(&error))?;
        Ok((checked, file))
    }
}

/// Makes a directory that only its owner may look into, where there is none.
pub(super) fn private_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(PRIVATE).create(path)
}

fn full(error: &io::Error) -> Problem {
    tracing::warn!(%error, "a snapshot cannot be kept while it is checked");
    let detail = "the service cannot keep the snapshot while it is checked: an operator has to look at `snapshots.directory`";
    Problem::new(Code::BackendDiskError, detail).not_applied().after(std::time::Duration::from_secs(30))
}
