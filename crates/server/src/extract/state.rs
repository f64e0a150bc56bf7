//! State keys in the path, and the conditions of a change in the headers.

use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use waggle_task_queue::model::{StateGuard, StateKey, SwarmName, Versions, WriterLease};

use super::path::{param, params, swarm};
use crate::app::App;
use crate::problem::Problem;

/// What follows a key where it is counted up.
const INCREMENT: &str = "/increment";

/// `{swarm}` and the state key behind it, whose slashes may stand as they are. `increment` at its end is a part of it.
#[derive(Debug)]
pub(crate) struct SwarmState {
    pub(crate) swarm: SwarmName,
    pub(crate) key: StateKey,
}

/// `{swarm}`, a state key whose slashes may stand as they are, and `/increment`.
#[derive(Debug)]
pub(crate) struct SwarmCounter {
    pub(crate) swarm: SwarmName,
    pub(crate) key: StateKey,
}

/// `If-Match`, `If-None-Match` and `X-Lease`.
#[derive(Debug)]
pub(crate) struct Guard(pub(crate) StateGuard);

/// `If-None-Match` of a read.
#[derive(Debug)]
pub(crate) struct Known(pub(crate) Versions);

impl FromRequestParts<App> for SwarmState {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let params = params(parts, app).await?;
        let mut text = param(&params, "key").to_owned();
        let rest = param(&params, "rest");
        if !rest.is_empty() {
            text.push('/');
            text.push_str(rest);
        } else if parts.extensions.get::<MatchedPath>().is_some_and(|path| path.as_str().ends_with(INCREMENT))
        {
            text.push_str(INCREMENT);
        }
        Ok(Self { swarm: swarm(&params)?, key: key(&text)? })
    }
}

impl FromRequestParts<App> for SwarmCounter {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let params = params(parts, app).await?;
        let (first, rest) = (param(&params, "key"), param(&params, "rest"));
        let swarm = swarm(&params)?;
        if rest.is_empty() {
            return Ok(Self { swarm, key: key(first)? });
        }
        // As it was written: of an encoded slash what follows is a part of the key.
        if !parts.uri.path().ends_with(INCREMENT) {
            return Err(Problem::of_status(StatusCode::METHOD_NOT_ALLOWED));
        }
        let text = format!("{first}/{rest}");
        Ok(Self { swarm, key: key(text.strip_suffix(INCREMENT).unwrap_or(&text))? })
    }
}

fn key(text: &str) -> Result<StateKey, Problem> {
    text.parse().map_err(|problem| Problem::field("/key", format!("{problem}")))
}

impl<S: Send + Sync> FromRequestParts<S> for Guard {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(StateGuard {
            if_match: versions(&parts.headers, "If-Match", false)?,
            if_none_match: versions(&parts.headers, "If-None-Match", true)?,
            lease: lease(&parts.headers)?,
        }))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        versions(&parts.headers, "If-None-Match", true).map(Self)
    }
}

/// The versions that a header names. `If-Match` wants strong tags (RFC 9110, 13.1.1): a weak one matches nothing there.
fn versions(headers: &HeaderMap, name: &'static str, weak_too: bool) -> Result<Versions, Problem> {
    let mut values = headers.get_all(name).into_iter().peekable();
    if values.peek().is_none() {
        return Ok(Versions::Unnamed);
    }
    let texts: Option<Vec<_>> = values.map(|value| value.to_str().ok()).collect();
    texts.and_then(|texts| tags(&texts.join(","), weak_too)).ok_or_else(|| {
        Problem::field(
            format!("/{name}"),
            "a version as its ETag has it, such as \"7\", several of them, or *",
        )
    })
}

/// `*`, or entity tags between commas.
fn tags(text: &str, weak_too: bool) -> Option<Versions> {
    const BETWEEN: [char; 3] = [' ', '\t', ','];
    let mut rest = text.trim_matches(BETWEEN);
    match rest {
        "" => return None,
        "*" => return Some(Versions::Any),
        _ => {}
    }
    let mut named = Vec::new();
    while !rest.is_empty() {
        let (is_weak, tag) = rest.strip_prefix("W/").map_or((false, rest), |tag| (true, tag));
        let (tag, after) = tag.strip_prefix('"')?.split_once('"')?;
        named.extend(version(tag).filter(|_| weak_too || !is_weak));
        rest = after.trim_start_matches([' ', '\t']);
        if !rest.is_empty() {
            rest = rest.strip_prefix(',')?.trim_start_matches(BETWEEN);
        }
    }
    Some(Versions::Of(named))
}

/// The version a tag of this service stands for; a tag of anybody else's stands for none.
fn version(tag: &str) -> Option<u64> {
    tag.parse().ok().filter(|version: &u64| *version > 0 && version.to_string() == tag)
}

pub(super) fn lease(headers: &HeaderMap) -> Result<Option<WriterLease>, Problem> {
    let mut values = headers.get_all("x-lease").into_iter();
    let Some(value) = values.next() else { return Ok(None) };
    let lease = value.to_str().ok().and_then(|text| {
        let (task, token) = text.trim().split_once(' ')?;
        WriterLease::new(task.parse().ok()?, token.trim_start())
    });
    let lease = lease.filter(|_| values.next().is_none());
    lease
        .map(Some)
        .ok_or_else(|| Problem::field("/X-Lease", "the id of a task, a space, and the token of its lease"))
}

/// Refuses a patch of another kind (RFC 5789, 2.2).
///
/// # Errors
/// 415.
pub(crate) fn require_merge_patch(headers: &HeaderMap) -> Result<(), Problem> {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = said.split(';').next().unwrap_or_default().trim();
    let known = ["application/merge-patch+json", "application/json"];
    if known.iter().any(|known| essence.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_as_the_specification_writes_them() {
        let of = |versions: &[u64]| Some(Versions::Of(versions.to_vec()));
        for (text, wanted) in [
            ("\"7\"", of(&[7])),
            (" \"7\" ,\"8\",, \"9\" ", of(&[7, 8, 9])),
            ("*", Some(Versions::Any)),
            ("W/\"7\"", of(&[])),
            ("\"07\"", of(&[])),
            ("\"0\"", of(&[])),
            ("\"+7\"", of(&[])),
            ("\"a,b\", \"7\"", of(&[7])),
            ("\"99999999999999999999\"", of(&[])),
            ("", None),
            (",", None),
            ("7", None),
            ("\"7", None),
            ("\"7\" \"8\"", None),
            ("*, \"7\"", None),
        ] {
            assert_eq!(tags(text, false), wanted, "{text}");
        }
        assert_eq!(tags("W/\"7\"", true), of(&[7]));
    }
}
