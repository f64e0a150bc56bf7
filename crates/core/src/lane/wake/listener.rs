use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::{sleep, timeout};

use super::event::Wake;
use super::subscriber::Subscriber;
use super::wakeups::Shared;
use crate::backoff::Backoff;
use crate::config::HotConfig;
use crate::lane::Address;

/// First pause before connecting again; doubles, with jitter.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// Longest pause: the fallback poll of the layer above comes once a second too.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// A connection that is silent because nothing happens looks like one that is
/// dead; this often it is asked.
const CHECK: Duration = Duration::from_secs(5);

/// Listens until it is aborted.
pub(super) async fn run(shared: Arc<Shared>, address: Address, config: HotConfig) {
    let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
    let mut away = false;
    loop {
        // What the last connection had to say no longer counts.
        let _ = shared.lost.notified().now_or_never();
        match Subscriber::connect(&shared, &address, &config).await {
            Ok(subscriber) => {
                listen(&shared, &subscriber, &mut backoff, away).await;
                away = true;
            }
            Err(error) if !away => {
                tracing::warn!(%error, "no wake-ups: the subscriber cannot connect");
                away = true;
            }
            Err(_) => {}
        }
        sleep(backoff.next_delay()).await;
    }
}

/// Listens on one connection until it is lost.
async fn listen(shared: &Shared, subscriber: &Subscriber, backoff: &mut Backoff, away: bool) {
    let mut failed = subscriber.subscribe(&shared.all()).await;
    if away {
        tracing::info!("the wake-up subscriber is back");
    }
    shared.send(Wake::Gap);
    if failed.is_empty() {
        backoff.reset();
    }
    loop {
        // With everything subscribed to, only a check is due; else a repetition.
        let pause = if failed.is_empty() { CHECK } else { backoff.next_delay() };
        let changed = tokio::select! {
            () = shared.lost.notified() => return,
            changed = timeout(pause, shared.changed.notified()) => changed.is_ok(),
        };
        if !failed.is_empty() {
            failed = repeat(shared, subscriber, &failed).await;
        }
        if changed {
            failed.extend(apply(shared, subscriber).await);
        } else if !subscriber.answers().await {
            return;
        }
    }
}

/// Tries again what failed, and tells that something may have been missed.
async fn repeat(shared: &Shared, subscriber: &Subscriber, failed: &[Arc<str>]) -> Vec<Arc<str>> {
    let wanted: Vec<_> = failed.iter().filter(|channel| shared.wanted(channel).is_some()).cloned().collect();
    let still = subscriber.subscribe(&wanted).await;
    if still.len() < wanted.len() {
        shared.send(Wake::Gap);
    }
    still
}

async fn apply(shared: &Shared, subscriber: &Subscriber) -> Vec<Arc<str>> {
    let changes = shared.changes();
    subscriber.unsubscribe(&changes.unsubscribe).await;
    let failed = subscriber.subscribe(&changes.subscribe).await;
    for channel in changes.subscribe {
        if !failed.contains(&channel) {
            shared.send(Wake::Listening { channel });
        }
    }
    failed
}
