//! Folders whose entries survive a power cut.

use std::fs::File;
use std::io;
use std::path::Path;

/// Makes a rename or a new file in `folder` survive a power cut.
///
/// # Errors
/// Whatever the operating system says.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    // Only Unix lets a folder be opened as a file.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The folder that a path is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
