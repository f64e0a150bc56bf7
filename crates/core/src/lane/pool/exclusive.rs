use std::sync::Arc;

use deadpool::managed::Object;
use redis::aio::ConnectionLike;
use redis::{Cmd, Pipeline, RedisError, RedisFuture, RedisResult, ServerErrorKind, Value};

use super::manager::ClusterManager;
use super::status::Counters;
use crate::Error;
use crate::error::{after_send, reply};

/// A connection nobody else uses until it is dropped.
///
/// One that saw an error of the connection or `READONLY`, or whose command was
/// abandoned half-way, is closed instead of going back to the pool.
pub struct Exclusive {
    /// `None` only while it is being dropped.
    lent: Option<Lent>,
    counters: Arc<Counters>,
    spoiled: bool,
}

pub(super) enum Lent {
    Single(Object<deadpool_redis::Manager>),
    Cluster(Object<ClusterManager>),
}

impl Lent {
    /// Made just now, for this caller.
    pub(super) fn is_new(&self) -> bool {
        match self {
            Self::Single(connection) => Object::metrics(connection).recycle_count == 0,
            Self::Cluster(connection) => Object::metrics(connection).recycle_count == 0,
        }
    }
}

impl Exclusive {
    pub(super) fn new(lent: Lent, counters: Arc<Counters>) -> Self {
        Self { lent: Some(lent), counters, spoiled: false }
    }

    /// Sends one command and waits for its reply, `pool.response_timeout_ms` at most.
    ///
    /// # Errors
    ///
    /// What Redis answered, or [`Error::Unknown`] where no answer came.
    pub async fn query(&mut self, cmd: &Cmd) -> Result<Value, Error> {
        self.req_packed_command(cmd).await.map_err(after_send).and_then(reply)
    }

    fn connection(&mut self) -> &mut (dyn ConnectionLike + Send) {
        match self.lent.as_mut().expect("lent until it is dropped") {
            Lent::Single(connection) => &mut **connection,
            Lent::Cluster(connection) => &mut **connection,
        }
    }
}

impl ConnectionLike for Exclusive {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        Box::pin(async move {
            // Stays set where this future is dropped before the reply.
            self.spoiled = true;
            let result = self.connection().req_packed_command(cmd).await;
            self.spoiled = spoils(&result, std::slice::from_ref);
            result
        })
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        Box::pin(async move {
            self.spoiled = true;
            let result = self.connection().req_packed_commands(pipeline, offset, count).await;
            self.spoiled = spoils(&result, Vec::as_slice);
            result
        })
    }

    fn get_db(&self) -> i64 {
        match &self.lent {
            Some(Lent::Single(connection)) => connection.get_db(),
            _ => 0,
        }
    }
}

impl Drop for Exclusive {
    fn drop(&mut self) {
        if !self.spoiled {
            return;
        }
        Counters::add(&self.counters.spoiled);
        match self.lent.take() {
            Some(Lent::Single(connection)) => drop(Object::take(connection)),
            Some(Lent::Cluster(connection)) => drop(Object::take(connection)),
            None => {}
        }
    }
}

fn spoils<T>(result: &RedisResult<T>, values: impl Fn(&T) -> &[Value]) -> bool {
    match result {
        Ok(reply) => values(reply).iter().any(
            |value| matches!(value, Value::ServerError(e) if e.kind() == Some(ServerErrorKind::ReadOnly)),
        ),
        Err(error) => breaks(error),
    }
}

fn breaks(error: &RedisError) -> bool {
    error.is_io_error()
        || error.is_unrecoverable_error()
        || error.kind() == redis::ErrorKind::Server(ServerErrorKind::ReadOnly)
}
