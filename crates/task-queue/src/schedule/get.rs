//! Reads a schedule: `lua/schedule_get.lua`.

use waggle_core::Call;

use super::record::Scheduled;
use crate::{
    Error, TaskQueue,
    library::function,
    model::{Schedule, ScheduleName, Stamp, SwarmName},
    store::Reader,
    task::{refused, root},
};

const FUNCTION: &str = function!("schedule_get");

impl TaskQueue {
    /// A schedule.
    ///
    /// # Errors
    /// [`Error::ScheduleNotFound`], [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn get_schedule(&self, swarm: &SwarmName, name: &ScheduleName) -> Result<Schedule, Error> {
        let (_, scheduled) = self.scheduled(swarm, name).await?;
        let found = scheduled.map(Scheduled::answer);
        found.ok_or_else(|| Error::ScheduleNotFound(name.to_string()))
    }

    /// A schedule, if there is one, and what time it is.
    pub(super) async fn scheduled(
        &self,
        swarm: &SwarmName,
        name: &ScheduleName,
    ) -> Result<(Stamp, Option<Scheduled>), Error> {
        let mut call = Call::read_only(FUNCTION, &root(swarm));
        call.arg(name.as_str());
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let now = Stamp(reply.integer()?);
        Ok((now, Scheduled::read(FUNCTION, reply.value()?, &self.inner.codec)?))
    }
}
