//! RFC 7396 (JSON Merge Patch) on the text of values: what a patch does not name passes through as it was written,
//! numbers digit by digit.

use std::{collections::HashMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// `target`, changed as `patch` says; both are JSON, an absent target is one that does not exist.
///
/// # Errors
/// Where one of them is no JSON after all.
pub(super) fn merge(target: Option<&str>, patch: &str) -> Result<String, serde_json::Error> {
    let mut merged = String::with_capacity(target.map_or(0, str::len) + patch.len());
    write_merged(target, patch, &mut merged)?;
    Ok(merged)
}

/// Recursion ends: bodies nest no deeper than `JSON_DEPTH`.
fn write_merged(target: Option<&str>, patch: &str, out: &mut String) -> Result<(), serde_json::Error> {
    if !patch.starts_with('{') {
        out.push_str(patch);
        return Ok(());
    }
    let target = target.filter(|target| target.starts_with('{'));
    let (target, patch) = (target.map_or_else(|| Ok(Members::default()), parse)?, parse(patch)?);
    out.push('{');
    let mut separator = "";
    for (name, value) in &target.list {
        let change = patch.get(name);
        if change != Some("null") {
            write_name(name, &mut separator, out)?;
            match change {
                Some(change) => write_merged(Some(value), change, out)?,
                None => out.push_str(value),
            }
        }
    }
    for (name, value) in &patch.list {
        if *value != "null" && target.get(name).is_none() {
            write_name(name, &mut separator, out)?;
            write_merged(None, value, out)?;
        }
    }
    out.push('}');
    Ok(())
}

fn write_name(name: &str, separator: &mut &str, out: &mut String) -> Result<(), serde_json::Error> {
    out.push_str(separator);
    out.push_str(&serde_json::to_string(name)?);
    out.push(':');
    *separator = ",";
    Ok(())
}

fn parse(object: &str) -> Result<Members<'_>, serde_json::Error> {
    serde_json::from_str(object)
}

/// The members of an object in their order, their values unread. Of a name that stands twice the last value counts.
#[derive(Default)]
struct Members<'a> {
    list: Vec<(String, &'a str)>,
    places: HashMap<String, usize>,
}

impl<'a> Members<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        self.places.get(name).map(|place| self.list[*place].1)
    }

    fn put(&mut self, name: String, value: &'a str) {
        match self.places.get(&name) {
            Some(place) => self.list[*place].1 = value,
            None => {
                self.places.insert(name.clone(), self.list.len());
                self.list.push((name, value));
            }
        }
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Members::default();
        while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
            members.put(name, value.get());
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7396, appendix A, in its order.
    #[test]
    fn the_test_cases_of_the_specification_hold() {
        for (target, patch, result) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
            (r#"{"a":"b"}"#, r#"["c"]"#, r#"["c"]"#),
            (r#"{"a":"foo"}"#, "null", "null"),
            (r#"{"a":"foo"}"#, r#""bar""#, r#""bar""#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            (r#"[1,2]"#, r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            assert_eq!(merge(Some(target), patch).unwrap(), result, "{target} {patch}");
        }
    }

    /// RFC 7396, section 3.
    #[test]
    fn the_example_of_the_specification_holds() {
        let target = r#"{"title":"Goodbye!","author":{"givenName":"John","familyName":"Doe"},"tags":["example","sample"],"content":"This will be unchanged"}"#;
        let patch = r#"{"title":"Hello!","phoneNumber":"+01-123-456-7890","author":{"familyName":null},"tags":["example"]}"#;
        let result = r#"{"title":"Hello!","author":{"givenName":"John"},"tags":["example"],"content":"This will be unchanged","phoneNumber":"+01-123-456-7890"}"#;
        assert_eq!(merge(Some(target), patch).unwrap(), result);
    }

    #[test]
    fn what_the_patch_does_not_name_keeps_every_digit() {
        let target = r#"{"n":12345678901234567890.1000, "o": {"x" : 1e2 , "y":2}}"#;
        assert_eq!(
            merge(Some(target), r#"{"o":{"y":0.10}}"#).unwrap(),
            r#"{"n":12345678901234567890.1000,"o":{"x":1e2,"y":0.10}}"#
        );
    }

    #[test]
    fn names_are_compared_as_text_and_not_as_they_are_written() {
        assert_eq!(merge(Some(r#"{"ä":1,"\"":2}"#), r#"{"\u00e4":null}"#).unwrap(), r#"{"\"":2}"#);
        assert_eq!(merge(Some(r#"{"a":1,"a":2}"#), r#"{"b":3}"#).unwrap(), r#"{"a":2,"b":3}"#);
        assert_eq!(merge(Some(r#"{"a":1}"#), r#"{"a":5,"a":null}"#).unwrap(), "{}");
    }

    #[test]
    fn a_target_that_does_not_exist_counts_as_an_empty_object() {
        assert_eq!(merge(None, r#"{"a":{"b":null,"c":[null]}}"#).unwrap(), r#"{"a":{"c":[null]}}"#);
    }
}
