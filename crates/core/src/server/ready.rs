use std::path::Path;
use std::time::Duration;

use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ErrorKind, IntoConnectionInfo, RedisError, ServerErrorKind,
};
use tokio::time::{Instant, sleep};

use super::StartError;
use super::data_dir::DataDir;
use super::diagnose::diagnose;
use super::spawn::Child;

/// A Redis without data answers within 30 ms.
const ANSWER_DEADLINE: Duration = Duration::from_secs(30);
/// Loading goes at hundreds of megabytes a second: this is far beyond the memory of a machine.
const LOAD_DEADLINE: Duration = Duration::from_secs(1_800);
/// Of one attempt, connecting and asking each.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(1);
/// Between two attempts.
const POLL: Duration = Duration::from_millis(5);

/// Waits until `child` answers, has loaded its data and takes commands.
pub(super) async fn wait(child: &mut Child, data_dir: &DataDir) -> Result<(), StartError> {
    let socket = data_dir.socket();
    tokio::select! {
        answer = answer(&socket) => answer,
        _ = child.exited() => Err(diagnose(child, data_dir).await),
    }
}

async fn answer(socket: &Path) -> Result<(), StartError> {
    let start = Instant::now();
    let mut allowed = ANSWER_DEADLINE;
    loop {
        let error = match ping(socket).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if error.kind() == ErrorKind::Server(ServerErrorKind::BusyLoading) {
            allowed = LOAD_DEADLINE;
        }
        if start.elapsed() >= allowed {
            let (socket, seconds, detail) = (socket.to_owned(), allowed.as_secs(), error.to_string());
            return Err(StartError::NoAnswer { socket, seconds, detail });
        }
        sleep(POLL).await;
    }
}

async fn ping(socket: &Path) -> Result<(), RedisError> {
    let address = ConnectionAddr::Unix(socket.to_owned()).into_connection_info()?;
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(ATTEMPT_TIMEOUT))
        .set_response_timeout(Some(ATTEMPT_TIMEOUT));
    let client = Client::open(address)?;
    let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
    redis::cmd("PING").exec_async(&mut connection).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_redis_that_never_answers_is_given_up() {
        let start = Instant::now();
        let error = answer(Path::new("/nowhere/redis.sock")).await.unwrap_err();
        assert!(start.elapsed() < ANSWER_DEADLINE + Duration::from_secs(1));
        let text = error.to_string();
        assert!(text.contains("/nowhere/redis.sock did not answer within 30 s"), "{text}");
    }
}
