use crate::answer::{self, Held};
use crate::connection::Connection;
use crate::figure::{Figure, Target};
use crate::progress;
use crate::request::{self, Claim};
use crate::scale::Scale;
use crate::service::{Programs, Service};

const QUEUE: &str = "transactions";
const AGENT: &str = "bench";
/// Operations of a transaction: a task is finished, two are submitted, two messages sent, four keys set, one deleted.
const OPERATIONS: usize = 10;
/// Messages of a turn that nobody acknowledges must fit into the inboxes.
const TRANSACTIONS: u64 = 500;

/// What a transaction of ten operations takes of Redis's time.
///
/// # Errors
/// Whatever breaks.
pub(crate) async fn run(programs: &Programs, scale: &Scale) -> anyhow::Result<Vec<Figure>> {
    let service = programs.waggle().await?;
    let mut connection = Connection::open(service.subject().address).await?;
    for reader in READERS {
        connection.exchange(&request::put_agent(reader)).await?;
    }
    let mut samples = Vec::new();
    for round in 0..=scale.rounds {
        let took = turn(&service, &mut connection).await?;
        progress::say(&format!("transactions, round {round}: {took:.1} µs"));
        if round > 0 {
            samples.push(took);
        }
    }
    service.stop().await?;
    let name = format!("transaction of {OPERATIONS} operations: Redis time");
    Ok(vec![Figure::new(name, "µs", samples).target(Target::at_most(150.0))])
}

const READERS: [&str; 2] = ["reader-0", "reader-1"];

/// Only the transactions are measured: their tasks are claimed, and their messages acknowledged, in between.
async fn turn(service: &Service, connection: &mut Connection) -> anyhow::Result<f64> {
    let mut spent = 0;
    for _ in 0..TRANSACTIONS {
        connection.exchange(&request::submit(QUEUE)).await?;
        let claim = Claim { agent: AGENT, queue: QUEUE, max_tasks: 1, wait_ms: 0 };
        let held = answer::one_task(connection.exchange(&request::claim(&claim)).await?)?;
        connection.exchange(&request::put_state("gone")).await?;
        let before = service.function_time().await?;
        connection.exchange(&transaction(&held)).await?;
        spent += service.function_time().await? - before;
    }
    for reader in READERS {
        connection.exchange(&request::ack_all(reader)).await?;
    }
    Ok(mean(spent))
}

fn transaction(held: &Held) -> Vec<u8> {
    let Held { id, lease } = held;
    let task = request::task_of(QUEUE);
    let mut ops = vec![format!(r#"{{"op":"task.complete","id":"{id}","lease":"{lease}","result":1}}"#)];
    ops.extend((0..2).map(|_| format!(r#"{{"op":"task.submit","task":{task}}}"#)));
    ops.extend(READERS.map(|reader| {
        format!(r#"{{"op":"message.send","message":{{"from":"{AGENT}","to":{{"agent":"{reader}"}},"body":{task}}}}}"#)
    }));
    ops.extend((0..4).map(|n| format!(r#"{{"op":"state.put","key":"key/{n}","value":{task}}}"#)));
    ops.push(r#"{"op":"state.delete","key":"gone"}"#.to_owned());
    assert_eq!(ops.len(), OPERATIONS);
    request::transaction(&ops)
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of a run are far below 2^52")]
fn mean(microseconds: u64) -> f64 {
    microseconds as f64 / TRANSACTIONS as f64
}
