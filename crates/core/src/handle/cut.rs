//! Cutting this process's own connections, to see it come back.

use std::time::Duration;

use redis::{Cmd, Value};
use tokio::time::sleep;

use super::Redis;
use super::clients::{self, field};
use crate::Error;
use crate::config::Mode;
use crate::lane::name::{name, pool_name, set_name};

/// How the connection that asks for the list shows in it.
const ASKING: &str = "cmd=client|list";
/// How often Redis is asked while the lanes connect again.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(20);

impl Redis {
    /// Has Redis end the connections of this process with `CLIENT KILL`, and nobody else's; returns how many. What was
    /// on its way ends as [`Error::Unavailable`] or [`Error::Unknown`], as when a network fails; the lanes connect
    /// again by themselves.
    ///
    /// In front of a cluster only the hot lane's connections to the primaries have a name and are ended.
    ///
    /// # Errors
    ///
    /// What Redis said where it refuses; some connections may have been ended by then.
    pub async fn cut_own_connections(&self) -> Result<usize, Error> {
        if self.mode() == Mode::Cluster {
            // The cluster client connects by itself and says its name to nobody.
            self.ask(&set_name(name())).await?;
        }
        let own = own(self.ask(&clients::list()).await?)?;
        for connection in &own {
            self.ask(&connection.kill()).await?;
        }
        Ok(own.len())
    }

    /// A command may be sent on a connection that was ended a moment ago. Repeating these does no harm: whoever is ended has
    /// an id and addresses that nobody has after him.
    async fn ask(&self, command: &Cmd) -> Result<Vec<Value>, Error> {
        for _ in 1..TRIES {
            match self.on_every_primary(command).await {
                Err(Error::Unavailable { .. } | Error::Unknown { .. } | Error::Busy { .. }) => {
                    sleep(PAUSE).await;
                }
                answered => return answered,
            }
        }
        self.on_every_primary(command).await
    }
}

/// One end of a connection. Several nodes may know an id; no other connection has the same addresses as well.
struct Connection {
    id: String,
    from: String,
    to: String,
    asks: bool,
}

impl Connection {
    fn read(line: &str) -> Option<Self> {
        [name(), pool_name()].contains(&field(line, "name=")?).then_some(())?;
        let named = |key| field(line, key).map(str::to_owned);
        let (id, from, to) = (named("id=")?, named("addr=")?, named("laddr=")?);
        Some(Self { id, from, to, asks: line.contains(ASKING) })
    }

    fn kill(&self) -> Cmd {
        let mut command = redis::cmd("CLIENT");
        command.arg("KILL").arg(&["ID", &self.id, "ADDR", &self.from, "LADDR", &self.to, "SKIPME", "no"]);
        command
    }
}

/// Our connections, those last that still have to ask for the end of the others.
fn own(listings: Vec<Value>) -> Result<Vec<Connection>, Error> {
    let mut own = Vec::new();
    for listing in listings {
        own.extend(clients::text(listing)?.lines().filter_map(Connection::read));
    }
    own.sort_by_key(|connection| connection.asks);
    Ok(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_connections_of_this_process_are_ours_and_the_asking_one_is_the_last() {
        let line = |id, name: &str, cmd| {
            format!(
                "id={id} addr=127.0.0.1:5{id} laddr=127.0.0.1:6379 fd=8 name={name} cmd={cmd} user=default\n"
            )
        };
        let listing = line(1, name(), "client|list")
            + &line(2, name(), "fcall")
            + &line(3, "", "ping")
            + &line(4, "waggle:1-0", "fcall")
            + &line(5, pool_name(), "ping");
        let own = own(vec![Value::BulkString(listing.into_bytes())]).unwrap();
        assert_eq!(own.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["2", "5", "1"]);
    }
}
