//! What has to hold for a transaction to be applied.

use serde::{Deserialize, Serialize};

use crate::model::{Invalid, StateKey, Status, TaskId, heartbeat::check_token, invalid::Check};

/// A condition: `{"state","version"}`, `{"task","status"}` or `{"task","lease"}`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Condition {
    /// A key of the state, which must have `version`.
    pub state: Option<StateKey>,
    /// The version of the key's last change; 0: the key must not exist.
    pub version: Option<u64>,
    /// A task, which must stand as `status` says or be held under `lease`.
    pub task: Option<TaskId>,
    /// Where the task must stand.
    pub status: Option<Status>,
    /// The lease token under which the task must be held.
    pub lease: Option<String>,
}

impl Condition {
    /// Checks that it is one of the three kinds.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut check = Check::default();
        let of_state = self.state.is_some() && self.version.is_some();
        let of_task = self.task.is_some() && (self.status.is_some() != self.lease.is_some());
        let other =
            if of_state { self.names_a_task() } else { self.state.is_some() || self.version.is_some() };
        check.that((of_state || of_task) && !other, "", || {
            "one of {state, version}, {task, status} and {task, lease}".to_owned()
        });
        if let Some(lease) = &self.lease {
            check_token(&mut check, lease);
        }
        check.done()
    }

    const fn names_a_task(&self) -> bool {
        self.task.is_some() || self.status.is_some() || self.lease.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_of_one_kind() {
        let id = TaskId::new();
        let check = |text: String| serde_json::from_str::<Condition>(&text).unwrap().check();
        for good in [
            r#"{"state":"k","version":0}"#.to_owned(),
            format!(r#"{{"task":"{id}","status":"running"}}"#),
            format!(r#"{{"task":"{id}","lease":"t"}}"#),
        ] {
            assert!(check(good.clone()).is_ok(), "{good}");
        }
        for bad in [
            "{}".to_owned(),
            r#"{"state":"k"}"#.to_owned(),
            r#"{"version":1}"#.to_owned(),
            format!(r#"{{"task":"{id}"}}"#),
            format!(r#"{{"task":"{id}","lease":"t","status":"ready"}}"#),
            format!(r#"{{"task":"{id}","status":"ready","version":1}}"#),
            format!(r#"{{"state":"k","version":1,"task":"{id}"}}"#),
            format!(r#"{{"task":"{id}","lease":""}}"#),
        ] {
            assert!(check(bad.clone()).is_err(), "{bad}");
        }
    }
}
