use std::sync::Arc;

use anyhow::ensure;

use crate::bench::load::answer::{self, Held};
use crate::bench::load::connection::Connection;
use crate::bench::load::drive::{Cost, Share, Subject, drive};
use crate::bench::load::request::{self, Claim};
use crate::bench::load::scale::{CONNECTIONS, Scale};
use crate::bench::report::figure::Figure;
use crate::bench::report::progress;
use crate::bench::report::target::Target;
use crate::bench::system::service::Programs;

const QUEUE: &str = "settlements";
const OK: u16 = 200;

/// A lifecycle of two requests: a submit, and a settlement that finishes one task and claims the next.
///
/// # Errors
/// Whatever breaks.
pub(crate) async fn run(programs: &Programs, scale: &Scale) -> anyhow::Result<Vec<Figure>> {
    let service = programs.waggle().await?;
    let mut costs = Vec::new();
    for round in 0..=scale.rounds {
        let cost = turn(service.subject(), scale.operations).await?;
        progress::say(&format!("settlements, round {round} of {}: {:.1} µs", scale.rounds, cost.cpu_each()));
        if round > 0 {
            costs.push(cost);
        }
    }
    service.stop().await?;
    let target = Target::at_most(120.0).wanting(95.0);
    Ok(vec![Figure::cpu("settlements: lifecycle of submit and settlement", &costs).target(target)])
}

/// Every connection starts and ends with a lifecycle of three requests, counted as one like the others.
async fn turn(subject: Subject, operations: u64) -> anyhow::Result<Cost> {
    let submit: Arc<[u8]> = request::submit(QUEUE).into();
    let share = Share::of(operations);
    let worker = |index, mut connection: Connection| {
        let (submit, share) = (submit.clone(), share.clone());
        async move {
            let agent = format!("bench-{index}");
            let claim = Claim { agent: &agent, queue: QUEUE, max_tasks: 1, wait_ms: 0 };
            connection.exchange(&submit).await?;
            let mut held = answer::one_task(connection.exchange(&request::claim(&claim)).await?)?;
            while share.take() {
                connection.exchange(&submit).await?;
                held = settle(&mut connection, held, &claim).await?;
            }
            connection.exchange(&request::complete(&held)).await?;
            Ok((connection, ()))
        }
    };
    let (cpu, _) = drive(subject, CONNECTIONS, worker).await?;
    Ok(Cost { operations: operations + CONNECTIONS as u64, cpu })
}

async fn settle(connection: &mut Connection, held: Held, next: &Claim<'_>) -> anyhow::Result<Held> {
    let body = connection.exchange(&request::settle(next.agent, &[held], Some(next))).await?;
    ensure!(answer::count_status(body, OK) == 1, "not settled: {}", String::from_utf8_lossy(body));
    answer::one_task(body)
}
