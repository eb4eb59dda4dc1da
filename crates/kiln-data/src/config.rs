//! Where data comes from and how it is split, as the configuration says it.

mod choices;
mod default;
mod of_readers;

use std::path::PathBuf;

use kiln_core::Range;
use serde::{Deserialize, Serialize};

pub use choices::{BinsBy, Components, Encode, Scaling, TargetTransform, TaskKind, Uneven};

use crate::cell::{Decimal, Marks};
use crate::reading::{MissingTarget, Reading};
use crate::schema::JsonSchema;
use crate::source::images::{Broken, ImageSettings, ImageSize, Resize};
use crate::tokenizer::TokenizerConfig;

/// The section `[data]`. In Rust, [`DataConfig::new`] has the defaults, and [`Prepared::load`](crate::Prepared::load) reads and splits:
///
/// ```
/// use kiln_core::Seed;
/// use kiln_data::{DataConfig, Prepared};
///
/// # let folder = tempfile::tempdir().expect("a temporary folder");
/// # let csv = folder.path().join("houses.csv");
/// # let rows: String = (0..20).map(|row| format!("{},{}\n", 50 + row, 100 + 3 * row)).collect();
/// # std::fs::write(&csv, format!("area,price\n{rows}")).expect("a temporary file");
/// let config = DataConfig { path: Some(csv), target: vec!["price".to_owned()], ..DataConfig::new("csv") };
/// let houses = Prepared::load(&config, Seed::new(0))?;
/// assert_eq!((houses.split.test.len(), houses.fitted.outputs()), (4, 1));
/// # Ok::<(), kiln_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "The section `[data]`.")]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub struct DataConfig {
    /// A bundled set (`digits`, `iris`, `wine`, `breast-cancer`, `diabetes`), `fashion-mnist`, or a format: `csv`, `json-lines`, `idx`,
    /// `images`, `texts`, `ts`, and with their features `parquet`, `arrow`, `xlsx`, `npy`, `npz`.
    #[schemars(extend("x-takes" = "one of the names that `kiln data list` shows"))]
    pub source: String,
    /// The file or folder, for formats and for sets that are not bundled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// A table of more rows of the same columns, which are the validation part. Tables only. Default: `validation` of the
    /// rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_path: Option<PathBuf>,
    /// A table of more rows of the same columns, which are the test part. Tables only. Default: `test` of the rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_path: Option<PathBuf>,
    /// Tables only: the columns to predict. Default: the last column.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-commas" = true))]
    pub target: Vec<String>,
    /// Tables only: `classification`, `regression`, or `multi-label`: any number of labels a row, in several columns of 0 and 1, or
    /// in one with `|` between them. Default: classes or numbers, as the target column looks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskKind>,
    /// Tables only: columns to leave out. Those that identify rows, and those without a value, are left out in any case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-commas" = true))]
    pub ignore: Vec<String>,
    /// Tables only: columns of categories, though they look otherwise: codes that are numbers, such as postal codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-commas" = true))]
    pub categorical: Vec<String>,
    /// Tables only: columns of numbers, though they look otherwise. A text in one is an error. Of a target, `1`, `1.0` and `01`
    /// are then one class.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-commas" = true))]
    pub numeric: Vec<String>,
    /// Tables only: what becomes of rows whose target is missing, `skip` or `error`. Default `skip`; how many is said.
    #[serde(default, skip_serializing_if = "MissingTarget::is_skip")]
    pub missing_target: MissingTarget,
    /// Tables only: whether `3/4/2024` is in April. Default: as a date of the column tells, such as 31/4; where none does, it
    /// must be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_first: Option<bool>,
    /// Tables only: a column whose equal values keep rows together: no group is in two parts. It is not an input. Excludes
    /// `time`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Tables only: a column of dates or numbers that orders the rows: the last are the test part, those before them the
    /// validation part. It stays an input unless `ignore` names it. Excludes `group`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Tables only: a column of weights, one number of 0 or more for each row. It is not an input. A row of weight 2 counts as two
    /// rows in losses, metrics and scaling, and one of weight 0 as none; splits do not look at weights. Default: every row counts 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<String>,
    /// Images and tables only: the folder for what takes more than 256 MiB and is not held in memory: decoded pixels, kept for
    /// later epochs and runs, and columns, for as long as the run goes on. Default: `kiln` in the user's folder of caches,
    /// `$XDG_CACHE_HOME` or `~/.cache`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<PathBuf>,
    /// Images and tables only: the most GiB that is kept in that folder, 0 or more. Those that were used longest ago
    /// make room for new ones. 0 keeps none. Default 16.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub cache_limit: Option<f64>,
    /// CSV only: the folder of the images that a column names, by paths below it. They are the inputs; the other columns are none.
    /// Default: none, the columns are the inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<PathBuf>,
    /// Tables only: the column of the texts that are the inputs; the other columns are none. Default: none, the columns are the inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Texts only: what their tokens are. Default: words in small letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokenizer: Option<TokenizerConfig>,
    /// Texts only: the most tokens of a text that the model sees, the first ones; at least 1. How many texts are cut is said. Default 2048.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub longest: Option<usize>,
    /// Tables only: the column that says of which time series a row is a step. The other columns of numbers are its channels. Default: none, a row is an
    /// item, but with `horizon` all rows are of one series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// Tables only: whether each row is a time series, with a column for each step. Default false.
    #[serde(default, skip_serializing_if = "is_off")]
    pub wide: bool,
    /// Tables only: how many steps are forecast, at least 1. `target` names the channels that are forecast, which are inputs, too. Default:
    /// nothing is forecast, a series has one target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub horizon: Option<usize>,
    /// With `horizon`: how many steps the model looks at, at least 1. Default three times the horizon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub window: Option<usize>,
    /// With `horizon`: steps from one window to the next, at least 1. Default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub stride: Option<usize>,
    /// With `horizon`: how many steps more lie between the last step that training windows predict and the end of the first window that is held out. Default 0:
    /// nothing that a training window predicts lies behind what a held-out window has seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<usize>,
    /// With `time`: what becomes of time series whose steps are not equally far apart: `error`, `keep` (the next row is the next step) or `cut` (no window
    /// goes across). Default `error` with `horizon`, else `keep`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uneven: Option<Uneven>,
    /// Images only: the size that every image is brought to, a side or `[height, width]`, in pixels, `[1, 65535]`. Default: none, all
    /// images are of one size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<ImageSize>,
    /// With `size`: what becomes of an image of another size: `shorter-crop` (it covers the size, the middle is kept), `letterbox` (it
    /// fits in, the rest is black) or `stretch`. Default `shorter-crop`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resize: Option<Resize>,
    /// With `size`: the middle that the model sees of every image, a side or `[height, width]`, in pixels, from 1 to `size`. Training
    /// images come whole to the augmentation, which may end in a random crop of that size. Default: all of the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crop: Option<ImageSize>,
    /// Images only: what happens to files that cannot be read, `error` or `skip` (they are left out, counted and named). Default
    /// `error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<Broken>,
    /// Tables only: the texts that stand for a missing value, in place of the usual ones: pandas' (`NA`, `NaN`, `null`, `None`, `#N/A`
    /// and their like) and `?`, and in columns of numbers also `-`, `.` and their like. An empty cell is missing in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Vec<String>>,
    /// Tables only: what decimals begin with in columns that do not tell, such as one of `1,163` and `2,450`: `point` or `comma`.
    /// Default: as in the other columns; else commas keep thousands apart, but between semicolons they begin decimals. What is
    /// guessed is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal: Option<Decimal>,
    /// The share of the items that are not test items which is held out for validation, `[0, 1)`; a source with a
    /// fixed validation part ignores it. Default 0.1.
    #[serde(default = "tenth")]
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub validation: f64,
    /// The share of the training items that is held out to say how far predictions are off, `[0, 1)`: neither trained on, nor looked at to
    /// choose an epoch, so that intervals and sets hold what they promise (`kiln predict --interval`). Cross-validations cut
    /// none: their test items say it. Default: none is held out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub calibration: Option<f64>,
    /// Whether the model is trained once more, on the validation items too, for as many epochs as were best with them held out.
    /// Default: below 10,000 training items, where nothing is said of `train.epochs` and `early_stopping`; else not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refit: Option<bool>,
    /// The share of all items held out for the test, `[0, 1)`; a source with a fixed test part ignores it. Default 0.2.
    #[serde(default = "fifth")]
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub test: f64,
    /// Whether every class has the same share in all parts. Default true; without effect on regression.
    #[serde(default = "yes")]
    pub stratify: bool,
    /// Whether columns, and image channels, are brought to mean 0 and standard deviation 1. Default true.
    #[serde(default = "yes")]
    pub standardize: bool,
    /// Tables only, with `standardize`: how columns of numbers are brought to one scale: `standard`, `robust-smooth-clip` (by median and
    /// quartiles, far values drawn in) or `quantile-normal` (by rank, to a normal distribution). Time series know `standard` and `series`: each by
    /// its own mean and standard deviation. Default `standard`.
    #[serde(default, skip_serializing_if = "Scaling::is_standard")]
    pub scale: Scaling,
    /// What is done to target numbers before they are standardised, and undone in predictions: `log` or `yeo-johnson`. Metrics are those of
    /// the numbers as they were; the loss is that of the transformed ones. Default: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_transform: Option<TargetTransform>,
    /// Tables only: what becomes of columns of categories, `one-hot` or `target` (the mean of the target in each category, which
    /// needs a column of categories). Default `one-hot`.
    #[serde(default)]
    pub encode: Encode,
    /// Tables only, with `encode = "one-hot"`: categories of fewer training rows than this share a column, and so do those that training did
    /// not see; at least 1. Default: each has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub min_frequency: Option<usize>,
    /// Tables only: whether a column of numbers some of which are missing in the training part gets a second one, which is 1 where they are. Default
    /// false.
    #[serde(default, skip_serializing_if = "is_off")]
    pub missing_flags: bool,
    /// Tables only: into how many bins each number is cut, at most, for `model.embedding.kind = "piecewise-linear"`; at
    /// least 1. Default: none is cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub bins: Option<usize>,
    /// With `bins`: where the edges are, at `quantiles` of the training part, or where a `tree` of the target would cut the column. Default: quantiles.
    #[serde(default, skip_serializing_if = "BinsBy::is_default")]
    pub bins_by: BinsBy,
    /// Tables only: how many of the encoded columns are kept, those with the highest F score in the training part, from 1 to
    /// their number. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub select: Option<usize>,
    /// Tables only: how many principal components of the columns kept the model sees in place of them, from 1 to their
    /// number; or, as a number with a point, the share of the variance in `(0, 1]` that the components kept explain
    /// together, as few as do. Default: none, the columns themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pca: Option<Components>,
    /// With `pca`: whether every component is divided by its standard deviation in the training part. Default false.
    #[serde(default)]
    pub whiten: bool,
    /// By which rules a table is understood. No setting: a run that goes on keeps those it began with.
    #[serde(skip)]
    pub reading: Reading,
}

fn tenth() -> f64 {
    0.1
}

fn fifth() -> f64 {
    0.2
}

fn is_off(switch: &bool) -> bool {
    !switch
}

fn yes() -> bool {
    true
}

impl DataConfig {
    /// Which texts stand for a missing value.
    pub(crate) fn marks(&self) -> Marks {
        match self.reading {
            Reading::First => Marks::First,
            Reading::Second | Reading::Third => Marks::new(self.missing.as_deref()),
        }
    }

    /// How image files become images of one size; they are checked where files are read.
    pub fn image_settings(&self) -> ImageSettings {
        ImageSettings {
            size: self.size.map(ImageSize::sides),
            resize: self.resize.unwrap_or_default(),
            crop: self.crop.map(ImageSize::sides),
        }
    }
}
