use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// A file that is longer holds something else than a password.
const MAX_PASSWORD_BYTES: u64 = 4_096;

/// The first line of a file: editors and mounted secrets end it with a newline.
///
/// # Errors
///
/// Why it cannot be used; what it holds is never part of that.
pub fn read_password(file: impl AsRef<Path>) -> Result<String, String> {
    let mut text = String::new();
    let read = File::open(file).and_then(|file| file.take(MAX_PASSWORD_BYTES + 1).read_to_string(&mut text));
    read.map_err(|error| error.to_string())?;
    if text.len() as u64 > MAX_PASSWORD_BYTES {
        return Err(format!("it has more than {MAX_PASSWORD_BYTES} bytes"));
    }
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(line.to_owned()),
        _ => Err("its first line is empty".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_the_first_line_of_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        for text in ["hunter2", "hunter2\n", "hunter2\r\n", "hunter2\nsecond\n"] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(read_password(&file).unwrap(), "hunter2", "{text:?}");
        }
        for (text, why) in [("", "empty"), ("\nhunter2", "empty"), (&*"x".repeat(5_000), "4096")] {
            std::fs::write(&file, text).unwrap();
            assert!(read_password(&file).unwrap_err().contains(why), "{text:?}");
        }
        assert!(read_password(folder.path().join("none")).is_err());
    }
}
