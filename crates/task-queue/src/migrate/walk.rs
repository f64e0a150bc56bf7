//! Walks over keys: `lua/keyspace_scan.lua`, `lua/keyspace_node.lua`.

use std::collections::BTreeMap;

use bytes::Bytes;
use waggle_core::{Call, Error, Redis, Value, redis};

use crate::{keys::DIRECTORY_ROOT, library::function, store::Reader};

const SCAN: &str = function!("keyspace_scan");
const LOOK_AT: &str = function!("keyspace_look");
const NODE: &str = function!("keyspace_node");

/// Keys one call looks at.
const LOOK: usize = 1_000;
/// Roots tried at a time to find one on each primary.
const PROBES: usize = 100;
/// Rounds of probes. A primary that 2,000 roots do not meet has no slots, or hardly any.
const ROUNDS: usize = 20;
/// What all keys of this service begin with.
const EVERYTHING: &str = "wg:*";
/// What `TYPE` says of a key that is gone.
const NONE: &str = "none";

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

    /// The keys under one root that match a pattern, which begins with that root.
    pub(crate) fn matching(root: &str, pattern: String) -> Self {
        Self::new(root, pattern)
    }

    fn new(root: &str, pattern: String) -> Self {
        Self { root: root.to_owned(), pattern, cursor: Some("0".to_owned()) }
    }

    /// The names met by the next step, often none; absent at the end. A step that failed may be taken again.
    pub(crate) async fn names(&mut self, redis: &Redis) -> Result<Option<Vec<Bytes>>, Error> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let mut call = Call::read_only(SCAN, &self.root);
        call.arg(cursor.as_str()).arg(self.pattern.as_str()).arg(LOOK);
        let mut reply = Reader::new(SCAN, redis.call(call).await?)?;
        self.cursor = Some(reply.text()?).filter(|cursor| cursor != "0");
        let mut names = Vec::with_capacity(reply.remaining());
        while reply.remaining() > 0 {
            names.push(reply.bytes()?.unwrap_or_default());
        }
        Ok(Some(names))
    }

    /// The keys met by the next step, often none; absent at the end.
    pub(crate) async fn keys(&mut self, redis: &Redis) -> Result<Option<Vec<Key>>, Error> {
        let Some(names) = self.names(redis).await? else { return Ok(None) };
        // A function may touch the keys of one tag only: each root is asked for its own.
        let mut by_root: BTreeMap<&str, Vec<&[u8]>> = BTreeMap::new();
        for name in &names {
            let (root, rest) = root_and_rest(name);
            by_root.entry(root).or_default().push(rest);
        }
        let calls = by_root.iter().map(|(root, names)| look(root, names)).collect();
        let replies = redis.call_all(calls).await;
        let mut keys = Vec::with_capacity(names.len());
        for ((root, names), reply) in by_root.into_iter().zip(replies) {
            let mut reply = Reader::new(LOOK_AT, reply?)?;
            for name in names {
                let (kind, left) = (reply.text()?, reply.integer()?);
                if kind != NONE {
                    let name = format!("{root}{}", String::from_utf8_lossy(name));
                    keys.push(Key { name, kind, expires_in: Some(left).filter(|left| *left >= 0) });
                }
            }
        }
        Ok(Some(keys))
    }
}

fn look(root: &str, names: &[&[u8]]) -> Call {
    let mut call = Call::read_only(LOOK_AT, root);
    for name in names {
        call.arg(*name);
    }
    call
}

/// Splits behind the tag; without one nothing is known to lie beside the key, and it is its own root.
pub(crate) fn root_and_rest(name: &[u8]) -> (&str, &[u8]) {
    let end = name.windows(2).position(|two| two == b"}:").map_or(name.len(), |at| at + 2);
    let end = if name.starts_with(b"wg:{") { end } else { name.len() };
    match str::from_utf8(&name[..end]) {
        Ok(root) => (root, &name[end..]),
        // No program of ours writes such a name; what can be read of it is enough to find it.
        Err(error) => {
            (str::from_utf8(&name[..error.valid_up_to()]).unwrap_or_default(), &name[error.valid_up_to()..])
        }
    }
}

/// Walks over all keys of this service, one walk for each primary.
pub(crate) async fn walk_all(redis: &Redis) -> Result<Vec<Walk>, Error> {
    let roots = nodes(redis).await?;
    Ok(roots.iter().map(|root| Walk::new(root, EVERYTHING.to_owned())).collect())
}

/// One root for each primary: a call on it runs there. Roots are tried until each primary has answered, so that nothing
/// here needs to know whether there is one server or a cluster.
async fn nodes(redis: &Redis) -> Result<Vec<String>, Error> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_split_behind_its_tag() {
        for (name, root, rest) in [
            ("wg:{a}:t:1", "wg:{a}:", "t:1"),
            ("wg:{a}:", "wg:{a}:", ""),
            ("wg:{*}:x}:y", "wg:{*}:", "x}:y"),
            ("wg:loose}:x", "wg:loose}:x", ""),
            ("wg:{open", "wg:{open", ""),
        ] {
            assert_eq!(root_and_rest(name.as_bytes()), (root, rest.as_bytes()), "{name}");
        }
        assert_eq!(root_and_rest(b"wg:\xff{a}:x"), ("wg:", &b"\xff{a}:x"[..]));
    }
}
