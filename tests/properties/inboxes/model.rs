//! The reference: for each agent a list of numbered messages.

use std::collections::BTreeSet;

use super::{Ack, To, Transition};

pub(super) const AGENTS: [&str; 3] = ["a", "b:1", "c"];
pub(super) const TOPICS: [&str; 2] = ["news", "a"];
const BEGIN: i64 = 1_800_000_000_000;

/// What a call has to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    Sent {
        inboxes: u64,
        full: Vec<usize>,
    },
    InboxFull,
    NotFound,
    Acked(u64),
    Read {
        messages: Vec<(u64, usize)>,
        next: u64,
    },
    /// So many messages expired in so many inboxes.
    Expired(usize),
}

/// A message that was sent.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) from: usize,
    pub(super) to: To,
    pub(super) sent_at: i64,
    expires_at: i64,
}

#[derive(Debug, Clone)]
struct Inbox {
    limit: u64,
    /// The last number given.
    last: u64,
    /// Numbers and messages; those that have expired too, until somebody looks.
    entries: Vec<(u64, usize)>,
    topics: BTreeSet<usize>,
}

/// The inboxes of one swarm.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) now: i64,
    pub(super) messages: Vec<Message>,
    inboxes: [Option<Inbox>; AGENTS.len()],
    pub(super) answer: Answer,
}

impl Model {
    pub(super) fn new() -> Self {
        Self {
            now: BEGIN,
            messages: Vec::new(),
            inboxes: [const { None }; AGENTS.len()],
            answer: Answer::Done,
        }
    }

    /// What an agent may read; absent where there is none.
    pub(super) fn unread(&self, agent: usize) -> Option<Vec<(u64, usize)>> {
        let entries = &self.inboxes[agent].as_ref()?.entries;
        Some(entries.iter().copied().filter(|(_, message)| self.is_live(*message)).collect())
    }

    pub(super) fn due(&self) -> impl Iterator<Item = i64> {
        let entries = self.inboxes.iter().flatten().flat_map(|inbox| &inbox.entries);
        entries.map(|(_, message)| self.messages[*message].expires_at)
    }

    fn is_live(&self, message: usize) -> bool {
        self.now < self.messages[message].expires_at
    }

    pub(super) fn call(&mut self, transition: &Transition) -> Answer {
        match *transition {
            Transition::Register { agent, limit } => {
                let new = Inbox { limit, last: 0, entries: Vec::new(), topics: BTreeSet::new() };
                self.inboxes[agent].get_or_insert(new).limit = limit;
                Answer::Done
            }
            Transition::Remove { agent } => match self.inboxes[agent].take() {
                Some(_) => Answer::Done,
                None => Answer::NotFound,
            },
            Transition::Subscribe { agent, topic } => self.topics(agent, |topics| _ = topics.insert(topic)),
            Transition::Unsubscribe { agent, topic } => {
                self.topics(agent, |topics| _ = topics.remove(&topic))
            }
            Transition::Send { from, to, ttl_ms } => self.send(from, to, ttl_ms),
            Transition::Ack { agent, ref what } => self.ack(agent, what),
            Transition::Read { agent, after, limit } => self.read(agent, after, limit),
            Transition::Advance { ms } => {
                self.now += ms;
                Answer::Done
            }
            Transition::Tend => Answer::Expired(self.expire()),
        }
    }

    fn topics(&mut self, agent: usize, change: impl FnOnce(&mut BTreeSet<usize>)) -> Answer {
        let Some(inbox) = &mut self.inboxes[agent] else { return Answer::NotFound };
        change(&mut inbox.topics);
        Answer::Done
    }

    fn send(&mut self, from: usize, to: To, ttl_ms: i64) -> Answer {
        let recipients: Vec<usize> =
            (0..AGENTS.len()).filter(|agent| self.is_for(from, to, *agent)).collect();
        if matches!(to, To::Agent(_)) && recipients.is_empty() {
            return Answer::NotFound;
        }
        if recipients.iter().any(|agent| self.is_full(*agent)) {
            self.expire();
        }
        let (full, open): (Vec<_>, Vec<_>) = recipients.into_iter().partition(|agent| self.is_full(*agent));
        if matches!(to, To::Agent(_)) && open.is_empty() {
            return Answer::InboxFull;
        }
        let number = self.messages.len();
        self.messages.push(Message { from, to, sent_at: self.now, expires_at: self.now + ttl_ms });
        for agent in &open {
            let inbox = self.inboxes[*agent].as_mut().expect("a recipient is registered");
            inbox.last += 1;
            inbox.entries.push((inbox.last, number));
        }
        Answer::Sent { inboxes: open.len() as u64, full }
    }

    fn is_for(&self, from: usize, to: To, agent: usize) -> bool {
        let Some(inbox) = &self.inboxes[agent] else { return false };
        match to {
            To::Agent(one) => one == agent,
            To::Topic(topic) => agent != from && inbox.topics.contains(&topic),
            To::Everybody => agent != from,
        }
    }

    fn is_full(&self, agent: usize) -> bool {
        self.inboxes[agent].as_ref().is_some_and(|inbox| inbox.entries.len() as u64 >= inbox.limit)
    }

    /// Takes out what has expired; returns how many entries that were.
    fn expire(&mut self) -> usize {
        let (now, messages, mut expired) = (self.now, &self.messages, 0);
        for inbox in self.inboxes.iter_mut().flatten() {
            let before = inbox.entries.len();
            inbox.entries.retain(|(_, message)| now < messages[*message].expires_at);
            expired += before - inbox.entries.len();
        }
        expired
    }

    fn ack(&mut self, agent: usize, what: &Ack) -> Answer {
        if self.inboxes[agent].is_none() {
            return Answer::NotFound;
        }
        self.expire();
        let inbox = self.inboxes[agent].as_mut().expect("looked at before");
        let before = inbox.entries.len();
        inbox.entries.retain(|(seq, message)| match what {
            Ack::UpTo(last) => seq > last,
            Ack::These(messages) => !messages.contains(message),
        });
        Answer::Acked((before - inbox.entries.len()) as u64)
    }

    fn read(&self, agent: usize, after: u64, limit: usize) -> Answer {
        let Some(unread) = self.unread(agent) else { return Answer::NotFound };
        let messages: Vec<_> = unread.into_iter().filter(|(seq, _)| *seq > after).take(limit).collect();
        let next = messages.last().map_or(after, |(seq, _)| *seq);
        Answer::Read { messages, next }
    }
}
