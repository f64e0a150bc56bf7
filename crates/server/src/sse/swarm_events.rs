use waggle_task_queue::model::Event;
use waggle_task_queue::{Followed, Follower};

use super::Source;
use super::source::write_event;

/// An empty id: who reconnects after this begins anew, and not where he would be told the same again.
const GONE: &str = "id:\nevent: gone\ndata: {\"kind\":\"gone\",\"detail\":\"events behind this position were dropped \
                    before they were read: read anew what you follow, then follow from now on\"}\n\n";

impl Source for Follower {
    async fn next(&mut self) -> Option<String> {
        Some(match Follower::next(self).await? {
            Followed::Gone => GONE.to_owned(),
            Followed::Events(events) => written(&events),
        })
    }

    /// A comment, and the position that was reached: an id without data is remembered and is no event.
    fn alive(&self) -> String {
        format!(": alive\nid: {}\n\n", self.position())
    }
}

fn written(events: &[Event]) -> String {
    let mut text = String::new();
    for event in events {
        write_event(&mut text, &event.id.to_string(), &event.kind, event);
    }
    text
}
