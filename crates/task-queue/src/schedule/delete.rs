//! Removes a schedule: `lua/schedule_delete.lua`.

use waggle_core::{Call, Value};

use crate::{
    Error, TaskQueue,
    library::function,
    model::{ScheduleName, SwarmName},
    task::{refused, root},
};

const FUNCTION: &str = function!("schedule_delete");

impl TaskQueue {
    /// Removes a schedule; the tasks of its runs stay.
    ///
    /// # Errors
    /// [`Error::ScheduleNotFound`], [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn delete_schedule(&self, swarm: &SwarmName, name: &ScheduleName) -> Result<(), Error> {
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(name.as_str());
        match self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))? {
            Value::Int(1) => Ok(()),
            _ => Err(Error::ScheduleNotFound(name.to_string())),
        }
    }
}
