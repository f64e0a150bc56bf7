//! Answers a task that asks a person: `lua/task_input.lua`.

use bytes::Bytes;
use waggle_core::{Call, Error as RedisError};

use super::{
    TaskQueue,
    task_queue::{refused, root},
};
use crate::{
    Error,
    library::function,
    limits::CHECKED_ANSWER_BYTES,
    metrics::{self, TaskEvent},
    model::{Input, InputGiven, Invalid, Json, Status, SwarmName, TaskId, check_answer},
    store::{Asked, Reader},
};

const FUNCTION: &str = function!("task_input");

/// How often a task may ask anew between a look and the answer.
const ASKED_ANEW: usize = 8;

/// What a task asks, and under which fence it did.
struct Question {
    fence: String,
    asked: Asked,
}

/// What the function did.
enum Answered {
    Given,
    /// The task has asked another time since it was looked at.
    AskedAnew,
    Looked(String, Bytes),
}

impl TaskQueue {
    /// Answers a task that waits for a person; it is ready again, and its next holder gets the answer.
    ///
    /// # Errors
    /// [`Error::NotAsking`], [`Error::TaskNotFound`], [`Error::SwarmNotFound`], [`Error::Redis`]; [`Error::Invalid`] where
    /// the answer does not meet the schema of the question.
    pub async fn input(&self, swarm: &SwarmName, id: TaskId, input: Input) -> Result<InputGiven, Error> {
        for _ in 0..ASKED_ANEW {
            let Question { fence, asked } = self.question(swarm, id).await?;
            if let Some(schema) = asked.schema.clone() {
                meets(schema, input.value.clone()).await?;
            }
            let frame = Asked { value: Some(input.value.clone()), ..asked }.encode(&self.inner.codec)?;
            let mut call = Call::new(FUNCTION, &root(swarm));
            call.arg(id.encode(&mut [0; 36])).arg(fence).arg(frame);
            // Anything else means that it was answered, held and has asked again between the two calls: another question.
            if matches!(self.answer(swarm, id, call).await?, Answered::Given) {
                metrics::tasks(TaskEvent::Answered, 1);
                return Ok(InputGiven { id, status: Status::Ready });
            }
        }
        let detail = "the task asks one question after another: look at it, and answer again".to_owned();
        Err(RedisError::Unavailable { detail }.into())
    }

    async fn question(&self, swarm: &SwarmName, id: TaskId) -> Result<Question, Error> {
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(id.encode(&mut [0; 36]));
        match self.answer(swarm, id, call).await? {
            Answered::Looked(fence, frame) => {
                Ok(Question { fence, asked: Asked::read(frame, &self.inner.codec)? })
            }
            _ => {
                Err(RedisError::Internal { detail: format!("{FUNCTION}: a look that changed something") }
                    .into())
            }
        }
    }

    async fn answer(&self, swarm: &SwarmName, id: TaskId, call: Call) -> Result<Answered, Error> {
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        match reply.text()?.as_str() {
            "ok" if reply.remaining() == 0 => Ok(Answered::Given),
            "ok" => Ok(Answered::Looked(reply.text()?, reply.bytes()?.unwrap_or_default())),
            "ASKEDANEW" => Ok(Answered::AskedAnew),
            "WRONGSTATE" => {
                let status = reply.text()?.parse().map_err(|_| reply.broken("a status nobody knows"))?;
                Err(Error::NotAsking { id, status })
            }
            "NOTFOUND" => Err(Error::TaskNotFound(id)),
            _ => Err(reply.broken("a word nobody knows").into()),
        }
    }
}

/// To compare the two may take a while.
async fn meets(schema: Json, answer: Json) -> Result<(), Error> {
    if answer.as_bytes().len() > CHECKED_ANSWER_BYTES {
        let most = format!("at most {CHECKED_ANSWER_BYTES} bytes, since the question has a schema");
        return Err(Invalid::field("/value", most).into());
    }
    let checked = tokio::task::spawn_blocking(move || check_answer(schema.as_str(), answer.as_str())).await;
    let checked = checked.unwrap_or_else(|error| Err(error.to_string()));
    let checked = checked.map_err(|why| RedisError::Internal { detail: format!("a schema: {why}") })?;
    checked.map_err(|errors| Invalid { errors }.into())
}
