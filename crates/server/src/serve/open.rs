use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::system::connections_within;
use crate::clients::{Seat, Seats, one_owner};
use crate::config::ServerConfig;
use crate::metrics::{Limit, refused};

/// The connections that are open now.
#[derive(Debug, Clone)]
pub(super) struct Connections {
    open: Arc<AtomicUsize>,
    limit: usize,
    clients: Seats<IpAddr>,
}

/// One of the connections that may be open at the same time.
#[derive(Debug)]
pub(super) struct Open {
    open: Arc<AtomicUsize>,
    _of_client: Seat<IpAddr>,
}

impl Connections {
    /// None so far, and as many as the settings and the system allow.
    pub(super) fn new(config: &ServerConfig) -> Self {
        let clients = Seats::new(config.max_connections_per_client);
        Self { open: Arc::default(), limit: connections_within(config.max_connections), clients }
    }

    /// Counts one more from this address, unless there are as many as may be, in all or of the address.
    pub(super) fn open(&self, from: IpAddr) -> Option<Open> {
        let Some(of_client) = self.clients.take(one_owner(from)) else {
            refused(Limit::ConnectionsPerClient);
            return None;
        };
        let more = |count| (count < self.limit).then_some(count + 1);
        if self.open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_err() {
            refused(Limit::Connections);
            return None;
        }
        Some(Open { open: Arc::clone(&self.open), _of_client: of_client })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_may_have_as_many_as_its_limit_and_all_together_as_many_as_theirs() {
        let config =
            ServerConfig { max_connections: 3, max_connections_per_client: 2, ..ServerConfig::default() };
        let connections = Connections::new(&config);
        let open = |address: &str| connections.open(address.parse().unwrap());
        let (one, two) = (open("10.0.0.1").unwrap(), open("::ffff:10.0.0.1").unwrap());
        assert!(open("10.0.0.1").is_none());
        let net = open("2001:db8::1").unwrap();
        assert!(open("10.0.0.9").is_none());
        drop(one);
        let again = open("2001:db8::2").unwrap();
        assert!(open("2001:db8::3").is_none());
        drop((two, net, again));
        assert!(open("10.0.0.9").is_some());
    }
}
