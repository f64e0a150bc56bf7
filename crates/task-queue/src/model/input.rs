//! Asking a person, and the answer.

use serde::{Deserialize, Serialize};

use super::{Invalid, Json, Status, TaskId, Usage, heartbeat::check_token, invalid::Check};
use crate::limits::{PROMPT_BYTES, SCHEMA_BYTES};

/// Asks a person; the attempt does not count.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InputRequest {
    /// The lease token.
    pub lease: String,
    /// The question, 1 byte to 16 KiB.
    pub prompt: String,
    /// A JSON Schema of at most 16 KiB that the answer has to meet; anything is an answer when null. It may refer to parts
    /// of itself, and to nothing else.
    #[serde(default)]
    pub schema: Option<Json>,
    /// What was used up since the last report.
    #[serde(default, deserialize_with = "super::object::optional_object")]
    pub usage: Option<Usage>,
}

/// The answer to an input request.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct InputRequested {
    /// The task.
    pub id: TaskId,
    /// `input_required`; `cancelled` when that had been asked for.
    pub status: Status,
    /// Present and true when this very call had been applied before.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub replayed: bool,
}

/// Answers a task that asks a person.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The answer: any JSON that meets the schema of the question.
    pub value: Json,
}

/// The answer to an input.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct InputGiven {
    /// The task.
    pub id: TaskId,
    /// Always `ready`.
    pub status: Status,
}

/// What a task asked last, and what it was answered.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TaskInput {
    /// The question.
    pub prompt: String,
    /// What the answer has to meet; left out once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub schema: Option<Option<Json>>,
    /// The answer; null before.
    #[serde(default)]
    pub value: Option<Json>,
}

impl InputRequest {
    /// Checks what the types alone cannot, but for what the schema says.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut check = Check::default();
        check_token(&mut check, &self.lease);
        check.that((1..=PROMPT_BYTES).contains(&self.prompt.len()), "/prompt", || {
            format!("1 to {PROMPT_BYTES} bytes")
        });
        if let Some(schema) = self.schema.as_ref().filter(|schema| !schema.is_null()) {
            check.that(schema.is_object(), "/schema", || "a JSON object".to_owned());
            check.that(schema.as_bytes().len() <= SCHEMA_BYTES, "/schema", || {
                format!("at most {SCHEMA_BYTES} bytes")
            });
        }
        if let Some(usage) = &self.usage {
            usage.check(&mut check, "");
        }
        check.done()
    }
}
