//! The last line of a snapshot: how many lines of each kind came before it, and their digest.

use serde::{Deserialize, Serialize};

use super::format::Record;

/// Lines of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Agents that are no more, and are remembered by name.
    pub former: u64,
    /// Agents.
    pub agents: u64,
    /// Messages, each once.
    pub messages: u64,
    /// Messages in inboxes.
    pub inbox: u64,
    /// State keys that were deleted.
    pub deleted: u64,
    /// State keys.
    pub state: u64,
    /// Queues of which something is said; left out where there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub queues: u64,
    /// Schedules; left out where there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub schedules: u64,
    /// Tasks.
    pub tasks: u64,
}

/// The last line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    #[serde(deserialize_with = "crate::model::object")]
    pub(super) counts: Counts,
    /// SHA-256 of all lines before this one, in hexadecimal.
    pub(super) digest: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Counts {
    pub(super) fn note(&mut self, record: &Record) {
        let count = match record {
            Record::Former(_) => &mut self.former,
            Record::Agent(_) => &mut self.agents,
            Record::Message(_) => &mut self.messages,
            Record::Inbox(_) => &mut self.inbox,
            Record::Deleted(_) => &mut self.deleted,
            Record::State(_) => &mut self.state,
            Record::Queue(_) => &mut self.queues,
            Record::Schedule(_) => &mut self.schedules,
            Record::Task(_) => &mut self.tasks,
            Record::StateVersion(_) | Record::End(_) => return,
        };
        *count += 1;
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
