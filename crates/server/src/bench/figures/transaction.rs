use crate::bench::load::answer::Held;
use crate::bench::load::connection::Connection;
use crate::bench::load::drive::{Cost, drive};
use crate::bench::load::operations::{self, Load};
use crate::bench::load::request;
use crate::bench::load::scale::Scale;
use crate::bench::load::waits::Waits;
use crate::bench::report::figure::Figure;
use crate::bench::report::progress;
use crate::bench::report::target::Target;
use crate::bench::system::service::{Programs, Service};

const QUEUE: &str = "transactions";
/// Operations of a transaction: a task is finished, two are submitted, two messages sent, four keys set, one deleted.
const OPERATIONS: usize = 10;
/// Transactions of a turn: messages that are acknowledged at its end alone must fit into the inboxes.
const TRANSACTIONS: u64 = 2_000;
/// So many at a time keep Redis awake, and travel in calls of their own all the same.
const CONNECTIONS: usize = 8;
const READERS: [&str; 2] = ["reader-0", "reader-1"];

/// What a transaction of ten operations takes of Redis's time in functions, and of CPU in all.
///
/// # Errors
/// Whatever breaks.
pub(crate) async fn run(programs: &Programs, scale: &Scale) -> anyhow::Result<Vec<Figure>> {
    let service = programs.waggle().await?;
    let mut connection = Connection::open(service.subject().address).await?;
    for reader in READERS {
        connection.exchange(&request::put_agent(reader)).await?;
    }
    let (mut times, mut costs) = (Vec::new(), Vec::new());
    for round in 0..=scale.rounds {
        let (time, cost) = turn(&service).await?;
        progress::say(&format!("transactions, round {round}: {time:.1} µs"));
        if round > 0 {
            times.push(time);
            costs.push(cost);
        }
        for reader in READERS {
            connection.exchange(&request::ack_all(reader)).await?;
        }
    }
    service.stop().await?;
    let name = format!("transaction of {OPERATIONS} operations");
    Ok(vec![
        Figure::new(format!("{name}: Redis time in the function"), "µs", times)
            .target(Target::at_most(150.0)),
        Figure::cpu(name, &costs),
    ])
}

/// Tasks are claimed first: of what is measured, transactions are the only functions.
async fn turn(service: &Service) -> anyhow::Result<(f64, Cost)> {
    let (subject, waits) = (service.subject(), Waits::new());
    let load = Load { connections: CONNECTIONS, operations: TRANSACTIONS, queue: QUEUE };
    operations::submit(subject, load, &waits).await?;
    let (_, held) = operations::claim(subject, load, &waits).await?;
    let portions: Vec<Vec<Held>> = (0..CONNECTIONS)
        .map(|first| held.iter().skip(first).step_by(CONNECTIONS).cloned().collect())
        .collect();
    let before = service.function_time().await?;
    let worker = |index: usize, mut connection: Connection| {
        let portion = portions[index].clone();
        async move {
            for held in portion {
                connection.exchange(&transaction(index, &held)).await?;
            }
            Ok((connection, ()))
        }
    };
    let (cpu, _) = drive(subject, CONNECTIONS, worker).await?;
    let spent = service.function_time().await? - before;
    Ok((each(spent), Cost { operations: TRANSACTIONS, cpu }))
}

fn transaction(index: usize, held: &Held) -> Vec<u8> {
    let Held { id, lease } = held;
    let task = request::task_of("next");
    let mut ops = vec![format!(r#"{{"op":"task.complete","id":"{id}","lease":"{lease}","result":1}}"#)];
    ops.extend((0..2).map(|_| format!(r#"{{"op":"task.submit","task":{task}}}"#)));
    ops.extend(READERS.map(|reader| {
        format!(
            r#"{{"op":"message.send","message":{{"from":"bench","to":{{"agent":"{reader}"}},"body":{task}}}}}"#
        )
    }));
    ops.extend((0..4).map(|n| format!(r#"{{"op":"state.put","key":"{index}/{n}","value":{task}}}"#)));
    ops.push(format!(r#"{{"op":"state.delete","key":"{index}/0"}}"#));
    assert_eq!(ops.len(), OPERATIONS);
    request::transaction(&ops)
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of a run are far below 2^52")]
fn each(microseconds: u64) -> f64 {
    microseconds as f64 / TRANSACTIONS as f64
}
