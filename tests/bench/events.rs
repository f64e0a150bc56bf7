use crate::figure::{Figure, Target};
use crate::load::Subject;
use crate::operations::{self, Load};
use crate::progress;
use crate::request;
use crate::scale::Scale;
use crate::service::{Programs, Service};
use crate::waits::Waits;

const QUEUE: &str = "events";
/// What a task goes through here: it is submitted, claimed and completed.
const TRANSITIONS: u64 = 3;
/// One connection: each transition is a call of its own. Many: transitions of one call share an entry of the stream.
const CONNECTIONS: [usize; 2] = [1, 64];

/// Microseconds of Redis's time that a transition took, a sample a round.
#[derive(Default)]
struct Samples {
    on: Vec<f64>,
    off: Vec<f64>,
}

/// What the events of a swarm that nobody follows cost: Redis's time in functions, with them and without, in turn.
///
/// # Errors
/// Whatever breaks.
pub(crate) async fn run(programs: &Programs, scale: &Scale) -> anyhow::Result<Vec<Figure>> {
    let (on, off) = (programs.waggle().await?, programs.waggle().await?);
    turn_off(off.subject()).await?;
    let mut figures = Vec::new();
    for connections in CONNECTIONS {
        let mut samples = Samples::default();
        for round in 0..=scale.rounds {
            let (with, without) =
                (turn(&on, connections, scale).await?, turn(&off, connections, scale).await?);
            progress::say(&format!(
                "events, {connections} connections, round {round}: {with:.2} and {without:.2} µs"
            ));
            if round > 0 {
                samples.on.push(with);
                samples.off.push(without);
            }
        }
        figures.push(figure(connections, &samples));
    }
    on.stop().await?;
    off.stop().await?;
    Ok(figures)
}

async fn turn_off(subject: Subject) -> anyhow::Result<()> {
    let mut connection = crate::connection::Connection::open(subject.address).await?;
    connection.exchange(&request::put_swarm(r#"{"events":false}"#)).await?;
    Ok(())
}

async fn turn(service: &Service, connections: usize, scale: &Scale) -> anyhow::Result<f64> {
    let (subject, waits) = (service.subject(), Waits::new());
    let load = Load { connections, operations: scale.growth_operations, queue: QUEUE };
    let before = service.function_time().await?;
    operations::submit(subject, load, &waits).await?;
    let (_, held) = operations::claim(subject, load, &waits).await?;
    operations::complete(subject, connections, &held, &waits).await?;
    let took = service.function_time().await? - before;
    Ok(each(took, load.operations * TRANSITIONS))
}

fn figure(connections: usize, samples: &Samples) -> Figure {
    let more = samples.on.iter().zip(&samples.off).map(|(on, off)| on - off).collect();
    let middle = |samples: &[f64]| crate::statistics::median(samples);
    let detail = format!("with {:.2}, without {:.2}", middle(&samples.on), middle(&samples.off));
    let name = format!("events: Redis time of a transition's, {connections} connections");
    Figure::new(name, "µs", more).target(Target::at_most(2.0)).detail(detail)
}

#[expect(clippy::cast_precision_loss, reason = "microseconds and transitions of a run are far below 2^52")]
fn each(microseconds: u64, transitions: u64) -> f64 {
    microseconds as f64 / transitions as f64
}
