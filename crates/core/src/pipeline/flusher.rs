use std::sync::Arc;
use std::task::Poll;

use futures_util::stream::FuturesUnordered;
use futures_util::{StreamExt, poll};
use tokio::time::{Instant, sleep_until};

use super::flush::Flush;
use super::queue::{Queue, Step};
use crate::handle::Backend;

/// Flushes until the queue is closed and empty.
pub(super) async fn run(queue: Arc<Queue>, backend: Arc<Backend>) {
    let mut in_flight = FuturesUnordered::new();
    let mut timer = Box::pin(sleep_until(Instant::now()));
    let mut flush_done = false;
    loop {
        match queue.step(in_flight.len(), flush_done) {
            Step::Done => return,
            Step::Flush => {
                // Whoever can run now comes along: under load this makes a flush
                // a fifth larger; idle it costs one look at the sockets.
                tokio::task::yield_now().await;
                if let Some(flush) = Flush::bind(&queue) {
                    in_flight.push(flush.run(&queue, &backend));
                }
                // Polled at once, so that it is written before anybody else's turn.
                flush_done = matches!(poll!(in_flight.next()), Poll::Ready(Some(())));
            }
            Step::Sleep(until) => {
                // Set only when it has run out: deadlines only ever grow, and
                // one that fires early does no harm.
                if let Some(until) = until
                    && timer.is_elapsed()
                {
                    timer.as_mut().reset(until);
                }
                tokio::select! {
                    biased;
                    Some(()) = in_flight.next(), if !in_flight.is_empty() => flush_done = true,
                    () = queue.wake.notified() => flush_done = false,
                    () = &mut timer, if until.is_some() => flush_done = false,
                }
            }
        }
    }
}
