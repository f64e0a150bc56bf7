//! What is wrong with a request, field by field.

use serde::Serialize;

/// One field that cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// JSON pointer to the field (RFC 6901).
    pub pointer: String,
    /// What is wrong and what would be right.
    pub detail: String,
}

/// A request that is well-formed JSON of the right types, and still cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", summary(.errors))]
pub struct Invalid {
    /// At least one field error.
    pub errors: Vec<FieldError>,
}

impl Invalid {
    /// One field's error.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { errors: vec![FieldError { pointer: pointer.into(), detail: detail.into() }] }
    }

    /// The same errors, their pointers under `prefix`.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        for error in &mut self.errors {
            error.pointer.insert_str(0, prefix);
        }
        self
    }
}

fn summary(errors: &[FieldError]) -> String {
    let first = errors.first().map_or("invalid request", |error| error.detail.as_str());
    match errors.len() {
        0 | 1 => first.to_owned(),
        more => format!("{first} (and {} more)", more - 1),
    }
}

/// Collects field errors; turned into a result at the end.
#[derive(Debug, Default)]
pub(crate) struct Check(Vec<FieldError>);

impl Check {
    pub(crate) fn that(&mut self, holds: bool, pointer: &str, detail: impl FnOnce() -> String) {
        if !holds {
            self.0.push(FieldError { pointer: pointer.to_owned(), detail: detail() });
        }
    }

    pub(crate) fn done(self) -> Result<(), Invalid> {
        if self.0.is_empty() { Ok(()) } else { Err(Invalid { errors: self.0 }) }
    }
}
