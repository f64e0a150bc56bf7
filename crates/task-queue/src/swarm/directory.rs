//! The directory of swarms: `lua/swarm_enroll.lua`, `lua/swarm_withdraw.lua`.

use waggle_core::{Call, Error, Redis};

use crate::{keys::DIRECTORY_ROOT, library::function, model::SwarmName, store::Reader};

const WITHDRAW: &str = function!("swarm_withdraw");

/// Enters a swarm, before it is made.
pub(crate) async fn enroll(redis: &Redis, name: &SwarmName) -> Result<(), Error> {
    let mut call = Call::new(function!("swarm_enroll"), DIRECTORY_ROOT);
    call.arg(name.as_str());
    redis.call(call).await.map(drop)
}

/// Says that a name is to go, or takes it out where that was said before under the same token and nobody has entered
/// it since; true when it is out.
pub(crate) async fn withdraw(redis: &Redis, name: &SwarmName, token: &str) -> Result<bool, Error> {
    let mut call = Call::new(WITHDRAW, DIRECTORY_ROOT);
    call.arg(name.as_str()).arg(token);
    let reply = redis.call(call).await?;
    Ok(Reader::new(WITHDRAW, waggle_core::Value::Array(vec![reply]))?.integer()? == 1)
}
