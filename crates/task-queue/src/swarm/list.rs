//! Lists swarms in pages: `lua/swarm_page.lua` for their names, `lua/swarm_get.lua` for each.

use waggle_core::{Call, Error as RedisError};

use super::{
    get,
    page::{PAGE, page},
};
use crate::{
    Error, TaskQueue,
    limits::{PAGE_DEFAULT, PAGE_MAX},
    model::{Invalid, Page, Swarm, SwarmName},
    store::Reader,
    task::root,
};

/// Names one call looks at; those without a swarm are left out, so a page may take several calls.
const CALLS: usize = 20;

impl TaskQueue {
    /// A page of swarms in the order of their names, `default` among them. A page may be short, or empty, and still have
    /// a cursor.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or a cursor, [`Error::Redis`].
    pub async fn list_swarms(
        &self,
        limit: Option<usize>,
        cursor: Option<&str>,
    ) -> Result<Page<Swarm>, Error> {
        let limit = limit.unwrap_or(PAGE_DEFAULT);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Invalid::field("/limit", format!("1 to {PAGE_MAX}")).into());
        }
        let mut after = cursor.map(decode).transpose()?;
        let mut items = Vec::new();
        for _ in 0..CALLS {
            let mut names = with_default(page(&self.inner.redis, after.as_ref()).await?, after.as_ref());
            let more = names.len() >= PAGE || names.len() > limit - items.len();
            names.truncate(limit - items.len());
            items.extend(self.those_that_exist(&names).await?);
            after = names.pop().filter(|_| more);
            if after.is_none() || items.len() >= limit {
                break;
            }
        }
        Ok(Page { items, next_cursor: after.as_ref().map(encode) })
    }

    /// A name is in the directory a moment before its swarm is made, and for a while after it was deleted.
    async fn those_that_exist(&self, names: &[SwarmName]) -> Result<Vec<Swarm>, Error> {
        let calls = names.iter().map(|name| Call::read_only(get::FUNCTION, &root(name))).collect();
        let mut swarms = Vec::with_capacity(names.len());
        for (name, reply) in names.iter().zip(self.inner.redis.call_all(calls).await) {
            match reply {
                Ok(reply) => swarms.push(get::described(name, Reader::new(get::FUNCTION, reply)?)?),
                Err(RedisError::Refused { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(swarms)
    }
}

/// The names of a page behind `after`, and at its place the one that may stand in no directory.
fn with_default(mut names: Vec<SwarmName>, after: Option<&SwarmName>) -> Vec<SwarmName> {
    let default = SwarmName::default();
    let before = after.is_some_and(|after| default <= *after);
    let behind = names.len() >= PAGE && names.last().is_some_and(|last| *last < default);
    if before || behind {
        return names;
    }
    if let Err(place) = names.binary_search(&default) {
        names.insert(place, default);
    }
    names
}

/// A cursor is opaque to clients: hexadecimal, so that it needs no escaping in a query.
fn encode(name: &SwarmName) -> String {
    name.as_str().bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn decode(cursor: &str) -> Result<SwarmName, Invalid> {
    let pairs = cursor.as_bytes().chunks(2);
    let bytes = pairs.map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok());
    let name = bytes.collect::<Option<Vec<u8>>>().and_then(|bytes| String::from_utf8(bytes).ok());
    name.and_then(|name| name.parse().ok())
        .ok_or_else(|| Invalid::field("/cursor", "not a cursor of this list: begin again without one"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(all: &[&str]) -> Vec<SwarmName> {
        all.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn default_stands_once_at_its_place() {
        let after = |name: &str| Some(name.parse::<SwarmName>().unwrap());
        for (page, behind, expected) in [
            (names(&[]), None, names(&["default"])),
            (names(&["a", "z"]), None, names(&["a", "default", "z"])),
            (names(&["default", "z"]), None, names(&["default", "z"])),
            (names(&["z"]), after("default"), names(&["z"])),
            (names(&["z"]), after("c"), names(&["default", "z"])),
            (names(&["a", "b"]), None, names(&["a", "b", "default"])),
        ] {
            assert_eq!(with_default(page, behind.as_ref()), expected);
        }
        let full: Vec<SwarmName> = (0..PAGE).map(|n| format!("a{n:03}").parse().unwrap()).collect();
        assert_eq!(with_default(full.clone(), None), full, "others may stand before it");
    }

    #[test]
    fn a_cursor_survives_the_way_to_a_client_and_back() {
        let name: SwarmName = "a:b.c".parse().unwrap();
        assert_eq!(decode(&encode(&name)), Ok(name));
        for broken in ["", "6", "zz", "é", "2a", "+1", "ff"] {
            assert!(decode(broken).is_err(), "{broken}");
        }
    }
}
