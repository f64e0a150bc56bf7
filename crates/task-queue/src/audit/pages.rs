//! Reads lists, sets and hashes page by page: `lua/audit_read.lua`.

use bytes::Bytes;
use waggle_core::{Call, Error, Redis};

use crate::{library::function, store::Reader};

const FUNCTION: &str = function!("audit_read");
/// Elements a call reads.
const PAGE: usize = 1_000;
/// Calls a round trip makes.
const CALLS: usize = 32;

/// Reads every element of the keys `names` under `root`, and hands them to `each` page by page.
pub(super) async fn read<'a>(
    redis: &Redis,
    root: &str,
    names: impl IntoIterator<Item = &'a str>,
    mut each: impl FnMut(&'a str, &[Bytes]),
) -> Result<(), Error> {
    let mut names = names.into_iter();
    let mut open: Vec<(&str, String)> = Vec::new();
    loop {
        let room = CALLS - open.len();
        open.extend(names.by_ref().take(room).map(|name| (name, "0".to_owned())));
        if open.is_empty() {
            return Ok(());
        }
        let calls = open.iter().map(|(name, from)| call(root, name, from)).collect();
        let replies = redis.call_all(calls).await;
        let mut still = Vec::new();
        for ((name, _), reply) in open.into_iter().zip(replies) {
            let mut reply = Reader::new(FUNCTION, reply?)?;
            let after = reply.text()?;
            each(name, &elements(&mut reply)?);
            if !after.is_empty() {
                still.push((name, after));
            }
        }
        open = still;
    }
}

fn call(root: &str, name: &str, from: &str) -> Call {
    let mut call = Call::read_only(FUNCTION, root);
    call.arg(name).arg(from).arg(PAGE);
    call
}

fn elements(reply: &mut Reader) -> Result<Vec<Bytes>, Error> {
    let mut elements = Vec::with_capacity(reply.remaining());
    while reply.remaining() > 0 {
        elements.push(reply.bytes()?.unwrap_or_default());
    }
    Ok(elements)
}

/// Text for people and for comparison; broken UTF-8 is shown as such.
pub(super) fn text(element: &Bytes) -> String {
    String::from_utf8_lossy(element).into_owned()
}

/// A whole number, as Redis prints scores and counts; -1 for anything else, which none of them is.
pub(super) fn number(element: &Bytes) -> i64 {
    str::from_utf8(element).ok().and_then(|text| text.parse().ok()).unwrap_or(-1)
}
