//! One pass over one swarm, whose keys have been walked.

use waggle_core::{Error, Redis};

use super::{
    Check,
    agents::Agents,
    counts::{Tallies, Tasks},
    dedup::Dedup,
    indexes::Indexes,
    inventory::Inventory,
    keyed::Keyed,
    kind::Kind,
    messages,
    record::{self, Found},
    report::{Findings, Report},
    schedules,
    specials::Specials,
    states, subscriptions, swarm, task, trails,
    usage::Used,
    waits::Waits,
};

/// What is known of a swarm before its tasks are read.
pub(super) struct Subject<'a> {
    pub(super) name: &'a str,
    pub(super) root: String,
    /// The counts before the walk.
    pub(super) before: &'a Tallies,
    pub(super) inventory: &'a Inventory,
}

/// Reads indexes and tasks, and adds what is wrong with them to `report`.
pub(super) async fn examine(redis: &Redis, subject: &Subject<'_>, report: &mut Report) -> Result<(), Error> {
    let Subject { name, root, before, inventory } = subject;
    report.swarms += usize::from(inventory.keys > 0);
    report.tasks += inventory.task_count();
    report.keys += inventory.keys;
    let mut findings = Findings::of(name, &mut report.findings);
    if !swarm::is_open(redis, root, &mut findings).await? {
        report.closed += 1;
        return Ok(());
    }
    inventory.check_orphans(&mut findings);

    let mut indexes = Indexes::read(redis, root, inventory).await?;
    let mut dedup = Dedup::read(redis, root).await?;
    let mut tasks = Tasks::new();
    let mut keyed = Keyed::default();
    let mut waits = Waits::read(redis, root, inventory, &mut findings).await?;
    let mut used = Used::read(redis, root, inventory).await?;
    record::read(redis, root, &inventory.readable(), |id, found| {
        let places = indexes.take(id);
        match found {
            Found::Task(record) => {
                report.tombstones +=
                    task::check(&record, inventory.parts(id), &places, &indexes, &mut findings);
                dedup.note(&record);
                keyed.note(&record);
                waits.note(&record, inventory.parts(id), &mut findings);
                used.note(&record);
                *tasks.entry((record.queue, record.status)).or_default() += 1;
            }
            Found::Unreadable(why) => findings.add(Check::Unreadable, id.to_string(), why),
            Found::Gone => {}
        }
    })
    .await?;
    report.tombstones += check_left(&indexes, inventory, &mut findings);
    dedup.check(&mut findings);

    let specials = Specials::read(redis, root, inventory).await?;
    keyed.read(redis, root, inventory).await?;
    let queues: Vec<&str> = inventory.names.iter().filter_map(|name| queue_of(name)).collect();
    let after = Tallies::read(redis, root, &queues).await?;
    let still = after.still(before);
    after.check_shape(before, &mut findings);
    after.check_sums(&still, &tasks, &mut findings);
    after.totals.check(before, &after, &tasks, &mut findings);
    specials.check(&after, &still, &mut findings);
    keyed.check(&indexes.staged, &still, &mut findings);
    if still.len() == after.queues.len() {
        waits.check(&mut findings);
        used.check(&mut findings);
    }
    let agents = Agents::check(redis, root, inventory, &mut findings).await?;
    messages::check(redis, root, inventory, &agents, &mut findings).await?;
    subscriptions::check(redis, root, inventory, &agents, &mut findings).await?;
    states::check(redis, root, inventory, &mut findings).await?;
    trails::check(redis, root, inventory, &mut findings).await?;
    schedules::check(redis, root, inventory, &mut findings).await?;
    swarm::check_past(redis, root, inventory, &mut findings).await?;
    report.moving += after.queues.keys().filter(|queue| !still.contains(queue.as_str())).count();
    Ok(())
}

/// Entries that belong to no task that could be read: those of lists are tombstones. Returns how many.
fn check_left(indexes: &Indexes, inventory: &Inventory, findings: &mut Findings<'_>) -> usize {
    let mut tombstones = 0;
    for (id, places) in indexes.left() {
        // What cannot be read has a finding of its own.
        if inventory.tasks.get(id).is_some_and(|parts| parts.broken) {
            continue;
        }
        tombstones += places.ready.len();
        for (set, _) in &places.attributes {
            findings.add(Check::Dangling, format!("{set} {id}"), "is in the set and does not exist");
        }
        for (status, _) in &places.sorted {
            let index = status.as_str();
            findings.add(
                Check::Dangling,
                id.to_string(),
                format!("is in the index of {index} tasks and does not exist"),
            );
        }
    }
    for id in indexes.left().filter(|(_, places)| places.deadline.is_some()).map(|(id, _)| id) {
        let detail = "is in the index of deadlines and does not exist";
        findings.add(Check::Dangling, id.to_string(), detail);
    }
    for (index, member) in &indexes.strangers {
        findings.add(Check::Dangling, format!("{index} {member}"), "is no task");
    }
    tombstones
}

fn queue_of(name: &str) -> Option<&str> {
    match Kind::of(name)? {
        Kind::Queue(queue) => Some(queue),
        _ => None,
    }
}
