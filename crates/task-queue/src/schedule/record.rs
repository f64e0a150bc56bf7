//! A schedule as it is stored: `lua/parts/schedule.lua`.

use bytes::Bytes;
use waggle_core::{Codec, Error as RedisError, Value};

use crate::{
    limits::SCHEDULE_TIMES,
    model::{NewSchedule, Schedule, ScheduleName, Stamp, TaskId},
    store::Reader,
};

/// A schedule as the functions answer it.
#[derive(Debug)]
pub(crate) struct Scheduled {
    pub(crate) name: ScheduleName,
    pub(crate) said: NewSchedule,
    pub(crate) due_at: Option<Stamp>,
    /// How often it was put.
    pub(crate) version: u64,
    pub(crate) runs: u64,
    pub(crate) skipped: u64,
    pub(crate) created_at: Stamp,
    pub(crate) last_run_at: Option<Stamp>,
    pub(crate) last_task: Option<TaskId>,
}

impl Scheduled {
    /// The schedule, if there is one.
    pub(crate) fn read(call: &'static str, record: Value, codec: &Codec) -> Result<Option<Self>, RedisError> {
        if matches!(record, Value::Nil | Value::Boolean(false)) {
            return Ok(None);
        }
        let mut record = Reader::new(call, record)?;
        let name = record.text()?.parse().map_err(|_| record.broken("a schedule without a proper name"))?;
        let said = record.bytes()?.ok_or_else(|| record.broken("a schedule of which nothing is said"))?;
        let mut scheduled = Self {
            name,
            said: said_in(said, codec).ok_or_else(|| record.broken("a schedule that cannot be read"))?,
            due_at: record.optional_integer()?.map(Stamp),
            version: 0,
            runs: 0,
            skipped: 0,
            created_at: Stamp(0),
            last_run_at: None,
            last_task: None,
        };
        let mut fields = record.array_or_map()?;
        while fields.remaining() > 1 {
            let field = fields.text()?;
            scheduled.apply(&field, &mut fields)?;
        }
        Ok(Some(scheduled))
    }

    fn apply(&mut self, field: &str, fields: &mut Reader) -> Result<(), RedisError> {
        match field {
            "vn" => self.version = fields.unsigned()?,
            "rn" => self.runs = fields.unsigned()?,
            "sk" => self.skipped = fields.unsigned()?,
            "cr" => self.created_at = Stamp(fields.integer()?),
            "la" => self.last_run_at = Some(Stamp(fields.integer()?)),
            "ta" => {
                let id = fields.text()?;
                self.last_task = Some(id.parse().map_err(|_| fields.broken("expected a task id"))?);
            }
            _ => drop(fields.value()?),
        }
        Ok(())
    }

    /// As clients see it.
    pub(crate) fn answer(mut self) -> Schedule {
        let cron = self.said.check().ok();
        let following = |due| cron.map_or_else(Vec::new, |cron| cron.times_after(due, SCHEDULE_TIMES - 1));
        let next_runs = self.due_at.map_or_else(Vec::new, |due| [vec![due], following(due)].concat());
        let NewSchedule { cron, timezone, task, overlap, missed, paused } = self.said;
        Schedule {
            name: self.name,
            cron,
            timezone,
            task,
            overlap,
            missed,
            paused,
            next_run_at: self.due_at,
            next_runs,
            last_run_at: self.last_run_at,
            last_task: self.last_task,
            runs: self.runs,
            skipped: self.skipped,
            created_at: self.created_at,
        }
    }
}

/// What is said of a schedule, as it is stored.
pub(crate) fn frame_of(said: &NewSchedule, codec: &Codec) -> Result<Vec<u8>, RedisError> {
    let text = serde_json::to_vec(said)
        .map_err(|error| RedisError::Internal { detail: format!("a schedule cannot be written: {error}") })?;
    Ok(codec.encode(&text))
}

fn said_in(frame: Bytes, codec: &Codec) -> Option<NewSchedule> {
    serde_json::from_slice(&codec.decode(frame).ok()?).ok()
}
