//! Where in a body the field is that cannot be accepted.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};
use waggle_task_queue::model::FieldError;

use crate::problem::Problem;

/// Characters of a parser's sentence that are passed on: it quotes what it was given.
const DETAIL_CHARS: usize = 200;

/// Parses again what could not be parsed, this time keeping track of where; only an error pays for it.
pub(super) fn locate<T: DeserializeOwned>(text: &str, error: &serde_json::Error) -> Problem {
    let input = &mut serde_json::Deserializer::from_str(text);
    let found: Result<T, _> = serde_path_to_error::deserialize(input);
    match found {
        Err(error) => refused(error.path(), &error.inner().to_string()),
        Ok(_) => Problem::fields(vec![field("", &error.to_string())]),
    }
}

/// The problem that the deserializer's `message` at `path` stands for.
pub(super) fn refused(path: &Path, message: &str) -> Problem {
    let mut pointer = pointer(path);
    if let Some(name) = missing_or_repeated(message) {
        pointer.push('/');
        pointer.push_str(&escaped(name));
    }
    Problem::fields(vec![field(&pointer, message)])
}

fn field(pointer: &str, message: &str) -> FieldError {
    FieldError {
        pointer: capped(pointer).to_owned(),
        detail: in_words_of_json(capped(shortened(without_place(message)))),
    }
}

/// `serde` names the types of this program; a client knows those of JSON.
fn in_words_of_json(message: &str) -> String {
    let Some((what, wanted)) = message.rsplit_once("expected ") else { return message.to_owned() };
    let wanted = match wanted {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, not negative",
        "i64" => "a whole number",
        "f64" => "a number",
        other if other.starts_with("struct ") => "an object",
        other => other,
    };
    format!("{what}expected {wanted}")
}

/// The path as RFC 6901 writes it.
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        pointer.push('/');
        match segment {
            Segment::Seq { index } => pointer.push_str(&index.to_string()),
            Segment::Map { key } => pointer.push_str(&escaped(key)),
            Segment::Enum { variant } => pointer.push_str(&escaped(variant)),
            // Nothing may be said of a place that is not known.
            Segment::Unknown => {
                pointer.pop();
            }
        }
    }
    pointer
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// The field that only the message names: where it happens, its parent is being read.
fn missing_or_repeated(message: &str) -> Option<&str> {
    let name =
        message.strip_prefix("missing field `").or_else(|| message.strip_prefix("duplicate field `"))?;
    name.split('`').next()
}

/// Without `at line 1 column 2`: the pointer says it better.
fn without_place(message: &str) -> &str {
    message.rfind(" at line ").map_or(message, |end| &message[..end])
}

/// Without the list of all fields there are, where it is too long to be shown whole.
fn shortened(message: &str) -> &str {
    let listed = message.chars().count() > DETAIL_CHARS && message.starts_with("unknown ");
    let end = message.find(", expected one of").filter(|_| listed);
    end.map_or(message, |end| &message[..end])
}

fn capped(text: &str) -> &str {
    text.char_indices().nth(DETAIL_CHARS).map_or(text, |(end, _)| &text[..end])
}
