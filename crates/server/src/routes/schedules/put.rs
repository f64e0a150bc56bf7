use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{NewSchedule, Schedule, ScheduleName, SwarmName};

use crate::app::App;
use crate::extract::{Json, SwarmSchedule};
use crate::problem::{BodyProblems, CallProblems, Problem, ProblemBody, SwarmProblems};
use crate::reply::Reply;

/// Make or change a schedule
///
/// Submits `task` at each time that `cron` names: minute, hour, day of the month, month and weekday, or six fields with
/// seconds in front; `L`, `W` and `#` and names such as `@daily` are understood. The times are those of `timezone`. Where
/// clocks are turned forward, a time of day that does not exist (`30 2 * * *`) falls on the first one that does, 3:00;
/// where they are turned back, one that comes twice counts the first time. What comes round within the day
/// (`*/30 * * * *`) goes on: nothing in the hour that is left out, each time in the one that is repeated.
///
/// Each time is fired once, whichever servers are up. With `overlap` `skip` it is left out while the task of the run
/// before is unfinished. A time that was noticed more than a minute late, since no server was up or the swarm was
/// paused, is left out with `missed` `skip`; with `once` one run takes place for all of them. Times that were noticed
/// together are one run.
///
/// A schedule that is there keeps its counts and its last run; its next time is counted anew.
#[utoipa::path(
    put,
    path = "/v1/swarms/{swarm}/schedules/{name}",
    operation_id = "schedule_put",
    tag = "schedules",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("name" = ScheduleName, Path, description = "Name of the schedule"),
    ),
    request_body(content = NewSchedule, content_type = "application/json"),
    responses(
        (status = 201, description = "The schedule, now made.", body = Schedule, headers(
            ("Location" = String, description = "Path of the schedule"),
        )),
        (status = 200, description = "The schedule, which was there already.", body = Schedule),
        (status = 429, description = "`too_many_schedules`: the swarm has 1,000; delete some.", body = ProblemBody<'static>, content_type = "application/problem+json"),
        SwarmProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn put(
    app: State<App>,
    path: SwarmSchedule,
    body: Json<NewSchedule>,
) -> Result<Reply, Problem> {
    let SwarmSchedule { swarm, name } = path;
    let (made, created) = app.queue().put_schedule(&swarm, &name, body.0).await?;
    if created {
        let location = format!("/v1/swarms/{swarm}/schedules/{name}");
        return Ok(Reply::json(StatusCode::CREATED, &made)?.location(&location));
    }
    Reply::json(StatusCode::OK, &made)
}
