//! What only the server itself can do: exercise its pool and cut its own connections to Redis.

use std::time::Duration;

use serde_json::json;
use uuid::Uuid;
use waggle_task_queue::TaskQueue;

use super::client::{Client, Request};
use super::outcome::{RunStatus, TestOutcome, Validation};
use super::{Broken, Test};

/// Between two looks at a validation that the server makes.
const LOOK: Duration = Duration::from_millis(100);
/// How long the server may take for one test, others' validations before it included.
const LONGEST: Duration = Duration::from_mins(4);

/// Who makes the tests that need the server's inside.
#[derive(Clone)]
pub enum Inside {
    /// This process is the server.
    Here(TaskQueue),
    /// The server is asked to.
    Asked,
}

/// What the server answers when it is asked for a validation.
#[derive(serde::Deserialize)]
struct Started {
    id: Uuid,
}

/// Has the server make one test, and waits for it.
///
/// # Errors
/// When it refuses, cannot be reached or does not come to an end.
pub(super) async fn ask(client: &Client, test: Test, quick: bool) -> Result<TestOutcome, Broken> {
    let ended = tokio::time::timeout(LONGEST, until_made(client, test, quick)).await;
    ended.unwrap_or_else(|_| Err(Broken::new(format!("the server did not finish {test} in {LONGEST:?}"))))
}

async fn until_made(client: &Client, test: Test, quick: bool) -> Result<TestOutcome, Broken> {
    let start = Request::post("/perf/validate", &json!({ "quick": quick, "tests": [test] }))?.keyed();
    let started: Started = loop {
        let answer = client.ask(&start).await?;
        if answer.status != 409 {
            break client.json(&start).await?;
        }
        // Another validation is under way there.
        tokio::time::sleep(LOOK).await;
    };
    let look = Request::get(format!("/perf/validate/{}", started.id));
    loop {
        let validation: Validation = client.json(&look).await?;
        if validation.status == RunStatus::Finished {
            let made = validation.tests.into_iter().find(|made| made.name == test);
            return made.ok_or_else(|| Broken::new(format!("the server says nothing of {test}")));
        }
        tokio::time::sleep(LOOK).await;
    }
}
