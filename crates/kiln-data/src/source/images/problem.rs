//! What can be wrong with images and folders of images.

use std::path::PathBuf;

/// What is wrong with an image or a folder of images.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageProblem {
    /// A folder without class folders.
    #[error("no folder in here; there must be one for each class")]
    NoClasses,
    /// A folder without images.
    #[error("no image in here")]
    NoImages,
    /// A folder beside `train` that is no part.
    #[error("a folder beside train/ that is no part; the parts are train/, val/ and test/")]
    UnknownPart,
    /// Two folders for one part.
    #[error("a second folder for the {part} part, which is in {first}/")]
    PartTwice {
        /// `training`, `validation` or `test`.
        part: &'static str,
        /// The name of the first.
        first: String,
    },
    /// Folders for other parts, and none to train on.
    #[error("there is no folder train/ beside it")]
    NoTraining,
    /// A part of images without class folders.
    #[error("the images of the {part} part are in no class folder")]
    NoLabels {
        /// `training`, `validation` or `test`.
        part: &'static str,
    },
    /// A class of another part that the training part lacks.
    #[error("the {part} part has the class {class:?}, the training part has not")]
    UnknownClass {
        /// `validation` or `test`.
        part: &'static str,
        /// The class.
        class: String,
        /// The class of the training part that is most like it.
        nearest: Option<String>,
    },
    /// Not a file with an image's extension.
    #[error("not an image by its name: the formats are PNG, JPEG, WebP, GIF, BMP and TIFF")]
    NotAnImage,
    /// A folder where only images are expected.
    #[error("a folder among the images")]
    NestedFolder,
    /// A table where images are expected.
    #[error("a table, and the model takes images")]
    Table,
    /// A file that a table names and that is not there.
    #[error("there is no such file, but row {row} of {} names it", table.display())]
    NoFile {
        /// The table.
        table: PathBuf,
        /// Its row, from 1.
        row: usize,
    },
    /// A name that is a file in two folders.
    #[error("row {row} of {} names it, and {} as well", table.display(), other.display())]
    TwoFiles {
        /// The table.
        table: PathBuf,
        /// Its row, from 1.
        row: usize,
        /// The file in the other folder.
        other: PathBuf,
    },
    /// A name that is not UTF-8 text.
    #[error("the name is not UTF-8 text")]
    Name,
    /// The decoder cannot make sense of it.
    #[error("broken image: {error}")]
    Broken {
        /// What the decoder says.
        #[source]
        error: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An image, and kiln was built without its feature `images`.
    #[error("this build of kiln reads no image files")]
    NotBuilt,
    /// A size that training cannot be meant for, or that is out of proportion to the file.
    #[error(
        "{width}x{height} pixels are too many: at most {side} a side, and {bytes} bytes for a file of this length"
    )]
    TooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The most pixels a side.
        side: u32,
        /// The most bytes of pixels.
        bytes: u64,
    },
    /// Images of different sizes.
    #[error("{}x{} pixels, but {} is {}x{} (width x height)", found[0], found[1], first.display(), expected[0], expected[1])]
    Size {
        /// `[width, height]` of this image.
        found: [u32; 2],
        /// `[width, height]` of the first.
        expected: [u32; 2],
        /// The first image.
        first: PathBuf,
    },
    /// Images of another size than the model's.
    #[error("{}x{} pixels, but the model was trained with {}x{} (width x height)", found[0], found[1], expected[0], expected[1])]
    ModelSize {
        /// `[width, height]` of this image.
        found: [u32; 2],
        /// `[width, height]` that the model takes.
        expected: [u32; 2],
    },
    /// A colour image for a model of grey images.
    #[error("a colour image, but the model was trained with grey images")]
    Colour,
    /// A model that takes neither one nor three channels.
    #[error("the model takes images of {channels} channels; image files have 1 or 3")]
    Channels {
        /// Channels that the model takes.
        channels: usize,
    },
}

impl ImageProblem {
    /// What the user can do.
    pub(crate) fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoClasses => {
                "put the images of each class in a folder of its own, named for it; or give a CSV file of paths and \
                 labels, and data.images"
                    .to_owned()
            }
            Self::NoImages => "add images, or remove the folder".to_owned(),
            Self::UnknownPart => "merge it into train/, or move it elsewhere".to_owned(),
            Self::PartTwice { .. } => "merge the two, or move one elsewhere".to_owned(),
            Self::NoTraining => "call the folder of the training part train/".to_owned(),
            Self::NoLabels { .. } => {
                "put them in class folders; or move the folder elsewhere, and give it to `kiln predict`".to_owned()
            }
            Self::UnknownClass { nearest: Some(nearest), .. } => {
                format!("rename the folder if {nearest:?} is meant")
            }
            Self::UnknownClass { .. } => "add the class to train/, or remove the folder".to_owned(),
            Self::NotAnImage => {
                "move it elsewhere, or convert it; data.broken = \"skip\" leaves such files out".to_owned()
            }
            Self::NestedFolder => "put the images beside it in a folder of their own".to_owned(),
            Self::Table => "give the folder of the images".to_owned(),
            Self::NoFile { .. } => {
                "correct the table, or set data.images to the folder of its paths; data.broken = \"skip\" leaves such \
                 rows out"
                    .to_owned()
            }
            Self::TwoFiles { .. } => "write whole paths in the table".to_owned(),
            Self::Name => "rename it".to_owned(),
            Self::Broken { .. } => {
                "replace or remove the file; data.broken = \"skip\" leaves such files out".to_owned()
            }
            Self::NotBuilt => "build kiln with its feature `images`".to_owned(),
            Self::TooLarge { .. } => "scale the images down".to_owned(),
            Self::Size { .. } => "set the size that the model is to see, such as data.size = 224".to_owned(),
            Self::ModelSize { .. } => {
                "scale the image; a model that is trained with data.size takes images of any size".to_owned()
            }
            Self::Colour => "convert it to grey".to_owned(),
            Self::Channels { .. } => "give the input as an IDX file".to_owned(),
        })
    }
}
