//! Where tasks are found: ready lists, leases, schedule, finished ones.

use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use waggle_core::{Error, Redis};

use super::{
    inventory::Inventory,
    kind::{Kind, canonical},
    pages::{number, read, text},
};
use crate::model::{Status, TaskId};

/// A sorted set, named by the state whose tasks it holds, and the score.
pub(super) type Sorted = (Status, i64);

/// An element of a ready list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element {
    /// Which of [`Indexes::lists`].
    list: usize,
    /// How often the task had entered a list before.
    pub(super) entry: u32,
}

/// Where one task is found.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) ready: Vec<Element>,
    pub(super) sorted: Vec<Sorted>,
}

/// Where all tasks of a swarm are found.
#[derive(Debug, Default)]
pub(super) struct Indexes {
    lists: Vec<String>,
    numbers: HashMap<String, usize>,
    places: HashMap<TaskId, Places>,
    /// Members that are no ids: index and member.
    pub(super) strangers: BTreeSet<(String, String)>,
}

impl Indexes {
    pub(super) async fn read(redis: &Redis, root: &str, inventory: &Inventory) -> Result<Self, Error> {
        let mut indexes = Self::default();
        let names = inventory.names.iter().map(String::as_str);
        let names = names.filter(|name| is_list(name) || sorted_status(name).is_some());
        read(redis, root, names, |name, elements| match sorted_status(name) {
            Some(status) => indexes.note_sorted(name, status, elements),
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

    fn note_list(&mut self, name: &str, elements: &[Bytes]) {
        let next = self.lists.len();
        let list = *self.numbers.entry(name.to_owned()).or_insert(next);
        if list == next {
            self.lists.push(name.to_owned());
        }
        for element in elements {
            match split(&text(element)) {
                Some((id, entry)) => self.places.entry(id).or_default().ready.push(Element { list, entry }),
                None => drop(self.strangers.insert((name.to_owned(), text(element)))),
            }
        }
    }
}

fn is_list(name: &str) -> bool {
    matches!(Kind::of(name), Some(Kind::Ready | Kind::Special { .. }))
}

fn sorted_status(name: &str) -> Option<Status> {
    match Kind::of(name)? {
        Kind::Leases => Some(Status::Running),
        Kind::Scheduled => Some(Status::Scheduled),
        Kind::Blocked => Some(Status::Blocked),
        Kind::Finished(status) => Some(status),
        _ => None,
    }
}

/// `<id>` or `<id>.<entry>`.
fn split(element: &str) -> Option<(TaskId, u32)> {
    match element.split_once('.') {
        None => Some((canonical(element)?, 0)),
        Some((id, entry)) => Some((canonical(id)?, entry.parse().ok().filter(|entry| *entry > 0)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_is_an_id_and_perhaps_an_entry() {
        let id = TaskId::new();
        assert_eq!(split(&id.to_string()), Some((id, 0)));
        assert_eq!(split(&format!("{id}.12")), Some((id, 12)));
        for broken in [format!("{id}."), format!("{id}.0"), format!("{id}.x"), "x".to_owned()] {
            assert_eq!(split(&broken), None, "{broken}");
        }
    }
}
