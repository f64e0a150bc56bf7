use std::fmt::Write as _;

use serde::Serialize;

/// Where the pieces of a stream come from.
pub(crate) trait Source: Send + 'static {
    /// The next piece; none at the end of the stream. Loses nothing where it is not waited for to its end.
    fn next(&mut self) -> impl Future<Output = Option<String>> + Send;

    /// What is sent while there is nothing else: a comment.
    fn alive(&self) -> String {
        ": alive\n\n".to_owned()
    }
}

/// Writes an event behind `text`; an empty `id` stays away.
pub(super) fn write_event(text: &mut String, id: &str, event: &str, data: &impl Serialize) {
    // JSON in one line holds no line break; what is sent here is made of texts and numbers, which are always JSON.
    let data = serde_json::to_string(data).unwrap_or_default();
    // A String takes whatever is written.
    if !id.is_empty() {
        let _ = writeln!(text, "id: {id}");
    }
    let _ = write!(text, "event: {event}\ndata: {data}\n\n");
}
