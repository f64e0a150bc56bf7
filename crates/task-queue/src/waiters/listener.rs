//! Hears wake-ups, and looks for itself once a second in case one was lost.

use std::{collections::HashSet, sync::Arc, time::Duration};

use tokio::{
    sync::broadcast::error::RecvError,
    time::{MissedTickBehavior, interval},
};
use waggle_core::Wake;

use super::{group::Group, registry::Shared, watches::Topic};
use crate::{
    keys,
    model::{AgentName, SwarmName},
};

/// How often one claim of each group looks whether nothing is there indeed.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Runs until it is aborted.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut wakes = shared.redis.wakeups().receiver();
    let mut ticks = interval(LOOK_AGAIN);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            wake = wakes.recv() => match wake {
                Ok(Wake::Message { channel, payload }) => heard(&shared, &channel, &payload),
                Ok(Wake::Listening { channel }) => listening(&shared, &channel),
                Ok(Wake::Gap) | Err(RecvError::Lagged(_)) => missed(&shared),
                Err(RecvError::Closed) => return,
            },
            _ = ticks.tick() => tick(&shared),
        }
    }
}

/// See `lua/parts/wake.lua` for what may be heard.
fn heard(shared: &Arc<Shared>, channel: &str, payload: &[u8]) {
    let Some(swarm) = keys::swarm_of_channel(channel) else { return };
    let Some((kind, what)) = str::from_utf8(payload).ok().and_then(|text| text.split_once(' ')) else {
        return;
    };
    let watches = &shared.watches;
    match kind {
        "r" => shared.stir(
            |key| key.swarm == swarm && key.queues.iter().any(|queue| queue.as_str() == what),
            Group::wake,
        ),
        "p" => shared.stir(|key| key.swarm == swarm, Group::wake),
        "g" => {
            shared.stir(|key| key.swarm == swarm, Group::wake);
            watches.wake_swarm(&swarm);
        }
        "c" | "d" => each(what, |agent: AgentName| {
            shared.stir(|key| key.swarm == swarm, |group| group.recall(&agent));
        }),
        "x" => each(what, |agent| {
            shared.dismiss(&swarm, &agent);
            watches.wake(&swarm, Topic::Inbox(agent));
        }),
        "f" => each(what, |id| {
            watches.wake(&swarm, Topic::Task(id));
            watches.wake(&swarm, Topic::Output(id));
        }),
        "o" => each(what, |id| watches.wake(&swarm, Topic::Output(id))),
        "m" => each(what, |agent| watches.wake(&swarm, Topic::Inbox(agent))),
        "b" => shared.alarms.resolver.at(&swarm, 0),
        "s" => each(what, |ms| shared.alarms.promoter.at(&swarm, ms)),
        "v" => watches.wake(&swarm, Topic::State),
        "e" => watches.wake(&swarm, Topic::Events),
        _ => tracing::debug!(kind, "a wake-up of a kind this version does not know"),
    }
}

/// Names or ids behind a wake-up; what is none concerns nobody here.
fn each<T: std::str::FromStr>(what: &str, act: impl Fn(T)) {
    what.split(' ').filter_map(|word| word.parse().ok()).for_each(act);
}

fn listening(shared: &Arc<Shared>, channel: &str) {
    let Some(swarm) = keys::swarm_of_channel(channel) else { return };
    shared.stir(|key| key.swarm == swarm, Group::wake);
    shared.watches.wake_all();
}

fn missed(shared: &Arc<Shared>) {
    shared.stir(|_| true, Group::wake);
    shared.watches.wake_all();
}

fn tick(shared: &Arc<Shared>) {
    shared.stir(|_| true, Group::probe);
    shared.tidy();
    let mut waited_for: HashSet<SwarmName> = shared.groups().keys().map(|key| key.swarm.clone()).collect();
    waited_for.extend(shared.watches.swarms());
    shared.subscriptions.tidy(&shared.redis, |swarm| waited_for.contains(swarm));
}
