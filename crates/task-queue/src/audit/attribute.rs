//! Where a task is found by what it says of itself: `lua/parts/index.lua`.

use super::record::Record;
use crate::{
    keys,
    model::{Status, TaskId},
};

/// Bits of a score below the state.
const BITS: u32 = 42;

/// The sets a task belongs to, behind the root.
pub(super) fn sets(record: &Record) -> Vec<String> {
    let mut sets = record.attributes.clone();
    let rare = !matches!(record.status, Status::Ready | Status::Running | Status::Completed);
    if rare {
        sets.push(keys::index("", 'q', &record.queue));
    }
    let agent = match record.status {
        Status::Running | Status::Completed => None,
        status if status.is_finished() || status == Status::InputRequired => record.last_agent(),
        _ => record.pinned.clone(),
    };
    sets.extend(agent.map(|agent| keys::index("", 'a', &agent)));
    sets
}

/// The state's code, and the milliseconds of the id.
pub(super) fn score(id: TaskId, status: Status) -> i64 {
    let code = match status {
        Status::Blocked => 0,
        Status::Scheduled => 1,
        Status::Ready => 2,
        Status::Running => 3,
        Status::InputRequired => 4,
        Status::Completed => 5,
        Status::Failed => 6,
        Status::Cancelled => 7,
    };
    let text = id.to_string();
    let hexadecimal = format!("{}{}", &text[..8], &text[9..13]);
    let ms = i64::from_str_radix(&hexadecimal, 16).unwrap_or(i64::MAX);
    (code << BITS) + ms.min((1 << BITS) - 1)
}
