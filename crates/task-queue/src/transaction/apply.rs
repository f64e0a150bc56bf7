//! Applies operations together: `lua/transaction_apply.lua`.

use waggle_core::{Call, Error as RedisError};

use super::{encode::Encoded, refusal::refusal, result::Expected};
use crate::{
    Error, Idempotency, TaskQueue,
    library::function,
    limits::CALL_DEPENDENCIES,
    model::{Applied, Invalid, Operation, SwarmName, Transaction},
    store::Reader,
    task::{refused, root},
};

const FUNCTION: &str = function!("transaction_apply");
/// The same where memory is full.
const FREEING: &str = function!("transaction_apply_freeing");

/// The answer to a transaction.
#[derive(Debug)]
pub struct TransactionApplied {
    /// What each operation is answered, in their order.
    pub results: Vec<Applied>,
    /// Whether the answer is that of an earlier request with the same idempotency key.
    pub replayed: bool,
}

impl TaskQueue {
    /// Applies all operations, or none where a condition or an operation cannot hold. An operation sees what those
    /// before it have done.
    ///
    /// # Errors
    /// [`Error::At`] with what the single call would say; [`Error::LeaseLost`] or [`Error::TaskNotFound`] for the
    /// writer's lease; [`Error::SwarmNotFound`], [`Error::IdempotencyMismatch`], [`Error::Redis`]. After an unknown
    /// outcome the same request under an [`Idempotency`] does no harm, nor does one that ends an attempt: its lease is
    /// not held a second time.
    pub async fn apply_transaction(
        &self,
        swarm: &SwarmName,
        transaction: Transaction,
        idempotency: Option<Idempotency>,
    ) -> Result<TransactionApplied, Error> {
        let Transaction { conditions, ops, lease } = transaction;
        check_dependencies(&ops)?;
        let function = if ops.iter().all(Operation::only_frees) { FREEING } else { FUNCTION };
        let (encoded, expected) = Encoded::of(self, ops)?;
        let (memory, digest) = Idempotency::to_args(idempotency.as_ref());
        let mut call = Call::new(function, &root(swarm));
        call.arg(memory).arg(digest);
        self.add_writer(&mut call, lease.as_ref());
        encoded.write(self, &mut call, &conditions);
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let (replayed, now, writer) = (reply.integer()? == 1, reply.integer()?, reply.text()?);
        if writer.is_empty() {
            return Err(refusal(&mut reply, lease.as_ref(), &conditions, &expected)?);
        }
        let mut results = Vec::with_capacity(expected.len());
        for expected in expected {
            results.push(self.result(swarm, now, expected, &mut reply, !replayed).await?);
        }
        Ok(TransactionApplied { results, replayed })
    }

    /// One operation's answer; `news` where it is not that of an earlier request.
    async fn result(
        &self,
        swarm: &SwarmName,
        now: i64,
        expected: Expected,
        reply: &mut Reader,
        news: bool,
    ) -> Result<Applied, Error> {
        match expected {
            Expected::Submit(task, when) => {
                self.note_schedule(swarm, now, when, task.deadline);
                self.submitted(swarm, now, *task, when, reply, news).await
            }
            Expected::Settle(id, kind) => self.settled(swarm, id, kind, reply, news),
            Expected::Send(from, to) => super::result::sent(&from, &to, reply, news),
            Expected::Put(key, value) => super::result::written(key, Some(value), reply, &self.inner.codec),
            Expected::Increment(key) => super::result::written(key, None, reply, &self.inner.codec),
            Expected::Delete(key) => super::result::deleted(key, reply),
        }
    }
}

/// One call is all there is: what would take it too long is refused.
fn check_dependencies(ops: &[Operation]) -> Result<(), Error> {
    let of = |op: &Operation| if let Operation::Submit(task) = op { task.depends_on.len() } else { 0 };
    let all: usize = ops.iter().map(of).sum();
    if all <= CALL_DEPENDENCIES {
        return Ok(());
    }
    let detail = format!(
        "tasks of one transaction may depend on {CALL_DEPENDENCIES} tasks in all, and these on {all}"
    );
    Err(Invalid::field("/ops", detail).into())
}

pub(super) fn broken(what: &str) -> RedisError {
    RedisError::Internal { detail: format!("{FUNCTION}: {what}") }
}
