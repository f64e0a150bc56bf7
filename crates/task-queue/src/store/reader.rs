//! Reads a reply piece by piece; a piece of another shape is an internal error that names the call.

use bytes::Bytes;
use waggle_core::{Error, Value};

/// A reply being read from its front.
pub(crate) struct Reader {
    call: &'static str,
    values: std::vec::IntoIter<Value>,
}

impl Reader {
    /// Begins to read an array.
    pub(crate) fn new(call: &'static str, value: Value) -> Result<Self, Error> {
        match value {
            Value::Array(values) => Ok(Self { call, values: values.into_iter() }),
            other => Err(unexpected(call, &other)),
        }
    }

    pub(crate) fn remaining(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn value(&mut self) -> Result<Value, Error> {
        self.values
            .next()
            .ok_or_else(|| Error::Internal { detail: format!("{}: the reply is too short", self.call) })
    }

    pub(crate) fn array(&mut self) -> Result<Self, Error> {
        let value = self.value()?;
        Self::new(self.call, value)
    }

    /// Fields and values in turn, however the protocol wraps them.
    pub(crate) fn array_or_map(&mut self) -> Result<Self, Error> {
        match self.value()? {
            Value::Map(pairs) => {
                let flat: Vec<_> = pairs.into_iter().flat_map(|(field, value)| [field, value]).collect();
                Ok(Self { call: self.call, values: flat.into_iter() })
            }
            other => Self::new(self.call, other),
        }
    }

    /// Bytes; absent where the reply holds nil or false.
    pub(crate) fn bytes(&mut self) -> Result<Option<Bytes>, Error> {
        match self.value()? {
            Value::BulkString(bytes) => Ok(Some(Bytes::from(bytes))),
            Value::SimpleString(text) => Ok(Some(Bytes::from(text))),
            Value::Nil | Value::Boolean(false) => Ok(None),
            other => Err(unexpected(self.call, &other)),
        }
    }

    pub(crate) fn text(&mut self) -> Result<String, Error> {
        match self.value()? {
            Value::BulkString(bytes) => {
                String::from_utf8(bytes).map_err(|_| self.broken("text is not UTF-8"))
            }
            Value::SimpleString(text) => Ok(text),
            other => Err(unexpected(self.call, &other)),
        }
    }

    /// A line of words.
    pub(crate) fn line(&mut self) -> Result<Line, Error> {
        Ok(Line { call: self.call, text: self.text()?, at: 0 })
    }

    /// A number, as an integer or as text.
    pub(crate) fn integer(&mut self) -> Result<i64, Error> {
        match self.value()? {
            Value::Int(number) => Ok(number),
            Value::BulkString(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                text.parse::<i64>().map_err(|_| self.broken("expected a number"))
            }
            other => Err(unexpected(self.call, &other)),
        }
    }

    /// A number that is never negative.
    pub(crate) fn unsigned(&mut self) -> Result<u64, Error> {
        u64::try_from(self.integer()?).map_err(|_| self.broken("expected a number from 0"))
    }

    /// How many.
    pub(crate) fn count(&mut self) -> Result<usize, Error> {
        usize::try_from(self.unsigned()?).map_err(|_| self.broken("expected a smaller number"))
    }

    /// A number, absent where the text is empty.
    pub(crate) fn optional_integer(&mut self) -> Result<Option<i64>, Error> {
        let value = self.value()?;
        if let Value::Int(number) = value {
            return Ok(Some(number));
        }
        let Value::BulkString(bytes) = value else { return Err(unexpected(self.call, &value)) };
        if bytes.is_empty() {
            return Ok(None);
        }
        String::from_utf8_lossy(&bytes)
            .parse()
            .map(Some)
            .map_err(|_| self.broken("expected a number or nothing"))
    }

    pub(crate) fn broken(&self, what: &str) -> Error {
        Error::Internal { detail: format!("{}: {what}", self.call) }
    }
}

fn unexpected(call: &str, value: &Value) -> Error {
    let kind = match value {
        Value::Nil => "nothing",
        Value::Int(_) => "a number",
        Value::Array(_) => "an array",
        Value::BulkString(_) | Value::SimpleString(_) => "text",
        _ => "another kind of value",
    };
    Error::Internal { detail: format!("{call}: the reply holds {kind} where something else was expected") }
}

/// A line of words being read from its front.
pub(crate) struct Line {
    call: &'static str,
    text: String,
    at: usize,
}

impl Line {
    /// A line that did not come as a reply of its own.
    pub(crate) const fn new(call: &'static str, text: String) -> Self {
        Self { call, text, at: 0 }
    }

    /// A reply that is a line.
    pub(crate) fn of(call: &'static str, reply: Value) -> Result<Self, Error> {
        match reply {
            Value::BulkString(text) => match String::from_utf8(text) {
                Ok(text) => Ok(Self::new(call, text)),
                Err(_) => Err(Error::Internal { detail: format!("{call}: text is not UTF-8") }),
            },
            Value::SimpleString(text) => Ok(Self::new(call, text)),
            other => Err(unexpected(call, &other)),
        }
    }

    /// The next word, as long as there is one.
    pub(crate) fn optional_word(&mut self) -> Option<&str> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let word = rest.split(' ').next()?;
        self.at += word.len() + 1;
        Some(word)
    }

    /// The next word as `T`.
    pub(crate) fn parse<T: std::str::FromStr>(&mut self) -> Result<T, Error> {
        let call = self.call;
        let parsed = self.optional_word().and_then(|word| word.parse().ok());
        parsed.ok_or_else(|| Error::Internal {
            detail: format!("{call}: a line holds something else than expected"),
        })
    }

    /// The next word as `T`, as long as there is one.
    pub(crate) fn optional<T: std::str::FromStr>(&mut self) -> Result<Option<T>, Error> {
        if self.at >= self.text.len() { Ok(None) } else { self.parse().map(Some) }
    }

    /// The next word as `T`; absent where it is `-`, or there is none.
    pub(crate) fn unless_dash<T: std::str::FromStr>(&mut self) -> Result<Option<T>, Error> {
        let at = self.at;
        if matches!(self.optional_word(), None | Some("-")) {
            return Ok(None);
        }
        self.at = at;
        self.parse().map(Some)
    }

    /// The next word as microseconds; absent where it is `-`: they were not measured.
    pub(crate) fn measured(&mut self) -> Result<Option<u64>, Error> {
        self.unless_dash()
    }

    pub(crate) fn broken(&self) -> Error {
        Error::Internal { detail: format!("{}: a word nobody knows", self.call) }
    }
}
