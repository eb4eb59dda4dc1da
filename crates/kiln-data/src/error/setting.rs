//! Settings of `[data]` that contradict each other or the data.

use std::path::PathBuf;

/// What is wrong with a setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// `data.source` names neither a set nor a format.
    #[error("there is no data source {name:?}")]
    UnknownSource {
        /// What was asked for.
        name: String,
        /// The known name that is most like it.
        nearest: Option<String>,
    },
    /// The format needs a path.
    #[error("the data source {name} needs a path")]
    PathNeeded {
        /// The format.
        name: String,
    },
    /// A corpus where items are wanted.
    #[error("a corpus is one text, which a language model learns, and has no items")]
    Corpus,
    /// The source does not use this setting.
    #[error("{setting} means nothing for the data source {name}")]
    Unused {
        /// The setting, as `data.path`.
        setting: &'static str,
        /// The source.
        name: String,
    },
    /// `data.target` or `data.ignore` names a column that the file lacks.
    #[error("{setting} names the column {name:?}, which {} does not have", path.display())]
    UnknownColumn {
        /// The setting, as `data.target`.
        setting: &'static str,
        /// The name in the setting.
        name: String,
        /// The file.
        path: PathBuf,
        /// The column that is most like it.
        nearest: Option<String>,
    },
    /// A column is a target and is left out.
    #[error("the column {name:?} is in data.target and in data.ignore")]
    TargetIgnored {
        /// The name of the column.
        name: String,
    },
    /// The column of weights has a second role.
    #[error("the column {name:?} is in data.weight and in {setting}")]
    WeightTaken {
        /// The name of the column.
        name: String,
        /// The other setting, as `data.target`.
        setting: &'static str,
    },
    /// A column has two roles.
    #[error("the column {name:?} is in {first} and in {second}")]
    TwoRoles {
        /// The name of the column.
        name: String,
        /// A setting, as `data.group`.
        first: &'static str,
        /// The other one.
        second: &'static str,
    },
    /// Rows are kept together and cut in an order at once.
    #[error("data.group keeps rows together, and data.time cuts them in its order: it must be one of them")]
    GroupAndTime,
    /// Several target columns are to be classes.
    #[error("data.target names {targets} columns; only regression and multi-label predict several")]
    SeveralClassTargets {
        /// Number of target columns.
        targets: usize,
    },
    /// A step for tables is set, but the inputs have another form.
    #[error("{setting} is for tables, and these data are {found}")]
    NeedsTable {
        /// The setting, as `data.pca`.
        setting: &'static str,
        /// What the inputs are: `images`.
        found: &'static str,
    },
    /// No column of a table names files below `data.images`.
    #[error("no column of {} names files in {}: the first cell of {column:?} is {text:?}", path.display(), folder.display())]
    NoFileColumn {
        /// The table.
        path: PathBuf,
        /// The folder in the setting.
        folder: PathBuf,
        /// A column that may have been meant.
        column: String,
        /// Its first cell.
        text: String,
    },
    /// Several columns of a table name files.
    #[error("several columns of {} name files: {}", path.display(), columns.join(", "))]
    FileColumns {
        /// The table.
        path: PathBuf,
        /// The columns.
        columns: Vec<String>,
    },
    /// `data.resize` is set without `data.size`.
    #[error("data.resize needs data.size: without it no image is resized")]
    ResizeAlone,
    /// `data.crop` is set without `data.size`.
    #[error("data.crop needs data.size: it is a part of an image of that size")]
    CropAlone,
    /// `data.crop` is larger than `data.size`.
    #[error("data.crop is {}x{}, but data.size is {}x{} (height x width)", crop[0], crop[1], size[0], size[1])]
    CropTooLarge {
        /// `[height, width]` of the crop.
        crop: [usize; 2],
        /// `[height, width]` of the images.
        size: [usize; 2],
    },
    /// A setting of time series means nothing without another one.
    #[error("{setting} needs {needs}")]
    Needs {
        /// The setting, as `data.window`.
        setting: &'static str,
        /// What it needs.
        needs: &'static str,
    },
    /// Two settings of which only one can be set.
    #[error("{first} and {second} do not go together")]
    Excludes {
        /// A setting, as `data.wide`.
        first: &'static str,
        /// The other one.
        second: &'static str,
    },
    /// Rows of a table have no scale of their own.
    #[error("data.scale = \"series\" is for time series, and these data are {found}")]
    ScaleOfSeries {
        /// What the inputs are: `a table`.
        found: &'static str,
    },
    /// What is forecast of a series would not be in the units of its inputs.
    #[error("data.scale = \"series\" takes the level of a series away, from which data.horizon is to go on")]
    ScaleOfForecast,
    /// `data.whiten` is set without `data.pca`.
    #[error("data.whiten needs data.pca: it scales principal components")]
    WhitenAlone,
    /// `data.scale` is set, but nothing is to be scaled.
    #[error(
        "data.scale says how columns are standardised, and data.standardize = false says that they are not"
    )]
    ScaleOff,
    /// `data.bins_by` is set without `data.bins`.
    #[error("data.bins_by says where the edges of bins are, and data.bins is not set")]
    BinsByAlone,
    /// `data.min_frequency` is set with an encoding by the target.
    #[error(
        "data.min_frequency is for one-hot columns: data.encode = \"target\" draws rare categories to the mean by itself"
    )]
    MinFrequencyOfTarget,
    /// What are no numbers are to be transformed as numbers.
    #[error("data.target_transform is for numbers, and the target is {found}")]
    TransformOfClasses {
        /// What it is: `classes`.
        found: &'static str,
    },
    /// A number that the curve of the targets does not have.
    #[error("data.target_transform has nothing for {value}, which is in row {} of column {column:?}", row + 1)]
    LogOf {
        /// The column.
        column: String,
        /// The row, from 0.
        row: usize,
        /// What is in it.
        value: String,
    },
    /// Categories are to be encoded by the target, but every column holds numbers.
    #[error("data.encode = \"target\" has nothing to encode: no column holds categories")]
    NoCategories,
}

