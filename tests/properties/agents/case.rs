//! The agents of a swarm in the store.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use proptest_state_machine::StateMachineTest;
use waggle_task_queue::Error;
use waggle_task_queue::maintenance::{Custodian, Reaper};
use waggle_task_queue::model::{
    AgentHeartbeat, AgentHeartbeaten, AgentName, AgentStatus, Claim, Complete, Directive, HeldLease,
    NewAgent, NewTask, QueueName, Release, Status, SwarmName, TaskId,
};

use super::tasks::LEASE_MS;
use super::{AGENTS, Answer, FREE, Machine, Model, Stand, Transition};
use crate::store::Backend;

/// A swarm in a store.
pub(super) struct Case {
    backend: Rc<Backend>,
    swarm: SwarmName,
    /// The id of each task.
    ids: Vec<TaskId>,
    /// The last token of each task.
    tokens: BTreeMap<usize, String>,
}

impl StateMachineTest for Case {
    type SystemUnderTest = Self;
    type Reference = Machine;

    fn init_test(model: &Model) -> Self {
        let backend = Backend::of_this_test();
        let swarm = backend.swarm();
        backend.set_clock(&swarm, model.now);
        Self { backend, swarm, ids: Vec::new(), tokens: BTreeMap::new() }
    }

    fn apply(mut case: Self, model: &Model, transition: Transition) -> Self {
        let backend = Rc::clone(&case.backend);
        let answer = backend.runtime.block_on(case.call(&transition, model));
        assert_eq!(answer, model.answer, "the answer to {transition:?}");
        case
    }

    fn check_invariants(case: &Self, model: &Model) {
        case.backend.runtime.block_on(async {
            case.compare_agents(model).await;
            case.compare_tasks(model).await;
        });
    }

    fn teardown(case: Self, _: Model) {
        case.backend.audit(&case.swarm);
    }
}

impl Case {
    async fn call(&mut self, transition: &Transition, model: &Model) -> Answer {
        let (backend, swarm) = (Rc::clone(&self.backend), self.swarm.clone());
        let (queue, redis, swarm) = (&backend.queue, &backend.redis, &swarm);
        match *transition {
            Transition::Put { agent, capacity, ttl_ms } => {
                let new = NewAgent { capacity, ttl_ms: ttl_ms.cast_unsigned(), ..NewAgent::default() };
                done(queue.put_agent(swarm, &name(agent), new).await)
            }
            Transition::Drain { agent } => done(queue.drain_agent(swarm, &name(agent)).await),
            Transition::Resume { agent } => done(queue.resume_agent(swarm, &name(agent)).await),
            Transition::Delete { agent } => done(queue.delete_agent(swarm, &name(agent)).await),
            Transition::Heartbeat { agent } => self.heartbeat(agent, model).await,
            Transition::Submit { queue: at } => {
                let submitted = queue.submit(swarm, new_task(at), None).await.unwrap();
                self.ids.push(submitted.task.id);
                Answer::Done
            }
            Transition::Claim { agent, queue, most } => self.claim(agent, queue, most).await,
            Transition::Complete { task } => {
                let complete = Complete { lease: self.token(task), result: None, usage: None };
                ended(queue.complete(swarm, self.ids[task], complete).await.map(|done| done.replayed))
            }
            Transition::Release { task } => {
                let release = Release { lease: self.token(task), delay_ms: 0, usage: None };
                ended(queue.release(swarm, self.ids[task], release).await.map(|done| done.replayed))
            }
            Transition::Advance { .. } => {
                backend.set_clock(swarm, model.now);
                Answer::Done
            }
            Transition::Reap => done(Reaper.run_once(redis, swarm).await.map_err(Error::from)),
            Transition::Tend => done(Custodian.run_once(redis, swarm).await.map_err(Error::from)),
        }
    }

    async fn claim(&mut self, agent: usize, queue: usize, most: usize) -> Answer {
        let claim = Claim {
            agent: name(agent),
            queues: vec![queue_name(queue)],
            capabilities: None,
            max_tasks: most,
            lease_ms: None,
            wait_ms: 0,
            claim_id: None,
        };
        let claimed = self.backend.queue.claim(&self.swarm, claim).await.unwrap();
        let tasks: Vec<_> = claimed.tasks.iter().map(|task| self.number(task.id)).collect();
        for (number, task) in tasks.iter().zip(claimed.tasks) {
            self.tokens.insert(*number, task.lease.unwrap().token);
        }
        Answer::Claimed { tasks, drain: claimed.directive == Directive::Drain }
    }

