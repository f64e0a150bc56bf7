use waggle_core::Value;

use crate::{
    Error,
    model::{Stamp, StoredToken},
    store::Reader,
};

/// The version, the time, and the tokens as far as they were read.
pub(super) fn read(function: &'static str, reply: Value) -> Result<(u64, Stamp, Vec<StoredToken>), Error> {
    let mut reply = Reader::new(function, reply)?;
    let (version, now) = (reply.unsigned()?, Stamp(reply.integer()?));
    let mut tokens = Vec::with_capacity(reply.remaining());
    while reply.remaining() > 0 {
        let line = reply.text()?;
        let token = parse(&line).ok_or_else(|| reply.broken("a token that cannot be read"))?;
        tokens.push(token);
    }
    Ok((version, now, tokens))
}

/// `<digest> <created_at> <record>`; the digest is part of the record, too.
fn parse(line: &str) -> Option<StoredToken> {
    let mut words = line.splitn(3, ' ');
    let (_, created_at, record) = (words.next()?, words.next()?, words.next()?);
    let created_at = Stamp(created_at.parse().ok()?);
    Some(StoredToken { token: serde_json::from_str(record).ok()?, created_at })
}
