//! What can be wrong with an IDX file.

use std::path::PathBuf;

/// What is wrong with an IDX file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdxProblem {
    /// The first two bytes are not zero.
    #[error("not an IDX file: it begins with {found:02x?} instead of two zero bytes")]
    Magic {
        /// The first four bytes.
        found: [u8; 4],
    },
    /// The elements are not unsigned bytes.
    #[error("the elements have type 0x{found:02x}, only 0x08 (unsigned byte) is read")]
    ElementType {
        /// The third byte of the file.
        found: u8,
    },
    /// The wrong number of dimensions.
    #[error("the file has {found} dimensions, {what} have {expected}")]
    Dimensions {
        /// Dimensions in the header.
        found: u8,
        /// Dimensions that are needed.
        expected: u8,
        /// `images` or `labels`.
        what: &'static str,
    },
    /// The header announces more than the file holds.
    #[error("truncated: the header declares {declared} bytes, {}", found_bytes(*found))]
    Truncated {
        /// Bytes of data after the header, as declared.
        declared: u128,
        /// Bytes that are there; `None` when no compressed file of this length can hold the declared ones.
        found: Option<u128>,
    },
    /// The file goes on after the last declared byte.
    #[error("bytes are left over after the {declared} bytes that the header declares")]
    Trailing {
        /// Bytes of data after the header, as declared.
        declared: u128,
    },
    /// Shorter than its header.
    #[error("truncated: the file ends within its header")]
    ShortHeader,
    /// Not a whole gzip file.
    #[error("damaged gzip: {error}")]
    Gzip {
        /// What the decompressor says.
        #[source]
        error: std::io::Error,
    },
    /// A gzip file, and kiln was built without its feature `gzip`.
    #[error("compressed, and this build of kiln reads no gzip files")]
    Compressed,
    /// No items, or images without pixels.
    #[error("the header declares no data: {dims:?}")]
    NoItems {
        /// The dimensions in the header.
        dims: Vec<u32>,
    },
    /// Images and labels do not belong together.
    #[error("{labels} labels, but {} holds {images} images", images_path.display())]
    Counts {
        /// Number of labels in this file.
        labels: u32,
        /// Number of images.
        images: u32,
        /// The file with the images.
        images_path: PathBuf,
    },
    /// A label that stands for no class.
    #[error("item {item} has label {label}, the classes are 0 to {last}")]
    Label {
        /// The item, from 1.
        item: usize,
        /// Its label.
        label: u8,
        /// The last class.
        last: usize,
    },
    /// Images of another size than those they go with.
    #[error("the images are {found:?} pixels (height, width), {wanted_by} needs {expected:?}")]
    Size {
        /// `[height, width]` in this file.
        found: [u32; 2],
        /// `[height, width]` that is needed.
        expected: [u32; 2],
        /// The file or model that needs it.
        wanted_by: String,
    },
}

fn found_bytes(found: Option<u128>) -> String {
    match found {
        Some(found) => format!("the file holds {found}"),
        None => "more than a compressed file of this length can hold".to_owned(),
    }
}

impl IdxProblem {
    /// What the user can do.
    pub(crate) fn help(&self) -> Option<String> {
        Some(match self {
            Self::Truncated { .. } | Self::ShortHeader | Self::Gzip { .. } | Self::Trailing { .. } => {
                "fetch the file again".to_owned()
            }
            Self::Compressed => "decompress it, or build kiln with its feature `gzip`".to_owned(),
            Self::Magic { .. } | Self::Dimensions { .. } => {
                "give IDX files under the names train-images-idx3-ubyte and train-labels-idx1-ubyte"
                    .to_owned()
            }
            Self::ElementType { .. } => "save the images as unsigned bytes".to_owned(),
            Self::Counts { .. } | Self::Size { .. } => "give files that belong together".to_owned(),
            Self::Label { .. } | Self::NoItems { .. } => return None,
        })
    }
}
