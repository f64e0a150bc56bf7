//! What a task asked a person, and what it was answered, as it is stored.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use waggle_core::{Codec, Error};

use super::spec::broken;
use crate::{
    limits::{PROMPT_BYTES, SCHEMA_BYTES},
    model::{Json, Status, TaskInput, check_schema},
};

/// The frame under `ir:<id>`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    pub(crate) prompt: String,
    #[serde(default)]
    pub(crate) schema: Option<Json>,
    #[serde(default)]
    pub(crate) value: Option<Json>,
}

impl Asked {
    /// # Errors
    /// When the frame is not one of ours.
    pub(crate) fn read(frame: Bytes, codec: &Codec) -> Result<Self, Error> {
        serde_json::from_slice(&codec.decode(frame)?).map_err(|_| broken("question"))
    }

    /// # Errors
    /// Never as long as it is JSON.
    pub(crate) fn encode(&self, codec: &Codec) -> Result<Vec<u8>, Error> {
        Ok(codec.encode(&serde_json::to_vec(self).map_err(|_| broken("question"))?))
    }

    /// Whether somebody may have asked this.
    pub(crate) fn is_usable(&self) -> bool {
        (1..=PROMPT_BYTES).contains(&self.prompt.len())
            && self.schema.as_ref().is_none_or(|schema| {
                schema.as_bytes().len() <= SCHEMA_BYTES && check_schema(schema.as_str()).is_ok()
            })
    }

    /// As it is shown of a task in this state.
    pub(crate) fn shown(self, status: Status) -> TaskInput {
        let waits = status == Status::InputRequired;
        TaskInput { prompt: self.prompt, schema: waits.then_some(self.schema), value: self.value }
    }
}
