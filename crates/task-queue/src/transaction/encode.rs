//! A transaction as the function wants it.

use waggle_core::Call;

use super::result::Expected;
use crate::{
    Error, TaskQueue,
    message::SendItem,
    model::{Condition, Operation, StateKey, TaskId},
    state::frame_of,
    store::Spec,
    task::{SettleItem, SubmitItem},
};

/// Operations, ready to be written into a call.
pub(super) struct Encoded(Vec<Op>);

enum Op {
    Settle(SettleItem),
    Submit(SubmitItem),
    Send(SendItem),
    Put { key: StateKey, frame: Vec<u8>, ttl: String },
    Delete(StateKey),
    Increment { key: StateKey, by: String },
}

impl Encoded {
    /// The operations, and what is expected of each.
    pub(super) fn of(queue: &TaskQueue, ops: Vec<Operation>) -> Result<(Self, Vec<Expected>), Error> {
        let pairs: Vec<_> = ops.into_iter().map(|op| encode(queue, op)).collect::<Result<_, _>>()?;
        let (ops, expected) = pairs.into_iter().unzip();
        Ok((Self(ops), expected))
    }

    /// Appends the conditions and the operations.
    pub(super) fn write(&self, queue: &TaskQueue, call: &mut Call, conditions: &[Condition]) {
        call.arg(conditions.len());
        for condition in conditions {
            write_condition(queue, call, condition);
        }
        for op in &self.0 {
            op.write(call);
        }
        call.weight(self.0.len());
    }
}

fn encode(queue: &TaskQueue, op: Operation) -> Result<(Op, Expected), Error> {
    let codec = &queue.inner.codec;
    Ok(match op {
        Operation::Settle(mut outcome) => {
            outcome.lease = queue.own(outcome.lease);
            let (id, kind) = (outcome.id, outcome.outcome);
            (Op::Settle(SettleItem::encode(*outcome, codec)?), Expected::Settle(id, kind))
        }
        Operation::Submit(task) => {
            let spec = Spec::encode(&task, codec)?;
            let when = spec.when;
            (Op::Submit(SubmitItem { id: TaskId::new(), spec }), Expected::Submit(task, when))
        }
        Operation::Send(message) => {
            (Op::Send(SendItem::encode(queue, &message)?), Expected::Send(message.from, message.to))
        }
        Operation::Put(key, put) => {
            let ttl = put.ttl_ms.map_or_else(String::new, |ms| ms.to_string());
            let frame = frame_of(&put.value, codec);
            (Op::Put { key: key.clone(), frame, ttl }, Expected::Put(key, put.value))
        }
        Operation::Delete(key) => (Op::Delete(key.clone()), Expected::Delete(key)),
        Operation::Increment(key, increment) => {
            (Op::Increment { key: key.clone(), by: increment.by.to_string() }, Expected::Increment(key))
        }
    })
}

impl Op {
    fn write(&self, call: &mut Call) {
        match self {
            Self::Settle(item) => item.write(call),
            Self::Submit(item) => item.write(call.arg("n")),
            Self::Send(item) => item.write(call.arg("m")),
            Self::Put { key, frame, ttl } => {
                call.arg("p").arg(key.as_str()).arg(frame.as_slice()).arg(ttl.as_str());
            }
            Self::Delete(key) => drop(call.arg("d").arg(key.as_str())),
            Self::Increment { key, by } => drop(call.arg("i").arg(key.as_str()).arg(by.as_str())),
        }
    }
}

fn write_condition(queue: &TaskQueue, call: &mut Call, condition: &Condition) {
    match condition {
        Condition { state: Some(key), version, .. } => {
            call.arg("s").arg(key.as_str()).arg(version.unwrap_or(0));
        }
        Condition { task, lease: Some(token), .. } => {
            call.arg("l").arg(task.map(id).unwrap_or_default()).arg(queue.own(token.to_string()));
        }
        Condition { task, status, .. } => {
            call.arg("t")
                .arg(task.map(id).unwrap_or_default())
                .arg(status.map_or("", |status| status.as_str()));
        }
    }
}

fn id(id: TaskId) -> String {
    id.encode(&mut [0; 36]).to_owned()
}
