//! By which name Redis knows the connections of this process.

use std::sync::LazyLock;

use redis::Cmd;
use redis::aio::ConnectionLike;

/// Bytes of chance in a name: two processes of one machine must not share it.
const CHANCE: usize = 8;

static NAME: LazyLock<String> = LazyLock::new(|| {
    let mut chance = [0; CHANCE];
    // Without chance the process id tells the processes of one machine apart.
    let _ = getrandom::fill(&mut chance);
    format!("waggle:{}-{:016x}", std::process::id(), u64::from_be_bytes(chance))
});

static POOL_NAME: LazyLock<String> = LazyLock::new(|| format!("{}:pool", name()));

/// `waggle:PID-CHANCE`, as `CLIENT LIST` shows it.
pub(crate) fn name() -> &'static str {
    &NAME
}

/// The name of the pool's connections, `waggle:PID-CHANCE:pool`: Redis can tell how many there are.
pub(crate) fn pool_name() -> &'static str {
    &POOL_NAME
}

/// `CLIENT SETNAME`.
pub(crate) fn set_name(name: &str) -> Cmd {
    let mut command = redis::cmd("CLIENT");
    command.arg("SETNAME").arg(name);
    command
}

/// Names a connection that was just made. A Redis that forbids it is worked with all the same.
pub(crate) async fn introduce(connection: &mut impl ConnectionLike, name: &str) {
    if let Err(error) = connection.req_packed_command(&set_name(name)).await {
        tracing::debug!(%error, "a connection to Redis stays without a name");
    }
}
