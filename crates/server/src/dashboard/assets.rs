use std::borrow::Cow;

use axum::http::HeaderValue;
use rust_embed::{Embed, EmbeddedFile};

/// The page itself; everything else is asked for by it.
pub(crate) const PAGE: &str = "index.html";
/// Bytes of the content's hash that make its tag: two contents that share them do not occur.
const TAG_BYTES: usize = 16;

#[derive(Embed)]
#[folder = "assets/dashboard"]
struct Files;

/// A file of the page, from inside the binary.
pub(crate) struct Asset(EmbeddedFile);

impl Asset {
    /// The file of this name, if there is one.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Files::get(name).map(Self)
    }

    /// Its bytes.
    pub(crate) fn bytes(self) -> Cow<'static, [u8]> {
        self.0.data
    }

    /// What it is, with its encoding: every file here is UTF-8.
    pub(crate) fn media_type(&self) -> HeaderValue {
        let kind = self.0.metadata.mimetype();
        HeaderValue::try_from(format!("{kind}; charset=utf-8"))
            .unwrap_or(const { HeaderValue::from_static("application/octet-stream") })
    }

    /// What changes with its content.
    pub(crate) fn tag(&self) -> String {
        let hash = self.0.metadata.sha256_hash();
        let digits: String = hash.iter().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect();
        format!("\"{digits}\"")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sha2::{Digest as _, Sha256};

    use super::*;

    /// All that a browser gets may weigh, uncompressed.
    const PAGE_BYTES: usize = 150 * 1_024;
    const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/dashboard");

    fn files() -> Vec<(String, Vec<u8>)> {
        let named = |name: Cow<'static, str>| {
            let bytes = Asset::of(&name).unwrap().bytes().into_owned();
            (name.into_owned(), bytes)
        };
        Files::iter().map(named).collect()
    }

    fn text(name: &str) -> String {
        String::from_utf8(Asset::of(name).unwrap().bytes().into_owned()).unwrap()
    }

    #[test]
    fn the_page_with_everything_on_it_weighs_150_kib_at_most() {
        let bytes: usize = files().iter().map(|(_, bytes)| bytes.len()).sum();
        assert!(bytes <= PAGE_BYTES, "{bytes} bytes");
    }

    #[test]
    fn what_was_taken_from_others_is_what_they_published() {
        let sums = std::fs::read_to_string(Path::new(FOLDER).join("uPlot.sha256")).unwrap();
        assert_eq!(sums.lines().count(), 3);
        for line in sums.lines() {
            let (sum, name) = line.split_once("  ").unwrap();
            let hash = Sha256::digest(Asset::of(name).unwrap().bytes());
            let found: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(found, sum, "{name}");
        }
    }

    #[test]
    fn nothing_names_an_address_elsewhere() {
        for (name, bytes) in files() {
            let text = String::from_utf8(bytes).unwrap();
            // The namespace of SVG is a name, and what was taken from others says in a comment where it is from.
            let text = text.replace("http://www.w3.org/2000/svg", "");
            let text = text.replace("/*! https://github.com/leeoniya/uPlot (v1.6.32) */", "");
            assert!(!text.contains("://") && !text.contains("url(//"), "{name}");
        }
    }

    #[test]
    fn every_script_is_asked_for_with_the_page_and_every_file_that_is_asked_for_is_there() {
        let page = text(PAGE);
        let asked = page.split("\"dashboard/").skip(1).map(|rest| rest.split('"').next().unwrap());
        let asked: Vec<_> = asked.collect();
        for name in &asked {
            assert!(Asset::of(name).is_some(), "{name}");
        }
        for (name, _) in files().iter().filter(|(name, _)| name.ends_with(".js")) {
            assert!(asked.contains(&name.as_str()), "{name} is found late");
        }
    }

    #[test]
    fn text_of_users_is_never_markup() {
        for (name, bytes) in files() {
            let text = String::from_utf8(bytes).unwrap();
            for sink in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", " style="]
            {
                assert!(!text.contains(sink), "{name} has {sink}");
            }
        }
    }
}
