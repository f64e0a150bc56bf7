//! Why a transaction was not applied.

use super::{apply::broken, result::Expected};
use crate::{
    Error,
    model::{Condition, StateKey, Status, TaskId, WriterLease},
    store::{Line, Reader},
    task::{deadline_passed, parent_too_deep, unknown_dependency, unknown_parent},
};

/// What a refusal is about.
#[derive(Default)]
struct About {
    task: Option<TaskId>,
    key: Option<StateKey>,
    agent: Option<String>,
    sender: Option<String>,
}

/// Reads where it cannot hold, and why.
pub(super) fn refusal(
    reply: &mut Reader,
    lease: Option<&WriterLease>,
    conditions: &[Condition],
    expected: &[Expected],
) -> Result<Error, waggle_core::Error> {
    let (part, index) = (reply.text()?, usize::try_from(reply.integer()?).unwrap_or(usize::MAX));
    let line = reply.line()?;
    let (part, about) = match part.as_str() {
        "lease" => return why(line, About { task: lease.map(WriterLease::task), ..About::default() }),
        "if" => ("if", conditions.get(index).map(About::condition)),
        _ => ("ops", expected.get(index).map(About::operation)),
    };
    let about = about.ok_or_else(|| broken("a refusal of something that was not asked for"))?;
    let error = placed(why(line, about)?, expected.get(index).filter(|_| part == "ops"), index);
    Ok(Error::At { part, index, error: Box::new(error) })
}

impl About {
    fn condition(condition: &Condition) -> Self {
        Self { task: condition.task, key: condition.state.clone(), ..Self::default() }
    }

    fn operation(expected: &Expected) -> Self {
        match expected {
            Expected::Settle(id, _) => Self { task: Some(*id), ..Self::default() },
            Expected::Send(from, to) => Self {
                agent: to.agent.as_ref().map(ToString::to_string),
                sender: Some(from.to_string()),
                ..Self::default()
            },
            Expected::Put(key, _) | Expected::Delete(key) | Expected::Increment(key) => {
                Self { key: Some(key.clone()), ..Self::default() }
            }
            Expected::Submit(..) => Self::default(),
        }
    }

    fn task(&self) -> Result<TaskId, waggle_core::Error> {
        self.task.ok_or_else(|| broken("a refusal of a task where there is none"))
    }

    fn key(&self) -> String {
        self.key.as_ref().map_or_else(String::new, ToString::to_string)
    }

    fn agent(self) -> String {
        self.agent.unwrap_or_default()
    }
}

/// The pointer of a field of a task begins at the transaction.
fn placed(error: Error, expected: Option<&Expected>, index: usize) -> Error {
    match (error, expected) {
        (Error::Invalid(invalid), Some(Expected::Submit(..))) => {
            Error::Invalid(invalid.under(&format!("/ops/{index}/task")))
        }
        (error, _) => error,
    }
}

fn why(mut line: Line, about: About) -> Result<Error, waggle_core::Error> {
    Ok(match line.optional_word() {
        Some("LEASELOST") => Error::LeaseLost { id: about.task()?, attempt: line.parse()? },
        Some("NOTFOUND") => Error::TaskNotFound(about.task()?),
        Some("CONDITIONUNMET") => {
            Error::ConditionUnmet { id: about.task()?, status: line.parse::<Status>()? }
        }
        Some("VERSIONMISMATCH") => Error::VersionMismatch { key: about.key(), version: line.parse()? },
        Some("STATENOTFOUND") => Error::StateNotFound(about.key()),
        Some("STATEFULL") => Error::StateFull,
        Some("NOTANUMBER") => Error::NotANumber(about.key()),
        Some("CAPABILITYSETS") => Error::TooManyCapabilitySets,
        Some("SWARMFULL") => Error::SwarmFull,
        Some("QUEUEFULL") => Error::QueueFull,
        Some("QUEUEDRAINING") => Error::QueueDraining,
        Some("DEADLINEPASSED") => deadline_passed("/deadline").into(),
        Some("UNKNOWNPARENT") => unknown_parent(),
        Some("PARENTTOODEEP") => parent_too_deep(),
        Some("UNKNOWNDEPENDENCY") => unknown_dependency(line.parse()?),
        Some("AGENTNOTFOUND") => Error::AgentNotFound(about.agent()),
        Some("SENDERNOTFOUND") => Error::AgentNotFound(about.sender.unwrap_or_default()),
        Some("INBOXFULL") => Error::InboxFull(about.agent()),
        Some("TOOMANYRECIPIENTS") => crate::message::too_many_recipients(),
        _ => return Err(line.broken()),
    })
}
