use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use waggle_task_queue::BatchItem;
use waggle_task_queue::model::{Invalid, NewTask, SwarmName, TaskId};

use crate::app::App;
use crate::extract::{IdempotencyKey, RawJson, Swarm, Traceparent, parse, parse_borrowed};
use crate::problem::{BodyProblems, CallProblems, Code, Problem, ProblemBody, SwarmProblems};
use crate::reply::Reply;

/// Tasks to be submitted, each still as its text: one that is wrong must not spoil the others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch<'a> {
    #[serde(borrow)]
    tasks: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnedBatch {
    #[expect(dead_code, reason = "only its shape is of interest, to say where a batch departs from it")]
    tasks: Vec<Box<RawValue>>,
}

/// Tasks to be submitted together.
#[derive(utoipa::ToSchema)]
#[schema(as = Batch)]
pub(crate) struct BatchDocument {
    /// At most 1,000 tasks.
    #[expect(dead_code, reason = "documents what `Batch` borrows")]
    #[schema(max_items = 1000)]
    tasks: Vec<NewTask>,
}

/// What became of each task of a batch, in its order.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct BatchAnswer<'a> {
    /// One answer for each task.
    results: Vec<BatchResult<'a>>,
}

/// What became of one task of a batch.
#[derive(Serialize, utoipa::ToSchema)]
struct BatchResult<'a> {
    /// Its place in the batch, from 0.
    index: usize,
    /// What a submit of this task alone would have been answered with: 201, 200 or the status of its problem.
    status: u16,
    /// The task's id, unless it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<TaskId>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProblemBody<'static>>)]
    problem: Option<&'a ProblemBody<'a>>,
}

/// Submit many tasks
///
/// At most 1,000 tasks in one round trip. Each is answered by itself, and one that is refused does
/// not spoil the others.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/tasks/batch",
    operation_id = "task_submit_batch",
    tag = "tasks",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 256 bytes; the same key and body within 24 hours get the first answer again"),
        ("traceparent" = Option<String>, Header, description = "W3C trace context, handed to the claimers"),
    ),
    request_body(content = BatchDocument, content_type = "application/json"),
    responses(
        (status = 200, description = "What became of each task, in the order of the batch.", body = BatchAnswer<'static>, headers(
            ("Idempotency-Replayed" = Option<String>, description = "`true` when this is the answer to an earlier request"),
        )),
        SwarmProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn submit_batch(
    app: State<App>,
    swarm: Swarm,
    key: IdempotencyKey,
    trace: Traceparent,
    body: RawJson,
) -> Result<Reply, Problem> {
    let tasks = tasks(body.text()?, trace.0.as_deref(), app.body_limits().batch)?;
    let idempotency = key.with_body(body.as_bytes());
    drop(body);
    let submitted = app.queue().submit_batch(&swarm.0, tasks, idempotency).await?;
    Ok(answer(submitted.items)?.replayed(submitted.replayed))
}

/// The tasks of a batch, or what is wrong with each that is not one.
///
/// # Errors
/// 400 and 422 where it is no batch, 413 beyond `limit` tasks.
pub(crate) fn tasks(
    text: &str,
    trace: Option<&str>,
    limit: usize,
) -> Result<Vec<Result<NewTask, Invalid>>, Problem> {
    let batch: Batch<'_> = parse_borrowed::<_, OwnedBatch>(text)?;
    if batch.tasks.len() > limit {
        let detail = format!("a batch has at most {limit} tasks, this one has {}", batch.tasks.len());
        return Err(Problem::new(Code::TooLarge, detail));
    }
    let numbered = batch.tasks.iter().enumerate();
    Ok(numbered
        .map(|(index, text)| task(text.get(), trace).map_err(|e| e.under(&format!("/tasks/{index}"))))
        .collect())
}

fn task(text: &str, trace: Option<&str>) -> Result<NewTask, Invalid> {
    let mut task: NewTask = parse(text).map_err(Problem::into_invalid)?;
    task.traceparent = trace.map(str::to_owned);
    task.check()?;
    Ok(task)
}

fn answer(items: Vec<BatchItem>) -> Result<Reply, Problem> {
    let items: Vec<_> = items.into_iter().map(|item| item.map_err(Problem::from)).collect();
    let problems: Vec<_> = items.iter().map(|item| item.as_ref().err().map(Problem::body)).collect();
    let results = items.iter().zip(&problems).enumerate().map(|(index, (item, problem))| BatchResult {
        index,
        status: item.as_ref().map_or_else(Problem::status, |accepted| status(accepted.created)).as_u16(),
        id: item.as_ref().ok().map(|accepted| accepted.id),
        problem: problem.as_ref(),
    });
    Reply::json(StatusCode::OK, &BatchAnswer { results: results.collect() })
}

const fn status(created: bool) -> StatusCode {
    if created { StatusCode::CREATED } else { StatusCode::OK }
}

#[cfg(test)]
mod tests {
    use waggle_task_queue::limits::BATCH_TASKS;

    use super::*;

    #[test]
    fn a_wrong_task_does_not_spoil_the_others_and_is_found_by_its_pointer() {
        let text = r#"{"tasks":[{"payload":1},{"priority":"high"},7,{"priority":10},{"payload":2}]}"#;
        let tasks = tasks(text, None, BATCH_TASKS).unwrap();
        let pointers: Vec<_> =
            tasks.iter().map(|task| task.as_ref().err().map(|e| e.errors[0].pointer.as_str())).collect();
        assert_eq!(
            pointers,
            [None, Some("/tasks/1/priority"), Some("/tasks/2"), Some("/tasks/3/priority"), None]
        );
    }

    #[test]
    fn a_batch_that_is_too_long_is_refused_before_its_tasks_are_read() {
        let text = format!("{{\"tasks\":[{}0]}}", "0,".repeat(BATCH_TASKS));
        let problem = tasks(&text, None, BATCH_TASKS).unwrap_err();
        assert_eq!((problem.status(), problem.code()), (StatusCode::PAYLOAD_TOO_LARGE, "too_large"));
    }

    #[test]
    fn what_is_no_batch_is_refused_as_a_whole() {
        for (text, pointer) in
            [("{}", "/tasks"), (r#"{"tasks":[],"x":1}"#, "/x"), (r#"{"tasks":1}"#, "/tasks")]
        {
            let problem = tasks(text, None, BATCH_TASKS).unwrap_err();
            assert_eq!(
                serde_json::to_value(problem.body()).unwrap()["errors"][0]["pointer"],
                pointer,
                "{text}"
            );
        }
    }
}
