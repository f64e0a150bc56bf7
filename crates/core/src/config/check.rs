//! What a section says about values that have the right type and still cannot work.

use std::fmt::Display;
use std::ops::RangeInclusive;

/// A section that can tell whether its values make sense together.
pub trait Validate {
    /// Checks ranges and relations between settings.
    ///
    /// # Errors
    ///
    /// The first setting that cannot work, with a sentence that says what would.
    fn validate(&self) -> Result<(), Invalid>;
}

/// A setting whose value cannot work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    pub(super) keys: Vec<String>,
    pub(super) problem: String,
}

impl Invalid {
    /// `key` is dotted and relative to the section; `problem` reads on after the
    /// key ("must be …") and never repeats a value that could be a secret.
    pub fn new(key: &str, problem: impl Into<String>) -> Self {
        Self { keys: vec![key.to_owned()], problem: problem.into() }
    }

    /// Another setting that takes part in the contradiction: the origin of the
    /// first of them that anybody set is the one that is reported.
    #[must_use]
    pub fn and(mut self, key: &str) -> Self {
        self.keys.push(key.to_owned());
        self
    }

    /// The same finding, seen from the section that holds `section`.
    #[must_use]
    pub fn under(mut self, section: &str) -> Self {
        for key in &mut self.keys {
            *key = format!("{section}.{key}");
        }
        self
    }
}

/// Refuses a value outside `range`.
///
/// # Errors
///
/// [`Invalid`] naming `key` and the range.
pub fn within<T: Copy + PartialOrd + Display>(
    key: &str,
    value: T,
    range: RangeInclusive<T>,
) -> Result<(), Invalid> {
    if range.contains(&value) {
        return Ok(());
    }
    let (low, high) = (range.start(), range.end());
    Err(Invalid::new(key, format!("must be between {low} and {high}, not {value}")))
}
