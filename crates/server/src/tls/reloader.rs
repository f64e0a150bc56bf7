use std::time::{Duration, SystemTime};

use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{MissedTickBehavior, interval};

use super::loaded::Pem;
use super::{Tls, TlsError};

/// From here on the end of a certificate is told, once for each day that is left, and then for each since it has ended.
const NOTICE_DAYS: u64 = 14;
const DAY: Duration = Duration::from_secs(86_400);

/// Takes over certificates that were put in the place of others; ends when it is dropped.
///
/// The content is compared, not the time of a change: files are replaced by renaming, through links, and by mounts that
/// are swapped, and two of them can never be replaced in one instant. What cannot be used is told once, and the files
/// are taken over as soon as they fit together.
#[derive(Debug)]
pub(crate) struct Reloader(JoinHandle<()>);

impl Reloader {
    /// Begins.
    pub(crate) fn spawn(tls: Tls) -> Self {
        Self(tokio::spawn(async move {
            let mut ticks = interval(tls.config().reload());
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut eye = Eye::new(tls);
            loop {
                ticks.tick().await;
                // A file may lie on a network that does not answer.
                match spawn_blocking(move || (eye.run_once(), eye)).await {
                    Ok((_, back)) => eye = back,
                    Err(error) => {
                        tracing::error!(%error, "certificates are not looked at any more");
                        return;
                    }
                }
            }
        }))
    }
}

impl Drop for Reloader {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What one look led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// What is used already, or what is known to be of no use.
    Nothing,
    /// New connections get another certificate from now on.
    Renewed,
    /// What is there cannot be used, and what was used before still is.
    Unusable(TlsError),
}

/// Looks at the files, and remembers what it saw last.
pub(super) struct Eye {
    tls: Tls,
    last: Result<[u8; 32], TlsError>,
    /// The days that were left when it was told, or that none were: then at which day after its end.
    told: Option<Left>,
}

/// What is left of a certificate, in days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// It ends in so many, or before the first of them is over.
    Days(u64),
    /// It has ended, so many ago.
    Ended(u64),
}

impl Left {
    /// Of what ends at `ends`.
    pub(super) fn at(now: SystemTime, ends: SystemTime) -> Self {
        let days = |time: Duration| time.as_secs() / DAY.as_secs();
        match ends.duration_since(now) {
            Ok(left) if !left.is_zero() => Self::Days(days(left)),
            Ok(_) => Self::Ended(0),
            Err(ago) => Self::Ended(days(ago.duration())),
        }
    }

    fn is_worth_telling(self) -> bool {
        !matches!(self, Self::Days(NOTICE_DAYS..))
    }
}

impl Eye {
    pub(super) fn new(tls: Tls) -> Self {
        let last = Ok(tls.loaded().digest);
        Self { tls, last, told: None }
    }

    /// Looks once.
    pub(super) fn run_once(&mut self) -> Seen {
        let seen = self.look();
        match &seen {
            Seen::Nothing => {}
            Seen::Renewed => {
                self.told = None;
                tracing::info!(ends = self.tls.loaded().ends_text(), "the certificate was renewed");
            }
            Seen::Unusable(error) => {
                tracing::error!(%error, "the new certificate cannot be used: the one before is kept");
            }
        }
        self.tell_end();
        seen
    }

    fn look(&mut self) -> Seen {
        let read = Pem::read(self.tls.config());
        let now = read.as_ref().map(Pem::digest).map_err(Clone::clone);
        if now == self.last {
            return Seen::Nothing;
        }
        self.last = now;
        let asked = self.tls.config().client_certificates;
        match read {
            // What is used stands there again.
            Ok(pem) if pem.digest() == self.tls.loaded().digest => Seen::Nothing,
            Ok(pem) => match pem.load(asked) {
                Ok(loaded) => {
                    self.tls.replace(loaded);
                    Seen::Renewed
                }
                Err(error) => Seen::Unusable(error),
            },
            Err(error) => Seen::Unusable(error),
        }
    }

    fn tell_end(&mut self) {
        let loaded = self.tls.loaded();
        let left = Left::at(SystemTime::now(), loaded.ends);
        if !left.is_worth_telling() || self.told == Some(left) {
            return;
        }
        self.told = Some(left);
        let ends = loaded.ends_text();
        match left {
            Left::Days(days) => {
                tracing::warn!(ends, "the certificate of the service ends in {days} days");
            }
            Left::Ended(_) => {
                tracing::error!(ends, "the certificate of the service has ended: clients refuse it");
            }
        }
    }
}
