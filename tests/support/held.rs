//! A task in an agent's hands.

use serde_json::Value;

/// A claimed task.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// Its id.
    pub id: String,
    /// Its lease token.
    pub token: String,
    /// The number of this attempt.
    pub attempt: u64,
    /// All of it, as the claim answered.
    pub task: Value,
}

impl Held {
    /// The tasks of the answer to a claim or a settlement.
    #[track_caller]
    pub fn all(answer: &Value) -> Vec<Self> {
        answer["tasks"].as_array().expect("tasks").iter().map(Self::new).collect()
    }

    /// The number that rises with each attempt of a task.
    #[track_caller]
    pub fn fence(&self) -> u64 {
        self.token.split('-').next().unwrap_or_default().parse().expect("a token begins with its fence")
    }

    fn new(task: &Value) -> Self {
        let text = |value: &Value| value.as_str().expect("a claimed task has an id and a lease").to_owned();
        Self {
            id: text(&task["id"]),
            token: text(&task["lease"]["token"]),
            attempt: task["attempt"].as_u64().expect("an attempt"),
            task: task.clone(),
        }
    }
}
