//! What is in a folder: sorted by name, without what systems and archives leave behind.

use std::path::{Path, PathBuf};

use super::ImageProblem;
use crate::DataError;

/// What operating systems, network disks and archives leave in folders; hidden entries begin with a point.
const LEFT_BEHIND: [&str; 7] = [
    "__MACOSX",
    "Thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "@eaDir",
    "$RECYCLE.BIN",
    "System Volume Information",
];

/// The extensions of image files, in small letters.
pub(crate) const EXTENSIONS: [&str; 12] =
    ["png", "jpg", "jpeg", "jpe", "jfif", "webp", "gif", "bmp", "dib", "tif", "tiff", "apng"];

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) path: PathBuf,
}

/// What is in a folder, each by name.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) folders: Vec<Entry>,
    /// Files with the extension of an image.
    pub(super) images: Vec<PathBuf>,
    /// Other files.
    pub(super) others: Vec<PathBuf>,
}

impl Contents {
    /// Of a folder; its links are followed, which data sets are often made of.
    pub(super) fn of(folder: &Path) -> Result<Self, DataError> {
        let failed = |error| DataError::read(folder, error);
        let (mut contents, mut files) = (Self::default(), Vec::new());
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let (name, path) = (entry.file_name(), entry.path());
            let shown = name.to_string_lossy();
            if shown.starts_with('.') || LEFT_BEHIND.iter().any(|left| shown.eq_ignore_ascii_case(left)) {
                continue;
            }
            let mut kind = entry.file_type().map_err(|error| DataError::read(&path, error))?;
            if kind.is_symlink() {
                let linked = std::fs::metadata(&path).map_err(|error| DataError::read(&path, error))?;
                kind = linked.file_type();
            }
            if !kind.is_dir() {
                files.push(Entry { name: shown.into_owned(), path });
                continue;
            }
            // A folder names a class, which is text.
            match name.into_string() {
                Ok(name) => contents.folders.push(Entry { name, path }),
                Err(_) => return Err(DataError::image(&path, ImageProblem::Name)),
            }
        }
        contents.folders.sort_unstable();
        files.sort_unstable();
        let (images, others): (Vec<_>, Vec<_>) =
            files.into_iter().map(|file| file.path).partition(|path| is_image(path));
        Ok(Self { images, others, ..contents })
    }
}

/// Whether a file is an image by its name.
fn is_image(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// The images in a folder that holds nothing else, one or more.
pub(super) fn images(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let Contents { folders, images, others } = Contents::of(folder)?;
    if let Some(folder) = folders.first() {
        return Err(DataError::image(&folder.path, ImageProblem::NestedFolder));
    }
    if let Some(other) = others.first() {
        return Err(DataError::image(other, ImageProblem::NotAnImage));
    }
    if images.is_empty() { Err(DataError::image(folder, ImageProblem::NoImages)) } else { Ok(images) }
}
