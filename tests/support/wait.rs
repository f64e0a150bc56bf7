//! Waiting for conditions.

use std::time::{Duration, Instant};

/// How long a condition may take to come true before the test fails.
pub const PATIENCE: Duration = Duration::from_secs(25);
/// Between two looks.
const POLL: Duration = Duration::from_millis(5);
/// Rounds after which [`until_quick`] gives up: so many times those that it wants, and some more.
const TIMES: usize = 3;
const MORE: usize = 2;

/// The most that [`lateness`] is where none waits for the next round.
pub const ON_TIME: Duration = Duration::from_millis(700);

/// Milliseconds from now that lie closely over more than the second between two rounds of maintenance, or two looks of
/// claims: whenever one comes by, something has fallen due just after it.
pub fn over_a_round() -> impl Iterator<Item = i64> {
    (0..12).map(|n| n * 90)
}

/// How late those of [`over_a_round`] were: the latest of them, or twice the one in the middle where that is less. Who waits for
/// the next round is 0.9 s and 0.5 s late there; a busy machine that stands still for a moment delays few, a slow one all a little.
///
/// # Panics
/// When there are none.
pub fn lateness(late: impl IntoIterator<Item = Duration>) -> Duration {
    let mut late: Vec<_> = late.into_iter().collect();
    late.sort_unstable();
    late[late.len() - 1].min(2 * late[late.len() / 2])
}

/// Waits until `condition` holds.
///
/// # Panics
/// When it does not within `patience`.
pub async fn until(what: &str, patience: Duration, mut condition: impl AsyncFnMut() -> bool) {
    until_some(what, patience, async || condition().await.then_some(())).await;
}

/// Waits until `look` finds something.
///
/// # Panics
/// When it does not within `patience`.
pub async fn until_some<T>(what: &str, patience: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "not within {patience:?}: {what}");
        tokio::time::sleep(POLL).await;
    }
}

/// Runs rounds, each of which tells how long it took, until so many in a row took less than `quick`. What a busy machine
/// delays now and then is quick in the end; what waits for a look from time to time is so by luck, and not in a row.
///
/// # Panics
/// When it never is.
pub async fn until_quick(in_a_row: usize, quick: Duration, mut round: impl AsyncFnMut(usize) -> Duration) {
    let mut all = Vec::new();
    while all.len() < TIMES * in_a_row + MORE {
        all.push(round(all.len()).await);
        if all.len() >= in_a_row && all[all.len() - in_a_row..].iter().all(|took| *took < quick) {
            return;
        }
    }
    panic!("never {in_a_row} in a row within {quick:?}: {all:?}");
}

/// As [`until_some`], outside a runtime.
pub(crate) fn until_some_blocking<T>(
    what: &str,
    patience: Duration,
    mut look: impl FnMut() -> Option<T>,
) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "not within {patience:?}: {what}");
        std::thread::sleep(POLL);
    }
}
