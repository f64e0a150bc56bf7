//! Entries of the state as they are stored, see `lua/parts/state.lua`.

use bytes::Bytes;
use waggle_core::{Codec, Error};

use crate::{
    model::{AgentName, Json, Stamp, StateEntry, StateKey},
    store::{Line, frame_json},
};

/// Header of a frame that holds its value as it is.
const RAW: u8 = 0x00;

/// The frame of a value. That of a number is never compressed: the functions count with it.
pub(crate) fn frame_of(value: &Json, codec: &Codec) -> Vec<u8> {
    let bytes = value.as_bytes();
    let is_number = bytes.first().is_some_and(|first| first.is_ascii_digit() || *first == b'-');
    if is_number { [&[RAW], bytes].concat() } else { codec.encode(bytes) }
}

/// `<version> <updated_at> <expires_at or 0> <agent or ->`, with the value it belongs to.
pub(crate) fn entry_of(mut head: Line, key: StateKey, value: Json) -> Result<StateEntry, Error> {
    let version = head.parse()?;
    let updated_at = Stamp(head.parse()?);
    let expires_at = Some(Stamp(head.parse()?)).filter(|stamp| stamp.0 > 0);
    let agent = head.optional_word().filter(|word| *word != "-").map(str::parse::<AgentName>);
    let updated_by = agent.transpose().map_err(|_| head.broken())?;
    Ok(StateEntry { key, value, version, updated_at, updated_by, expires_at })
}

/// A stored entry: its head, a line break, the frame of its value.
pub(crate) fn read_entry(
    call: &'static str,
    key: StateKey,
    stored: &Bytes,
    codec: &Codec,
) -> Result<StateEntry, Error> {
    let broken = || Error::Internal { detail: format!("{call}: a stored state entry cannot be read") };
    let end = stored.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
    let head = str::from_utf8(&stored[..end]).map_err(|_| broken())?;
    let value = frame_json(stored.slice(end + 1..), codec)?.ok_or_else(broken)?;
    entry_of(Line::new(call, head.to_owned()), key, value)
}
