//! JSON Schemas of questions to people: whether one can be used, and whether an answer meets it.
//!
//! A schema comes from an agent, so it must not be able to keep this service busy: it refers to nothing outside of itself,
//! is not longer than a bound once its references are written out, which a schema that refers to itself never is, and has
//! few regular expressions.

use std::error::Error;

use boon::{Compiler, Draft, SchemaIndex, Schemas, UrlLoader, ValidationError};
use serde_json::Value;

use super::FieldError;
use crate::limits::{SCHEMA_DEPTH, SCHEMA_PARTS, SCHEMA_PATTERNS};

/// Stands for the schema; nothing is ever loaded from it.
const ADDRESS: &str = "waggle:input";
/// What an answer does not meet, at most as many are told.
const TOLD: usize = 20;
/// Keywords that would let a part of the schema be found in another way than by its place.
const OTHER_WAYS: [&str; 5] =
    ["$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef"];

/// Bytes of stack for the deepest schema in an unoptimised build, twice.
const STACK: usize = 16 * 1_024 * 1_024;

/// Whether a schema can be used. May take a while.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check_schema(text: &str) -> Result<(), String> {
    with_room(|| Schema::parse(text).map(drop))
}

/// Whether an answer meets a schema. May take a while.
///
/// # Errors
/// What it does not meet, each with a pointer into `/value`; or that the schema cannot be used.
pub(crate) fn check_answer(schema: &str, answer: &str) -> Result<Result<(), Vec<FieldError>>, String> {
    with_room(|| {
        let schema = Schema::parse(schema)?;
        let answer = serde_json::from_str(answer).map_err(|error| error.to_string())?;
        Ok(schema.check(&answer))
    })
}

/// On a thread of its own: what compares goes as deep as the schema does.
fn with_room<T: Send>(work: impl FnOnce() -> Result<T, String> + Send) -> Result<T, String> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let done = thread.map_err(|error| error.to_string())?.join();
        done.unwrap_or_else(|_| Err("it cannot be compared with anything".to_owned()))
    })
}

/// A schema that can be used.
struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    /// Reads a schema; of the draft it names, else of 2020-12.
    ///
    /// # Errors
    /// What is wrong with it.
    fn parse(text: &str) -> Result<Self, String> {
        let schema: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let mut room = Room { schema: &schema, parts: SCHEMA_PARTS, patterns: SCHEMA_PATTERNS };
        room.take(&schema, 0)?;
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.use_loader(Box::new(Nothing));
        let mut schemas = Schemas::new();
        compiler.add_resource(ADDRESS, schema).map_err(|error| format!("{error:#}"))?;
        let index = compiler.compile(ADDRESS, &mut schemas).map_err(|error| format!("{error:#}"))?;
        Ok(Self { schemas, index })
    }

    /// Whether an answer meets it.
    ///
    /// # Errors
    /// What it does not meet, each with a pointer into `/value`.
    fn check(&self, answer: &Value) -> Result<(), Vec<FieldError>> {
        let Err(error) = self.schemas.validate(answer, self.index) else { return Ok(()) };
        let mut told = Vec::new();
        tell(&error, &mut told);
        Err(told)
    }
}

/// Refuses to load anything.
struct Nothing;

impl UrlLoader for Nothing {
    fn load(&self, url: &str) -> Result<Value, Box<dyn Error>> {
        Err(format!("{url} is not part of the schema: it may refer to parts of itself alone").into())
    }
}

/// How much of a schema there may still be.
struct Room<'a> {
    schema: &'a Value,
    parts: usize,
    patterns: usize,
}

impl Room<'_> {
    /// Takes what `part` comes to, with what it refers to; so many levels are above it.
    fn take(&mut self, part: &Value, level: usize) -> Result<(), String> {
        let left = self.parts.checked_sub(1).filter(|_| level < SCHEMA_DEPTH);
        self.parts =
            left.ok_or("it refers to itself, or is too deep or too long with its references written out")?;
        match part {
            Value::Object(fields) => {
                fields.iter().try_for_each(|(name, value)| self.take_field(name, value, level))
            }
            Value::Array(items) => items.iter().try_for_each(|item| self.take(item, level + 1)),
            _ => Ok(()),
        }
    }

    fn take_field(&mut self, name: &str, value: &Value, level: usize) -> Result<(), String> {
        let patterns = match (name, value) {
            ("pattern", Value::String(_)) => 1,
            ("patternProperties", Value::Object(patterns)) => patterns.len(),
            _ => 0,
        };
        let too_many = || format!("it has more than {SCHEMA_PATTERNS} regular expressions");
        self.patterns = self.patterns.checked_sub(patterns).ok_or_else(too_many)?;
        if OTHER_WAYS.contains(&name) || (name == "$id" && value.is_string() && level > 0) {
            return Err(format!(
                "{name} is not taken: refer to a part of it by its place, as in #/$defs/name"
            ));
        }
        if let ("$ref", Value::String(reference)) = (name, value) {
            let place = reference.strip_prefix('#').filter(|place| !place.contains('%'));
            let found = place.and_then(|place| self.schema.pointer(place));
            let found =
                found.ok_or_else(|| format!("{reference} is not a place in it, as #/$defs/name is"))?;
            return self.take(found, level + 1);
        }
        self.take(value, level + 1)
    }
}

