//! What the generator takes out of an answer, by searching rather than parsing: cheap, and strict enough,
//! because the payloads are the bench's own and hold none of these words.

use anyhow::ensure;

const ID: &[u8] = b"\"id\":\"";
const TOKEN: &[u8] = b"\"token\":\"";
const TASKS: &[u8] = b"\"tasks\":[";

/// A task held under a lease.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) id: String,
    pub(crate) lease: String,
}

/// The tasks that a claim or a settlement handed out.
///
/// # Errors
/// When ids and leases do not pair up.
pub(crate) fn tasks(body: &[u8]) -> anyhow::Result<Vec<Held>> {
    let tasks = &body[find(body, TASKS).unwrap_or(body.len())..];
    let (ids, mut leases) = (strings(tasks, ID), strings(tasks, TOKEN));
    let mut held = Vec::new();
    for id in ids {
        let lease = leases.next();
        ensure!(lease.is_some(), "task {id} came without a lease");
        held.extend(lease.map(|lease| Held { id, lease }));
    }
    ensure!(leases.next().is_none(), "a lease came without a task");
    Ok(held)
}

/// The one task that an answer must hold.
///
/// # Errors
/// When it holds none or several: the load only asks when a task is there for it.
pub(crate) fn one_task(body: &[u8]) -> anyhow::Result<Held> {
    let mut held = tasks(body)?;
    ensure!(held.len() == 1, "{} tasks instead of one: {}", held.len(), String::from_utf8_lossy(body));
    Ok(held.remove(0))
}

/// How many items of a batch or a settlement have this status.
pub(crate) fn count_status(body: &[u8], status: u16) -> usize {
    let needle = format!("\"status\":{status}");
    let items = &body[..find(body, TASKS).unwrap_or(body.len())];
    items.windows(needle.len()).filter(|window| *window == needle.as_bytes()).count()
}

/// The digits that follow `mark`, as a number.
pub(crate) fn number_after(body: &[u8], mark: &[u8]) -> Option<usize> {
    let digits = &body[find(body, mark)? + mark.len()..];
    let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    std::str::from_utf8(&digits[..end]).ok()?.parse().ok()
}

/// Where `needle` starts.
pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// The string values of one key, in order.
fn strings<'a>(mut rest: &'a [u8], key: &'a [u8]) -> impl Iterator<Item = String> + 'a {
    std::iter::from_fn(move || {
        let start = find(rest, key)? + key.len();
        let length = rest[start..].iter().position(|byte| *byte == b'"')?;
        let value = String::from_utf8_lossy(&rest[start..start + length]).into_owned();
        rest = &rest[start + length..];
        Some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claims_tasks_come_with_their_leases() {
        let body = br#"{"tasks":[{"id":"a","lease":{"token":"1"}},{"id":"b","lease":{"token":"2"}}],"directive":"run"}"#;
        let pairs: Vec<_> = tasks(body).unwrap().into_iter().map(|held| (held.id, held.lease)).collect();
        assert_eq!(pairs, [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
    }

    #[test]
    fn a_settlements_outcomes_are_not_taken_for_tasks() {
        let body = br#"{"outcomes":[{"id":"a","status":200}],"tasks":[{"id":"b","lease":{"token":"2"}}]}"#;
        assert_eq!(one_task(body).unwrap().id, "b");
        assert_eq!(count_status(body, 200), 1);
    }

    #[test]
    fn a_task_without_a_lease_is_refused() {
        assert!(tasks(br#"{"tasks":[{"id":"a"}]}"#).is_err());
    }

    #[test]
    fn an_empty_claim_has_no_tasks() {
        assert!(tasks(br#"{"tasks":[],"directive":"run"}"#).unwrap().is_empty());
    }

    #[test]
    fn a_number_is_read_behind_its_mark() {
        assert_eq!(number_after(b"sequence-42-abc", b"sequence-"), Some(42));
    }
}
