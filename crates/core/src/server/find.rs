use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{StartError, version};

/// What the program may be called, the better first.
const NAMES: [&str; 2] = ["valkey-server", "redis-server"];
/// Where an operating system keeps what every machine has, whatever the path says.
const SYSTEM: [&str; 2] = ["/usr/bin", "/bin"];

/// Where programs are looked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Search {
    /// The directory this binary is in, where a Redis may be bundled.
    pub(super) beside: Option<PathBuf>,
    /// The directories of `PATH`.
    pub(super) path: Vec<PathBuf>,
}

impl Search {
    pub(super) fn of_this_process() -> Self {
        let beside = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned));
        let path = std::env::var_os("PATH").unwrap_or_default();
        Self { beside, path: std::env::split_paths(&path).collect() }
    }

    /// The Redis to run: `given`, else bundled, else on the path; at least 7.0.
    pub(super) async fn redis(&self, given: Option<&Path>) -> Result<PathBuf, StartError> {
        let program = match given {
            Some(given) => self.given(given)?,
            None => self.any().ok_or(StartError::ProgramMissing)?,
        };
        version::check(&program).await?;
        Ok(program)
    }

    /// A tool that belongs to the operating system.
    pub(super) fn system(&self, program: &'static str, package: &'static str) -> Result<PathBuf, StartError> {
        let system = SYSTEM.iter().map(Path::new);
        first(self.path.iter().map(PathBuf::as_path).chain(system), program)
            .ok_or(StartError::LauncherMissing { program, package })
    }

    /// A bare name is looked up on the path, as a shell would.
    fn given(&self, given: &Path) -> Result<PathBuf, StartError> {
        let unusable =
            |detail: &str| StartError::ProgramUnusable { path: given.to_owned(), detail: detail.to_owned() };
        if given.components().count() == 1 && !given.is_absolute() {
            let found = first(self.path.iter().map(PathBuf::as_path), given);
            return found.ok_or_else(|| unusable("it is not on the path"));
        }
        if !given.is_file() {
            return Err(unusable("there is no such file"));
        }
        if !is_program(given) {
            return Err(unusable("it may not be executed"));
        }
        std::path::absolute(given).map_err(|error| unusable(&error.to_string()))
    }

    fn any(&self) -> Option<PathBuf> {
        let folders = self.beside.iter().chain(&self.path);
        folders.flat_map(|folder| NAMES.map(|name| folder.join(name))).find(|program| is_program(program))
    }
}

fn first<'a>(mut folders: impl Iterator<Item = &'a Path>, name: impl AsRef<Path>) -> Option<PathBuf> {
    folders.find_map(|folder| Some(folder.join(&name)).filter(|program| is_program(program)))
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}
