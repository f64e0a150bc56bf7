use super::args::Bench;
use super::figures::{
    batch, capacity, events, growth, heartbeats, idle, latency, messages, metrics, naive, peers, recording,
    report, settlements, single, snapshot, transaction,
};
use super::load::scale::Scale;
use super::report::figure::Figure;
use super::system::service::Programs;

impl Bench {
    /// Measures it.
    ///
    /// # Errors
    /// Whatever breaks.
    pub(crate) async fn measure(self, programs: &Programs, scale: &Scale) -> anyhow::Result<Vec<Figure>> {
        match self {
            Self::Ceiling => single::run_ceiling(programs, scale).await,
            Self::Single => single::run(programs, scale).await,
            Self::Settlements => settlements::run(programs, scale).await,
            Self::Batch => batch::run(programs, scale).await,
            Self::Latency => latency::run(programs, scale).await,
            Self::Messages => messages::run(programs, scale).await,
            Self::Idle => idle::run(programs, scale).await,
            Self::Growth => growth::run(programs, scale).await,
            Self::Capacity => capacity::run(programs).await,
            Self::Events => events::run(programs, scale).await,
            Self::Heartbeats => heartbeats::run(programs, scale).await,
            Self::Transaction => transaction::run(programs, scale).await,
            Self::Snapshot => snapshot::run(programs, scale).await,
            Self::Recording => recording::run(scale),
            Self::Report => report::run(programs, scale).await,
            Self::Metrics => metrics::run(programs, scale).await,
            Self::Peers => peers::run(programs, scale).await,
            Self::Naive => naive::run(programs, scale).await,
        }
    }
}
