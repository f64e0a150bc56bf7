use std::io;
use std::path::Path;

use tokio::fs::{self, File, OpenOptions};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;
use waggle_task_queue::model::SwarmName;
use waggle_task_queue::{Error, TaskQueue};

use super::files;
use super::spool::private_directory;

/// Why a snapshot was not written.
#[derive(Debug, thiserror::Error)]
pub(super) enum WriteError {
    #[error(transparent)]
    Export(#[from] Error),
    #[error("the file cannot be written: {0}")]
    File(#[from] io::Error),
}

/// For nobody but the service, wherever it is told to write.
const MODE: u32 = 0o600;

/// Writes a snapshot into `directory`: it has its name when all of it is on the disk, and not before.
///
/// # Errors
/// [`WriteError`]; then no file of that name is there, and no part of it.
pub(super) async fn write(queue: &TaskQueue, swarm: &SwarmName, directory: &Path) -> Result<(), WriteError> {
    let export = queue.export_swarm(swarm).await?;
    private_directory(directory)?;
    let stamp = export.exported_at();
    let part = directory.join(files::part_name(stamp));
    let (sender, pages) = mpsc::channel(1);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(&part).await?;
    let (written, ()) = tokio::join!(copy(pages, &mut file), export.send(sender));
    drop(file);
    let named = match written {
        Ok(()) => fs::rename(&part, directory.join(files::name(stamp))).await.map_err(WriteError::from),
        Err(error) => Err(error),
    };
    if named.is_err() {
        // What cannot be removed now is removed as an abandoned part later.
        let _left = fs::remove_file(&part).await;
    }
    named?;
    // The name is on the disk when its directory is.
    File::open(directory).await?.sync_all().await?;
    Ok(())
}

async fn copy(
    mut pages: mpsc::Receiver<waggle_task_queue::SnapshotPage>,
    file: &mut File,
) -> Result<(), WriteError> {
    while let Some(page) = pages.recv().await {
        file.write_all(&page?).await?;
    }
    file.flush().await?;
    file.sync_all().await?;
    Ok(())
}
