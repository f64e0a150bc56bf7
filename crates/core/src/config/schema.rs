//! Which settings a type has, asked of its own `Deserialize`.
//!
//! A second list of known keys would go out of date. Instead the type is offered
//! input piece by piece and what it asks for is written down: a struct is a section,
//! everything else a setting.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, Visitor};

/// Sections within sections at most; a type that contains itself stops here.
const MAX_DEPTH: usize = 8;

/// What a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Section,
    Bool,
    Unsigned,
    Signed,
    Float,
    Text,
    List,
    /// Anything else: the type itself says what it takes.
    Other,
}

/// All keys of a type, dotted.
#[derive(Debug)]
pub(super) struct Schema(BTreeMap<String, Kind>);

impl Schema {
    pub(super) fn of<T: DeserializeOwned>() -> Self {
        let mut keys = BTreeMap::new();
        explore::<T>(&mut Vec::new(), &mut keys);
        Self(keys)
    }

    pub(super) fn kind(&self, key: &str) -> Option<Kind> {
        self.0.get(key).copied()
    }

    /// The known setting that `key` was probably meant to be.
    pub(super) fn nearest(&self, key: &str) -> Option<&str> {
        let wanted = letters(key);
        let last = letters(key.rsplit('.').next().unwrap_or(key));
        let settings = self.0.iter().filter(|(_, kind)| **kind != Kind::Section);
        let (name, distance) = settings
            .map(|(name, _)| {
                let own = letters(name.rsplit('.').next().unwrap_or(name));
                let far = strsim::damerau_levenshtein(&wanted, &letters(name));
                // The right name in the wrong section is closer than its letters say.
                (name, if own == last { far.min(1) } else { far })
            })
            .min_by_key(|(_, distance)| *distance)?;
        (distance <= 1 + wanted.len() / 5).then_some(name.as_str())
    }

    /// What may stand in the section that `key` would be in, or in the whole.
    pub(super) fn siblings(&self, key: &str) -> Vec<&str> {
        let section = key.rsplit_once('.').map_or("", |(section, _)| section);
        let section = if self.kind(section) == Some(Kind::Section) { section } else { "" };
        self.0.keys().filter(|name| parent(name) == section).map(String::as_str).collect()
    }
}

fn parent(key: &str) -> &str {
    key.rsplit_once('.').map_or("", |(section, _)| section)
}

/// The letters alone: `redis_url`, `redis-url` and `redis.url` are one name to a reader.
fn letters(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn explore<T: DeserializeOwned>(path: &mut Vec<&'static str>, keys: &mut BTreeMap<String, Kind>) {
    let found = RefCell::new(None);
    // Always an error: the probe stops the type as soon as it has its answer.
    let _ = T::deserialize(Probe { path, found: &found });
    match found.into_inner() {
        Some(Found::Section(fields)) if path.len() < MAX_DEPTH => {
            if !path.is_empty() {
                keys.insert(path.join("."), Kind::Section);
            }
            for field in fields {
                path.push(field);
                explore::<T>(path, keys);
                path.pop();
            }
        }
        Some(Found::Setting(kind)) => {
            keys.insert(path.join("."), kind);
        }
        Some(Found::Section(_)) | None => {}
    }
}

enum Found {
    Section(&'static [&'static str]),
    Setting(Kind),
}

/// Walks down `path` and notes what the type asks for at its end.
struct Probe<'a> {
    path: &'a [&'static str],
    found: &'a RefCell<Option<Found>>,
}

impl Probe<'_> {
    fn note<T>(&self, kind: Kind) -> Result<T, Stop> {
        *self.found.borrow_mut() = Some(Found::Setting(kind));
        Err(Stop)
    }
}

macro_rules! settings {
    ($($kind:ident: $($method:ident)+;)+) => {$($(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Stop> {
            self.note(Kind::$kind)
        }
    )+)+};
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Stop;

    settings! {
        Bool: deserialize_bool;
        Unsigned: deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128;
        Signed: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128;
        Float: deserialize_f32 deserialize_f64;
        Text: deserialize_str deserialize_string deserialize_char;
        List: deserialize_seq;
        Other: deserialize_any deserialize_map deserialize_bytes deserialize_byte_buf deserialize_unit
            deserialize_identifier deserialize_ignored_any;
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        match self.path.split_first() {
            Some((field, path)) => {
                visitor.visit_map(OneField { field: Some(field), path, found: self.found })
            }
            None => {
                *self.found.borrow_mut() = Some(Found::Section(fields));
                Err(Stop)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Stop> {
        self.note(Kind::Text)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, _: V) -> Result<V::Value, Stop> {
        self.note(Kind::Other)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Stop> {
        self.note(Kind::List)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        _: V,
    ) -> Result<V::Value, Stop> {
        self.note(Kind::List)
    }
}

/// A struct's input that has one field only, the next of the path.
struct OneField<'a> {
    field: Option<&'static str>,
    path: &'a [&'static str],
    found: &'a RefCell<Option<Found>>,
}

impl<'de> MapAccess<'de> for OneField<'_> {
    type Error = Stop;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Stop> {
        self.field.take().map(|field| seed.deserialize(StrDeserializer::new(field))).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Stop> {
        seed.deserialize(Probe { path: self.path, found: self.found })
    }
}

/// Ends a probe.
#[derive(Debug)]
struct Stop;

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("probe ended")
    }
}

impl std::error::Error for Stop {}

impl de::Error for Stop {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}
