//! The lists of tasks for certain capabilities or agents, and what names them.

use std::collections::{BTreeMap, BTreeSet};

use waggle_core::{Error, Redis};

use super::{
    Check,
    counts::{COUNTERS, Tallies},
    inventory::Inventory,
    kind::{Kind, queue_and_agent},
    pages::{read, text},
    report::Findings,
};

/// Members by their pool, agents by their queue.
type Sets = BTreeMap<String, BTreeSet<String>>;

/// What is there and what is named.
#[derive(Debug, Default)]
pub(super) struct Specials {
    lists: Sets,
    named: Sets,
    pinned: Sets,
    /// Queues by agent.
    adoption: Sets,
}

impl Specials {
    pub(super) async fn read(redis: &Redis, root: &str, inventory: &Inventory) -> Result<Self, Error> {
        let mut specials = Self::default();
        for name in &inventory.names {
            if let Some(Kind::Special { pool, member }) = Kind::of(name) {
                specials.lists.entry(pool.to_owned()).or_default().insert(member.to_owned());
            }
        }
        let names = inventory.names.iter().map(String::as_str);
        let names = names.filter(|name| {
            matches!(Kind::of(name), Some(Kind::Specials(_) | Kind::Pinned(_) | Kind::Adoption(_)))
        });
        read(redis, root, names, |name, elements| match Kind::of(name) {
            Some(Kind::Specials(pool)) => {
                // `<id of the head> <name of the list>`
                let members = elements.chunks_exact(2).map(|pair| text(&pair[0]));
                let members = members
                    .map(|text| text.split_once(' ').map_or_else(String::new, |(_, name)| name.to_owned()));
                specials.named.entry(pool.to_owned()).or_default().extend(members);
            }
            Some(Kind::Adoption(agent)) => {
                specials.adoption.entry(agent.to_owned()).or_default().extend(elements.iter().map(text));
            }
            Some(Kind::Pinned(queue)) => {
                let agents = elements.chunks_exact(2).map(|pair| text(&pair[0]));
                specials.pinned.entry(queue.to_owned()).or_default().extend(agents);
            }
            _ => {}
        })
        .await?;
        Ok(specials)
    }

    /// Checks the queues that stood still.
    pub(super) fn check(&self, tallies: &Tallies, still: &BTreeSet<&str>, findings: &mut Findings<'_>) {
        compare("c", &self.named, &self.lists, still, findings);
        compare("p", &self.pinned, &self.agents(), still, findings);
        self.check_adoption(tallies, still, findings);
        for queue in still {
            for (counter, there) in COUNTERS.into_iter().zip(self.lists_of(queue)) {
                let counted = tallies.counter(queue, counter);
                findings.that(counted == there, Check::Specials, &format!("q:{queue} {counter}"), || {
                    format!("{counted} lists are counted and {there} are there")
                });
            }
        }
    }

    /// The same the other way round; queues that moved are left out.
    fn check_adoption(&self, tallies: &Tallies, still: &BTreeSet<&str>, findings: &mut Findings<'_>) {
        let mut there = BTreeSet::new();
        for (queue, agents) in &self.agents() {
            there.extend(agents.iter().map(|agent| (agent.clone(), queue.clone())));
        }
        let mut named = BTreeSet::new();
        for (agent, queues) in &self.adoption {
            named.extend(queues.iter().map(|queue| (agent.clone(), queue.clone())));
        }
        for (agent, queue) in there.symmetric_difference(&named) {
            let moved = tallies.queues.contains_key(queue) && !still.contains(queue.as_str());
            let is = if there.contains(&(agent.clone(), queue.clone())) {
                "is not named"
            } else {
                "has no such task"
            };
            findings.that(moved, Check::Adoption, &format!("w:{agent} {queue}"), || is.to_owned());
        }
    }

    /// Agents that have lists, by queue.
    fn agents(&self) -> Sets {
        let mut agents = Sets::new();
        for (queue, agent) in self.lists.keys().map(|pool| queue_and_agent(pool)) {
            if let Some(agent) = agent {
                agents.entry(queue.to_owned()).or_default().insert(agent.to_owned());
            }
        }
        agents
    }

    /// Lists of a queue's own pool, and of the pools of agents.
    fn lists_of(&self, queue: &str) -> [i64; 2] {
        let mut counts = [0, 0];
        for (pool, members) in &self.lists {
            let (of, agent) = queue_and_agent(pool);
            if of == queue {
                counts[usize::from(agent.is_some())] += i64::try_from(members.len()).unwrap_or(i64::MAX);
            }
        }
        counts
    }
}

fn compare(prefix: &str, named: &Sets, there: &Sets, still: &BTreeSet<&str>, findings: &mut Findings<'_>) {
    let empty = BTreeSet::new();
    let keys: BTreeSet<&String> = named.keys().chain(there.keys()).collect();
    for key in keys.into_iter().filter(|key| still.contains(queue_and_agent(key).0)) {
        let [named, there] = [named, there].map(|sets| sets.get(key).unwrap_or(&empty));
        findings.that(named == there, Check::Specials, &format!("{prefix}:{key}"), || {
            let only = |a: &BTreeSet<String>, b| a.difference(b).next().cloned();
            format!(
                "named and not there: {:?}; there and not named: {:?}",
                only(named, there),
                only(there, named)
            )
        });
    }
}
