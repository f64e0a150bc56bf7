//! Asks a person: `lua/task_input_request.lua`.

use waggle_core::{Call, Error as RedisError};

use super::{
    TaskQueue,
    task_queue::{refused, root},
};
use crate::{
    Error,
    library::function,
    metrics::{self, TaskEvent},
    model::{InputRequest, InputRequested, Invalid, Json, SwarmName, TaskId, check_schema},
    store::{Asked, Reader, usage_text},
};

const FUNCTION: &str = function!("task_input_request");

impl TaskQueue {
    /// Puts a held task aside until a person answers: nobody holds it, and the attempt does not count. The same call again is
    /// answered alike.
    ///
    /// # Errors
    /// [`Error::LeaseLost`], [`Error::TaskNotFound`], [`Error::SwarmNotFound`], [`Error::Invalid`], [`Error::Redis`].
    pub async fn input_request(
        &self,
        swarm: &SwarmName,
        id: TaskId,
        request: InputRequest,
    ) -> Result<InputRequested, Error> {
        request.check()?;
        let InputRequest { lease, prompt, schema, usage } = request;
        let schema = schema.filter(|schema| !schema.is_null());
        if let Some(schema) = schema.clone() {
            usable(schema).await?;
        }
        let frame = Asked { prompt, schema, value: None }.encode(&self.inner.codec)?;
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(id.encode(&mut [0; 36])).arg(self.own(lease)).arg(frame).arg(usage_text(usage));
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut line = Reader::new(FUNCTION, reply)?.line()?;
        let replayed = match line.optional_word() {
            Some("ok") => false,
            Some("replayed") => true,
            Some("LEASELOST") => return Err(Error::LeaseLost { id, attempt: line.parse()? }),
            Some("NOTFOUND") => return Err(Error::TaskNotFound(id)),
            _ => return Err(line.broken().into()),
        };
        let status = line.parse()?;
        if !replayed {
            metrics::tasks(TaskEvent::taken_from_its_holder(status), 1);
        }
        Ok(InputRequested { id, status, replayed })
    }
}

/// A schema may take a while.
async fn usable(schema: Json) -> Result<(), Error> {
    let parsed = tokio::task::spawn_blocking(move || check_schema(schema.as_str())).await;
    let parsed = parsed.map_err(|error| RedisError::Internal { detail: format!("a schema: {error}") })?;
    parsed
        .map_err(|why| Invalid::field("/schema", format!("not a JSON Schema that can be used: {why}")).into())
}
