//! The bytes of a body: bounded in size and time.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, StatusCode, header};
use tokio::time::timeout;

use crate::clients::{Charge, SMALL};
use crate::problem::{Code, Problem};

/// A body announced to be larger than this is not even read to be dropped.
const DISCARD_BYTES: usize = 8 * 1_024 * 1_024;
/// How long a body is read to be dropped.
const DISCARD_TIME: Duration = Duration::from_secs(2);

/// How much of a body is read, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimits {
    /// Bytes at most.
    pub bytes: usize,
    /// From the first byte asked for to the last one received.
    pub timeout: Duration,
    /// Levels its JSON may be nested.
    pub depth: usize,
    /// Tasks of a batch.
    pub batch: usize,
}

/// Reads the whole body. It is charged for as it grows, but for one that is there at once and small.
///
/// # Errors
/// 413 beyond the limit, before more than the limit is kept; 503 or 429 where there is too much in memory; 408 when it is
/// late; 400 when it breaks off.
pub(super) async fn read(
    body: Body,
    limits: BodyLimits,
    charge: impl FnOnce() -> Charge,
) -> Result<Collected, Problem> {
    let mut body = body;
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limits.bytes {
        if announced <= DISCARD_BYTES {
            discard(&mut body).await;
        }
        return Err(too_large(limits.bytes));
    }
    let late = |_| Problem::of_status(StatusCode::REQUEST_TIMEOUT).closing();
    timeout(limits.timeout, collect(&mut body, limits.bytes, charge)).await.map_err(late)?
}

/// A whole body, and what is charged for it.
type Collected = (Bytes, Option<Charge>);

/// A client that is still sending when its connection is closed may never see the answer: what is left of a body
/// that is not much too large is read and dropped first.
pub(crate) async fn discard(body: &mut Body) {
    let drain = async {
        let mut dropped = 0;
        while dropped <= DISCARD_BYTES {
            let Ok(Some(more)) = next(body).await else { return };
            dropped += more.len();
        }
    };
    // Whether it all came or the time ran out, the answer is the same.
    let _all_or_not = timeout(DISCARD_TIME, drain).await;
}

async fn collect(
    body: &mut Body,
    limit: usize,
    charge: impl FnOnce() -> Charge,
) -> Result<Collected, Problem> {
    let first = next(body).await?.unwrap_or_default();
    if first.len() > limit {
        return Err(too_large(limit));
    }
    // Most bodies arrive in one piece, and one piece is not copied.
    let is_all = body.is_end_stream();
    if is_all && first.len() as u64 <= SMALL {
        return Ok((first, None));
    }
    let mut charge = charge();
    if let Err(problem) = charge.grow(first.len()) {
        return refuse(body, (first, charge), problem).await;
    }
    if is_all { Ok((first, Some(charge))) } else { join(body, first, limit, charge).await }
}

async fn join(body: &mut Body, first: Bytes, limit: usize, mut charge: Charge) -> Result<Collected, Problem> {
    let mut whole = Vec::with_capacity(capacity(body, first.len(), limit));
    whole.extend_from_slice(&first);
    drop(first);
    while let Some(more) = next(body).await? {
        if whole.len() + more.len() > limit {
            return refuse(body, (whole, charge), too_large(limit)).await;
        }
        if let Err(problem) = charge.grow(more.len()) {
            return refuse(body, (whole, charge), problem).await;
        }
        whole.extend_from_slice(&more);
    }
    Ok((whole.into(), Some(charge)))
}

/// Nothing that was read is kept while the rest is dropped.
async fn refuse(body: &mut Body, read: (impl Send, Charge), problem: Problem) -> Result<Collected, Problem> {
    drop(read);
    discard(body).await;
    Err(problem)
}

/// What is still announced, believed up to the limit.
fn capacity(body: &Body, read: usize, limit: usize) -> usize {
    let rest = usize::try_from(body.size_hint().lower()).unwrap_or(limit);
    read.saturating_add(rest).min(limit)
}

/// The next piece of a body; absent at its end.
///
/// # Errors
/// 400 when it breaks off.
pub(crate) async fn next(body: &mut Body) -> Result<Option<Bytes>, Problem> {
    loop {
        match poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await {
            None => return Ok(None),
            // Trailers are of no interest.
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
            Some(Err(_)) => {
                return Err(Problem::new(Code::BadRequest, "the body broke off before its end").closing());
            }
        }
    }
}

/// Refuses a body that is not said to be JSON: a form of a foreign page cannot say that it is.
///
/// # Errors
/// 415.
pub(super) fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = said.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") || is_structured_json(essence) {
        return Ok(());
    }
    Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE))
}

/// `application/*+json`, as RFC 6839 has it.
fn is_structured_json(essence: &str) -> bool {
    let Some((kind, name)) = essence.split_once('/') else { return false };
    kind.eq_ignore_ascii_case("application") && name.to_ascii_lowercase().ends_with("+json")
}

fn too_large(limit: usize) -> Problem {
    Problem::new(Code::TooLarge, format!("the body is larger than {limit} bytes"))
}