/// Adds the causes that have no cause of their own.
fn tell(error: &ValidationError<'_, '_>, told: &mut Vec<FieldError>) {
    if told.len() >= TOLD {
        return;
    }
    if error.causes.is_empty() {
        let pointer = format!("/value{}", error.instance_location);
        return told.push(FieldError { pointer, detail: error.kind.to_string() });
    }
    error.causes.iter().for_each(|cause| tell(cause, told));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        check_schema(text).err().unwrap_or_default()
    }

    fn pointers(schema: &str, answer: &str) -> Vec<String> {
        let checked = check_answer(schema, answer).unwrap();
        checked.err().unwrap_or_default().into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn an_answer_that_does_not_meet_it_is_told_where() {
        let schema = r##"{"type":"object","required":["ok"],"properties":{"ok":{"type":"boolean"},
            "tags":{"items":{"$ref":"#/$defs/tag"}}},"$defs":{"tag":{"enum":["a","b"]}}}"##;
        assert_eq!(pointers(schema, r#"{"ok":true,"tags":["a"]}"#), Vec::<String>::new());
        assert_eq!(pointers(schema, r#"{"ok":1,"tags":["a","x"]}"#), ["/value/ok", "/value/tags/1"]);
        assert_eq!(pointers(schema, "{}"), ["/value"]);
        assert_eq!(pointers("{}", "null"), Vec::<String>::new());
    }

    #[test]
    fn a_schema_that_is_none_is_refused() {
        assert!(!refusal(r#"{"type":"nothing"}"#).is_empty());
        assert!(!refusal(r#"{"pattern":"("}"#).is_empty());
        assert!(!refusal(r#"{"$schema":"https://example.org/mine"}"#).is_empty());
    }

    #[test]
    fn a_schema_refers_to_nothing_outside_of_itself() {
        for outside in ["file:///etc/passwd", "https://example.org/x", "other.json", "#name", "#/$defs/none"]
        {
            assert!(refusal(&format!(r#"{{"$ref":"{outside}"}}"#)).contains(outside), "{outside}");
        }
        for name in OTHER_WAYS {
            assert!(refusal(&format!(r##"{{"{name}":"#x"}}"##)).contains(name), "{name}");
        }
        assert!(refusal(r#"{"items":{"$id":"https://example.org/x"}}"#).contains("$id"));
        assert_eq!(refusal(r#"{"$id":"https://example.org/x","type":"null"}"#), "");
    }

    #[test]
    fn the_deepest_schema_that_is_taken_can_be_checked() {
        let deep =
            |levels| format!(r#"{}{{"type":"null"}}{}"#, r#"{"not":"#.repeat(levels), "}".repeat(levels));
        let deepest = SCHEMA_DEPTH - 2;
        let met = check_answer(&deep(deepest), "null").unwrap().is_ok();
        assert_eq!(met, deepest.is_multiple_of(2));
        assert!(refusal(&deep(deepest + 1)).contains("too deep"));
    }

    #[test]
    fn a_schema_that_would_take_long_to_check_is_refused() {
        assert!(refusal(r##"{"items":{"$ref":"#"}}"##).contains("refers to itself"));
        let doubled = |n| {
            format!(r##""d{n}":{{"allOf":[{{"$ref":"#/$defs/d{0}"}},{{"$ref":"#/$defs/d{0}"}}]}}"##, n + 1)
        };
        let defs: Vec<_> = (0..40).map(doubled).collect();
        let laughs = format!(r##"{{"$ref":"#/$defs/d0","$defs":{{{},"d40":{{}}}}}}"##, defs.join(","));
        assert!(refusal(&laughs).contains("too long"));
        let patterns: Vec<_> = (0..=SCHEMA_PATTERNS).map(|_| r#"{"pattern":"a"}"#).collect();
        assert!(refusal(&format!(r#"{{"anyOf":[{}]}}"#, patterns.join(","))).contains("regular expressions"));
    }
}
