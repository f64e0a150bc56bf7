use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::task::JoinSet;

use crate::bench::load::agents::until_calm;
use crate::bench::load::answer::{find, number_after};
use crate::bench::load::connection::Connection;
use crate::bench::load::drive::Subject;
use crate::bench::load::receipts::{Receipts, WARM_UP};
use crate::bench::load::request::{self, SEQUENCE_MARK};
use crate::bench::load::scale::Scale;
use crate::bench::report::figure::Figure;
use crate::bench::report::progress;
use crate::bench::report::target::Target;
use crate::bench::system::deadline;
use crate::bench::system::service::Programs;

const AGENTS: usize = 100;
/// Messages a second.
const RATE: u32 = 1_000;
/// Connections that send in turn, so that a slow answer does not hold up the next message.
const SENDERS: usize = 64;
/// The longest wait that the service grants.
const WAIT_MS: u64 = 60_000;
/// A reader acknowledges what it has read once in so many reads.
const READS_AN_ACK: usize = 10;
const NEXT: &[u8] = b"\"next\":";

/// From the send of a message to its receipt by the agent that was waiting for it, at a steady rate.
///
/// # Errors
/// Whatever breaks; a message that is not received, or received twice.
pub(crate) async fn run(programs: &Programs, scale: &Scale) -> anyhow::Result<Vec<Figure>> {
    let service = programs.waggle().await?;
    let figures = measure(service.subject(), scale.assignment).await?;
    service.stop().await?;
    Ok(figures)
}

async fn measure(subject: Subject, duration: Duration) -> anyhow::Result<Vec<Figure>> {
    let messages = WARM_UP + usize::try_from(duration.as_secs())? * RATE as usize;
    let receipts = Arc::new(Receipts::at(messages, RATE));
    let mut readers = JoinSet::new();
    for index in 0..AGENTS {
        let reader = Reader::register(subject.address, index).await?;
        readers.spawn(reader.read(receipts.clone()));
    }
    until_calm(subject.meter).await?;
    progress::say(&format!("messages: {messages} at {RATE}/s between {AGENTS} agents"));
    let before = subject.meter.read()?;
    let late = send_steadily(subject.address, &receipts).await?;
    deadline::within(deadline::START, "receipt of all messages", async {
        while receipts.missing() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            if let Some(ended) = readers.try_join_next() {
                bail!("a reader stopped: {ended:?}");
            }
        }
        Ok(())
    })
    .await
    .with_context(|| format!("{} messages were never received", receipts.missing()))?;
    let cpu = subject.meter.since(&before)?;
    let share = cpu.total() / cpu.wall * 100.0;
    let detail = format!(
        "{share:.0} % of a core; sent {late:.1} ms late at most; acknowledged every {READS_AN_ACK}th read"
    );
    let figure = |name: &str, quantile| {
        let milliseconds = receipts.waits.milliseconds(quantile);
        Figure::new(format!("messages, {AGENTS} agents: {name}"), "ms", vec![milliseconds])
    };
    Ok(vec![figure("p50", 0.5).detail(detail), figure("p99", 0.99).target(Target::at_most(10.0))])
}

/// Sends on schedule whatever the answers take; returns by how many milliseconds the latest was late.
async fn send_steadily(address: SocketAddr, receipts: &Arc<Receipts>) -> anyhow::Result<f64> {
    let (mut senders, mut connections) = (JoinSet::new(), Vec::new());
    for _ in 0..SENDERS {
        connections.push(Connection::open(address).await?);
    }
    receipts.begin();
    for (first, mut connection) in connections.into_iter().enumerate() {
        let receipts = receipts.clone();
        senders.spawn(async move {
            let mut latest = Duration::ZERO;
            for number in (first..receipts.tasks()).step_by(SENDERS) {
                let (from, to) = (number % AGENTS, (number * 7 + 1) % AGENTS);
                let request = request::message_numbered(&name(from), &name(to), number);
                latest = latest.max(receipts.send_when_due(number).await);
                connection.exchange(&request).await?;
            }
            anyhow::Ok(latest)
        });
    }
    let mut latest = Duration::ZERO;
    while let Some(late) = senders.join_next().await {
        latest = latest.max(late??);
    }
    Ok(latest.as_secs_f64() * 1e3)
}

fn name(index: usize) -> String {
    format!("agent-{index}")
}

/// An agent that waits for messages by long poll.
struct Reader {
    connection: Connection,
    name: String,
}

impl Reader {
    async fn register(address: SocketAddr, index: usize) -> anyhow::Result<Reader> {
        let (mut connection, name) = (Connection::open(address).await?, name(index));
        connection.exchange(&request::put_agent(&name)).await?;
        Ok(Reader { connection, name })
    }

    async fn read(mut self, receipts: Arc<Receipts>) -> anyhow::Result<()> {
        let (mut after, mut reads) = (0, 0);
        loop {
            let body = self.connection.exchange(&request::read_inbox(&self.name, after, WAIT_MS)).await?;
            let mut rest = body;
            while let Some(at) = find(rest, SEQUENCE_MARK.as_bytes()) {
                receipts.take(&rest[at..])?;
                rest = &rest[at + SEQUENCE_MARK.len()..];
            }
            after = number_after(rest, NEXT).context("an inbox that does not say where to go on")?;
            reads += 1;
            if reads % READS_AN_ACK == 0 {
                self.connection.exchange(&request::ack_inbox(&self.name, after)).await?;
            }
        }
    }
}
