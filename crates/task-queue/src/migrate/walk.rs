//! Walks over keys: `lua/keyspace_scan.lua`, `lua/keyspace_node.lua`.

use std::collections::BTreeMap;

use waggle_core::{Call, Error, Redis, Value, redis};

use crate::{keys::DIRECTORY_ROOT, library::function, store::Reader};

const SCAN: &str = function!("keyspace_scan");
const NODE: &str = function!("keyspace_node");

/// Keys one call looks at.
const LOOK: usize = 1_000;
/// Roots tried at a time to find one on each primary.
const PROBES: usize = 100;
/// Rounds of probes. A primary that 2,000 roots do not meet has no slots, or hardly any.
const ROUNDS: usize = 20;
/// What all keys of this service begin with.
const EVERYTHING: &str = "wg:*";

/// A key that a walk has met.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: String,
    /// As `TYPE` says.
    pub(crate) kind: String,
    /// Milliseconds until it expires.
    pub(crate) expires_in: Option<i64>,
}

/// A walk over the keys of one node that match a pattern, in bounded steps.
///
/// A key that is there all the time is met at least once, perhaps twice; others may be met.
#[derive(Debug)]
pub(crate) struct Walk {
    root: String,
    pattern: String,
    cursor: Option<String>,
}

impl Walk {
    /// All keys under one root.
    pub(crate) fn under(root: &str) -> Self {
        // The one root that is no plain text is the directory's.
        let pattern = format!("{}*", root.replace('*', "\\*"));
        Self::new(root, pattern)
    }

    fn new(root: &str, pattern: String) -> Self {
        Self { root: root.to_owned(), pattern, cursor: Some("0".to_owned()) }
    }

    /// The keys met by the next step, often none; absent at the end.
    pub(crate) async fn step(&mut self, redis: &Redis) -> Result<Option<Vec<Key>>, Error> {
        let Some(cursor) = self.cursor.take() else { return Ok(None) };
        let mut call = Call::read_only(SCAN, &self.root);
        call.arg(cursor).arg(self.pattern.as_str()).arg(LOOK);
        let mut reply = Reader::new(SCAN, redis.call(call).await?)?;
        self.cursor = Some(reply.text()?).filter(|cursor| cursor != "0");
        let mut keys = Vec::with_capacity(reply.remaining() / 3);
        while reply.remaining() > 0 {
            let name = reply.bytes()?.unwrap_or_default();
            keys.push(Key {
                name: String::from_utf8_lossy(&name).into_owned(),
                kind: reply.text()?,
                expires_in: Some(reply.integer()?).filter(|left| *left >= 0),
            });
        }
        Ok(Some(keys))
    }
}

/// Walks over all keys of this service, one walk for each primary.
pub(crate) async fn walk_all(redis: &Redis) -> Result<Vec<Walk>, Error> {
    let roots = nodes(redis).await?;
    Ok(roots.iter().map(|root| Walk::new(root, EVERYTHING.to_owned())).collect())
}

/// One root for each primary: a call on it runs there. Roots are tried until each primary has answered, so that nothing
/// here needs to know whether there is one server or a cluster.
pub(crate) async fn nodes(redis: &Redis) -> Result<Vec<String>, Error> {
    let primaries = redis.on_every_primary(redis::cmd("INFO").arg("server")).await?.len();
    let mut roots = BTreeMap::from([(node_of(redis, DIRECTORY_ROOT).await?, DIRECTORY_ROOT.to_owned())]);
    for round in 0..ROUNDS {
        if roots.len() >= primaries {
            break;
        }
        // No swarm has such a name.
        let probes: Vec<String> = (0..PROBES).map(|n| format!("wg:{{*{}}}:", round * PROBES + n)).collect();
        let calls = probes.iter().map(|root| Call::read_only(NODE, root)).collect();
        for (root, reply) in probes.into_iter().zip(redis.call_all(calls).await) {
            roots.entry(run_id(reply?)?).or_insert(root);
        }
    }
    Ok(roots.into_values().collect())
}

async fn node_of(redis: &Redis, root: &str) -> Result<String, Error> {
    run_id(redis.call(Call::read_only(NODE, root)).await?)
}

fn run_id(reply: Value) -> Result<String, Error> {
    Reader::new(NODE, Value::Array(vec![reply]))?.text()
}
