//! One attempt at one task.

use std::{io, time::Instant};

use waggle_task_queue::model::Outcome;

use super::{
    environment,
    held::Held,
    lease::{Keeper, News},
    outcome,
    process::{Finished, Running},
    settings::Settings,
    stop::{Phase, Stop},
};

/// How an attempt ended.
pub(super) enum Ending {
    /// With something to report.
    Settle(Outcome),
    /// The task is another's: nothing is to be reported.
    LeaseLost(String),
    /// The command could not be started.
    NotStarted(io::Error),
}

/// Why a command was told to stop. What it does afterwards does not count: an end in good order is not
/// the same as work done.
#[derive(Clone, Copy)]
enum Told {
    Cancelled,
    GivenBack,
}

/// Runs the command for `held` until it has ended or the task is lost.
pub(super) async fn attempt(settings: &Settings, stop: &Stop, held: &Held) -> Ending {
    let input = environment::input(&held.task, settings.raw_json);
    let mut running = match Running::start(environment::command(settings, held), input) {
        Ok(running) => running,
        Err(error) => return Ending::NotStarted(error),
    };
    let mut keeper = Keeper::start(settings.client.clone(), held);
    let (mut told, mut kill_at) = (None, None);
    loop {
        let why = tokio::select! {
            biased; // a command that has ended has ended, whatever else happens at the same moment
            finished = running.finished() => return ending(held, finished, told),
            news = keeper.next() => match news {
                News::Lost(why) => return Ending::LeaseLost(why),
                News::CancelRequested => Told::Cancelled,
                News::Held => continue,
            },
            () = stop.reached(Phase::GivingBack), if told.is_none() => Told::GivenBack,
            () = sleep_until(kill_at), if kill_at.is_some() => {
                running.kill();
                kill_at = None;
                continue;
            }
        };
        if told.replace(why).is_none() {
            running.terminate();
            kill_at = Some(Instant::now() + settings.grace);
        }
    }
}

fn ending(held: &Held, finished: io::Result<Finished>, told: Option<Told>) -> Ending {
    Ending::Settle(match (told, finished) {
        (Some(Told::GivenBack), _) => outcome::release(held, 0),
        (Some(Told::Cancelled), Ok(finished)) => outcome::cancelled(held, &finished),
        (None, Ok(finished)) => outcome::of(held, &finished),
        (_, Err(error)) => outcome::unknown(held, &error),
    })
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
