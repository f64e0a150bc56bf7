use std::sync::Arc;
use std::time::Duration;

use redis::{Cmd, Pipeline, Value};
use tokio::time::Instant;

use super::busy::Watchdog;
use crate::error::{is_missing_function, reply};
use crate::function::{Loaded, Loader, Needs, function_of, is_read_only, on_every_primary};
use crate::lane::breaker::Breaker;
use crate::lane::hot::{Health, Hot, Replies};
use crate::perf::{Recorder, Series};
use crate::pipeline::Timings;
use crate::{Error, Library};

/// The hot lane with all that belongs to one round trip: the breaker in front
/// of it, the library it needs, the time it takes.
pub(crate) struct Backend {
    hot: Arc<Hot>,
    breaker: Breaker,
    loader: Loader,
    timings: Timings,
    perf: Recorder,
    watchdog: Arc<Watchdog>,
}

impl Backend {
    pub(crate) fn new(
        hot: Hot,
        breaker: Breaker,
        library: Library,
        is_private: bool,
        perf: Recorder,
    ) -> Self {
        let watchdog = Watchdog::new(library.clone(), is_private);
        let (hot, loader) = (Arc::new(hot), Loader::new(library));
        Self { hot, breaker, loader, timings: Timings::default(), perf, watchdog }
    }

    /// Sends calls and returns one result for each, in order.
    ///
    /// Calls that failed only because their function was missing are repeated
    /// once, after loading the library: they were certainly not applied.
    pub(crate) async fn round_trip(&self, calls: Pipeline) -> Vec<Result<Value, Error>> {
        let started = Instant::now();
        let seen = self.loader.now();
        let mut results = self.send(&calls).await;
        let missing: Vec<usize> =
            results.iter().enumerate().filter(|(_, result)| is_missing(result)).map(|(i, _)| i).collect();
        if !missing.is_empty() {
            self.load_and_repeat(&calls, &mut results, &missing, seen).await;
        }
        let results = results.into_iter().map(|result| result.and_then(reply));
        let results: Vec<_> =
            calls.cmd_iter().zip(results).map(|(cmd, result)| without_doubt(cmd, result)).collect();
        if results.iter().any(|result| matches!(result, Err(Error::Busy { .. }))) {
            self.watchdog.wake(&self.hot);
        }
        self.record(&calls, &results, started.elapsed());
        results
    }

    /// Where this process records what it does.
    pub(crate) const fn perf(&self) -> &Recorder {
        &self.perf
    }

    /// Whether calls are let through to Redis now.
    pub(crate) fn breaker_open(&self) -> bool {
        self.breaker.is_open()
    }

    /// What keeps Redis busy, where that is known; it is found out from now on.
    pub(crate) fn busy_with(&self) -> Option<String> {
        self.watchdog.wake(&self.hot);
        self.watchdog.found()
    }

    /// One command on every primary, past the breaker: for administration.
    pub(crate) async fn on_every_primary(&self, cmd: &Cmd) -> Result<Vec<Value>, Error> {
        on_every_primary(&self.hot, cmd).await
    }

    /// Loads the library where it is missing or differs.
    pub(crate) async fn ensure_functions(&self) -> Result<(), Error> {
        self.loader.ensure(&self.hot).await
    }

    /// Loads the library where it is missing.
    pub(crate) async fn ensure_functions_present(&self) -> Result<(), Error> {
        self.loader.ensure_present(&self.hot).await
    }

    /// What a user of Redis has to be allowed for the library.
    pub(crate) const fn needs(&self) -> Option<&Needs> {
        self.loader.needs()
    }

    async fn send(&self, calls: &Pipeline) -> Vec<Result<Value, Error>> {
        let attempt = match self.breaker.admit() {
            Ok(attempt) => attempt,
            Err(error) => return Replies::failed(calls.len(), &error, Health::Failed).results,
        };
        let replies = self.hot.send(calls).await;
        match replies.health {
            Health::Answered => attempt.succeeded(),
            Health::Failed => attempt.failed(),
            Health::TimedOut => attempt.timed_out(),
        }
        replies.results
    }

    async fn load_and_repeat(
        &self,
        calls: &Pipeline,
        results: &mut [Result<Value, Error>],
        missing: &[usize],
        seen: Loaded,
    ) {
        if let Err(error) = self.loader.reload(&self.hot, seen).await {
            let error = Error::unavailable(format!("functions are missing and cannot be loaded: {error}"));
            missing.iter().for_each(|&i| results[i] = Err(error.clone()));
            return;
        }
        let mut again = Pipeline::with_capacity(missing.len());
        for (i, cmd) in calls.cmd_iter().enumerate() {
            if missing.binary_search(&i).is_ok() {
                again.add_command(cmd.clone());
            }
        }
        let repeated = self.send(&again).await;
        for (&i, result) in missing.iter().zip(repeated) {
            results[i] = result;
        }
    }

    fn record(&self, calls: &Pipeline, results: &[Result<Value, Error>], took: Duration) {
        let outcomes = results.iter().map(|result| result.as_ref().map_or_else(Error::label, |_| "ok"));
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.perf.record_value(Series::RedisCall, micros, u32::try_from(results.len()).unwrap_or(u32::MAX));
        self.timings.record(took, calls.cmd_iter().map(function_of).zip(outcomes));
    }
}

/// A call that only reads has changed nothing, whatever became of its reply.
fn without_doubt(cmd: &Cmd, result: Result<Value, Error>) -> Result<Value, Error> {
    match result {
        Err(Error::Unknown { detail }) if is_read_only(cmd) => Err(Error::Unavailable { detail }),
        other => other,
    }
}

fn is_missing(result: &Result<Value, Error>) -> bool {
    matches!(result, Ok(Value::ServerError(error)) if is_missing_function(error))
}
