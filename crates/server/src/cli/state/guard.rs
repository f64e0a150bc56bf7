//! On which conditions a key is changed.

use crate::cli::client::Call;

/// The conditions as flags.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct GuardArgs {
    /// Only when the key has this version; 0: only when there is no such key
    #[arg(long, value_name = "VERSION")]
    if_version: Option<u64>,

    /// Only while this task is held under this token, which also says who writes:
    /// "$WAGGLE_TASK_ID $WAGGLE_LEASE" under `waggle agent run`
    #[arg(long, value_name = "ID TOKEN")]
    lease: Option<String>,
}

impl GuardArgs {
    /// `call` on these conditions.
    pub(super) fn guard(&self, call: Call) -> Call {
        let (matches, absent) = match self.if_version {
            Some(0) => (None, Some("*")),
            Some(version) => (Some(format!("\"{version}\"")), None),
            None => (None, None),
        };
        call.header("if-match", matches)
            .header("if-none-match", absent)
            .header("x-lease", self.lease.as_deref())
    }

    /// As [`guard`](Self::guard), for a change of which a second application finds another version than it asks for.
    pub(super) fn guard_once(&self, call: Call) -> Call {
        let call = self.guard(call);
        if self.if_version.is_some() { call.once() } else { call }
    }
}
