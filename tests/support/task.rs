//! Builds the body of a submit.

use serde_json::{Map, Value};

/// A task to be submitted; what is not set is left out.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Task(Map<String, Value>);

/// A task without any field.
pub fn task() -> Task {
    Task::default()
}

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        impl Task {
            $($(#[$doc])* pub fn $name(self, value: impl Into<Value>) -> Self {
                self.with(stringify!($name), value)
            })+
        }
    };
}

fields!(
    /// What the agent needs to know.
    payload,
    /// Where it waits.
    queue,
    /// 0 to 9.
    priority,
    /// Milliseconds until it may be claimed.
    delay_ms,
    /// Capabilities its claimer must have.
    requires,
    /// The only agent that may claim it.
    agent,
    /// How often it may be tried.
    max_attempts,
    /// The wait before each retry.
    backoff,
    /// Milliseconds its holder may be silent.
    lease_ms,
    /// Milliseconds it stays readable after its end.
    retention_ms,
    /// One unfinished task for each key.
    dedup_key,
    /// Tasks that have to finish first.
    depends_on,
    /// What becomes of it when one of those fails.
    on_dependency_failure,
    /// The task it belongs to.
    parent,
);

impl Task {
    /// Any field.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }
}

impl From<Task> for Value {
    fn from(task: Task) -> Self {
        Self::Object(task.0)
    }
}
