use std::path::Path;

use super::BackupError;

/// Its name in the directory of the append-only file.
pub(super) const NAME: &str = "appendonly.aof.manifest";

/// Which files make up the data, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manifest {
    /// Each with the line that names it.
    entries: Vec<(String, String)>,
}

impl Manifest {
    /// Reads `text`: lines of `file NAME seq N type T`, where T is b (base), i (increment), or h (history, soon deleted).
    ///
    /// # Errors
    /// [`BackupError::Manifest`].
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, BackupError> {
        let wrong = |detail: String| BackupError::Manifest { path: path.to_owned(), detail };
        let mut entries = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match *line.split_ascii_whitespace().collect::<Vec<_>>() {
                ["file", _, "seq", _, "type", "h"] => {}
                ["file", name, "seq", _, "type", "b" | "i"] if is_plain(name) => {
                    entries.push((name.to_owned(), line.to_owned()));
                }
                _ => return Err(wrong(format!("the line `{line}` is no file of the private Redis"))),
            }
        }
        if entries.is_empty() {
            return Err(wrong("it names no file".to_owned()));
        }
        Ok(Self { entries })
    }

    /// The names of the files.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| name.as_str())
    }

    /// A manifest of these files and no others.
    pub(super) fn to_text(&self) -> String {
        self.entries.iter().map(|(_, line)| format!("{line}\n")).collect()
    }
}

/// A file of this directory, and of no other one.
fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) && !name.starts_with('.')
}
