//! What can be wrong with folders of texts.

/// What is wrong with a text or a folder of texts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextProblem {
    /// A folder without class folders.
    #[error("no folder in here; there must be one for each class")]
    NoClasses,
    /// A folder without texts.
    #[error("no text in here")]
    NoTexts,
    /// A folder where only texts are expected.
    #[error("a folder among the texts")]
    NestedFolder,
    /// A folder beside `train` that is no part.
    #[error("a folder beside train/ that is no part; the parts are train/, val/ and test/")]
    UnknownPart,
    /// A class of another part that the training part lacks.
    #[error("the {part} part has the class {class:?}, the training part has not")]
    UnknownClass {
        /// `validation` or `test`.
        part: &'static str,
        /// The class.
        class: String,
    },
    /// A name that is not UTF-8 text.
    #[error("the name is not UTF-8 text")]
    Name,
    /// Bytes that are no text.
    #[error("no text in UTF-8: byte {byte} belongs to no character")]
    NotUtf8 {
        /// The first such byte, from 1.
        byte: usize,
    },
    /// More than a text may have.
    #[error("a text of {bytes} bytes: at most {most} are read")]
    TooLong {
        /// The length of the file.
        bytes: u64,
        /// The most bytes.
        most: u64,
    },
}

impl TextProblem {
    /// What the user can do.
    pub(crate) fn help(&self) -> String {
        match self {
            Self::NoClasses => {
                "put the texts of each class in a folder of its own, named for it; or give a table and data.text"
            }
            Self::NoTexts => "add texts, or remove the folder",
            Self::NestedFolder => "put the texts beside it in a folder of their own",
            Self::UnknownPart => "merge it into train/, or move it elsewhere",
            Self::UnknownClass { .. } => "add the class to train/, or remove the folder",
            Self::Name => "rename it",
            Self::NotUtf8 { .. } => "convert it, as in `iconv -f WINDOWS-1252 -t UTF-8 FILE`, or move it elsewhere",
            Self::TooLong { .. } => "cut it into several texts",
        }
        .to_owned()
    }
}
