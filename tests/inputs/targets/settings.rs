//! Configuration files.

use std::path::PathBuf;
use std::sync::OnceLock;

use waggle_server::config::{Settings, Source};

/// Bytes of an error at most: it names a setting, and those that are near it.
const ERROR_BYTES: usize = 4_096;

/// Reads the bytes as a file of settings. Whether the service would start with it.
pub(crate) fn check(data: &[u8]) -> bool {
    let (first, second) = (load(data), load(data));
    assert_eq!(first, second, "the same file says the same");
    match first {
        Ok(_) => true,
        Err(error) => {
            assert!(error.len() <= ERROR_BYTES, "{} bytes: {error}", error.len());
            assert!(!error.trim().is_empty() && !error.trim().contains('\n'), "one line: {error}");
            false
        }
    }
}

fn load(data: &[u8]) -> Result<Settings, String> {
    let file = file();
    std::fs::write(file, data).expect("the temporary folder can be written");
    let source = Source { file: Some(file.clone()), ..Source::default() };
    let settings = Settings::load(source).map_err(|error| error.to_string());
    std::fs::remove_file(file).expect("it was just written");
    settings
}

/// One file for the whole process: a target runs on one thread.
fn file() -> &'static PathBuf {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    FILE.get_or_init(|| std::env::temp_dir().join(format!("waggle-input-{}.toml", std::process::id())))
}
