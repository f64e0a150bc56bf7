use crate::bench::load::connection::Connection;
use crate::bench::load::drive::{Cost, Subject};
use crate::bench::load::operations::{self, Load};
use crate::bench::load::request;
use crate::bench::load::scale::Scale;
use crate::bench::load::waits::Waits;
use crate::bench::report::figure::Figure;
use crate::bench::report::progress;
use crate::bench::report::statistics::median;
use crate::bench::report::target::Target;
use crate::bench::system::service::{Programs, Service};

const QUEUE: &str = "events";
/// What a task goes through here: it is submitted, claimed and completed.
const TRANSITIONS: f64 = 3.0;
/// One connection: each transition is a call of its own. Many: transitions of one call share an entry of the stream.
const CONNECTIONS: [usize; 2] = [1, 64];

/// Microseconds of Redis's CPU time that a transition took, what it writes to its file included: a sample a round.
#[derive(Default)]
struct Samples {
    on: Vec<f64>,
    off: Vec<f64>,
}

/// What the events of a swarm that nobody follows cost: Redis's time with them and without, in turn.
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
    let mut connection = Connection::open(subject.address).await?;
    connection.exchange(&request::put_swarm(r#"{"events":false}"#)).await?;
    Ok(())
}

/// Microseconds of Redis's CPU time a transition.
async fn turn(service: &Service, connections: usize, scale: &Scale) -> anyhow::Result<f64> {
    let (subject, waits) = (service.subject(), Waits::new());
    let load = Load { connections, operations: scale.growth_operations, queue: QUEUE };
    let submit = operations::submit(subject, load, &waits).await?;
    let (claim, held) = operations::claim(subject, load, &waits).await?;
    let complete = operations::complete(subject, connections, &held, &waits).await?;
    Ok([submit, claim, complete].iter().map(Cost::redis_each).sum::<f64>() / TRANSITIONS)
}

fn figure(connections: usize, samples: &Samples) -> Figure {
    let more = samples.on.iter().zip(&samples.off).map(|(on, off)| on - off).collect();
    let middle = |samples: &[f64]| median(samples).unwrap_or(f64::NAN);
    let detail = format!("with {:.2}, without {:.2}", middle(&samples.on), middle(&samples.off));
    let name = format!("events: Redis time a transition, {connections} connections");
    Figure::new(name, "µs CPU", more).target(Target::at_most(2.0)).detail(detail)
}
