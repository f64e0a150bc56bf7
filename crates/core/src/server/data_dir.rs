use std::fs::DirBuilder;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::StartError;

/// Only the service's own user may look inside.
const MODE: u32 = 0o700;
/// What `sockaddr_un` holds, less the zero byte at its end.
const MAX_SOCKET_PATH: usize = 107;

/// The directory that holds everything of the private Redis.
#[derive(Debug, Clone)]
pub(super) struct DataDir {
    path: PathBuf,
}

impl DataDir {
    /// Makes the directory private to us; creates it where it is missing.
    pub(super) fn prepare(path: &Path) -> Result<Self, StartError> {
        // Redis changes its working directory: nothing relative may reach it.
        let absolute = std::path::absolute(path)
            .map_err(|error| StartError::DataDir { path: path.to_owned(), detail: error.to_string() })?;
        let data_dir = Self { path: absolute };
        data_dir.check_socket()?;
        data_dir.create().map_err(|error| data_dir.unusable(&error.to_string()))?;
        data_dir.make_private()?;
        Ok(data_dir)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.path.join("redis.sock")
    }

    pub(super) fn conf(&self) -> PathBuf {
        self.path.join("redis.conf")
    }

    /// Held by the service.
    pub(super) fn service_lock(&self) -> PathBuf {
        self.path.join("waggle.lock")
    }

    /// Held by the service and by the Redis it started, whoever lives longer.
    pub(super) fn redis_lock(&self) -> PathBuf {
        self.path.join("redis.lock")
    }

    /// Where Redis keeps the append-only file.
    pub(super) fn append_only(&self) -> PathBuf {
        self.path.join("appendonlydir")
    }

    pub(super) fn unusable(&self, detail: &str) -> StartError {
        StartError::DataDir { path: self.path.clone(), detail: detail.to_owned() }
    }

    fn check_socket(&self) -> Result<(), StartError> {
        let path = self.socket();
        let length = path.as_os_str().as_bytes().len();
        if length > MAX_SOCKET_PATH {
            return Err(StartError::SocketPathTooLong { path, length });
        }
        Ok(())
    }

    fn create(&self) -> std::io::Result<()> {
        if let Some(parent) = self.path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        match DirBuilder::new().mode(MODE).create(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && self.path.is_dir() => Ok(()),
            created => created,
        }
    }

    /// An open directory is closed to others only where it is ours or empty:
    /// nobody wants `--data-dir /tmp` to lock everybody else out of it.
    fn make_private(&self) -> Result<(), StartError> {
        let failed = |error: std::io::Error| self.unusable(&error.to_string());
        let mode = self.path.metadata().map_err(failed)?.permissions().mode();
        if mode & 0o077 == 0 {
            return Ok(());
        }
        let ours = self.service_lock().exists();
        if !ours && self.path.read_dir().map_err(failed)?.next().is_some() {
            return Err(
                self.unusable("it holds other files and is open to other users (`chmod 700` would close it)")
            );
        }
        std::fs::set_permissions(&self.path, std::fs::Permissions::from_mode(MODE)).map_err(failed)
    }
}
