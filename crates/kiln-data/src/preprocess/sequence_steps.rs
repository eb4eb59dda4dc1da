//! What preprocessing does with series and texts, as plain records.

/// What becomes of a series: missing numbers are as the step before them, those before the first known one as that, a channel without any is 0 and
/// not scaled; then each channel is scaled. All in f64, whose last result is rounded to f32.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SeriesSteps {
    /// The names of the channels.
    pub channels: Vec<String>,
    /// How they are scaled.
    pub scale: SeriesScaling,
}

/// How the numbers of a channel are brought to one scale.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SeriesScaling {
    /// They stay as they are.
    None,
    /// `(x − mean) / std`, a pair for each channel.
    Channels(Vec<[f64; 2]>),
    /// The same with mean and standard deviation (divided by n) of the channel in the series itself; a deviation of up to 10 ε of its largest number counts
    /// as 1.
    Own,
}

/// What becomes of a text: ids of its tokens, 1 for one that is not known and from 2 on for the others, of which the first `longest` count.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextSteps {
    /// How it is cut.
    pub tokens: TextTokens,
    /// The most tokens that the model sees.
    pub longest: usize,
}

/// What the tokens of a text are.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextTokens {
    /// Words and signs, of letters made small first where `lower`: those that are known in the order of their ids.
    Words {
        /// Whether letters become small.
        lower: bool,
        /// The known ones.
        known: Vec<String>,
    },
    /// The same of characters.
    Characters {
        /// Whether letters become small.
        lower: bool,
        /// The known ones.
        known: Vec<String>,
    },
    /// The bytes of UTF-8, each known.
    Bytes,
    /// Pieces of words.
    Pieces,
}
