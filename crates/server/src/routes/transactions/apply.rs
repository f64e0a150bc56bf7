use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use waggle_task_queue::model::{
    Applied, Condition, MessageSend, Operation, Scope, StateDelete, StateIncrement, StatePut, SwarmName,
    TaskComplete, TaskFail, TaskRelease, TaskSubmit, Transaction,
};

use super::read::read;
use crate::app::App;
use crate::auth::Caller;
use crate::extract::{IdempotencyKey, LeaseHeader, RawJson, Swarm, Traceparent};
use crate::problem::{BodyProblems, CallProblems, Problem, TransactionProblems};
use crate::reply::Reply;
use crate::trace::Runs;

/// Operations that are applied together, or not at all.
#[derive(utoipa::ToSchema)]
#[schema(as = Transaction)]
pub(crate) struct TransactionDocument {
    /// What has to hold, at most 100 conditions.
    #[expect(dead_code, reason = "documents what `read` takes apart")]
    #[schema(rename = "if", max_items = 100, required = false)]
    conditions: Vec<Condition>,
    /// What is done, in this order, at most 100 operations.
    #[expect(dead_code, reason = "documents what `read` takes apart")]
    #[schema(max_items = 100)]
    ops: Vec<OperationDocument>,
}

/// One operation: as its own call would do it.
#[derive(utoipa::ToSchema)]
#[schema(as = Operation)]
#[serde(untagged)]
#[expect(dead_code, reason = "documents what `read` takes apart")]
pub(crate) enum OperationDocument {
    Complete(TaskComplete),
    Fail(TaskFail),
    Release(TaskRelease),
    Submit(Box<TaskSubmit>),
    Send(Box<MessageSend>),
    Put(StatePut),
    Delete(StateDelete),
    Increment(StateIncrement),
}

/// What became of the operations.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct TransactionAnswer {
    /// One answer for each operation, in their order, each what the single call would be answered.
    results: Vec<Applied>,
}

/// Apply a transaction
///
/// All operations are applied, or none: the first condition or operation that cannot hold is answered with its place,
/// and nothing has changed. Nobody sees a state in between. A transaction that ends an attempt is never applied twice,
/// whether it has an `Idempotency-Key` or not.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/transactions",
    operation_id = "transaction_apply",
    tag = "transactions",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 256 bytes; the same key and body within 24 hours get the first answer again"),
        ("X-Lease" = Option<String>, Header, description = "Id and token of a task that is held: the transaction is applied only while it is, and its agent is the writer of the state"),
        ("traceparent" = Option<String>, Header, description = "W3C trace context, handed to the claimers of tasks that are submitted"),
    ),
    request_body(content = TransactionDocument, content_type = "application/json"),
    responses(
        (status = 200, description = "What became of each operation, in their order.", body = TransactionAnswer, headers(
            ("Idempotency-Replayed" = Option<String>, description = "`true` when this is the answer to an earlier request"),
        )),
        TransactionProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn apply(
    app: State<App>,
    caller: Caller,
    swarm: Swarm,
    key: IdempotencyKey,
    lease: LeaseHeader,
    trace: Traceparent,
    body: RawJson,
) -> Result<Reply, Problem> {
    let mut transaction = read(body.text()?, trace.0.as_deref())?;
    allowed(&caller, &transaction)?;
    transaction.lease = lease.0;
    let idempotency = key.with_body(body.as_bytes());
    drop(body);
    let mut runs = Runs::of(app.queue(), &swarm.0, transaction.ops.iter().filter_map(Operation::ends));
    let applied =
        runs.until(app.queue_of(&caller).apply_transaction(&swarm.0, transaction, idempotency)).await?;
    for (id, status) in applied.results.iter().filter_map(Applied::ended) {
        runs.ended(id, status, applied.replayed);
    }
    Ok(Reply::json(StatusCode::OK, &TransactionAnswer { results: applied.results })?
        .replayed(applied.replayed))
}

/// Each part asks for what its single call would.
fn allowed(caller: &Caller, transaction: &Transaction) -> Result<(), Problem> {
    for (index, condition) in transaction.conditions.iter().enumerate() {
        if condition.state.is_some() {
            caller.may(Scope::State).map_err(|problem| problem.at("if", index))?;
        }
    }
    for (index, op) in transaction.ops.iter().enumerate() {
        may(caller, op).map_err(|problem| problem.at("ops", index))?;
    }
    Ok(())
}

fn may(caller: &Caller, op: &Operation) -> Result<(), Problem> {
    match op {
        Operation::Settle(_) => caller.may(Scope::Work),
        Operation::Submit(_) => caller.may(Scope::Submit),
        Operation::Send(message) => {
            caller.may(Scope::Message)?;
            caller.acts_as(&message.from)
        }
        Operation::Put(..) | Operation::Delete(_) | Operation::Increment(..) => caller.may(Scope::State),
    }
}
