//! The swarm in which a validation works.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;
use waggle_task_queue::model::SwarmName;
use waggle_task_queue::{Error, TaskQueue};

use super::client::{Client, Request};
use super::{Broken, Inside};

/// What the names of these swarms begin with; a UUID of version 7 follows, which tells when it was made.
pub const PREFIX: &str = "waggle-validate-";
/// From this age on such a swarm is a leftover: no validation lasts as long.
const LEFTOVER: Duration = Duration::from_hours(1);
/// Swarms a page.
const PAGE: usize = 500;

/// A swarm of a validation's own. It is there until it is [removed](Self::remove).
#[derive(Debug)]
pub(super) struct Canary {
    client: Client,
    name: String,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Swarm>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Swarm {
    name: String,
}

impl Canary {
    /// Makes one, after it has removed what broken validations left behind.
    ///
    /// # Errors
    /// When the service cannot be reached or refuses.
    pub(super) async fn make(client: &Client) -> Result<Self, Broken> {
        remove_leftovers(client).await?;
        let name = format!("{PREFIX}{}", Uuid::now_v7());
        let about = json!({ "objective": "validation; removed when it has ended" });
        client.done(&Request::put(format!("/v1/swarms/{name}"), &about)?).await?;
        Ok(Self { client: client.clone(), name })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Removes it with all that it holds. The server does that without asking itself: one that is stopping answers
    /// nobody.
    ///
    /// # Errors
    /// When the service cannot be reached or refuses.
    pub(super) async fn remove(self, inside: &Inside) -> Result<(), Broken> {
        match inside {
            Inside::Here(queue) => remove_here(queue, &self.name).await,
            Inside::Asked => remove(&self.client, &self.name).await,
        }
    }
}

async fn remove_here(queue: &TaskQueue, name: &str) -> Result<(), Broken> {
    let failed = |why: String| Broken::new(format!("swarm {name} was not removed: {why}"));
    let swarm: SwarmName = name.parse().map_err(|invalid| failed(format!("{invalid:?}")))?;
    match queue.delete_swarm(&swarm).await {
        Ok(()) | Err(Error::SwarmNotFound(_)) => Ok(()),
        Err(error) => Err(failed(error.to_string())),
    }
}

async fn remove(client: &Client, name: &str) -> Result<(), Broken> {
    let answer = client.ask(&Request::delete(format!("/v1/swarms/{name}"))).await?;
    // Gone already: an earlier try was applied, and its answer lost.
    if answer.is_done() || answer.status == 404 {
        return Ok(());
    }
    Err(Broken::new(format!("swarm {name} was not removed: {}", answer.status)))
}

async fn remove_leftovers(client: &Client) -> Result<(), Broken> {
    let mut cursor = String::new();
    loop {
        let page: Page = client.json(&Request::get(format!("/v1/swarms?limit={PAGE}{cursor}"))).await?;
        for swarm in page.items.iter().filter(|swarm| is_leftover(&swarm.name, SystemTime::now())) {
            remove(client, &swarm.name).await?;
        }
        match page.next_cursor {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(()),
        }
    }
}

fn is_leftover(name: &str, now: SystemTime) -> bool {
    let made = name.strip_prefix(PREFIX).and_then(|id| Uuid::parse_str(id).ok()?.get_timestamp());
    made.is_some_and(|made| {
        let (seconds, nanos) = made.to_unix();
        let age = now.duration_since(UNIX_EPOCH + Duration::new(seconds, nanos));
        age.is_ok_and(|age| age >= LEFTOVER)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_old_swarm_of_a_validation_is_a_leftover() {
        let name = format!("{PREFIX}{}", Uuid::now_v7());
        let now = SystemTime::now();
        assert!(!is_leftover(&name, now));
        assert!(is_leftover(&name, now + LEFTOVER + Duration::from_secs(1)));
        for other in ["default", "waggle-validate-", "waggle-validate-x", &name[PREFIX.len()..]] {
            assert!(!is_leftover(other, now + LEFTOVER * 2), "{other}");
        }
        let random = format!("{PREFIX}{}", Uuid::new_v4());
        assert!(!is_leftover(&random, now + LEFTOVER * 2), "its name does not tell its age");
    }
}
