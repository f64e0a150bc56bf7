use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::access::Rights;

/// A versioned function library, its source already joined.
///
/// The version is part of the name, and by convention of every function's
/// name, because Redis refuses one function name in two libraries: old and new
/// servers overlap in a rolling upgrade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// For example `waggle_v1`.
    pub name: String,
    /// Lua, beginning with `#!lua name=waggle_v1`.
    pub source: String,
    /// What whoever calls its functions has to be allowed; where it says nothing, nothing is looked at.
    pub needs: Option<Needs>,
}

/// The rights that a library needs, and its function that tells which are missing: given a name that keys and channels
/// may have, and the commands, it returns those of them that are not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs {
    /// The versioned name of the function, which only reads and has no key.
    pub function: &'static str,
    /// All that is needed.
    pub rights: Rights,
}

impl Library {
    /// Joins `parts`, pairs of file name and text, in the order given.
    ///
    /// All parts share one Lua chunk, so a local of one is seen by those after
    /// it. `LIBRARY_VERSION`, a number, is defined before the first, for
    /// functions that register themselves under a versioned name. Each part is
    /// preceded by a comment that names its file.
    pub fn join(base_name: &str, version: u32, parts: &[(&str, &str)]) -> Self {
        #[cfg(all(feature = "pretended-version", debug_assertions))]
        let version = super::pretended::version(version);
        let name = format!("{base_name}_v{version}");
        let mut source = format!("#!lua name={name}\nlocal LIBRARY_VERSION = {version}\n");
        for (file, text) in parts {
            source.push_str("-- file: ");
            source.push_str(file);
            source.push('\n');
            source.push_str(text);
            if !text.ends_with('\n') {
                source.push('\n');
            }
        }
        Self { name, source, needs: None }
    }

    /// Whether this is the versioned name of one of its functions.
    pub(crate) fn registers(&self, function: &str) -> bool {
        let version = self.name.rfind("_v").map_or("", |at| &self.name[at..]);
        let is_registered = |base: &str| {
            let ways = [format!("register('{base}',"), format!("register_function(name('{base}'),")];
            ways.iter().any(|way| self.source.contains(way))
        };
        function.strip_suffix(version).is_some_and(is_registered)
    }

    /// SHA-256 of the source, in hexadecimal.
    pub fn digest(&self) -> String {
        let mut hex = String::with_capacity(64);
        for byte in Sha256::digest(self.source.as_bytes()) {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_joined_in_order_under_a_versioned_name() {
        let library = Library::join("demo", 3, &[("a.lua", "local a = 1"), ("b.lua", "local b = a\n")]);
        assert_eq!(library.name, "demo_v3");
        assert_eq!(
            library.source,
            "#!lua name=demo_v3\nlocal LIBRARY_VERSION = 3\n\
             -- file: a.lua\nlocal a = 1\n-- file: b.lua\nlocal b = a\n"
        );
    }

    #[test]
    fn the_digest_is_sha256_of_the_source() {
        let library = Library { name: String::new(), source: "abc".to_owned(), needs: None };
        assert_eq!(library.digest(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