    /// `model` is the state after the heartbeat: what the agent runs is the same as before it.
    async fn heartbeat(&self, agent: usize, model: &Model) -> Answer {
        let runs = model.runs(agent);
        let leases = runs
            .iter()
            .map(|task| HeldLease { id: self.ids[*task], lease: self.token(*task), usage: None })
            .collect();
        let heartbeat = AgentHeartbeat { leases, extend_ms: None };
        match self.backend.queue.heartbeat_agent(&self.swarm, &name(agent), heartbeat).await {
            Ok(AgentHeartbeaten { directive, extended, lost, .. }) => Answer::Beaten {
                extended: extended.into_iter().map(|extended| self.number(extended.id)).collect(),
                lost: lost.into_iter().map(|id| self.number(id)).collect(),
                drain: directive == Directive::Drain,
            },
            Err(error) => refusal(error),
        }
    }

    /// The last token of a task; one of another fence where it was never handed out.
    fn token(&self, task: usize) -> String {
        self.tokens.get(&task).cloned().unwrap_or_else(|| "1-0000000000000000".to_owned())
    }

    fn number(&self, id: TaskId) -> usize {
        self.ids.iter().position(|known| *known == id).unwrap_or_else(|| panic!("{id} was never submitted"))
    }

    async fn compare_agents(&self, model: &Model) {
        for (number, expected) in model.agents.iter().enumerate() {
            let found = match self.backend.queue.get_agent(&self.swarm, &name(number)).await {
                Err(Error::AgentNotFound(_)) => None,
                found => Some(found.unwrap()),
            };
            let seen = found.map(|agent| {
                let expired = expected.as_ref().and_then(|expected| expected.expired).map(|_| agent.expired);
                let counts = [agent.capacity, agent.running, agent.completed];
                (agent.status, counts, expired, agent.last_seen_at.0)
            });
            let expected = expected.as_ref().map(|agent| {
                let status = match agent.draining {
                    _ if agent.is_lost(model.now) => AgentStatus::Lost,
                    true => AgentStatus::Draining,
                    false => AgentStatus::Live,
                };
                let running = model.holds(number).count() as u64;
                (status, [agent.capacity, running, agent.completed], agent.expired, agent.seen_at)
            });
            assert_eq!(seen, expected, "agent {}", AGENTS[number]);
        }
    }

    async fn compare_tasks(&self, model: &Model) {
        for (id, expected) in self.ids.iter().zip(&model.tasks) {
            let task = self.backend.queue.get(&self.swarm, *id, Duration::ZERO).await.unwrap();
            let stand = match task.status {
                Status::Ready => Stand::Ready,
                Status::Running => Stand::Running,
                Status::Completed => Stand::Completed,
                other => panic!("{id} is {other:?}"),
            };
            assert_eq!(stand, expected.stand, "task {expected:?}");
            if stand == Stand::Running {
                assert_eq!(task.agent, Some(name(expected.holder)), "task {expected:?}");
            }
        }
    }
}

fn name(agent: usize) -> AgentName {
    AGENTS[agent].parse().unwrap()
}

fn queue_name(queue: usize) -> QueueName {
    format!("q{queue}").parse().unwrap()
}

fn new_task(queue: usize) -> NewTask {
    let mut task = NewTask {
        queue: queue_name(queue),
        agent: (queue != FREE).then(|| name(queue)),
        max_attempts: Some(1_000),
        lease_ms: Some(LEASE_MS.cast_unsigned()),
        ..NewTask::default()
    };
    task.check().unwrap();
    task
}

fn done<T>(result: Result<T, Error>) -> Answer {
    result.map_or_else(refusal, |_| Answer::Done)
}

/// Once more is as good as not at all.
fn ended(replayed: Result<bool, Error>) -> Answer {
    replayed.map_or_else(refusal, |replayed| if replayed { Answer::NotHeld } else { Answer::Done })
}

fn refusal(error: Error) -> Answer {
    match error {
        Error::AgentNotFound(_) => Answer::NotFound,
        Error::LeaseLost { .. } => Answer::NotHeld,
        other => panic!("{other}"),
    }
}
