//! Makes a schedule, or says anew what it is: `lua/schedule_put.lua`.

use waggle_core::{Call, Value};

use super::record::{Scheduled, frame_of};
use crate::{
    Error, TaskQueue,
    library::function,
    model::{Invalid, NewSchedule, Schedule, ScheduleName, SwarmName},
    store::Reader,
    task::{refused, root},
};

const FUNCTION: &str = function!("schedule_put");

impl TaskQueue {
    /// Makes a schedule, or says anew what one is that is there; true when it is new. What time it is, is asked first:
    /// the next time is counted from there.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::TooManySchedules`], [`Error::SwarmNotFound`], [`Error::Redis`]. After an unknown
    /// outcome the same call does no harm.
    pub async fn put_schedule(
        &self,
        swarm: &SwarmName,
        name: &ScheduleName,
        mut said: NewSchedule,
    ) -> Result<(Schedule, bool), Error> {
        let cron = said.check()?;
        let (now, _) = self.scheduled(swarm, name).await?;
        let never = || Invalid::field("/cron", "such a day never comes");
        let due = cron.after(now).ok_or_else(never)?;
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(name.as_str()).arg(frame_of(&said, &self.inner.codec)?);
        call.arg(if said.paused { String::new() } else { due.0.to_string() }).arg(u8::from(said.paused));
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let created = match reply.value()? {
            Value::Int(created) => created == 1,
            Value::BulkString(word) if word == b"TOOMANYSCHEDULES" => return Err(Error::TooManySchedules),
            _ => return Err(reply.broken("a word nobody knows").into()),
        };
        let now = reply.integer()?;
        if !said.paused {
            self.inner.alarms.scheduler.at(swarm, due.0 - now);
        }
        let scheduled = Scheduled::read(FUNCTION, reply.value()?, &self.inner.codec)?;
        Ok((scheduled.ok_or_else(|| reply.broken("the schedule is missing"))?.answer(), created))
    }
}
