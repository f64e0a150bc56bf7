//! Where tasks are found: ready lists, leases, schedule, finished ones.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::Bytes;
use waggle_core::{Error, Redis};

use super::{
    inventory::Inventory,
    kind::{Kind, canonical},
    pages::{number, read, text},
};
use crate::model::{Status, TaskId};

const DEADLINES: &str = "deadlines";

/// A sorted set, named by the state whose tasks it holds, and the score.
pub(super) type Sorted = (Status, i64);

/// An element of a ready list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element {
    /// Which of [`Indexes::lists`].
    list: usize,
    /// Whether it waits for its turn or for a slot, and does not stand in a ready list.
    pub(super) waits: bool,
    /// How often the task had entered a list before.
    pub(super) entry: u32,
}

/// Where one task is found.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) ready: Vec<Element>,
    pub(super) sorted: Vec<Sorted>,
    /// As the index of deadlines says.
    pub(super) deadline: Option<i64>,
    /// Sets of an attribute, behind the root, and the score there.
    pub(super) attributes: Vec<(String, i64)>,
}

/// Where all tasks of a swarm are found.
#[derive(Debug, Default)]
pub(super) struct Indexes {
    lists: Vec<String>,
    numbers: HashMap<String, usize>,
    places: HashMap<TaskId, Places>,
    /// How many elements of a fairness key stand in a ready list.
    pub(super) staged: BTreeMap<(String, String), i64>,
    /// Members that are no ids: index and member.
    pub(super) strangers: BTreeSet<(String, String)>,
}

impl Indexes {
    pub(super) async fn read(redis: &Redis, root: &str, inventory: &Inventory) -> Result<Self, Error> {
        let mut indexes = Self::default();
        let names = inventory.names.iter().map(String::as_str);
        let names = names.filter(|name| {
            is_list(name) || *name == DEADLINES || is_attribute(name) || sorted_status(name).is_some()
        });
        read(redis, root, names, |name, elements| match sorted_status(name) {
            None if name == DEADLINES => indexes.note_deadlines(elements),
            Some(status) => indexes.note_sorted(name, status, elements),
            None if is_attribute(name) => indexes.note_attribute(name, elements),
            None => indexes.note_list(name, elements),
        })
        .await?;
        Ok(indexes)
    }

    /// Takes out where a task was found; what is left at the end belongs to no task.
    pub(super) fn take(&mut self, id: TaskId) -> Places {
        self.places.remove(&id).unwrap_or_default()
    }

    pub(super) fn left(&self) -> impl Iterator<Item = (&TaskId, &Places)> {
        self.places.iter()
    }

    /// The name of the list behind the root.
    pub(super) fn list_of(&self, element: Element) -> &str {
        &self.lists[element.list]
    }

    fn note_sorted(&mut self, name: &str, status: Status, elements: &[Bytes]) {
        for pair in elements.chunks_exact(2) {
            match canonical(&text(&pair[0])) {
                Some(id) => {
                    let place = (status, number(&pair[1]));
                    let sorted = &mut self.places.entry(id).or_default().sorted;
                    // A page may repeat what slid into it from the one before.
                    if !sorted.iter().any(|(known, _)| *known == status) {
                        sorted.push(place);
                    }
                }
                None => drop(self.strangers.insert((name.to_owned(), text(&pair[0])))),
            }
        }
    }

    fn note_deadlines(&mut self, elements: &[Bytes]) {
        for pair in elements.chunks_exact(2) {
            match canonical(&text(&pair[0])) {
                Some(id) => self.places.entry(id).or_default().deadline = Some(number(&pair[1])),
                None => drop(self.strangers.insert((DEADLINES.to_owned(), text(&pair[0])))),
            }
        }
    }

    fn note_attribute(&mut self, name: &str, elements: &[Bytes]) {
        for pair in elements.chunks_exact(2) {
            let Some(id) = canonical(&text(&pair[0])) else {
                self.strangers.insert((name.to_owned(), text(&pair[0])));
                continue;
            };
            let attributes = &mut self.places.entry(id).or_default().attributes;
            if !attributes.iter().any(|(known, _)| known == name) {
                attributes.push((name.to_owned(), number(&pair[1])));
            }
        }
    }

    fn note_list(&mut self, name: &str, elements: &[Bytes]) {
        let next = self.lists.len();
        let list = *self.numbers.entry(name.to_owned()).or_insert(next);
        if list == next {
            self.lists.push(name.to_owned());
        }
        let (waits, parked) = waits(name);
        let width = if parked { 2 } else { 1 };
        for element in elements.chunks(width).map(|element| text(&element[0])) {
            let Some((id, entry, key)) = split(&element) else {
                self.strangers.insert((name.to_owned(), element));
                continue;
            };
            if let Some(key) = key.filter(|_| !waits) {
                *self.staged.entry((name.to_owned(), key.to_owned())).or_default() += 1;
            }
            self.places.entry(id).or_default().ready.push(Element { list, waits, entry });
        }
    }
}

fn is_list(name: &str) -> bool {
    matches!(
        Kind::of(name),
        Some(Kind::Ready | Kind::Special { .. } | Kind::Backlog { .. } | Kind::Parked { .. })
    )
}

/// Whether the tasks of a list wait for their turn or for a slot, and whether the list is a sorted set.
fn waits(name: &str) -> (bool, bool) {
    match Kind::of(name) {
        Some(Kind::Backlog { .. }) => (true, false),
        Some(Kind::Parked { .. }) => (true, true),
        _ => (false, false),
    }
}

fn is_attribute(name: &str) -> bool {
    Kind::of(name) == Some(Kind::Attribute)
}

fn sorted_status(name: &str) -> Option<Status> {
    match Kind::of(name)? {
        Kind::Leases => Some(Status::Running),
        Kind::Scheduled => Some(Status::Scheduled),
        Kind::Asking => Some(Status::InputRequired),
        Kind::Blocked => Some(Status::Blocked),
        Kind::Finished(status) => Some(status),
        _ => None,
    }
}

/// `<id>[.<entry>][~<fairness key>]`.
pub(super) fn split(element: &str) -> Option<(TaskId, u32, Option<&str>)> {
    let (place, key) = element.split_once('~').map_or((element, None), |(place, key)| (place, Some(key)));
    match place.split_once('.') {
        None => Some((canonical(place)?, 0, key)),
        Some((id, entry)) => Some((canonical(id)?, entry.parse().ok().filter(|entry| *entry > 0)?, key)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_is_an_id_and_perhaps_an_entry() {
        let id = TaskId::new();
        assert_eq!(split(&id.to_string()), Some((id, 0, None)));
        assert_eq!(split(&format!("{id}.12")), Some((id, 12, None)));
        assert_eq!(split(&format!("{id}.12~a.b")), Some((id, 12, Some("a.b"))));
        for broken in [format!("{id}."), format!("{id}.0"), format!("{id}.x"), "x".to_owned()] {
            assert_eq!(split(&broken), None, "{broken}");
        }
    }
}
