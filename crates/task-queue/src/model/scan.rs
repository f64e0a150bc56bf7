//! What `serde_json` lets pass inside raw values, found in one pass before it parses.
//!
//! Payloads are carried as the bytes they came in. A raw value may nest without
//! end, hold half of a surrogate pair or a number that no reader can hold; each of
//! them would be stored, and would fail whoever reads it.

use crate::limits::JSON_DEPTH;

/// Digits of a number up to which it certainly fits.
const SAFE_DIGITS: usize = 300;

/// Why a text is refused although its grammar may be JSON's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Too many levels.
    #[error("nested deeper than {0} levels")]
    TooDeep(usize),
    /// Half of a pair.
    #[error("a \\u escape is half of a surrogate pair")]
    LoneSurrogate,
    /// No reader could hold it.
    #[error("a number is out of range")]
    NumberOutOfRange,
}

/// One pass over a body; its grammar is left to the parser.
///
/// # Errors
/// [`Unreadable`], for the first thing found.
pub fn scan(text: &[u8]) -> Result<(), Unreadable> {
    scan_to(text, JSON_DEPTH)
}

/// As [`scan`], with fewer levels.
///
/// # Errors
/// As [`scan`].
pub fn scan_to(text: &[u8], levels: usize) -> Result<(), Unreadable> {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(byte) = text.get(at) {
        at = match byte {
            b'"' => end_of_string(text, at + 1)?,
            b'0'..=b'9' => end_of_number(text, at)?,
            b'[' | b'{' => {
                depth += 1;
                if depth > levels {
                    return Err(Unreadable::TooDeep(levels));
                }
                at + 1
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                at + 1
            }
            _ => at + 1,
        };
    }
    Ok(())
}

/// Where the string that begins at `at` has ended, its quotation mark included.
fn end_of_string(text: &[u8], mut at: usize) -> Result<usize, Unreadable> {
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => return Ok(at + 1),
            b'\\' => at = end_of_escape(text, at)?,
            _ => at += 1,
        }
    }
    Ok(at)
}

/// Where the escape at `at` has ended, the second half of its pair included.
fn end_of_escape(text: &[u8], at: usize) -> Result<usize, Unreadable> {
    match unit(text, at) {
        Some(0xD800..=0xDBFF) => match unit(text, at + 6) {
            Some(0xDC00..=0xDFFF) => Ok(at + 12),
            _ => Err(Unreadable::LoneSurrogate),
        },
        Some(0xDC00..=0xDFFF) => Err(Unreadable::LoneSurrogate),
        Some(_) => Ok(at + 6),
        None => Ok(at + 2),
    }
}

/// The code unit of the `\uXXXX` at `at`, if there is one.
fn unit(text: &[u8], at: usize) -> Option<u16> {
    let escape = text.get(at..at + 6)?;
    let digits = escape.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Where the number at `at` has ended. Only a long one or one with an exponent is worth reading.
fn end_of_number(text: &[u8], at: usize) -> Result<usize, Unreadable> {
    let rest = &text[at..];
    let part = |b: &u8| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
    let length = rest.iter().position(|b| !part(b)).unwrap_or(rest.len());
    let number = &rest[..length];
    let suspicious = length > SAFE_DIGITS || number.iter().any(|b| matches!(b, b'e' | b'E'));
    if suspicious && is_infinite(number) { Err(Unreadable::NumberOutOfRange) } else { Ok(at + length) }
}

fn is_infinite(number: &[u8]) -> bool {
    let value = std::str::from_utf8(number).ok().and_then(|text| text.parse::<f64>().ok());
    value.is_some_and(f64::is_infinite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_four_levels_pass_and_sixty_five_do_not() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert_eq!(scan(nested(64).as_bytes()), Ok(()));
        assert_eq!(scan(nested(65).as_bytes()), Err(Unreadable::TooDeep(JSON_DEPTH)));
        assert_eq!(scan("{\"a\":".repeat(100_000).as_bytes()), Err(Unreadable::TooDeep(JSON_DEPTH)));
    }

    #[test]
    fn brackets_and_quotation_marks_inside_strings_do_not_count() {
        let text = format!(r#"["{}\"{}","\\","{}"]"#, "[".repeat(100), "{".repeat(100), "[".repeat(100));
        assert_eq!(scan(text.as_bytes()), Ok(()));
    }

    #[test]
    fn half_of_a_surrogate_pair_is_refused_and_a_whole_pair_is_not() {
        for good in [r#""\ud83d\ude00""#, r#""\u0000\u00e4""#, r#""\\ud83d""#, r#""😀""#] {
            assert_eq!(scan(good.as_bytes()), Ok(()), "{good}");
        }
        for bad in [r#""\ud83d""#, r#""\ud83dx""#, r#""\ude00""#, r#""\ud83d\u0041""#, r#""\uD83D\n""#] {
            assert_eq!(scan(bad.as_bytes()), Err(Unreadable::LoneSurrogate), "{bad}");
        }
    }

    #[test]
    fn a_number_no_reader_can_hold_is_refused() {
        for good in ["1e308", "-1E-400", "0.5", "[1,2]", &"9".repeat(308), r#""1e400""#] {
            assert_eq!(scan(good.as_bytes()), Ok(()), "{good}");
        }
        for bad in ["1e400", "-1E+400", "{\"a\":1e999}", &"9".repeat(400)] {
            assert_eq!(scan(bad.as_bytes()), Err(Unreadable::NumberOutOfRange), "{bad}");
        }
    }

    #[test]
    fn text_that_ends_anywhere_is_left_to_the_parser() {
        let whole = r#"{"a":["\ud83d\ude00",1e3,"\\"]}"#;
        for end in 0..whole.len() {
            let _ = scan(&whole.as_bytes()[..end]);
        }
    }
}
