use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::entry::Work;
use super::flusher;
use super::late::LateCall;
use super::merge::{Merge, Merger};
use super::queue::Queue;
use crate::config::RedisConfig;
use crate::handle::Backend;
use crate::{Call, Error, trace};

/// The callers' side of the pipeline.
pub(crate) struct Pipeline {
    queue: Arc<Queue>,
    flusher: Mutex<Option<JoinHandle<()>>>,
}

impl Pipeline {
    pub(crate) fn open(backend: Arc<Backend>, config: &RedisConfig) -> Self {
        let queue = Arc::new(Queue::new(&config.pipeline, config.hot.response_timeout()));
        let flusher = tokio::spawn(flusher::run(Arc::clone(&queue), backend));
        Self { queue, flusher: Mutex::new(Some(flusher)) }
    }

    pub(crate) async fn call(&self, call: Call) -> Result<Value, Error> {
        let span = trace::call(&call);
        let result = self.one(call).await;
        trace::ended(&span, &result);
        result
    }

    async fn one(&self, call: Call) -> Result<Value, Error> {
        let (arrived, bytes) = (Instant::now(), call.bytes());
        self.queue.reserve(call.operations(), bytes, arrived).await?;
        let (reply, replied) = oneshot::channel();
        self.queue.push(Work::One { call, reply }, bytes, arrived)?;
        replied.await.unwrap_or_else(|_| Err(lost()))
    }

    pub(crate) async fn call_all(&self, calls: Vec<Call>) -> Vec<Result<Value, Error>> {
        let spans = trace::calls(&calls);
        let results = self.all(calls).await;
        for (span, result) in spans.iter().zip(&results) {
            trace::ended(span, result);
        }
        results
    }

    async fn all(&self, calls: Vec<Call>) -> Vec<Result<Value, Error>> {
        let count = calls.len();
        if count == 0 {
            return Vec::new();
        }
        let same = |error: Error| (0..count).map(|_| Err(error.clone())).collect();
        let arrived = Instant::now();
        let operations = calls.iter().map(Call::operations).sum();
        let bytes = calls.iter().map(Call::bytes).sum();
        if let Err(error) = self.queue.reserve(operations, bytes, arrived).await {
            return same(error);
        }
        let (reply, replied) = oneshot::channel();
        match self.queue.push(Work::Batch { calls, reply }, bytes, arrived) {
            Ok(()) => replied.await.unwrap_or_else(|_| same(lost())),
            Err(error) => same(error),
        }
    }

    pub(crate) fn call_late(&self, late: Box<dyn LateCall>) -> Result<(), Error> {
        self.queue.try_reserve()?;
        // What it will be is not known yet, and small.
        self.queue.push(Work::Late(late), 0, Instant::now())
    }

    pub(crate) fn merger<M: Merge>(&self, merge: M) -> Merger<M> {
        Merger::new(merge, Arc::clone(&self.queue))
    }

    /// Accepts nothing more and waits, `patience` at most, until what waits has
    /// been sent and answered.
    pub(crate) async fn close(&self, patience: Duration) {
        self.queue.close();
        let flusher = self.flusher.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut flusher) = flusher
            && timeout(patience, &mut flusher).await.is_err()
        {
            flusher.abort();
        }
    }
}

impl Drop for Pipeline {
    /// The flusher still sends what waits, then ends.
    fn drop(&mut self) {
        self.queue.close();
    }
}

pub(super) fn lost() -> Error {
    Error::unknown("the pipeline ended before the reply came")
}
