//! Keeping a lease alive while a command runs.

use std::time::{Duration, Instant};

use tokio::{sync::watch, time::sleep_until};
use tokio_util::task::AbortOnDropHandle;
use waggle_core::backoff::Backoff;
use waggle_task_queue::{
    limits::LEASE_MS_MIN,
    model::{Heartbeat, Heartbeaten, TaskId},
};

use super::held::Held;
use crate::cli::client::{Call, CallError, Client, json};

/// How long one heartbeat may take.
const BEAT: Duration = Duration::from_secs(5);
/// First wait after a heartbeat that failed.
const RETRY: Duration = Duration::from_millis(50);

/// What a heartbeat brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum News {
    /// The task is held.
    Held,
    /// Somebody asked to stop the task.
    CancelRequested,
    /// The task is not, or not certainly, held any more.
    Lost(String),
}

/// Extends a lease for as long as it lives.
pub(super) struct Keeper {
    news: watch::Receiver<News>,
    _task: AbortOnDropHandle<()>,
}

impl Keeper {
    /// Begins with the lease of `held`.
    pub(super) fn start(client: Client, held: &Held) -> Self {
        let (tell, news) = watch::channel(News::Held);
        let lease = Lease::of(client, held);
        Self { news, _task: AbortOnDropHandle::new(tokio::spawn(lease.keep(tell))) }
    }

    /// The next news. May be called again when it was dropped before.
    pub(super) async fn next(&mut self) -> News {
        match self.news.changed().await {
            Ok(()) => self.news.borrow_and_update().clone(),
            Err(_) => std::future::pending().await, // lost, and told so: there is no more news
        }
    }
}

struct Lease {
    client: Client,
    id: TaskId,
    token: String,
    length: Duration,
    /// When the next heartbeat is due.
    due: Instant,
    /// When the lease ends unless it is extended. Counted from before the call that extended it was
    /// sent, so it is never later than the service's own.
    ends: Instant,
    backoff: Backoff,
}

impl Lease {
    fn of(client: Client, held: &Held) -> Self {
        let first = if held.uncertain { Duration::ZERO } else { held.lease / 3 };
        Self {
            client,
            id: held.task.id,
            token: held.token.clone(),
            length: held.lease,
            due: held.since + first,
            ends: held.since + held.lease,
            backoff: Backoff::new(RETRY.min(held.lease / 10), held.lease / 6),
        }
    }

    async fn keep(mut self, tell: watch::Sender<News>) {
        loop {
            sleep_until(self.due.min(self.ends).into()).await;
            if Instant::now() >= self.ends {
                tell.send_replace(News::Lost("it could not be extended in time".to_owned()));
                return;
            }
            match self.beat().await {
                Ok(Heartbeaten { budget_exceeded: true, .. }) => {
                    tell.send_replace(News::Lost("a budget is used up".to_owned()));
                    return;
                }
                Ok(Heartbeaten { cancel_requested: true, .. }) => tell_cancelled(&tell),
                Ok(_) => {}
                Err(error) if ends_lease(&error) => {
                    tell.send_replace(News::Lost(error.to_string()));
                    return;
                }
                Err(error) => self.put_off(&error),
            }
        }
    }

    /// One heartbeat.
    async fn beat(&mut self) -> Result<Heartbeaten, CallError> {
        let sent = Instant::now();
        let extend_ms = u64::try_from(self.length.as_millis()).unwrap_or(LEASE_MS_MIN).max(LEASE_MS_MIN);
        let beat =
            Heartbeat { lease: self.token.clone(), extend_ms: Some(extend_ms), progress: None, usage: None };
        let call = Call::post(format!("/tasks/{}/heartbeat", self.id)).json(&beat);
        let call = call.map_err(|error| CallError::Garbled { detail: error.to_string() })?;
        let body = self.client.send(&call.within(BEAT.min(self.ends - sent))).await?;
        let beaten: Heartbeaten = json(&body)?;
        (self.due, self.ends) = (sent + self.length / 3, sent + self.length);
        self.backoff.reset();
        Ok(beaten)
    }

    fn put_off(&mut self, error: &CallError) {
        tracing::warn!(task.id = %self.id, %error, "a heartbeat failed and is sent again");
        self.due = Instant::now() + self.backoff.next_delay();
    }
}

fn tell_cancelled(tell: &watch::Sender<News>) {
    tell.send_if_modified(|news| std::mem::replace(news, News::CancelRequested) != News::CancelRequested);
}

/// The task is gone, finished or another's.
fn ends_lease(error: &CallError) -> bool {
    error.problem().is_some_and(|problem| matches!(problem.status, 404 | 409) && !problem.is_passing())
}
