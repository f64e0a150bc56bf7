use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::checks::Checks;
use crate::perf::validate::Broken;
use crate::perf::validate::client::Request;
use crate::perf::validate::ground::Ground;

/// One more than a batch may have.
const TOO_MANY: usize = waggle_task_queue::limits::BATCH_TASKS + 1;

/// Requests that are wrong, each in another way, get the answer that says so.
pub(super) async fn check(ground: &Ground, checks: &mut Checks) -> Result<(), Broken> {
    for (what, method, path, body, status) in wrong() {
        let answer = ground.client.ask(&Request::raw(method, ground.path(&path), body)).await?;
        checks.that(answer.status == status, || {
            format!("{what}: answered with {}, not {status}", answer.status)
        });
    }
    same_key(ground, checks).await
}

fn wrong() -> Vec<(&'static str, Method, String, String, u16)> {
    let nobody = Uuid::now_v7();
    let too_many = format!(r#"{{"tasks":[{}{{}}]}}"#, "{},".repeat(TOO_MANY - 1));
    let text = str::to_owned;
    vec![
        ("a body that is not JSON", Method::POST, text("/tasks"), text("{\"payload\":"), 400),
        ("an unknown field", Method::POST, text("/tasks"), text(r#"{"payload":1,"paylaod":2}"#), 422),
        ("a priority of 10", Method::POST, text("/tasks"), text(r#"{"priority":10}"#), 422),
        ("a batch that is too long", Method::POST, text("/tasks/batch"), too_many, 413),
        (
            "a wait that is too long",
            Method::POST,
            text("/claims"),
            text(r#"{"agent":"a","wait_ms":60001}"#),
            422,
        ),
        ("a claim of nobody", Method::POST, text("/claims"), text("{}"), 422),
        ("another method", Method::PUT, text("/tasks"), text("{}"), 405),
        ("no such address", Method::POST, text("/no-such-address"), text("{}"), 404),
        (
            "the completion of an unknown task",
            Method::POST,
            format!("/tasks/{nobody}/complete"),
            text(r#"{"lease":"x","result":1}"#),
            404,
        ),
    ]
}

/// A request that comes twice is done once, and a key is bound to its body.
async fn same_key(ground: &Ground, checks: &mut Checks) -> Result<(), Broken> {
    let submit = ground.submission(&json!({ "queue": "twice", "payload": 1 }))?;
    let first = ground.client.done(&submit).await?;
    let again = ground.client.done(&submit).await?;
    checks.that(first.body == again.body, || "a submit that came twice was done twice".to_owned());
    let other = ground.client.ask(&submit.with_body(r#"{"queue":"twice","payload":2}"#)).await?;
    checks.that(other.status == 422, || {
        format!("a key with another body: answered with {}, not 422", other.status)
    });
    Ok(())
}
