use super::bullmq::Bullmq;
use super::ocypod::Ocypod;
use super::peer::Peer;
use crate::bench::load::drive::Cost;
use crate::bench::load::scale::Scale;
use crate::bench::load::turn::mixed;
use crate::bench::report::figure::Figure;
use crate::bench::report::progress;
use crate::bench::system::info::Info;
use crate::bench::system::service::Programs;

/// Lifecycles of this service in turn with those of others, where they are installed.
///
/// # Errors
/// Whatever breaks.
pub(crate) async fn run(programs: &Programs, scale: &Scale) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    match Ocypod::start(programs).await? {
        Some(mut peer) => {
            figures.extend(compare(&mut peer, programs, scale).await?);
            peer.stop().await;
        }
        None => {
            progress::say("ocypod: left out; `cargo install ocypod` installs it, or name it with --ocypod");
        }
    }
    match Bullmq::start(programs).await? {
        Some(mut peer) => {
            figures.extend(compare(&mut peer, programs, scale).await?);
            peer.stop().await;
        }
        None => progress::say(
            "BullMQ: left out; run `npm install bullmq ioredis` in a directory and name that with --bullmq",
        ),
    }
    Ok(figures)
}

async fn compare<P: Peer>(peer: &mut P, programs: &Programs, scale: &Scale) -> anyhow::Result<Vec<Figure>> {
    let service = programs.waggle().await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..=scale.rounds {
        let own = mixed(service.subject(), scale.operations).await?;
        let other = peer.lifecycles(scale.operations).await?;
        let (a, b) = (own.cpu_each(), other.cpu_each());
        progress::say(&format!("{}, round {round} of {}: {a:.0} and {b:.0} µs", P::NAME, scale.rounds));
        if round > 0 {
            ours.push(own);
            theirs.push(other);
        }
    }
    service.stop().await?;
    let bytes = bytes_a_task(peer, scale.operations).await?;
    let name = P::NAME;
    let cost = Figure::cpu(format!("{name}: lifecycle"), &theirs);
    let detail = format!("{name} {}; {}", peer.kind(), cost.parts());
    Ok(vec![
        cost.detail(detail),
        Figure::cpu(format!("beside {name}: our lifecycle"), &ours),
        ratio(format!("ours / {name}: lifecycles a second"), "times", &ours, &theirs, Cost::rate),
        ratio(format!("ours / {name}: CPU a lifecycle"), "times", &ours, &theirs, Cost::cpu_each),
        Figure::new(format!("{name}: Redis memory a queued task"), "bytes", vec![bytes]),
    ])
}

fn ratio(name: String, unit: &str, ours: &[Cost], theirs: &[Cost], part: fn(&Cost) -> f64) -> Figure {
    Figure::new(name, unit, ours.iter().zip(theirs).map(|(own, other)| part(own) / part(other)).collect())
}

#[expect(clippy::cast_precision_loss, reason = "memory and tasks are below 2^52")]
async fn bytes_a_task<P: Peer>(peer: &mut P, tasks: u64) -> anyhow::Result<f64> {
    let used = |info: Info| info.used_memory();
    let before = used(peer.redis().await?)?;
    peer.queue(tasks).await?;
    Ok(used(peer.redis().await?)?.saturating_sub(before) as f64 / tasks as f64)
}