impl SettingError {
    /// The setting, as a dotted key.
    pub(super) fn key(&self) -> &'static str {
        match self {
            Self::UnknownSource { .. } | Self::PathNeeded { .. } | Self::Corpus => "data.source",
            Self::Unused { setting, .. }
            | Self::UnknownColumn { setting, .. }
            | Self::NeedsTable { setting, .. } => setting,
            Self::SeveralClassTargets { .. } => "data.target",
            Self::TargetIgnored { .. } => "data.ignore",
            Self::WeightTaken { .. } => "data.weight",
            Self::NoFileColumn { .. } | Self::FileColumns { .. } => "data.images",
            Self::ResizeAlone => "data.resize",
            Self::CropAlone | Self::CropTooLarge { .. } => "data.crop",
            Self::TwoRoles { second, .. } => second,
            Self::GroupAndTime => "data.time",
            Self::Needs { setting, .. } => setting.split_once(' ').map_or(*setting, |(key, _)| key),
            Self::Excludes { second, .. } => second,
            Self::ScaleOfSeries { .. } | Self::ScaleOfForecast => "data.scale",
            Self::WhitenAlone => "data.whiten",
            Self::ScaleOff => "data.scale",
            Self::BinsByAlone => "data.bins_by",
            Self::MinFrequencyOfTarget => "data.min_frequency",
            Self::TransformOfClasses { .. } | Self::LogOf { .. } => "data.target_transform",
            Self::NoCategories => "data.encode",
        }
    }

    /// What to do.
    pub(super) fn help(&self) -> String {
        match self {
            Self::UnknownSource { nearest: Some(name), .. } => format!("did you mean {name:?}?"),
            Self::UnknownSource { .. } => "use one of the sources that `kiln data list` shows".to_owned(),
            Self::PathNeeded { .. } => "set data.path, or give --data PATH".to_owned(),
            Self::Corpus => {
                "train on it with `kiln train`, and let the model write with `kiln generate`".to_owned()
            }
            Self::Unused { setting, .. } => format!("leave {setting} out, or choose another data.source"),
            Self::NeedsTable { setting, .. } => format!("leave {setting} out"),
            Self::NoCategories => "leave data.encode out: numbers are columns as they are".to_owned(),
            Self::NoFileColumn { .. } => "set data.images to the folder below which the paths are".to_owned(),
            Self::FileColumns { .. } => "leave all but one out with data.ignore".to_owned(),
            Self::ResizeAlone => "set data.size, such as 224, or leave data.resize out".to_owned(),
            Self::CropAlone => "set data.size, such as 256, or leave data.crop out".to_owned(),
            Self::CropTooLarge { .. } => "set data.crop to at most data.size".to_owned(),
            Self::TransformOfClasses { .. } => "leave data.target_transform out".to_owned(),
            Self::LogOf { .. } => {
                "set data.target_transform = \"yeo-johnson\", which takes any number, or correct it"
                    .to_owned()
            }
            Self::Needs { needs, .. } => format!("set {needs}, or leave it out"),
            Self::ScaleOfSeries { .. } | Self::ScaleOfForecast => "leave data.scale out".to_owned(),
            Self::ScaleOff | Self::Excludes { .. } => "leave one of the two out".to_owned(),
            Self::BinsByAlone => "set data.bins, such as 48, or leave data.bins_by out".to_owned(),
            Self::MinFrequencyOfTarget => "leave data.min_frequency out".to_owned(),
            Self::WhitenAlone => "set data.pca, or leave data.whiten out".to_owned(),
            Self::UnknownColumn { nearest: Some(nearest), .. } => format!("did you mean {nearest:?}?"),
            Self::UnknownColumn { setting, .. } => format!("set {setting} to names from the first line"),
            Self::GroupAndTime => "leave one of them out".to_owned(),
            Self::TargetIgnored { .. } | Self::WeightTaken { .. } | Self::TwoRoles { .. } => {
                "take it out of one of the two".to_owned()
            }
            Self::SeveralClassTargets { .. } => {
                "name one target, or set data.task to \"regression\" or \"multi-label\"".to_owned()
            }
        }
    }
}
