//! What can be wrong with time series.

/// What is wrong with a file of time series.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SeriesProblem {
    /// A folder without a file that is called `…_TRAIN.ts`.
    #[error("no file in here is called ..._TRAIN.ts")]
    NoTrain,
    /// Several such files.
    #[error("several files in here are called ..._TRAIN.ts or ..._TEST.ts, and none as the folder")]
    SeveralTrain,
    /// Bytes that are no text.
    #[error("no text in UTF-8: byte {byte} belongs to no character")]
    NotUtf8 {
        /// The first such byte, from 1.
        byte: usize,
    },
    /// The line `@data` is not there.
    #[error("there is no line @data")]
    NoData,
    /// No series stands below it.
    #[error("there is no series below @data")]
    NoSeries,
    /// A line before `@data` that is none of the header.
    #[error("{text:?} stands before @data and is no line of a header")]
    Header {
        /// The line.
        text: String,
    },
    /// A word of the header that is neither true nor false.
    #[error("{name} is {text:?}, and must be true or false")]
    Switch {
        /// The name in the header.
        name: String,
        /// What stands there.
        text: String,
    },
    /// Series with times of their own.
    #[error("its steps have time stamps, which are not read")]
    TimeStamps,
    /// Another number of channels than in the lines before.
    #[error("{found} channels where {expected} are expected")]
    Channels {
        /// Those before, or those that the header says.
        expected: usize,
        /// Those of the line.
        found: usize,
    },
    /// Channels of different lengths.
    #[error("channel {channel} has {found} steps where channel 1 has {expected}")]
    ChannelLengths {
        /// The channel, from 1.
        channel: usize,
        /// The steps of the first.
        expected: usize,
        /// Its own.
        found: usize,
    },
    /// A number that is none.
    #[error("{text:?} of channel {channel} is no finite number")]
    Number {
        /// The channel, from 1.
        channel: usize,
        /// What stands there.
        text: String,
    },
    /// A number to predict that is none.
    #[error("the target {text:?} is no finite number")]
    Target {
        /// What stands there.
        text: String,
    },
    /// A class that the header does not list.
    #[error("the class {label:?} is none of those in @classLabel")]
    Label {
        /// The class.
        label: String,
    },
    /// No class or number to predict.
    #[error("the file has no classes and no numbers to predict (@classLabel, @targetLabel)")]
    NoTarget,
    /// The test part has other channels, or another kind of target.
    #[error("it is another kind of data than {other}")]
    OtherKind {
        /// The file before it.
        other: String,
    },
    /// A series without a step.
    #[error("the series {series} has no value")]
    Empty {
        /// Which one.
        series: String,
    },
    /// A column that cannot be a channel.
    #[error("column {column:?} holds {found}, and a channel of a series is numbers")]
    NotNumbers {
        /// The column.
        column: String,
        /// What it holds.
        found: &'static str,
    },
    /// No column is left to be a channel.
    #[error("no column is left to be a channel of the series")]
    NoChannel,
    /// A row of no series.
    #[error("row {row} says of no series that it is a step of it")]
    NoId {
        /// The row, from 1.
        row: usize,
    },
    /// A step without a time.
    #[error("row {row} has no time")]
    NoTime {
        /// The row, from 1.
        row: usize,
    },
    /// A time that is neither a number nor a date.
    #[error("row {row} has the time {text:?}, which is no number, and no date like the others")]
    Time {
        /// The row, from 1.
        row: usize,
        /// The cell.
        text: String,
    },
    /// Two steps of one time.
    #[error("rows {first} and {second} are steps of {series} at one time")]
    Repeated {
        /// Which series.
        series: String,
        /// The row that comes first, from 1.
        first: usize,
        /// The other one.
        second: usize,
    },
    /// Steps are left out.
    #[error(
        "steps of {series} are missing between rows {before} and {after}: their times are {times} steps apart"
    )]
    Gap {
        /// Which series.
        series: String,
        /// The row before the gap, from 1.
        before: usize,
        /// The row behind it.
        after: usize,
        /// How far they are apart, in units of the usual distance.
        times: f64,
    },
    /// What is predicted of a series is one value.
    #[error("the target of {series} is not one: rows {first} and {second} differ")]
    TargetChanges {
        /// Which series.
        series: String,
        /// Its first row, from 1.
        first: usize,
        /// The first row that differs.
        second: usize,
    },
    /// No series is long enough.
    #[error(
        "no series is long enough: the longest has {longest} steps, and a window with its horizon takes {needed}"
    )]
    TooShort {
        /// Steps of the longest.
        longest: usize,
        /// Steps of a window and its horizon.
        needed: usize,
    },
    /// A series to be continued is shorter than a window.
    #[error("{series} has {steps} steps, and the model looks at {window}")]
    ShortWindow {
        /// Which series.
        series: String,
        /// Its steps.
        steps: usize,
        /// Those of a window.
        window: usize,
    },
}

impl SeriesProblem {
    /// What the user can do.
    pub(crate) fn help(&self) -> String {
        match self {
            Self::NoTrain => "give the .ts file itself, or a folder with NAME_TRAIN.ts and NAME_TEST.ts",
            Self::SeveralTrain => "give one of the files, and the other part in data.test_path",
            Self::NotUtf8 { .. } => "convert it, as in `iconv -f WINDOWS-1252 -t UTF-8 FILE`",
            Self::NoData | Self::NoSeries => "put a line @data before the series, and one series a line behind it",
            Self::Header { .. } => "a line of a header begins with @, a comment with # or %",
            Self::Switch { .. } => "correct the header",
            Self::TimeStamps => "leave the times out, where steps are equally far apart, and say @timeStamps false",
            Self::Channels { .. } => "put a colon between channels, and the class behind the last one",
            Self::ChannelLengths { .. } => "all channels of a series have its steps; write ? for what is missing",
            Self::Target { .. } => "correct it, or say @classLabel",
            Self::Number { .. } => "write ? for what is missing",
            Self::Label { .. } => "correct it, or add it to @classLabel",
            Self::NoTarget => "add @classLabel true with the classes, or @targetLabel true",
            Self::OtherKind { .. } => "give two parts of one data set",
            Self::Empty { .. } => "leave it out",
            Self::NotNumbers { .. } => "name the column in data.ignore, or correct its cells",
            Self::NoChannel => "leave fewer columns out in data.ignore",
            Self::NoId { .. } => "fill the cell of data.series, or leave the row out",
            Self::NoTime { .. } | Self::Time { .. } => "correct the cell of data.time, or leave the row out",
            Self::Repeated { .. } => "leave one of them out; where several series are in the file, name their column in data.series",
            Self::Gap { .. } => {
                "add the rows, or set data.uneven to \"cut\" (no window goes across) or \"keep\" (the next row is the next step)"
            }
            Self::TargetChanges { .. } => "give all rows of a series one target; to predict a channel set data.horizon",
            Self::TooShort { .. } => "set data.window or data.horizon to fewer steps",
            Self::ShortWindow { .. } => "give as many steps of each series as data.window says",
        }
        .to_owned()
    }
}
