//! Passes over everything, or over one swarm, until what was found is certain.

use std::collections::{BTreeMap, BTreeSet};

use waggle_core::{Error as RedisError, Redis};

use super::{
    Check,
    counts::Tallies,
    keyspace::Keyspace,
    pass::{Subject, examine},
    report::{Findings, Report},
};
use crate::{
    Error, keys,
    migrate::{Walk, walk_all},
    model::SwarmName,
    swarm::page,
};

/// So many passes in a row must find the same before it counts.
pub const PASSES: usize = 3;

/// Audits every swarm, and every key of this service that belongs to none.
///
/// # Errors
/// [`Error::Redis`]; an audit that ends early has changed nothing.
pub async fn run(redis: &Redis) -> Result<Report, Error> {
    confirmed(async || {
        let swarms = directory(redis).await?;
        everything(redis, &swarms).await
    })
    .await
}

/// Audits one swarm. Whether it is in the directory is for [`run`] to see.
///
/// # Errors
/// [`Error::Redis`].
pub async fn run_swarm(redis: &Redis, swarm: &SwarmName) -> Result<Report, Error> {
    confirmed(async || one(redis, swarm).await).await
}

async fn confirmed(mut pass: impl AsyncFnMut() -> Result<Report, RedisError>) -> Result<Report, Error> {
    let mut report = sorted(pass().await?);
    for _ in 1..PASSES {
        if report.findings.is_empty() {
            break;
        }
        let before = report;
        report = sorted(pass().await?);
        report.confirm(&before);
    }
    Ok(report.cut())
}

fn sorted(mut report: Report) -> Report {
    report.findings.sort_unstable();
    // A walk may meet a key twice.
    report.findings.dedup();
    report
}

async fn one(redis: &Redis, swarm: &SwarmName) -> Result<Report, RedisError> {
    let (name, root, mut report) = (swarm.as_str(), keys::root(swarm), Report::default());
    let before = Tallies::read(redis, &root, &[]).await?;
    let mut found = Keyspace::default();
    found.walk(redis, Walk::under(&root), &mut report.findings).await?;
    let inventory = found.swarms.remove(name).unwrap_or_default();
    examine(redis, &Subject { name, root, before: &before, inventory: &inventory }, &mut report).await?;
    Ok(report)
}

async fn everything(redis: &Redis, listed: &BTreeSet<SwarmName>) -> Result<Report, RedisError> {
    let mut report = Report::default();
    let mut before = BTreeMap::new();
    for swarm in listed {
        before.insert(swarm.as_str(), Tallies::read(redis, &keys::root(swarm), &[]).await?);
    }
    let mut found = Keyspace::default();
    for walk in walk_all(redis).await? {
        found.walk(redis, walk, &mut report.findings).await?;
    }
    report.keys += found.others;
    let nothing = Tallies::default();
    for (name, inventory) in &found.swarms {
        let Ok(swarm) = name.parse::<SwarmName>() else { continue };
        let mut findings = Findings::of(name, &mut report.findings);
        findings.that(listed.contains(&swarm), Check::UnlistedSwarm, name, || {
            "has keys and is not in the directory".to_owned()
        });
        let before = before.get(name.as_str()).unwrap_or(&nothing);
        examine(redis, &Subject { name, root: keys::root(&swarm), before, inventory }, &mut report).await?;
    }
    Ok(report)
}

/// The swarms that were made, and the one that always is.
async fn directory(redis: &Redis) -> Result<BTreeSet<SwarmName>, RedisError> {
    let mut swarms = BTreeSet::from([SwarmName::default()]);
    let mut after = None;
    loop {
        let names = page(redis, after.as_ref()).await?;
        after = names.last().cloned();
        if after.is_none() {
            return Ok(swarms);
        }
        swarms.extend(names);
    }
}
