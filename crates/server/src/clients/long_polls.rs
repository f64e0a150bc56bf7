use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::{Client, Seat, Seats};
use crate::config::ServerConfig;
use crate::metrics::{Limit, refused};
use crate::problem::{Code, Problem};

/// When a client that waits too often may come back.
const LATER: Duration = Duration::from_secs(1);

/// Requests that wait on purpose, and readers of events: how many there are in all, and of each client.
#[derive(Debug, Clone)]
pub(crate) struct LongPolls {
    waiting: Arc<AtomicUsize>,
    limit: usize,
    clients: Seats<Client>,
}

/// A request that may wait; it does not count any more when this is dropped.
#[derive(Debug)]
pub(crate) struct Waits {
    waiting: Arc<AtomicUsize>,
    _of_client: Seat<Client>,
}

impl LongPolls {
    /// As many as the settings allow.
    pub(crate) fn new(config: &ServerConfig) -> Self {
        let clients = Seats::new(config.max_long_polls_per_client);
        Self { waiting: Arc::default(), limit: config.max_long_polls, clients }
    }

    /// Counts a request of `client` that waits for `wait_ms` at most; one that does not wait is not counted.
    ///
    /// # Errors
    /// 503 where as many wait as may in all, 429 where so many of this client do.
    pub(crate) fn begin(&self, client: Client, wait_ms: u64) -> Result<Option<Waits>, Problem> {
        if wait_ms == 0 { Ok(None) } else { self.join(client).map(Some) }
    }

    /// Counts one of `client` that lasts as long as it likes.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub(crate) fn join(&self, client: Client) -> Result<Waits, Problem> {
        let of_client = self.clients.take(client).ok_or_else(|| self.too_many_of_client())?;
        let waits = Waits { waiting: Arc::clone(&self.waiting), _of_client: of_client };
        // Counted before it is looked at: what is too much is dropped, and so not counted any more.
        if self.waiting.fetch_add(1, Ordering::Relaxed) < self.limit {
            Ok(waits)
        } else {
            Err(self.too_many())
        }
    }

    fn too_many(&self) -> Problem {
        refused(Limit::LongPolls);
        let limit = self.limit;
        let detail = format!(
            "{limit} requests wait in this server, as many as may (`server.max_long_polls`): nothing was done, come back \
             in a moment, or without waiting"
        );
        Problem::new(Code::TooManyWaiting, detail).not_applied().after(LATER)
    }

    fn too_many_of_client(&self) -> Problem {
        refused(Limit::LongPollsPerClient);
        let limit = self.clients.limit();
        let detail = format!(
            "{limit} requests of this token, or where none is asked for of this address, wait in this server, as many as \
             may (`server.max_long_polls_per_client`): nothing was done, come back in a moment, or without waiting"
        );
        Problem::new(Code::RateLimited, detail).not_applied().after(LATER)
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polls(all: usize, each: usize) -> LongPolls {
        let limits =
            ServerConfig { max_long_polls: all, max_long_polls_per_client: each, ..ServerConfig::default() };
        LongPolls::new(&limits)
    }

    fn at(address: &str) -> Client {
        Client::Address(address.parse().unwrap())
    }

    #[test]
    fn the_first_one_too_many_of_a_client_and_of_all_is_refused_and_counts_for_nothing() {
        let polls = polls(3, 2);
        let first: Vec<_> = (0..2).map(|_| polls.begin(at("10.0.0.1"), 1).unwrap().unwrap()).collect();
        for _ in 0..5 {
            let refused = polls.begin(at("10.0.0.1"), 1).unwrap_err();
            assert_eq!((refused.status().as_u16(), refused.code()), (429, "rate_limited"));
        }
        let _other = polls.join(at("10.0.0.2")).unwrap();
        for _ in 0..5 {
            let refused = polls.join(at("10.0.0.2")).unwrap_err();
            assert_eq!((refused.status().as_u16(), refused.code()), (503, "too_many_waiting"));
        }
        assert!(polls.begin(at("10.0.0.1"), 0).unwrap().is_none());
        drop(first);
        let _again = polls.join(at("10.0.0.2")).unwrap();
        let _more = polls.join(at("10.0.0.1")).unwrap();
        assert!(polls.join(at("10.0.0.3")).is_err());
    }
}
