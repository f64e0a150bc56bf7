//! Where a flag's value comes from: the flag itself, a file, standard input.

use std::{fs::File, io, io::BufRead, io::Read as _};

use anyhow::{Context as _, bail};
use waggle_task_queue::model::Json;

/// Bytes of one value: more than any service takes.
const VALUE_BYTES: u64 = 64 * 1_024 * 1_024;

/// The text of `value`: `-` stands for standard input, `@FILE` for a file, anything else for itself.
///
/// # Errors
/// When it cannot be read, is too long or is not UTF-8.
pub(in crate::cli) fn text(value: &str) -> anyhow::Result<String> {
    stream_name(value).map_or_else(|| Ok(value.to_owned()), file)
}

/// The JSON that `value` is or names, as [`text`] reads it.
///
/// # Errors
/// When it cannot be read or is not JSON; `hint` says what to do then.
pub(in crate::cli) fn json(value: &str, hint: &'static str) -> anyhow::Result<Json> {
    Json::parse(text(value)?.trim().to_owned()).context(hint)
}

/// The text that `value` is or names, as a JSON string.
///
/// # Errors
/// When it cannot be read.
pub(in crate::cli) fn string(value: &str) -> anyhow::Result<Json> {
    Ok(Json::parse(serde_json::to_string(&text(value)?)?)?)
}

/// The text of file `name`, or of standard input for `-`.
///
/// # Errors
/// When it cannot be read, is too long or is not UTF-8.
pub(in crate::cli) fn file(name: &str) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = open(name)?.take(VALUE_BYTES + 1).read_to_string(&mut text);
    read.with_context(|| format!("{name} cannot be read as text"))?;
    if text.len() as u64 > VALUE_BYTES {
        bail!("{name} has more than {VALUE_BYTES} bytes");
    }
    Ok(text)
}

/// The lines of file `name`, or of standard input for `-`.
///
/// # Errors
/// When it cannot be opened; each line when it cannot be read.
pub(in crate::cli) fn lines(name: &str) -> anyhow::Result<impl Iterator<Item = io::Result<String>>> {
    Ok(open(name)?.lines())
}

fn stream_name(value: &str) -> Option<&str> {
    if value == "-" { Some(value) } else { value.strip_prefix('@') }
}

fn open(name: &str) -> anyhow::Result<Box<dyn BufRead>> {
    if name == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(name).with_context(|| format!("{name} cannot be opened"))?;
    Ok(Box::new(io::BufReader::new(file)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_itself_unless_it_names_a_file() {
        assert_eq!(text("{\"a\":1}").unwrap(), "{\"a\":1}");
        assert!(text(&format!("@{}", file!().replace("source.rs", "no-such-file"))).is_err());
        assert!(text("@Cargo.toml").unwrap().contains("waggle-server"));
    }
}
