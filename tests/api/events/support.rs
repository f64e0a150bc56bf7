//! A reader of server-sent events.

use std::time::Duration;

use reqwest::{Response, header::HeaderMap};
use serde_json::Value;
use tokio::time::timeout;
use waggle_tests::World;

/// Longer than anything that a reader waits for here.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open stream.
pub(crate) struct Feed {
    response: Response,
    unread: Vec<u8>,
}

/// One block of the stream.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Block {
    pub(crate) id: Option<String>,
    pub(crate) event: Option<String>,
    pub(crate) data: Option<Value>,
    pub(crate) has_comment: bool,
}

impl Feed {
    /// The events of the world's swarm from now on; `query` begins with `?` where it is not empty.
    pub(crate) async fn open(w: &World, query: &str) -> Self {
        Self::request(w, query, None).await
    }

    /// The events behind one.
    pub(crate) async fn behind(w: &World, query: &str, id: &str) -> Self {
        Self::request(w, query, Some(id)).await
    }

    /// What any other address streams.
    pub(crate) async fn of(w: &World, path: &str) -> Self {
        Self::at(&format!("{}{path}", w.client().base()), None).await
    }

    async fn request(w: &World, query: &str, last: Option<&str>) -> Self {
        Self::at(&format!("{}{}{query}", w.client().base(), w.path("/events")), last).await
    }

    async fn at(address: &str, last: Option<&str>) -> Self {
        let http = waggle_tests::http_client(None).build().unwrap();
        let mut request = http.get(address);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = timeout(PATIENCE, request.send()).await.expect("an answer in time").unwrap();
        assert_eq!(response.status(), 200);
        Self { response, unread: Vec::new() }
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// The next block; none at the end of the stream.
    pub(crate) async fn block(&mut self) -> Option<Block> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|two| two == b"\n\n") {
                let text: Vec<u8> = self.unread.drain(..end + 2).collect();
                return Some(Block::parse(std::str::from_utf8(&text).unwrap()));
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await.expect("the stream goes on in time");
            // A connection that was cut off is an end as well.
            self.unread.extend_from_slice(&chunk.ok().flatten()?);
        }
    }

    /// The next block with data; none at the end of the stream.
    pub(crate) async fn next(&mut self) -> Option<Block> {
        loop {
            let block = self.block().await?;
            if block.data.is_some() {
                return Some(block);
            }
        }
    }

    /// The next event, which has to come.
    pub(crate) async fn event(&mut self) -> Value {
        let block = self.next().await.expect("the stream goes on");
        let data = block.data.unwrap();
        assert_eq!(data["id"].as_str(), block.id.as_deref());
        assert_eq!(data["kind"].as_str(), block.event.as_deref());
        data
    }

    /// So many events.
    pub(crate) async fn take(&mut self, count: usize) -> Vec<Value> {
        let mut events = Vec::with_capacity(count);
        while events.len() < count {
            events.push(self.event().await);
        }
        events
    }

    /// All events up to the first one of this kind.
    pub(crate) async fn until(&mut self, kind: &str) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            events.push(self.event().await);
            if events.last().unwrap()["kind"] == kind {
                return events;
            }
        }
    }

    /// Reads on to the end of the stream; the blocks with data that were left.
    pub(crate) async fn rest(mut self) -> Vec<Block> {
        let mut blocks = Vec::new();
        while let Some(block) = self.next().await {
            blocks.push(block);
        }
        blocks
    }
}

impl Block {
    fn parse(text: &str) -> Self {
        let mut block = Self { id: None, event: None, data: None, has_comment: false };
        for line in text.lines().filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':').expect("a field or a comment");
            let value = value.strip_prefix(' ').unwrap_or(value);
            match name {
                "" => block.has_comment = true,
                "id" => block.id = Some(value.to_owned()),
                "event" => block.event = Some(value.to_owned()),
                "data" => block.data = Some(serde_json::from_str(value).expect("JSON in one line")),
                "retry" => assert!(value.parse::<u64>().is_ok(), "{value}"),
                other => panic!("{other}: not a field of an event stream"),
            }
        }
        block
    }
}

/// What an event says of its task: kind, status, attempt, agent.
pub(crate) fn told(event: &Value) -> (&str, &str, u64, Option<&str>) {
    let text = |name: &str| event[name].as_str();
    (
        text("kind").unwrap(),
        text("status").unwrap_or_default(),
        event["attempt"].as_u64().unwrap_or_default(),
        text("agent"),
    )
}

/// Ids of events.
pub(crate) fn ids(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["id"].as_str().unwrap()).collect()
}
