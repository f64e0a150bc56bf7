//! One task: its state, the index it is in, its lease.

use super::{
    Check, attribute,
    indexes::{Element, Indexes, Places},
    inventory::Parts,
    kind::Kind,
    pages::text,
    record::Record,
    report::Findings,
};
use crate::{
    limits::RETENTION_MS_DEFAULT,
    model::{QueueName, Status},
};

/// Stands for tasks without a fairness key where keys take turns.
const NO_KEY: &str = "-";

/// Checks a task; returns how many elements of ready lists are tombstones of it.
pub(super) fn check(
    record: &Record,
    parts: Parts,
    places: &Places,
    indexes: &Indexes,
    findings: &mut Findings<'_>,
) -> usize {
    let mut task = Task { record, subject: record.id.to_string(), indexes, findings };
    match record.status {
        Status::Ready => task.sorted(places, None),
        status => task.sorted(places, Some(status)),
    }
    task.attributes(places);
    let tombstones = task.elements(places);
    task.attempts();
    task.times(places);
    task.copies();
    task.flags(parts);
    task.that(record.has_a_proper_pin(), Check::Unpinned, || {
        "is said to be neither anybody's nor an agent's".to_owned()
    });
    tombstones
}

struct Task<'a, 'b> {
    record: &'a Record,
    subject: String,
    indexes: &'a Indexes,
    findings: &'a mut Findings<'b>,
}

impl Task<'_, '_> {
    /// The sorted sets: the one of its state has it, no other one does.
    fn sorted(&mut self, places: &Places, own: Option<Status>) {
        for (status, _) in places.sorted.iter().filter(|(status, _)| Some(*status) != own) {
            let is = self.record.status.as_str();
            self.add(Check::WrongIndex, format!("is {is} and in the index of {} tasks", status.as_str()));
        }
        let Some(own) = own else { return };
        match places.sorted.iter().find(|(status, _)| *status == own) {
            None => {
                self.add(
                    Check::NotIndexed,
                    format!("is {} and not in the index of such tasks", own.as_str()),
                );
            }
            Some((_, score)) => self.score(own, *score),
        }
    }

    fn score(&mut self, status: Status, score: i64) {
        match status {
            Status::Running => self.lease(score),
            Status::Scheduled => {
                let due = self.record.due_at();
                self.that(due == Some(score), Check::Schedule, || {
                    format!("is indexed at {score} and due at {due:?}")
                });
            }
            Status::InputRequired => {
                let asked = self.record.number("ia");
                self.that(asked == score, Check::Schedule, || {
                    format!("is indexed at {score} and asked at {asked}")
                });
            }
            Status::Blocked => {
                let pending = self.record.number("pd");
                self.that(pending > 0, Check::NotIndexed, || {
                    format!("is blocked and waits for {pending} tasks")
                });
            }
            _ if self.record.has_flag('d') => {
                let end = self.record.number("fa") + self.record.retention_ms;
                self.that(end <= score, Check::Retention, || {
                    format!("is indexed at {score} and kept until {end} at least")
                });
            }
            _ => {
                let end = self.record.number("fa") + self.record.retention_ms;
                self.that(end == score, Check::Retention, || {
                    format!("is indexed at {score} and kept until {end}")
                });
            }
        }
    }

    /// The sets of its attributes, and those of the rare states: it is in these, at the score of its state and its age,
    /// and in no other.
    fn attributes(&mut self, places: &Places) {
        let wanted = attribute::sets(self.record);
        let score = attribute::score(self.record.id, self.record.status);
        for set in &wanted {
            match places.attributes.iter().find(|(name, _)| name == set) {
                None => self.add(Check::NotIndexed, format!("is not in {set}")),
                Some((_, found)) => self.that(*found == score, Check::WrongIndex, || {
                    format!("is in {set} at {found}, not at {score}")
                }),
            }
        }
        for (set, _) in places.attributes.iter().filter(|(set, _)| !wanted.contains(set)) {
            self.add(Check::WrongIndex, format!("is {} and in {set}", self.record.status.as_str()));
        }
    }

    fn lease(&mut self, score: i64) {
        for (field, name) in [("ag", "agent"), ("tk", "token"), ("ex", "expiry"), ("sa", "start")] {
            self.that(self.record.field(field).is_some(), Check::Lease, || {
                format!("is running without {name}")
            });
        }
        let expires = self.record.number("ex");
        let ends = expires == score || expires == 0;
        self.that(ends, Check::Lease, || format!("its lease is indexed at {score} and ends at {expires}"));
        for (fact, detail) in
            [("@known", "is not registered"), ("@held", "does not name it among what it holds")]
        {
            let known = self.record.field(fact).is_none() || self.record.number(fact) == 1;
            self.that(known, Check::Held, || format!("is running and its agent {detail}"));
        }
        if let Some(token) = self.record.field("tk").map(text) {
            let fence = self.record.number("fe");
            self.that(token.starts_with(&format!("{fence}-")), Check::Fence, || {
                format!("its token is not one of fence {fence}")
            });
        }
    }

