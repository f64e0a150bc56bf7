use crate::bench::load::drive::Cost;
use crate::bench::system::info::Info;

/// A system that queues tasks as this one does.
pub(super) trait Peer: Sized {
    /// As its makers write it.
    const NAME: &str;

    /// What it is, with its version, in a few words.
    fn kind(&self) -> &str;

    /// Submits so many tasks of 256 bytes, takes each and completes it, at most 64 at the same time.
    ///
    /// # Errors
    /// Whatever breaks.
    async fn lifecycles(&mut self, tasks: u64) -> anyhow::Result<Cost>;

    /// Submits so many tasks of 256 bytes that nobody takes.
    ///
    /// # Errors
    /// Whatever breaks.
    async fn queue(&mut self, tasks: u64) -> anyhow::Result<()>;

    /// What its Redis says of itself, once that rewrites nothing.
    ///
    /// # Errors
    /// When it does not answer.
    async fn redis(&self) -> anyhow::Result<Info>;
}
