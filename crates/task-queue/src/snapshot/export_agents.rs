//! The agents of a snapshot, each with its inbox and the messages in it: `lua/snapshot_agents.lua` and those beside it.

use bytes::Bytes;
use waggle_core::Error as RedisError;

use super::{
    export::{Export, PAGE, Stop},
    format::{AgentLine, InboxLine, Record},
    inbox::{self, SHARED},
};
use crate::{library::function, model::MessageId, store::Reader};

const AGENTS: &str = function!("snapshot_agents");
const INBOX: &str = function!("snapshot_inbox");
const MESSAGES: &str = function!("snapshot_messages");

impl Export {
    pub(super) async fn agents(&mut self) -> Result<(), Stop> {
        let mut after = String::new();
        loop {
            let mut call = self.call(AGENTS);
            call.arg(after.as_str()).arg(PAGE);
            let mut reply = self.read(AGENTS, call).await?;
            if reply.remaining() == 0 {
                return Ok(());
            }
            while reply.remaining() > 0 {
                let mut stored = reply.array()?;
                after = stored.text()?;
                let agent = inbox::agent(&after, stored)?;
                if let Some(agent) = agent {
                    self.agent(agent).await?;
                }
            }
        }
    }

    async fn agent(&mut self, agent: AgentLine) -> Result<(), Stop> {
        let (name, last) = (agent.name.to_string(), agent.last_seq);
        self.line(&Record::Agent(agent)).await?;
        let mut after = 0;
        while after < last {
            let mut call = self.call(INBOX);
            call.arg(name.as_str()).arg(after).arg(last).arg(PAGE);
            let mut reply = self.read(INBOX, call).await?;
            if reply.remaining() == 0 {
                break;
            }
            let mut entries = Vec::with_capacity(reply.remaining());
            while reply.remaining() > 0 {
                let entry = Entry::read(reply.array()?)?;
                after = entry.seq;
                entries.push(entry);
            }
            self.inbox(entries).await?;
        }
        Ok(())
    }

    async fn inbox(&mut self, mut entries: Vec<Entry>) -> Result<(), Stop> {
        let unknown = |entry: &&Entry| entry.shared && !self.shared.contains(&entry.id);
        let wanted: Vec<MessageId> = entries.iter().filter(unknown).map(|entry| entry.id).collect();
        let mut wanted = wanted.as_slice();
        while !wanted.is_empty() {
            let mut call = self.call(MESSAGES);
            for id in wanted {
                call.arg(id.encode(&mut [0; 36]));
            }
            let mut reply = self.read(MESSAGES, call).await?;
            let (read, left) = wanted.split_at(reply.remaining().clamp(1, wanted.len()));
            wanted = left;
            for id in read {
                let stored = reply.bytes()?;
                if let Some(entry) = entries.iter_mut().find(|entry| entry.id == *id) {
                    entry.stored = stored;
                }
            }
            // What was read is written before more is read.
            let written =
                entries.iter().position(|entry| wanted.contains(&entry.id)).unwrap_or(entries.len());
            for entry in entries.drain(..written) {
                self.entry(entry).await?;
            }
        }
        for entry in entries {
            self.entry(entry).await?;
        }
        Ok(())
    }

    /// A message that is gone was acknowledged meanwhile, or has expired.
    async fn entry(&mut self, entry: Entry) -> Result<(), Stop> {
        if let Some(stored) = &entry.stored {
            let message = inbox::message(entry.id, entry.shared, stored, &self.queue.inner.codec)?;
            self.line(&Record::Message(message)).await?;
            if entry.shared {
                self.shared.insert(entry.id);
            }
        } else if !self.shared.contains(&entry.id) {
            return Ok(());
        }
        self.line(&Record::Inbox(InboxLine { seq: entry.seq, message: entry.id })).await
    }
}

/// An entry of an inbox.
struct Entry {
    seq: u64,
    id: MessageId,
    shared: bool,
    stored: Option<Bytes>,
}

impl Entry {
    fn read(mut reply: Reader) -> Result<Self, RedisError> {
        let seq = u64::try_from(reply.integer()?).unwrap_or(0);
        let member = reply.text()?;
        let id = member.trim_end_matches(SHARED).parse();
        let id = id.map_err(|_| reply.broken("a message without a proper id"))?;
        Ok(Self { seq, id, shared: member.ends_with(SHARED), stored: reply.bytes()? })
    }
}
