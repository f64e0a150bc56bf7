//! Walks the directory of swarms: `lua/swarm_page.lua`.

use waggle_core::{Call, Error, Redis};

use crate::{keys::DIRECTORY_ROOT, library::function, model::SwarmName, store::Reader};

const FUNCTION: &str = function!("swarm_page");
/// Swarms one call reads.
pub(super) const PAGE: usize = 100;

/// The swarms behind `after` in the order of their names, `default` always among the first ones; empty at the end.
pub(crate) async fn page(redis: &Redis, after: Option<&SwarmName>) -> Result<Vec<SwarmName>, Error> {
    let mut call = Call::read_only(FUNCTION, DIRECTORY_ROOT);
    call.arg(after.map_or("", SwarmName::as_str)).arg(PAGE);
    let mut reply = Reader::new(FUNCTION, redis.call(call).await?)?;
    let mut names = Vec::with_capacity(reply.remaining());
    while reply.remaining() > 0 {
        names.push(reply.text()?.parse().map_err(|_| reply.broken("a swarm without a proper name"))?);
    }
    Ok(names)
}
