//! Tasks and the agents that work on them.

pub(crate) mod act;
pub(crate) mod append_output;
pub(crate) mod assign;
pub(crate) mod attempts;
pub(crate) mod cancel;
pub(crate) mod claim;
pub(crate) mod complete;
pub(crate) mod count;
pub(crate) mod events;
pub(crate) mod fail;
pub(crate) mod get;
pub(crate) mod heartbeat;
pub(crate) mod input;
pub(crate) mod input_request;
pub(crate) mod list;
pub(crate) mod output;
pub(crate) mod release;
pub(crate) mod retry;
pub(crate) mod settle;
pub(crate) mod submit;
pub(crate) mod submit_batch;
