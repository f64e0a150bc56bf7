//! JSON for people and for programs.

use std::io::{self, IsTerminal as _, Write as _};

/// Prints one JSON value and a newline: indented on a terminal, else on one line. Keys keep their
/// order and numbers their digits: it is laid out anew, not rebuilt.
///
/// # Errors
/// When standard output cannot be written to.
pub(in crate::cli) fn value(json: &[u8]) -> io::Result<()> {
    let mut output = io::stdout().lock();
    let mut text = if output.is_terminal() { laid_out(json, Some(2)) } else { laid_out(json, None) };
    text.push(b'\n');
    output.write_all(&text)?;
    output.flush()
}

/// As [`value`]; nothing for an answer without a body.
///
/// # Errors
/// When standard output cannot be written to.
pub(in crate::cli) fn answer(body: &[u8]) -> io::Result<()> {
    if body.is_empty() { Ok(()) } else { value(body) }
}

/// Prints one JSON value on a line of its own, on a terminal too: for what never ends.
///
/// # Errors
/// When standard output cannot be written to.
pub(in crate::cli) fn line(json: &[u8]) -> io::Result<()> {
    let mut text = laid_out(json, None);
    text.push(b'\n');
    raw(&text)
}

/// Prints bytes as they are.
///
/// # Errors
/// When standard output cannot be written to.
pub(in crate::cli) fn raw(bytes: &[u8]) -> io::Result<()> {
    let mut output = io::stdout().lock();
    output.write_all(bytes)?;
    output.flush()
}

/// `json` with no white space between its tokens, or with each member on a line of its own.
fn laid_out(json: &[u8], indent: Option<usize>) -> Vec<u8> {
    let mut layout = Layout { text: Vec::with_capacity(json.len()), indent, depth: 0, opened: false };
    let (mut quoted, mut escaped) = (false, false);
    for byte in json {
        if quoted {
            layout.text.push(*byte);
            quoted = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
        } else if !byte.is_ascii_whitespace() {
            layout.token(*byte);
            quoted = *byte == b'"';
        }
    }
    layout.text
}

struct Layout {
    text: Vec<u8>,
    indent: Option<usize>,
    depth: usize,
    /// The last token opened an object or an array.
    opened: bool,
}

impl Layout {
    fn token(&mut self, byte: u8) {
        let closes = matches!(byte, b'}' | b']');
        if closes {
            self.depth = self.depth.saturating_sub(1);
        }
        if self.opened != closes {
            self.line(); // an empty object stays on its line
        }
        self.opened = matches!(byte, b'{' | b'[');
        self.depth += usize::from(self.opened);
        self.text.push(byte);
        match (byte, self.indent) {
            (b',', Some(_)) => self.line(),
            (b':', Some(_)) => self.text.push(b' '),
            _ => {}
        }
    }

    fn line(&mut self) {
        if let Some(indent) = self.indent {
            self.text.push(b'\n');
            self.text.resize(self.text.len() + indent * self.depth, b' ');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOSE: &str =
        "{ \"b\" : [1.50, {}],\r\n \"a\": \"x: \\\"{,}\\\" \\\\\", \"c\":{ \"d\":null } , \"e\": [ ] }";

    #[test]
    fn a_value_for_a_program_is_one_line_with_keys_and_numbers_as_they_were() {
        let text = laid_out(LOOSE.as_bytes(), None);
        let expected = "{\"b\":[1.50,{}],\"a\":\"x: \\\"{,}\\\" \\\\\",\"c\":{\"d\":null},\"e\":[]}";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }

    #[test]
    fn a_value_for_a_person_is_laid_out_as_serde_json_does_it() {
        let text = String::from_utf8(laid_out(br#"{"a":[1,{"b":{}},[]],"c":"d"}"#, Some(2))).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(text, serde_json::to_string_pretty(&value).unwrap());
    }
}
