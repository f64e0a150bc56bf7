use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use waggle_task_queue::model::{
    Claimed, Directive, Outcome, Settled, SettledStatus, Settlement, Stamp, Status, SwarmName, Task, TaskId,
};

use crate::app::App;
use crate::auth::Caller;
use crate::clients::{Client, LongPolls, Waits};
use crate::extract::{Applied, Json, Prefer, Swarm};
use crate::problem::{BodyProblems, CallProblems, Problem, ProblemBody, SwarmProblems};
use crate::reply::Reply;
use crate::trace::{self, Runs};

/// What became of the outcomes, and the next tasks.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct SettlementAnswer<'a> {
    /// One answer for each outcome, in their order.
    outcomes: Vec<OutcomeAnswer<'a>>,
    /// The tasks claimed, each with its lease.
    #[schema(value_type = Vec<Task>)]
    tasks: &'a [Task],
    /// What the service asks of the agent.
    directive: Directive,
}

/// What became of one outcome.
#[derive(Serialize, utoipa::ToSchema)]
struct OutcomeAnswer<'a> {
    /// The task.
    id: TaskId,
    /// What this outcome alone would have been answered with.
    status: u16,
    /// Where the task stands now.
    #[serde(skip_serializing_if = "Option::is_none")]
    task_status: Option<Status>,
    /// When the task becomes claimable again, where it was put off.
    #[serde(skip_serializing_if = "Option::is_none")]
    run_at: Option<Stamp>,
    /// Present and true when this very outcome had been applied before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    replayed: bool,
    /// Why the outcome was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProblemBody<'static>>)]
    problem: Option<&'a ProblemBody<'a>>,
}

/// Settle and claim
///
/// Finish these and hand me the next ones, in one request. Each outcome is answered by itself.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/settlements",
    operation_id = "task_settle",
    tag = "work",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("Prefer" = Option<String>, Header, description = "`wait=30`: as `\"wait_ms\": 30000` of the claim"),
    ),
    request_body(content = Settlement, content_type = "application/json"),
    responses(
        (status = 200, description = "What became of each outcome, and the tasks claimed.", body = SettlementAnswer<'static>, headers(
            ("Preference-Applied" = Option<String>, description = "`wait=30` where it was asked for"),
        )),
        (status = 429, description = "`too_many_agents`: the claiming agent is unknown, and the swarm has as many as its `limits.max_agents` allows.", body = ProblemBody<'static>, content_type = "application/problem+json"),
        SwarmProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn settle(
    app: State<App>,
    caller: Caller,
    client: Client,
    swarm: Swarm,
    prefer: Prefer,
    body: Json<Settlement>,
) -> Result<Reply, Problem> {
    let Json(mut settlement) = body;
    settlement.check()?;
    caller.acts_as(&settlement.agent)?;
    let mut applied = settlement.claim.as_mut().and_then(|claim| prefer.wait(&mut claim.wait_ms));
    let wait_ms = settlement.claim.as_mut().map(|claim| &mut claim.wait_ms);
    let _waits = wait_ms.and_then(|wait_ms| begin_or_hurry(app.long_polls(), client, wait_ms, &mut applied));
    let mut runs = Runs::of(app.queue(), &swarm.0, settlement.outcomes.iter().map(Outcome::ends));
    let (outcomes, claimed) = runs.until(app.queue_of(&caller).settle(&swarm.0, settlement)).await?;
    runs.settled(&outcomes);
    trace::claimed(&claimed.tasks);
    Ok(answer(outcomes, &claimed)?.waited(claimed.waited).preference(applied))
}

/// What is finished is finished, also where one more may not wait: then its claim does not.
fn begin_or_hurry(
    polls: &LongPolls,
    client: Client,
    wait_ms: &mut u64,
    applied: &mut Option<Applied>,
) -> Option<Waits> {
    polls.begin(client, *wait_ms).unwrap_or_else(|_| {
        (*wait_ms, *applied) = (0, None);
        None
    })
}

fn answer(outcomes: Vec<Settled>, claimed: &Claimed) -> Result<Reply, Problem> {
    let numbered = outcomes.into_iter().enumerate();
    let outcomes: Vec<_> = numbered.map(|(index, settled)| (settled.id, located(index, settled))).collect();
    let problems: Vec<_> =
        outcomes.iter().map(|(_, result)| result.as_ref().err().map(Problem::body)).collect();
    let answers = outcomes.iter().zip(&problems).map(|((id, result), problem)| OutcomeAnswer {
        id: *id,
        status: result.as_ref().map_or_else(Problem::status, |_| StatusCode::OK).as_u16(),
        task_status: result.as_ref().ok().map(|settled| settled.status),
        run_at: result.as_ref().ok().and_then(|settled| settled.run_at),
        replayed: result.as_ref().is_ok_and(|settled| settled.replayed),
        problem: problem.as_ref(),
    });
    let outcomes = answers.collect();
    let answer = SettlementAnswer { outcomes, tasks: &claimed.tasks, directive: claimed.directive };
    Reply::json(StatusCode::OK, &answer)
}

/// Pointers of an outcome's problem lead into the settlement.
fn located(index: usize, settled: Settled) -> Result<SettledStatus, Problem> {
    settled.result.map_err(|error| Problem::from(error).under(&format!("/outcomes/{index}")))
}
