//! An attempt as it is kept: `lua/parts/attempts.lua`.

use bytes::Bytes;
use waggle_core::{Codec, Error};

use super::{
    Line,
    submitted::{frame_json, position},
};
use crate::model::{AttemptRecord, Stamp};

/// An attempt, and the number of its lease.
#[derive(Debug, Clone)]
pub(crate) struct KeptAttempt {
    pub(crate) fence: u64,
    pub(crate) record: AttemptRecord,
}

impl KeptAttempt {
    /// Reads `<fence> <attempt> <agent> <started_at> <ended_at> <outcome> <error left out 0|1>\n<frame of the error>`, `-`
    /// for what there is not.
    pub(crate) fn read(kept: &Bytes, codec: &Codec) -> Result<Self, Error> {
        let broken = || Error::Internal { detail: "a kept attempt cannot be read".to_owned() };
        let head_end = position(kept, b'\n').ok_or_else(broken)?;
        let head = str::from_utf8(&kept[..head_end]).map_err(|_| broken())?;
        let mut head = Line::new("an attempt", head.to_owned());
        Ok(Self {
            fence: head.parse()?,
            record: AttemptRecord {
                attempt: head.parse()?,
                agent: head.unless_dash()?,
                started_at: Stamp(head.parse()?),
                ended_at: head.unless_dash()?.map(Stamp),
                outcome: head.unless_dash()?,
                error_truncated: head.parse::<u8>()? == 1,
                error: frame_json(kept.slice(head_end + 1..), codec)?,
            },
        })
    }

    /// As it is kept.
    pub(crate) fn encode(&self, codec: &Codec) -> Vec<u8> {
        let Self { fence, record } = self;
        let AttemptRecord { attempt, agent, started_at, ended_at, outcome, error, error_truncated } = record;
        let agent = agent.as_ref().map_or("-", |agent| agent.as_str());
        let ended_at = ended_at.map_or_else(|| "-".to_owned(), |Stamp(ms)| ms.to_string());
        let outcome = outcome.map_or("-", |outcome| outcome.as_str());
        let left_out = u8::from(*error_truncated);
        let started_at = started_at.0;
        let mut kept =
            format!("{fence} {attempt} {agent} {started_at} {ended_at} {outcome} {left_out}\n").into_bytes();
        if let Some(error) = error.as_ref().filter(|error| !error.is_null()) {
            codec.encode_into(error.as_bytes(), &mut kept);
        }
        kept
    }
}
