use crate::bench::load::connection::Connection;
use crate::bench::load::operations::{self, Load};
use crate::bench::load::request;
use crate::bench::load::waits::Waits;
use crate::bench::report::figure::Figure;
use crate::bench::report::progress;
use crate::bench::system::info::Info;
use crate::bench::system::service::{Programs, Service};

const QUEUE: &str = "capacity";
const CONNECTIONS: usize = 16;
/// Of each kind: few enough for an inbox, and for the append-only file to be left as it is, which Redis writes anew from
/// 64 MiB on.
const MANY: u64 = 5_000;

/// What one of each thing that is kept takes of Redis' memory, and what the life of a task adds to the append-only file.
///
/// # Errors
/// Whatever breaks.
pub(crate) async fn run(programs: &Programs) -> anyhow::Result<Vec<Figure>> {
    let service = programs.waggle().await?;
    let mut connection = Connection::open(service.subject().address).await?;
    // Its history has a bound: what goes out of it would be taken for what something needs less.
    connection.exchange(&request::put_swarm(r#"{"events":false}"#)).await?;
    // Whatever comes into being on first use is there from now on.
    live(&service).await?;
    let mut figures = Vec::new();
    let before = service.settled_info().await?;
    let grown = live(&service).await?;
    figures.push(memory("finished task", &before, &grown)?);
    figures.push(appended("submit, claim, complete", &before, &grown)?);
    for (what, make) in MADE {
        progress::say(&format!("capacity: {MANY} times {what}"));
        let before = service.settled_info().await?;
        for number in 0..MANY {
            connection.exchange(&make(number)).await?;
        }
        let grown = service.settled_info().await?;
        figures.push(memory(what, &before, &grown)?);
        figures.push(appended(what, &before, &grown)?);
    }
    service.stop().await?;
    Ok(figures)
}

type Make = fn(u64) -> Vec<u8>;

const MADE: [(&str, Make); 4] = [
    ("queued task", |_| request::submit(QUEUE)),
    ("agent", |number| request::put_agent(&format!("agent-{number}"))),
    ("unread message", |number| request::message_numbered("agent-1", "agent-0", as_index(number))),
    ("state key", |number| {
        let value = request::task_of(QUEUE);
        let path = format!("/v1/swarms/default/state/key-{number}");
        request::with_body("PUT", &path, &format!(r#"{{"value":{value}}}"#))
    }),
];

/// So many tasks from their submit to their completion.
async fn live(service: &Service) -> anyhow::Result<Info> {
    progress::say(&format!("capacity: {MANY} tasks live"));
    let (subject, waits) = (service.subject(), Waits::new());
    let load = Load { connections: CONNECTIONS, operations: MANY, queue: QUEUE };
    operations::submit(subject, load, &waits).await?;
    let (_, held) = operations::claim(subject, load, &waits).await?;
    operations::complete(subject, CONNECTIONS, &held, &waits).await?;
    service.settled_info().await
}

fn memory(what: &str, before: &Info, after: &Info) -> anyhow::Result<Figure> {
    let bytes = after.used_memory()?.saturating_sub(before.used_memory()?);
    Ok(Figure::new(format!("{what}: Redis memory"), "bytes", vec![each(bytes)]))
}

fn appended(what: &str, before: &Info, after: &Info) -> anyhow::Result<Figure> {
    let bytes = after.appended()?.saturating_sub(before.appended()?);
    Ok(Figure::new(format!("{what}: written to the append-only file"), "bytes", vec![each(bytes)]))
}

fn as_index(number: u64) -> usize {
    usize::try_from(number).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "bytes of a run are far below 2^52")]
fn each(bytes: u64) -> f64 {
    bytes as f64 / MANY as f64
}
