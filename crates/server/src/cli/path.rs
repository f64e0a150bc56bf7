//! Parts of addresses.

use std::fmt::Write as _;

use waggle_task_queue::model::StateKey;

/// The address of a state key. A slash in it is not one of the address.
pub(in crate::cli) fn state(key: &StateKey) -> String {
    let mut path = String::from("/state/");
    for byte in key.as_str().bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            // A String takes whatever is written.
            let _ = write!(path, "%{byte:02X}");
        }
    }
    path
}

/// A state key from a flag. `.` and `..` have no address of their own (URL Standard, 4.4).
///
/// # Errors
/// When it is no key, or one that cannot be sent.
pub(in crate::cli) fn key(text: &str) -> Result<StateKey, String> {
    if matches!(text, "." | "..") {
        return Err("no address can name this key".to_owned());
    }
    text.parse::<StateKey>().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_key_is_one_part_of_an_address() {
        assert_eq!(state(&key("plan/a b?#%ä").unwrap()), "/state/plan%2Fa%20b%3F%23%25%C3%A4");
        assert!(key(".").is_err() && key("..").is_err() && key("").is_err());
        assert_eq!(state(&key("...").unwrap()), "/state/...");
    }
}
