//! Compression: ten megabytes of agents' work, stored and read back.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::client::Request;
use super::corpus::{Document, Kind, documents};
use super::ground::Ground;
use super::outcome::Found;
use super::{Broken, Test};
use crate::perf::judge::saved_at_least;

const BYTES: usize = 10_000_000;
const SAVED: f64 = 0.4;
/// Documents on their way at once.
const UNDER_WAY: usize = 32;
const QUEUE: &str = "compression";
/// For a task that was just submitted.
const WAIT: Duration = Duration::from_secs(5);
/// What the service counts of the values at or above its threshold.
const COUNTER: &str = "waggle_compression_bytes_total{";

/// Where a document is kept, and what is read back there.
enum Place {
    Payload(String),
    Result(String),
    State(String),
}

#[derive(Deserialize)]
struct Kept<'a> {
    #[serde(borrow, default)]
    payload: Option<&'a RawValue>,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
    #[serde(borrow, default)]
    value: Option<&'a RawValue>,
}

/// Bytes of values at or above the threshold, since the server started.
#[derive(Debug, Clone, Copy, Default)]
struct Compressed {
    before: u64,
    after: u64,
}

pub(super) async fn run(ground: &Arc<Ground>) -> Result<Found, Broken> {
    let written = tokio::task::spawn_blocking(|| documents(BYTES)).await;
    let documents = written.map_err(|error| Broken::new(error.to_string()))?;
    let sent: u64 = documents.iter().map(|document| document.text.len() as u64).sum();
    let counted = compressed(ground).await?;
    let keep: Vec<_> = documents.iter().enumerate().map(|(n, document)| keep(ground, n, document)).collect();
    let places: Vec<_> = stream::iter(keep).buffered(UNDER_WAY).try_collect().await?;
    let then = compressed(ground).await?;
    let kept = places.iter().zip(&documents).map(|(place, document)| is_kept(ground, place, document));
    let kept: Vec<_> = kept.collect();
    let equal: Vec<bool> = stream::iter(kept).buffered(UNDER_WAY).try_collect().await?;
    let mut found = judged(documents.len() as u64, sent, then.since(counted));
    let other = equal.iter().filter(|equal| !**equal).count();
    found.unless(other == 0, || format!("{other} of {} documents came back changed", documents.len()));
    Ok(found)
}

/// The share of what was sent that was not stored. What others store meanwhile counts as theirs: it makes what was
/// counted larger than what was sent.
fn judged(documents: u64, sent: u64, counted: Compressed) -> Found {
    let whole = sent.max(counted.before);
    let stored = whole - counted.before.saturating_sub(counted.after);
    let target = saved_at_least("saved_ratio", Test::Compression.part(), SAVED, documents, whole, stored);
    Found { judged: vec![target], findings: Vec::new() }
}

async fn keep(ground: &Ground, number: usize, document: &Document) -> Result<Place, Broken> {
    let value =
        RawValue::from_string(document.text.clone()).map_err(|error| Broken::new(error.to_string()))?;
    match document.kind {
        Kind::Plan => {
            let task = Request::post(ground.path("/tasks"), &Submit { queue: QUEUE, payload: &value })?;
            let created: Created = ground.client.json(&task.keyed()).await?;
            Ok(Place::Payload(created.id))
        }
        Kind::Transcript | Kind::ToolResult => result(ground, number, &value).await.map(Place::Result),
        Kind::State => {
            let key = format!("/state/findings-{number}");
            ground.client.done(&Request::put(ground.path(&key), &Put { value: &value })?).await?;
            Ok(Place::State(key))
        }
    }
}

#[derive(Deserialize)]
struct Created {
    id: String,
}

#[derive(serde::Serialize)]
struct Submit<'a> {
    queue: &'a str,
    payload: &'a RawValue,
}

#[derive(serde::Serialize)]
struct Put<'a> {
    value: &'a RawValue,
}

#[derive(serde::Serialize)]
struct Complete<'a> {
    lease: &'a str,
    result: &'a RawValue,
}

/// A task of its own, completed with this result.
async fn result(ground: &Ground, number: usize, value: &RawValue) -> Result<String, Broken> {
    let queue = format!("{QUEUE}-{number}");
    let id = ground.submit(&json!({ "queue": queue, "payload": number })).await?;
    let held = ground.claim("archivist", &queue, 1, WAIT).await?;
    let held = held.first().ok_or_else(|| Broken::new(format!("task {id} was handed out to nobody")))?;
    let complete = Complete { lease: &held.lease.token, result: value };
    ground.client.done(&Request::post(ground.path(&format!("/tasks/{id}/complete")), &complete)?).await?;
    Ok(id)
}

async fn is_kept(ground: &Ground, place: &Place, document: &Document) -> Result<bool, Broken> {
    let path = match place {
        Place::Payload(id) | Place::Result(id) => format!("/tasks/{id}"),
        Place::State(key) => key.clone(),
    };
    let answer = ground.client.done(&Request::get(ground.path(&path))).await?;
    let kept: Kept<'_> = serde_json::from_slice(&answer.body).map_err(|error| {
        Broken::new(format!("{path}: the answer is not one of a Waggle service: {error}"))
    })?;
    let text = match place {
        Place::Payload(_) => kept.payload,
        Place::Result(_) => kept.result,
        Place::State(_) => kept.value,
    };
    Ok(text.is_some_and(|text| text.get() == document.text))
}

async fn compressed(ground: &Ground) -> Result<Compressed, Broken> {
    Ok(read(&ground.client.done(&Request::get("/metrics")).await?.body))
}

/// What the exposition says of both directions; 0 before the first value.
fn read(exposition: &Bytes) -> Compressed {
    let text = String::from_utf8_lossy(exposition);
    let sum = |direction: &str| {
        let lines = text.lines().filter(|line| line.starts_with(COUNTER) && line.contains(direction));
        lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum()
    };
    Compressed { before: sum("direction=\"in\""), after: sum("direction=\"out\"") }
}

impl Compressed {
    const fn since(self, earlier: Self) -> Self {
        Self {
            before: self.before.saturating_sub(earlier.before),
            after: self.after.saturating_sub(earlier.after),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::perf::report::Verdict;

    #[test]
    fn both_directions_are_read_from_the_exposition() {
        let text = "# TYPE waggle_compression_bytes_total counter\n\
                    waggle_compression_bytes_total{direction=\"in\"} 1000\n\
                    waggle_compression_bytes_total{direction=\"out\"} 400\n";
        let read = read(&Bytes::from_static(text.as_bytes()));
        assert_eq!((read.before, read.after), (1_000, 400));
    }

    #[test]
    fn a_service_that_compresses_nothing_saves_nothing_and_work_of_others_does_not_help() {
        let told = |before, after| {
            let target = judged(100, 1_000, Compressed { before, after }).judged.remove(0).target;
            (target.observed, target.verdict)
        };
        assert_eq!(told(0, 0), (Some(0.0), Verdict::Fail));
        assert_eq!(told(1_000, 500), (Some(0.5), Verdict::Pass));
        assert_eq!(told(2_000, 1_500), (Some(0.25), Verdict::Fail));
    }
}
