//! Runs steps until the keys have the version they lead to.

use waggle_core::Redis;

use super::{
    Error, KeyspaceState, Progress, Step,
    ledger::{Ledger, advance, begin, has_keys},
};

/// What a migration did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// Version the keys had; the one they have now where they were empty.
    pub from: u32,
    /// Version they have now.
    pub to: u32,
}

/// Steps in their order, and the ledger that says which of them are done.
pub struct Migrator {
    steps: Vec<Box<dyn Step>>,
}

impl Migrator {
    /// A migrator of `steps`, which are numbered 1, 2, … in their order.
    pub fn new(steps: Vec<Box<dyn Step>>) -> Self {
        debug_assert!(steps.iter().zip(1..).all(|(step, number)| step.number() == number));
        Self { steps }
    }

    /// The version its steps lead to.
    pub fn version(&self) -> u32 {
        self.steps.last().map_or(0, |step| step.number())
    }

    /// Its steps, in their order.
    pub fn steps(&self) -> impl Iterator<Item = &dyn Step> {
        self.steps.iter().map(AsRef::as_ref)
    }

    /// How the keys compare with this version. Where there is no ledger, it looks for any key of this service.
    ///
    /// # Errors
    /// What Redis says.
    pub async fn status(&self, redis: &Redis) -> Result<KeyspaceState, waggle_core::Error> {
        match Ledger::read(redis).await?.state(self.version()) {
            Some(state) => Ok(state),
            None if has_keys(redis).await? => self.status_of_keys(redis).await,
            None => Ok(KeyspaceState::Empty),
        }
    }

    /// Begins empty keys with this version; does nothing where there is a version. Several processes may begin at once.
    ///
    /// # Errors
    /// [`Error::Newer`] where a newer program has begun them, [`Error::Redis`].
    pub async fn begin(&self, redis: &Redis) -> Result<(), Error> {
        let known = self.version();
        match begin(redis, known).await? {
            found if found > known => Err(Error::Newer { found, known }),
            _ => Ok(()),
        }
    }

    /// Runs every step that is not done, from where it was interrupted. Calls `progress` with a sentence for the operator
    /// before and after each step. May be run by several processes at once, and again after any error.
    ///
    /// # Errors
    /// [`Error::Newer`], [`Error::Stuck`], [`Error::Redis`].
    pub async fn run(&self, redis: &Redis, mut progress: impl FnMut(&str)) -> Result<Migrated, Error> {
        let to = self.version();
        match self.status(redis).await? {
            KeyspaceState::Empty => {
                self.begin(redis).await?;
                progress(&format!("there were no keys: begun with version {to}"));
                return Ok(Migrated { from: to, to });
            }
            KeyspaceState::Current => return Ok(Migrated { from: to, to }),
            KeyspaceState::Newer { found, known } => return Err(Error::Newer { found, known }),
            KeyspaceState::Older { .. } => {}
        }
        let from = Ledger::read(redis).await?.version;
        while let Some(step) = self.following(&Ledger::read(redis).await?)? {
            self.finish(redis, step, &mut progress).await?;
        }
        Ok(Migrated { from, to })
    }

    /// Keys were found without a ledger; one may have been written since it was looked for.
    async fn status_of_keys(&self, redis: &Redis) -> Result<KeyspaceState, waggle_core::Error> {
        let needed = self.version();
        let ledger = Ledger::read(redis).await?;
        Ok(ledger.state(needed).unwrap_or(KeyspaceState::Older { found: 0, needed }))
    }

    /// The step that is in progress or comes next.
    fn following(&self, ledger: &Ledger) -> Result<Option<&dyn Step>, Error> {
        if let Some(KeyspaceState::Newer { found, known }) = ledger.state(self.version()) {
            return Err(Error::Newer { found, known });
        }
        Ok(self.steps.iter().find(|step| step.number() == ledger.version + 1).map(AsRef::as_ref))
    }

    /// Runs a step to its end, by whomever of those that run it at once.
    async fn finish(
        &self,
        redis: &Redis,
        step: &dyn Step,
        progress: &mut impl FnMut(&str),
    ) -> Result<(), Error> {
        let (number, name) = (step.number(), step.name());
        progress(&format!("step {number} ({name}): begins"));
        // Noted before anything is touched, so that no older program takes half of the new version for its own.
        advance(redis, step, "", &Progress::Next(String::new())).await?;
        loop {
            let ledger = Ledger::read(redis).await?;
            if ledger.version >= number {
                break;
            }
            let Some((in_progress, cursor)) = ledger.step else { break };
            if in_progress != number {
                break;
            }
            let reached = step.run_once(redis, &cursor).await?;
            if reached == Progress::Next(cursor.clone()) {
                return Err(Error::Stuck { number, name: name.to_owned(), cursor });
            }
            advance(redis, step, &cursor, &reached).await?;
        }
        progress(&format!("step {number} ({name}): done"));
        Ok(())
    }
}