    /// The ready lists: of a ready task one current element, in its own list. Returns how many are tombstones.
    fn elements(&mut self, places: &Places) -> usize {
        let entry = self.record.number("en");
        let (status, mut current, mut tombstones) = (self.record.status, 0, 0);
        for element in &places.ready {
            match i64::from(element.entry) {
                this if this < entry => tombstones += 1,
                this if this > entry => self.wrong_list(*element, "under an entry that it has not had"),
                // What stands deep in a list when its task is called off is left there.
                _ if status == Status::Cancelled => tombstones += 1,
                // Nor is what stands there when its deadline passes.
                _ if status == Status::Failed && self.record.deadline.is_some() => tombstones += 1,
                _ if status != Status::Ready => self.wrong_list(*element, "though it is not ready"),
                _ if !self.may_stand_in(self.indexes.list_of(*element)) => {
                    self.wrong_list(*element, "of others");
                }
                _ => current += 1,
            }
        }
        if status == Status::Ready {
            let list = &self.record.list;
            let anywhere = places.ready.iter().any(|element| i64::from(element.entry) == entry);
            self.that(anywhere, Check::NotIndexed, || format!("is ready and not in {list}"));
            self.that(current <= 1, Check::Duplicate, || format!("is {current} times in {list}"));
        }
        tombstones
    }

    /// Its ready list, the backlog of its key behind that, or the set of those that wait for a slot of its key.
    fn may_stand_in(&self, list: &str) -> bool {
        let record = self.record;
        match Kind::of(list) {
            Some(Kind::Backlog { list, key }) => {
                list == record.list && key == record.fairness.as_deref().unwrap_or(NO_KEY)
            }
            Some(Kind::Parked { queue, key }) => {
                queue == record.queue && Some(key) == record.concurrency.as_deref()
            }
            _ => list == record.list,
        }
    }

    fn wrong_list(&mut self, element: Element, how: &str) {
        let is = self.record.status.as_str();
        let list = self.indexes.list_of(element);
        self.add(Check::WrongIndex, format!("is {is} and in the ready list {list} {how}"));
    }

    fn attempts(&mut self) {
        let (attempt, fence) = (self.record.number("at"), self.record.number("fe"));
        let most = self.record.max_attempts;
        let running = self.record.status == Status::Running;
        self.that(fence >= attempt, Check::Fence, || format!("has fence {fence} at attempt {attempt}"));
        self.that(attempt <= most, Check::Attempts, || format!("is at attempt {attempt} of {most}"));
        self.that(attempt >= i64::from(running), Check::Attempts, || format!("is at attempt {attempt}"));
    }

    /// Times that end an attempt, or the task.
    fn times(&mut self, places: &Places) {
        let deadline = self.record.deadline.filter(|_| !self.record.status.is_finished());
        self.that(places.deadline == deadline, Check::Deadline, || {
            format!("its deadline is {deadline:?} and indexed at {:?}", places.deadline)
        });
        if self.record.status != Status::Running {
            return;
        }
        let (expires, ends) =
            (self.record.number("ex"), self.record.field("to").map(|_| self.record.number("to")));
        let expected = self.record.timeout_ms.map(|ms| self.record.number("sa") + ms);
        self.that(ends == expected, Check::Lease, || {
            format!("its attempt ends at {ends:?}, and should at {expected:?}")
        });
        let latest = ends.into_iter().chain(deadline).min();
        self.that(latest.is_none_or(|latest| expires <= latest), Check::Lease, || {
            format!("its lease ends at {expires}, after its attempt or its deadline")
        });
    }

    /// What the state repeats, so that the functions need not read the spec.
    fn copies(&mut self) {
        let running = self.record.status == Status::Running;
        let queue = self.record.field("q").map(text);
        if running || queue.is_some() {
            let queue = queue.unwrap_or_else(|| QueueName::DEFAULT.to_owned());
            let spec = &self.record.queue;
            self.that(queue == *spec, Check::Copy, || {
                format!("its state says queue {queue}, its spec {spec}")
            });
        }
        if running || self.record.field("rt").is_some() {
            let default = i64::try_from(RETENTION_MS_DEFAULT).unwrap_or(i64::MAX);
            let retention = self.record.field("rt").map_or(default, |_| self.record.number("rt"));
            let spec = self.record.retention_ms;
            self.that(retention == spec, Check::Copy, || {
                format!("its state says {retention} ms of retention, its spec {spec}")
            });
        }
        let (marked, has) = (self.record.number("dd") == 1, self.record.dedup_key.is_some());
        self.that(marked == has, Check::Copy, || {
            format!("its state says {marked} for a deduplication key, its spec {has}")
        });
    }

    /// What a flag stands for is there, and what is there has a flag: without one it would be left behind.
    fn flags(&mut self, parts: Parts) {
        let flags = self.record.field("fl").map(text).unwrap_or_default();
        let [_, _, _, _, _, input, usage, ..] = parts.others;
        for (flag, there, what) in [('q', input, "question"), ('u', usage, "usage")] {
            let flagged = flags.contains(flag);
            self.that(flagged == there, Check::Flags, || {
                format!("its flags are {flags:?}, and that it has a {what} is {there}")
            });
        }
        let asks = self.record.status == Status::InputRequired;
        self.that(!asks || input, Check::Flags, || "asks a person nothing".to_owned());
    }

    fn add(&mut self, check: Check, detail: String) {
        self.findings.add(check, self.subject.as_str(), detail);
    }

    fn that(&mut self, holds: bool, check: Check, detail: impl FnOnce() -> String) {
        self.findings.that(holds, check, &self.subject, detail);
    }
}
