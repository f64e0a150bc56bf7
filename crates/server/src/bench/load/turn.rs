use std::sync::Arc;

use crate::bench::load::answer;
use crate::bench::load::connection::Connection;
use crate::bench::load::drive::{Cost, Share, Subject, drive};
use crate::bench::load::operations::{self, Load};
use crate::bench::load::request::{self, Claim};
use crate::bench::load::scale::{CONNECTIONS, Scale};
use crate::bench::load::waits::Waits;
use crate::bench::report::progress;

const QUEUE: &str = "single";
const MIXED_QUEUE: &str = "mixed";

/// One turn: each operation by itself, then all three mixed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    pub(crate) submit: Cost,
    pub(crate) claim: Cost,
    pub(crate) complete: Cost,
    /// Each connection submits, claims and completes in turn, as independent clients do.
    pub(crate) mixed: Cost,
}

impl Turn {
    /// The three operations by themselves, added up.
    pub(crate) fn lifecycle(&self) -> Cost {
        self.submit.then(&self.claim).then(&self.complete)
    }
}

/// Turns of several systems, A B A B, after one of each that nobody counts; one list for each system.
///
/// # Errors
/// Whatever breaks.
pub(crate) async fn in_turn<const N: usize>(
    systems: [(&str, Subject); N],
    scale: &Scale,
) -> anyhow::Result<[Vec<Turn>; N]> {
    let mut turns = [const { Vec::new() }; N];
    for round in 0..=scale.rounds {
        let mut said = format!("round {round} of {}:", scale.rounds);
        for ((name, subject), turns) in systems.iter().zip(&mut turns) {
            let turn = turn(*subject, scale).await?;
            said += &format!(" {name} {:.1} µs", turn.lifecycle().cpu_each());
            if round > 0 {
                turns.push(turn);
            }
        }
        progress::say(&said);
    }
    Ok(turns)
}

async fn turn(subject: Subject, scale: &Scale) -> anyhow::Result<Turn> {
    let load = Load { connections: CONNECTIONS, operations: scale.operations, queue: QUEUE };
    let waits = Waits::new();
    let submit = operations::submit(subject, load, &waits).await?;
    let (claim, held) = operations::claim(subject, load, &waits).await?;
    let complete = operations::complete(subject, CONNECTIONS, &held, &waits).await?;
    Ok(Turn { submit, claim, complete, mixed: mixed(subject, scale.operations).await? })
}

/// Submits, claims and completes on every connection in turn, until so many lifecycles are over.
///
/// # Errors
/// Whatever breaks.
pub(crate) async fn mixed(subject: Subject, operations: u64) -> anyhow::Result<Cost> {
    let submit: Arc<[u8]> = request::submit(MIXED_QUEUE).into();
    let share = Share::of(operations);
    let worker = |index, mut connection: Connection| {
        let (submit, share) = (submit.clone(), share.clone());
        async move {
            let agent = format!("bench-{index}");
            let claim =
                request::claim(&Claim { agent: &agent, queue: MIXED_QUEUE, max_tasks: 1, wait_ms: 0 });
            while share.take() {
                connection.exchange(&submit).await?;
                let held = answer::one_task(connection.exchange(&claim).await?)?;
                connection.exchange(&request::complete(&held)).await?;
            }
            Ok((connection, ()))
        }
    };
    let (cpu, _) = drive(subject, CONNECTIONS, worker).await?;
    Ok(Cost { operations, cpu })
}
