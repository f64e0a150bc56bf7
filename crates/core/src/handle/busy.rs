//! Finds out what keeps Redis busy, and ends it where that is up to the service. One task looks, for as long as Redis is
//! busy, and not each request that is refused for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::{Cmd, Value};
use tokio::time::{Instant, sleep};

use super::running::Running;
use crate::function::on_every_primary;
use crate::lane::hot::Hot;
use crate::{Error, Library};

/// How long a function may keep Redis busy before it is ended. Ours need milliseconds.
const RUNAWAY: Duration = Duration::from_secs(5);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(250);
/// Looks in a row that may fail before the task gives up; whoever is refused next starts another one.
const FAILURES: u32 = 20;

/// What it has found out. Does nothing until somebody is refused.
pub(crate) struct Watchdog {
    library: Library,
    /// Nobody but the service uses this Redis: all that runs there is its own.
    is_private: bool,
    watching: AtomicBool,
    found: Mutex<Option<String>>,
}

/// What one busy time has come to so far.
#[derive(Default)]
struct Episode {
    told: bool,
    /// It was tried to end what runs, and cannot be.
    given_up: bool,
    /// The user may not ask.
    denied: bool,
    failures: u32,
    before: Duration,
    /// When a script was seen, and nothing else since.
    script: Option<Instant>,
}

impl Episode {
    /// A script, of which Redis does not tell since when it runs.
    fn script(&mut self) -> Vec<Running> {
        let since = *self.script.get_or_insert_with(Instant::now);
        vec![Running::Script { took: since.elapsed() }]
    }
}

impl Watchdog {
    pub(crate) fn new(library: Library, is_private: bool) -> Arc<Self> {
        Arc::new(Self { library, is_private, watching: AtomicBool::new(false), found: Mutex::default() })
    }

    /// What keeps Redis busy, where that is known.
    pub(crate) fn found(&self) -> Option<String> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Somebody was refused because Redis is busy.
    pub(crate) fn wake(self: &Arc<Self>, hot: &Arc<Hot>) {
        if self.watching.swap(true, Ordering::AcqRel) {
            return;
        }
        let (this, hot) = (Arc::clone(self), Arc::clone(hot));
        tokio::spawn(async move {
            this.watch(&hot).await;
            this.find(None);
            this.watching.store(false, Ordering::Release);
        });
    }

    async fn watch(&self, hot: &Hot) {
        let mut episode = Episode::default();
        while episode.failures < FAILURES {
            match look(hot, &mut episode).await {
                Ok(running) if running.is_empty() => {
                    tracing::info!("Redis is not busy any more");
                    return;
                }
                Ok(running) => self.look_after(hot, &mut episode, &running).await,
                Err(_) => episode.failures += 1,
            }
            sleep(PAUSE).await;
        }
    }

    async fn look_after(&self, hot: &Hot, episode: &mut Episode, running: &[Running]) {
        let Some(longest) = running.iter().max_by_key(|running| running.took()) else { return };
        let sentence = longest.sentence();
        if !std::mem::replace(&mut episode.told, true) {
            tracing::warn!("{sentence}");
        }
        self.find(Some(sentence));
        episode.failures = 0;
        // Another call than the one that could not be ended.
        episode.given_up &= longest.took() >= episode.before;
        episode.before = longest.took();
        // In a cluster the command goes to every node: nobody else's may run on any.
        let is_ours = self.is_private || running.iter().all(|running| running.is_of(&self.library));
        if is_ours && longest.took() >= RUNAWAY && !episode.given_up {
            episode.given_up = !end(hot, longest).await;
            // Whatever script is seen next is another one.
            episode.script = episode.script.filter(|_| episode.given_up);
        }
    }

    fn find(&self, found: Option<String>) {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = found;
    }
}

/// What runs on the primaries.
async fn look(hot: &Hot, episode: &mut Episode) -> Result<Vec<Running>, Error> {
    if episode.denied {
        return match on_every_primary(hot, &redis::cmd("PING")).await {
            Err(Error::Busy { .. }) => Ok(episode.script()),
            other => other.map(|_| Vec::new()),
        };
    }
    match on_every_primary(hot, &two("FUNCTION", "STATS")).await {
        Ok(replies) => {
            episode.script = None;
            Ok(replies.into_iter().filter_map(Running::read).collect())
        }
        // While a script runs it tells nothing but that.
        Err(Error::Busy { .. }) => Ok(episode.script()),
        Err(error @ Error::Access { .. }) => {
            tracing::warn!(%error, "Redis is busy, and the service may not ask what it runs");
            (episode.denied, episode.told, episode.given_up) = (true, true, true);
            Err(error)
        }
        Err(error) => Err(error),
    }
}

/// Whether it was ended, or is to be tried again.
async fn end(hot: &Hot, running: &Running) -> bool {
    match hot.send_everywhere(&two(running.ended_by(), "KILL")).await {
        Ok(replies) => replies.into_iter().all(|reply| is_ended(running, crate::error::reply(reply))),
        Err(_) => true,
    }
}

fn is_ended(running: &Running, reply: Result<Value, Error>) -> bool {
    let what = running.sentence();
    match reply {
        Ok(_) => tracing::warn!("{what}: it was ended"),
        Err(Error::Internal { detail }) if detail.starts_with("NOTBUSY") => {}
        Err(Error::Internal { detail }) if detail.starts_with("UNKILLABLE") => {
            tracing::error!(
                "{what}: it has written already and cannot be ended; wait for it, or end Redis with SHUTDOWN NOSAVE, \
                 which loses what is not on its disk"
            );
            return false;
        }
        Err(error) => {
            tracing::error!(%error, "{what}, and cannot be ended: an operator can, with {} KILL", running.ended_by());
            return false;
        }
    }
    true
}

fn two(command: &str, word: &str) -> Cmd {
    let mut cmd = redis::cmd(command);
    cmd.arg(word);
    cmd
}
