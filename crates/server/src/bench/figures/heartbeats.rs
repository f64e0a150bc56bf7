use std::net::SocketAddr;
use std::time::Duration;

use anyhow::ensure;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::bench::load::agents::until_calm;
use crate::bench::load::answer::{self, Held};
use crate::bench::load::connection::Connection;
use crate::bench::load::drive::{Cost, Share, drive};
use crate::bench::load::request::{self, Claim};
use crate::bench::load::scale::{CONNECTIONS, Scale};
use crate::bench::load::waits::Waits;
use crate::bench::report::figure::Figure;
use crate::bench::report::progress;
use crate::bench::report::target::Target;
use crate::bench::system::service::{Programs, Service};

const QUEUE: &str = "heartbeats";
const AGENTS: u32 = 1_000;
const EVERY: Duration = Duration::from_secs(10);

/// What a thousand agents cost that each hold a task and say so every ten seconds: a share of a core.
///
/// # Errors
/// Whatever breaks; a lease that is lost.
pub(crate) async fn run(programs: &Programs, scale: &Scale) -> anyhow::Result<Vec<Figure>> {
    let service = programs.waggle().await?;
    let mut figures = measure(&service, scale.idleness).await?;
    let mut costs = Vec::new();
    for _ in 0..scale.rounds {
        costs.push(crowd(&service, scale.operations).await?);
    }
    service.stop().await?;
    figures.push(Figure::cpu(format!("heartbeats, {CONNECTIONS} at a time: each"), &costs));
    Ok(figures)
}

async fn measure(service: &Service, duration: Duration) -> anyhow::Result<Vec<Figure>> {
    let (subject, waits) = (service.subject(), Waits::new());
    progress::say(&format!("heartbeats: gathering {AGENTS} agents"));
    let start = Instant::now() + EVERY;
    let mut agents = JoinSet::new();
    for index in 0..AGENTS {
        let agent = Agent::take_up(subject.address, index).await?;
        let (waits, first) = (waits.clone(), start + EVERY * index / AGENTS);
        agents.spawn(agent.work(first, waits));
    }
    until_calm(subject.meter).await?;
    tokio::time::sleep_until(start).await;
    progress::say(&format!("heartbeats: watching {AGENTS} agents for {} s", duration.as_secs()));
    let before = subject.meter.read()?;
    tokio::time::sleep(duration).await;
    let cpu = subject.meter.since(&before)?;
    ensure!(agents.try_join_next().is_none(), "an agent stopped");
    let share = |spent: f64| spent / cpu.wall * 100.0;
    Ok(vec![
        Figure::new(format!("heartbeats of {AGENTS} agents: CPU"), "% of a core", vec![share(cpu.total())])
            .target(Target::at_most(3.0))
            .detail(format!("service {:.2} + Redis {:.2}", share(cpu.service), share(cpu.redis))),
        Figure::new(
            format!("heartbeats of {AGENTS} agents: latency p99"),
            "ms",
            vec![waits.milliseconds(0.99)],
        ),
    ])
}

/// Heartbeats one after the other on many connections: what one costs a service that is awake anyway.
async fn crowd(service: &Service, heartbeats: u64) -> anyhow::Result<Cost> {
    let share = Share::of(heartbeats);
    let worker = |index: usize, mut connection: Connection| {
        let share = share.clone();
        async move {
            let name = format!("crowd-{index}");
            connection.exchange(&request::put_agent(&name)).await?;
            let heartbeat = request::agent_heartbeat(&name, None);
            while share.take() {
                connection.exchange(&heartbeat).await?;
            }
            Ok((connection, ()))
        }
    };
    let (cpu, _) = drive(service.subject(), CONNECTIONS, worker).await?;
    Ok(Cost { operations: heartbeats, cpu })
}

/// An agent that holds a task.
struct Agent {
    connection: Connection,
    name: String,
    held: Held,
}

impl Agent {
    async fn take_up(address: SocketAddr, index: u32) -> anyhow::Result<Agent> {
        let mut connection = Connection::open(address).await?;
        let name = format!("agent-{index}");
        connection.exchange(&request::submit(QUEUE)).await?;
        let claim = Claim { agent: &name, queue: QUEUE, max_tasks: 1, wait_ms: 0 };
        let held = answer::one_task(connection.exchange(&request::claim(&claim)).await?)?;
        Ok(Agent { connection, name, held })
    }

    async fn work(mut self, first: Instant, waits: Waits) -> anyhow::Result<()> {
        let heartbeat = request::agent_heartbeat(&self.name, Some(&self.held));
        let mut beats = interval_at(first, EVERY);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            beats.tick().await;
            let sent = std::time::Instant::now();
            let answer = self.connection.exchange(&heartbeat).await?;
            waits.record(sent.elapsed());
            ensure!(answer::find(answer, br#""lost":[]"#).is_some(), "a lease was lost");
        }
    }
}
