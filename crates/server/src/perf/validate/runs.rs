//! The validations that this server makes of itself.

use std::collections::VecDeque;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::header::HeaderValue;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use waggle_task_queue::{Idempotency, TaskQueue};

use super::outcome::{RunStatus, TestOutcome, Validation};
use super::suite::{Ended, Event};
use super::unfinished::Unfinished;
use super::{Broken, Client, Inside, Slack, Suite, Test};
use crate::tls::{Tls, trusting_nobody};

/// Validations that are remembered.
const REMEMBERED: usize = 16;

/// What this server is asked to test of itself, one validation at a time. Cheap to clone.
#[derive(Clone)]
pub struct Runs(Arc<Inner>);

struct Inner {
    address: SocketAddr,
    tls: Option<Tls>,
    queue: TaskQueue,
    stop: CancellationToken,
    /// The newest last.
    runs: Mutex<VecDeque<Run>>,
}

struct Run {
    validation: Validation,
    key: Option<Idempotency>,
}

/// Why a validation does not begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Another one is under way: its id.
    Busy(Uuid),
    /// The key was used with another body.
    OtherBody,
}

impl Runs {
    /// For the server that listens on `address`, over `tls` where there is some.
    pub(crate) fn new(address: SocketAddr, tls: Option<Tls>, queue: TaskQueue) -> Self {
        let stop = CancellationToken::new();
        Self(Arc::new(Inner { address: reachable(address), tls, queue, stop, runs: Mutex::default() }))
    }

    /// Begins a validation in the background, showing `authorization` where that is asked for. The same `key` begins it once.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn start(
        &self,
        quick: bool,
        tests: Vec<Test>,
        authorization: Option<HeaderValue>,
        key: Option<Idempotency>,
    ) -> Result<Validation, Refused> {
        let begun = self.begin(key)?;
        if begun.is_new {
            let (runs, id) = (self.clone(), begun.validation.id);
            tokio::spawn(async move { runs.make(id, quick, tests, authorization).await });
        }
        Ok(begun.validation)
    }

    /// A validation that is remembered.
    pub fn get(&self, id: Uuid) -> Option<Validation> {
        self.with(|runs| runs.iter().find(|run| run.validation.id == id).map(|run| run.validation.clone()))
    }

    /// Breaks off what is under way.
    pub fn stop(&self) {
        self.0.stop.cancel();
    }

    #[cfg(test)]
    pub(super) fn begin_for_test(&self) -> Uuid {
        self.begin(None).expect("none is under way").validation.id
    }

    fn begin(&self, key: Option<Idempotency>) -> Result<Begun, Refused> {
        self.with(|runs| {
            if let Some((same, key)) = key.as_ref().and_then(|key| Some((by_key(runs, key)?, key))) {
                let equal = same.key.as_ref().is_some_and(|known| known.body_digest == key.body_digest);
                let begun = Begun { validation: same.validation.clone(), is_new: false };
                return if equal { Ok(begun) } else { Err(Refused::OtherBody) };
            }
            if let Some(last) = runs.back().filter(|run| run.validation.status == RunStatus::Running) {
                return Err(Refused::Busy(last.validation.id));
            }
            let validation = new(Uuid::now_v7());
            runs.push_back(Run { validation: validation.clone(), key });
            if runs.len() > REMEMBERED {
                runs.pop_front();
            }
            Ok(Begun { validation, is_new: true })
        })
    }

    async fn make(&self, id: Uuid, quick: bool, tests: Vec<Test>, authorization: Option<HeaderValue>) {
        let _unfinished = Unfinished::new(self, id);
        let count = tests.len();
        let ended = match self.client(authorization) {
            Ok(client) => {
                let inside = Inside::Here(self.0.queue.clone());
                let suite = Suite { client, inside, quick, slack: Slack::NONE, tests };
                suite.run(&self.0.stop, |event| self.note(id, count, &event)).await
            }
            Err(broken) => Err(broken),
        };
        if let Err(error) = &ended {
            tracing::warn!(validation.id = %id, %error, "a validation broke off");
        }
        self.change(id, |validation| finish(validation, ended));
    }

    /// A client of this server.
    fn client(&self, authorization: Option<HeaderValue>) -> Result<Client, Broken> {
        let address = self.0.address;
        match &self.0.tls {
            None => Client::new(&format!("http://{address}"), trusting_nobody(), authorization),
            Some(tls) => {
                let own = tls.own_client().map_err(|problem| Broken::new(problem.to_owned()))?;
                Client::new(&format!("https://{address}"), own, authorization)
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "seven tests")]
    fn note(&self, id: Uuid, count: usize, event: &Event<'_>) {
        if let Event::Ended(outcome) = event {
            let outcome: TestOutcome = (*outcome).clone();
            self.change(id, |validation| {
                validation.tests.push(outcome);
                validation.progress = validation.tests.len() as f64 / count as f64;
            });
        }
    }

    pub(super) fn change(&self, id: Uuid, change: impl FnOnce(&mut Validation)) {
        self.with(|runs| {
            if let Some(run) = runs.iter_mut().find(|run| run.validation.id == id) {
                change(&mut run.validation);
            }
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut VecDeque<Run>) -> T) -> T {
        act(&mut self.0.runs.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn by_key<'a>(runs: &'a VecDeque<Run>, key: &Idempotency) -> Option<&'a Run> {
    runs.iter()
        .find(|run| run.key.as_ref().is_some_and(|known| known.key == key.key && known.scope == key.scope))
}

struct Begun {
    validation: Validation,
    is_new: bool,
}

fn new(id: Uuid) -> Validation {
    Validation {
        id,
        status: RunStatus::Running,
        progress: 0.0,
        confidence: None,
        tests: Vec::new(),
        error: None,
    }
}

/// Says how a validation has ended.
pub(super) fn finish(validation: &mut Validation, ended: Result<Ended, Broken>) {
    validation.status = RunStatus::Finished;
    match ended {
        Ok(Ended { tests, confidence }) => {
            (validation.progress, validation.confidence, validation.tests) = (1.0, confidence, tests);
        }
        Err(broken) => validation.error = Some(broken.to_string()),
    }
}

/// Where a server is reached that listens everywhere.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

impl fmt::Debug for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runs").field("address", &self.0.address).finish_non_exhaustive()
    }
}
