//! Takes away what deleted swarms have left: `lua/swarm_clear.lua`, `lua/swarm_withdraw.lua`.
//!
//! A deleted swarm is closed: for every other function there is no such swarm, so nothing is added to its keys. They are
//! found by walking over all keys, in bounded steps, again until a walk meets none: a single walk may miss some where a
//! primary of a cluster was replaced meanwhile. The record that says that the swarm is closed goes last, and after it the
//! swarm's name leaves the directory; so whoever is killed halfway is followed by the next one, which begins with the
//! directory and walks again. Several servers may clear at once, and a swarm that was made anew is never touched.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use bytes::Bytes;
use tokio::time::Instant;
use waggle_core::{Error, Redis};

use super::alarm::Alarm;
use crate::{
    keys,
    limits::CLEAR_KEYS,
    migrate::{Walk, root_and_rest, walk_all},
    model::SwarmName,
    store::seed,
    swarm::{Clearing, clear, enroll, page, withdraw},
};

/// How often the directory is looked through in any case, for what a server that was killed left behind.
const ROUND: Duration = Duration::from_secs(5);
/// Walks of one run: two where nothing unusual happens.
const WALKS: usize = 4;
/// The key that says that a swarm is closed.
const RECORD: &[u8] = b"swarm";

/// Takes away what deleted swarms have left.
#[derive(Debug, Clone, Copy)]
pub struct Clearer;

/// Closed swarms by their roots, with the time at which each was closed.
type Closed = BTreeMap<String, (SwarmName, String)>;

impl Clearer {
    /// Clears every swarm that is closed now: one walk over the keys for all of them, and another one until nothing is
    /// met. Each step is bounded, the walks are as long as there are keys. Returns how many swarms are gone.
    ///
    /// # Errors
    /// What Redis says; what was not done is done by the next run.
    pub async fn run_once(self, redis: &Redis) -> Result<usize, Error> {
        let mut closed = find(redis).await?;
        let mut cleared = 0;
        for _ in 0..WALKS {
            if closed.is_empty() {
                break;
            }
            let met = walk(redis, &mut closed).await?;
            let empty: Vec<_> = closed.extract_if(.., |root, _| !met.contains(root)).collect();
            for (_, (swarm, when)) in empty {
                redis.call(clear(&swarm, &when, true, &[])).await?;
                leave(redis, &swarm).await?;
                cleared += 1;
            }
        }
        Ok(cleared)
    }
}

/// Runs until it is aborted.
pub(super) async fn run(redis: Redis, alarm: Alarm) {
    let mut failing = false;
    loop {
        let done = Clearer.run_once(&redis).await;
        match &done {
            Ok(swarms) if *swarms > 0 => tracing::info!(swarms, "deleted swarms are cleared"),
            Err(error) if !failing => {
                tracing::warn!(%error, "clearing deleted swarms fails, and goes on trying");
            }
            _ => {}
        }
        failing = done.is_err();
        alarm.wait(Instant::now() + ROUND).await;
    }
}

/// The swarms that are closed. Names without a swarm leave the directory on the way.
async fn find(redis: &Redis) -> Result<Closed, Error> {
    let mut closed = Closed::new();
    // It may stand in no directory, and be closed all the same: by a restore that broke off.
    let mut names = vec![SwarmName::default()];
    let mut after = None;
    loop {
        let asked = names.iter().map(|name| clear(name, "", false, &[])).collect();
        for (name, reply) in names.into_iter().zip(redis.call_all(asked).await) {
            match Clearing::read(reply?)? {
                Clearing::Closed(when) => drop(closed.insert(keys::root(&name), (name, when))),
                Clearing::Gone if name != SwarmName::default() => leave(redis, &name).await?,
                Clearing::Gone | Clearing::Open => {}
            }
        }
        names = page(redis, after.as_ref()).await?;
        after = names.last().cloned();
        if names.is_empty() {
            return Ok(closed);
        }
    }
}

/// One walk: takes away what it meets of closed swarms. Returns the roots of those of which it met anything; a swarm
/// that turns out to be closed no more, or anew, is left to the next run.
async fn walk(redis: &Redis, closed: &mut Closed) -> Result<BTreeSet<String>, Error> {
    let walks = match closed.first_key_value() {
        Some((root, _)) if closed.len() == 1 => vec![Walk::under(root)],
        _ => walk_all(redis).await?,
    };
    let mut met = BTreeSet::new();
    for mut walk in walks {
        while let Some(names) = walk.names(redis).await? {
            take_away(redis, closed, &names, &mut met).await?;
        }
    }
    Ok(met)
}

async fn take_away(
    redis: &Redis,
    closed: &mut Closed,
    names: &[Bytes],
    met: &mut BTreeSet<String>,
) -> Result<(), Error> {
    let mut by_root: BTreeMap<&str, Vec<Bytes>> = BTreeMap::new();
    for name in names {
        let (root, rest) = root_and_rest(name);
        if closed.contains_key(root) && rest != RECORD {
            by_root.entry(root).or_default().push(name.slice_ref(rest));
        }
    }
    let mut calls = Vec::new();
    for (root, names) in &by_root {
        let Some((swarm, when)) = closed.get(*root) else { continue };
        calls.extend(names.chunks(CLEAR_KEYS).map(|names| (*root, clear(swarm, when, false, names))));
    }
    let (roots, calls): (Vec<_>, Vec<_>) = calls.into_iter().unzip();
    for (root, reply) in roots.into_iter().zip(redis.call_all(calls).await) {
        let found = Clearing::read(reply?)?;
        met.insert(root.to_owned());
        if closed.get(root).is_some_and(|(_, when)| found != Clearing::Closed(when.clone())) {
            closed.remove(root);
        }
    }
    Ok(())
}

/// Takes the name of a swarm that is gone out of the directory, unless it is made anew at this moment.
async fn leave(redis: &Redis, swarm: &SwarmName) -> Result<(), Error> {
    let token = seed();
    withdraw(redis, swarm, &token).await?;
    match Clearing::read(redis.call(clear(swarm, "", false, &[])).await?)? {
        Clearing::Gone => withdraw(redis, swarm, &token).await.map(drop),
        _ => enroll(redis, swarm).await,
    }
}
