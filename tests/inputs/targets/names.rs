//! Names, keys and ids: each is what its alphabet says, is written as it was read, and stays inside its own keys.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Serialize, de::DeserializeOwned};
use waggle_task_queue::keys;
use waggle_task_queue::model::{
    AgentName, Capability, EventId, MessageId, QueueName, ScheduleName, StateKey, SwarmName, Tag, TaskId,
    Text, TopicName,
};

/// Reads the bytes as everything that a name or an id can be. Whether they are a name.
pub(crate) fn check(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let is_name = is_name(text);
    for read in [
        same::<SwarmName>(text),
        same::<QueueName>(text),
        same::<AgentName>(text),
        same::<Capability>(text),
        same::<Tag>(text),
        same::<TopicName>(text),
        same::<ScheduleName>(text),
    ] {
        assert_eq!(read, is_name, "{text:?}");
    }
    assert_eq!(same::<StateKey>(text), is_key(text), "{text:?}");
    assert_eq!(text.parse::<Text>().is_ok(), (1..=256).contains(&text.len()), "{text:?}");
    ids(text);
    if let Ok(swarm) = text.parse() {
        within_its_keys(&swarm);
    }
    is_name
}

/// `^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$`, said once more.
fn is_name(text: &str) -> bool {
    let alphabet = |c: char| c.is_ascii_alphanumeric() || "._:-".contains(c);
    (1..=128).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(alphabet)
}

fn is_key(text: &str) -> bool {
    (1..=512).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// Whether the text is a `T`; one that is, is written as it was read, in JSON as well.
fn same<T: FromStr + Display + Serialize + DeserializeOwned>(text: &str) -> bool {
    let json = serde_json::to_string(text).expect("a text is JSON");
    let (read, inside) = (text.parse::<T>(), serde_json::from_str::<T>(&json));
    assert_eq!(read.is_ok(), inside.is_ok(), "{text:?} in a path and in a body");
    let Ok(name) = read else { return false };
    assert_eq!(name.to_string(), text);
    assert_eq!(serde_json::to_string(&name).expect("a name is JSON"), json);
    true
}

/// However an id was spelt, it is written in one way, which reads as the same id.
fn ids(text: &str) {
    if let Ok(id) = text.parse::<TaskId>() {
        let written = id.to_string();
        assert_eq!((written.len(), written.parse()), (36, Ok(id)));
        assert!(!written.contains(|c: char| c.is_ascii_uppercase()));
    }
    if let Ok(id) = text.parse::<MessageId>() {
        assert_eq!(id.to_string().parse(), Ok(id));
    }
    if let Ok(id) = text.parse::<EventId>() {
        assert_eq!(id.to_string().parse(), Ok(id));
    }
}

/// Redis takes what stands between the first `{` and the first `}` behind it for the place of a key.
fn within_its_keys(swarm: &SwarmName) {
    let root = keys::root(swarm);
    let tag = root.split_once('{').and_then(|(_, rest)| rest.split_once('}'));
    assert_eq!(tag.map(|(tag, _)| tag), Some(swarm.as_str()), "{root}");
    assert_eq!(keys::swarm_of_channel(&keys::wake_channel(swarm)).as_ref(), Some(swarm));
}
