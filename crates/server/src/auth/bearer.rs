use axum::http::{HeaderMap, header};

/// What a request shows of itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Bearer<'a> {
    /// Nothing.
    Nothing,
    /// Something that is no bearer token (RFC 6750, 2.1).
    Unreadable,
    /// A token.
    Token(&'a [u8]),
}

impl<'a> Bearer<'a> {
    pub(super) fn of(headers: &'a HeaderMap) -> Self {
        let mut values = headers.get_all(header::AUTHORIZATION).into_iter();
        let Some(value) = values.next() else { return Self::Nothing };
        if values.next().is_some() {
            return Self::Unreadable;
        }
        let Some((scheme, token)) = value.as_bytes().split_at_checked("Bearer ".len()) else {
            return Self::Unreadable;
        };
        let token = token.trim_ascii();
        if scheme.eq_ignore_ascii_case(b"Bearer ") && !token.is_empty() {
            Self::Token(token)
        } else {
            Self::Unreadable
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_token_is_what_follows_the_scheme_whatever_its_case() {
        for value in ["Bearer abc", "bearer abc", "BEARER  abc "] {
            assert_eq!(Bearer::of(&of(&[value])), Bearer::Token(b"abc"), "{value}");
        }
        for value in ["", "Bearer", "Bearer ", "Basic abc", "abc", "Bearerabc"] {
            assert_eq!(Bearer::of(&of(&[value])), Bearer::Unreadable, "{value}");
        }
        assert_eq!(Bearer::of(&of(&["Bearer abc", "Bearer abc"])), Bearer::Unreadable);
        assert_eq!(Bearer::of(&of(&[])), Bearer::Nothing);
    }
}
