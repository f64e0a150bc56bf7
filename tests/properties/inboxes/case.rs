//! The inboxes of a swarm in the store.

use std::rc::Rc;
use std::time::Duration;

use proptest_state_machine::StateMachineTest;
use waggle_task_queue::Error;
use waggle_task_queue::maintenance::Custodian;
use waggle_task_queue::model::{
    self, Acked, AgentName, Inbox, InboxQuery, Json, MessageId, NewAgent, NewMessage, SwarmName, TopicName,
};

use super::{AGENTS, Ack, Answer, Machine, Model, TOPICS, To, Transition};
use crate::store::Backend;

/// Longer than any case lasts.
const TTL_MS: u64 = 86_400_000;

/// A swarm in a store.
pub(super) struct Case {
    backend: Rc<Backend>,
    swarm: SwarmName,
    /// The id of each message.
    ids: Vec<MessageId>,
}

impl StateMachineTest for Case {
    type SystemUnderTest = Self;
    type Reference = Machine;

    fn init_test(model: &Model) -> Self {
        let backend = Backend::of_this_test();
        let swarm = backend.swarm();
        backend.set_clock(&swarm, model.now);
        Self { backend, swarm, ids: Vec::new() }
    }

    fn apply(mut case: Self, model: &Model, transition: Transition) -> Self {
        let backend = Rc::clone(&case.backend);
        let answer = backend.runtime.block_on(case.call(&transition, model));
        assert_eq!(answer, model.answer, "the answer to {transition:?}");
        case
    }

    fn check_invariants(case: &Self, model: &Model) {
        for agent in 0..AGENTS.len() {
            case.backend.runtime.block_on(case.compare_inbox(agent, model));
        }
    }

    fn teardown(case: Self, _: Model) {
        case.backend.audit(&case.swarm);
    }
}

impl Case {
    async fn call(&mut self, transition: &Transition, model: &Model) -> Answer {
        let (backend, swarm) = (Rc::clone(&self.backend), self.swarm.clone());
        let (queue, swarm) = (&backend.queue, &swarm);
        match *transition {
            Transition::Register { agent, limit } => {
                let new = NewAgent { ttl_ms: TTL_MS, inbox_limit: limit, ..NewAgent::default() };
                done(queue.put_agent(swarm, &name(agent), new).await.map(drop))
            }
            Transition::Remove { agent } => done(queue.delete_agent(swarm, &name(agent)).await),
            Transition::Subscribe { agent, topic } => {
                done(queue.put_subscription(swarm, &name(agent), &topic_name(topic)).await)
            }
            Transition::Unsubscribe { agent, topic } => {
                done(queue.delete_subscription(swarm, &name(agent), &topic_name(topic)).await)
            }
            Transition::Send { from, to, ttl_ms } => self.send(from, to, ttl_ms).await,
            Transition::Ack { agent, ref what } => {
                let acked = queue.ack_messages(swarm, &name(agent), self.ack(what)).await;
                acked.map_or_else(refusal, |Acked { acked }| Answer::Acked(acked))
            }
            Transition::Read { agent, after, limit } => match self.read(agent, after, limit).await {
                Ok(Inbox { messages, next }) => {
                    let messages = messages.iter().map(|message| (message.seq, self.number(message.id)));
                    Answer::Read { messages: messages.collect(), next }
                }
                Err(error) => refusal(error),
            },
            Transition::Advance { .. } => {
                backend.set_clock(swarm, model.now);
                Answer::Done
            }
            Transition::Tend => {
                Answer::Expired(Custodian.run_once(&backend.redis, swarm).await.unwrap().tasks)
            }
        }
    }

    async fn send(&mut self, from: usize, to: To, ttl_ms: i64) -> Answer {
        let message = NewMessage {
            from: name(from),
            to: address(to),
            kind: None,
            body: Some(Json::parse(self.ids.len().to_string()).unwrap()),
            reply_to: None,
            correlation_id: None,
            ttl_ms: Some(ttl_ms.cast_unsigned()),
        };
        match self.backend.queue.send_message(&self.swarm, message, None).await {
            Ok(done) => {
                self.ids.push(done.sent.id);
                let full = done.sent.full.iter().map(number_of).collect();
                Answer::Sent { inboxes: done.sent.recipients, full }
            }
            Err(error) => refusal(error),
        }
    }

    fn ack(&self, what: &Ack) -> model::Ack {
        match what {
            Ack::UpTo(last) => model::Ack { up_to: Some(*last), ids: None },
            Ack::These(messages) => {
                let ids = messages.iter().map(|message| self.ids[*message]).collect();
                model::Ack { up_to: None, ids: Some(ids) }
            }
        }
    }

    async fn read(&self, agent: usize, after: u64, limit: usize) -> Result<Inbox, Error> {
        let query = InboxQuery { after, limit: Some(limit) };
        self.backend.queue.read_inbox(&self.swarm, &name(agent), query, Duration::ZERO).await
    }

    fn number(&self, id: MessageId) -> usize {
        self.ids.iter().position(|known| *known == id).unwrap_or_else(|| panic!("{id} was never sent"))
    }

    async fn compare_inbox(&self, agent: usize, model: &Model) {
        let inbox = match self.read(agent, 0, 500).await {
            Err(Error::AgentNotFound(_)) => return assert_eq!(model.unread(agent), None),
            inbox => inbox.unwrap(),
        };
        let seen = inbox.messages.iter().map(|message| (message.seq, self.number(message.id)));
        assert_eq!(Some(seen.collect()), model.unread(agent), "the inbox of {}", AGENTS[agent]);
        for message in inbox.messages {
            let number = self.number(message.id);
            let expected = &model.messages[number];
            assert_eq!(message.body.unwrap().as_str(), number.to_string());
            assert_eq!((message.from, message.sent_at.0), (name(expected.from), expected.sent_at));
            let to = |to: model::To| (to.agent, to.topic, to.swarm);
            assert_eq!(to(message.to), to(address(expected.to)));
        }
    }
}

fn name(agent: usize) -> AgentName {
    AGENTS[agent].parse().unwrap()
}

fn number_of(agent: &AgentName) -> usize {
    AGENTS.iter().position(|known| *known == agent.as_str()).unwrap()
}

fn topic_name(topic: usize) -> TopicName {
    TOPICS[topic].parse().unwrap()
}

fn address(to: To) -> model::To {
    let (mut agent, mut topic, mut swarm) = (None, None, None);
    match to {
        To::Agent(to) => agent = Some(name(to)),
        To::Topic(to) => topic = Some(topic_name(to)),
        To::Everybody => swarm = Some(true),
    }
    model::To { agent, topic, swarm }
}

fn done(result: Result<(), Error>) -> Answer {
    result.map_or_else(refusal, |()| Answer::Done)
}

fn refusal(error: Error) -> Answer {
    match error {
        Error::AgentNotFound(_) => Answer::NotFound,
        Error::InboxFull(_) => Answer::InboxFull,
        other => panic!("{other}"),
    }
}
