//! Who gets which task, and in which order.

use waggle_task_queue::limits::{CLAIMER_CAPACITY, STARVATION_PERIOD};
use waggle_task_queue::model::Status;

use super::swarm::List;
use super::{Claim, Handed, Model};

impl Model {
    pub(super) fn claim(&mut self, claim: &Claim) -> Vec<Handed> {
        let known = claim.claim_id.map(|id| (claim.agent, id));
        let again = known.map_or_else(Vec::new, |known| self.recall(known));
        if !again.is_empty() {
            return again;
        }
        let mut handed = Vec::new();
        let most = claim.max_tasks.min(self.room_of(claim.agent));
        for queue in &claim.queues {
            while handed.len() < most {
                let Some(number) = self.take(*queue, claim) else { break };
                if self.is_overdue(number) {
                    self.miss_deadline(number);
                } else {
                    handed.push(self.hand_out(number, claim));
                }
            }
        }
        if let Some(known) = known.filter(|_| !handed.is_empty()) {
            self.claim_ids.insert(known, handed.iter().map(|handed| (handed.task, handed.fence)).collect());
        }
        handed
    }

    /// How many more tasks an agent may hold that was registered by its claim.
    fn room_of(&self, agent: usize) -> usize {
        let holds =
            self.standing(Status::Running).filter(|number| self.tasks[*number].holder == Some(agent)).count();
        usize::try_from(CLAIMER_CAPACITY).unwrap().saturating_sub(holds)
    }

    /// What a claim with the same id was given and is still held under it.
    fn recall(&self, known: (usize, u8)) -> Vec<Handed> {
        let given = self.claim_ids.get(&known).into_iter().flatten();
        let held = given.filter(|(number, fence)| self.is_held(*number, *fence));
        held.map(|(number, _)| self.handed(*number)).collect()
    }

    fn handed(&self, number: usize) -> Handed {
        let task = &self.tasks[number];
        Handed {
            task: number,
            attempt: task.attempt,
            fence: task.fence,
            expires_at: task.expires_at,
            started_at: task.started_at,
        }
    }

    /// The highest priority first and within it the oldest head of a list; one of sixteen is the oldest of any priority.
    fn take(&mut self, queue: usize, claim: &Claim) -> Option<usize> {
        let claimed = self.arrows.get(&(queue, "ready", "running")).copied().unwrap_or(0);
        let oldest_of_any = claimed % STARVATION_PERIOD == STARVATION_PERIOD - 1;
        let heads = self.ready.iter_mut().filter(|(list, _)| list.is_open_to(queue, claim));
        let heads = heads.filter_map(|(list, tasks)| Some((list.priority, *tasks.front()?, tasks)));
        let best =
            heads.min_by_key(|(priority, head, _)| (if oldest_of_any { 0 } else { 9 - priority }, *head));
        best.and_then(|(_, _, tasks)| tasks.pop_front())
    }

    fn hand_out(&mut self, number: usize, claim: &Claim) -> Handed {
        self.go(number, Status::Running);
        let (now, task) = (self.now, &mut self.tasks[number]);
        task.attempt += 1;
        task.fence += 1;
        task.holder = Some(claim.agent);
        task.started_at = Some(now);
        task.ends_at = task.new.timeout_ms.map(|ms| now + ms);
        task.expires_at = task.lease_until(now + claim.lease_ms.unwrap_or(task.new.lease_ms));
        self.leases.insert((task.expires_at, number));
        self.handed(number)
    }
}

impl List {
    fn is_open_to(self, queue: usize, claim: &Claim) -> bool {
        let pinned_elsewhere = self.agent.is_some_and(|agent| agent != claim.agent);
        self.queue == queue && !pinned_elsewhere && self.requires & !claim.capabilities == 0
    }
}
