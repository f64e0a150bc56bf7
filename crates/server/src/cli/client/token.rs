//! The token that is shown: from a file or the environment, never from an argument, which others can read.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use reqwest::header::HeaderValue;

/// The variable that holds a token.
const VARIABLE: &str = "WAGGLE_TOKEN";
/// A file with more bytes holds no token.
const FILE_BYTES: u64 = 4_096;

/// What is sent as `Authorization`: the first line of `file`, else `WAGGLE_TOKEN`; nothing where there is neither.
///
/// # Errors
/// When the file cannot be read, or what was found cannot be a token.
pub(crate) fn authorization(file: Option<&Path>) -> anyhow::Result<Option<HeaderValue>> {
    let (token, named) = match file {
        Some(path) => (Some(first_line(path)?), path.display().to_string()),
        None => (std::env::var(VARIABLE).ok(), VARIABLE.to_owned()),
    };
    let token = token.map(|token| token.trim().to_owned()).filter(|token| !token.is_empty());
    if token.is_none() && file.is_some() {
        bail!("{named} has no token on its first line");
    }
    let header = token.map(|token| HeaderValue::try_from(format!("Bearer {token}"))).transpose();
    // Not the error itself: it might show the token.
    let header = header.map_err(|_| anyhow::anyhow!("what {named} holds cannot be sent in a header"))?;
    Ok(header.map(|mut header| {
        header.set_sensitive(true);
        header
    }))
}

fn first_line(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let file = std::fs::File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let read = file.take(FILE_BYTES).read_to_string(&mut text);
    read.with_context(|| format!("{} cannot be read as text", path.display()))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
