//! The time series of all items.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The time series of all items: each a number of steps, and at each step a number for every channel. A clone shares them. A number that
/// is missing is NaN.
///
/// ```
/// use kiln_data::Series;
///
/// let series = Series::new(["x", "y"], [vec![1.0, 10.0, 2.0, 20.0], vec![3.0, 30.0]]);
/// assert_eq!((series.len(), series.steps(0), series.item(1)), (2, 2, &[3.0, 30.0][..]));
/// ```
#[derive(Clone)]
pub struct Series {
    values: Arc<Vec<f64>>,
    /// Where the numbers of each item are among all; they may overlap.
    spans: Arc<Vec<Range<usize>>>,
    names: Arc<Names>,
}

/// What channels and steps are called.
#[derive(PartialEq)]
struct Names {
    channels: Vec<String>,
    /// Of a table whose columns are steps: their names.
    steps: Vec<String>,
}

impl Series {
    /// One item for each list of numbers: those of its first step, one for each channel, those of its second, and so on.
    pub fn new(
        channels: impl IntoIterator<Item = impl Into<String>>,
        items: impl IntoIterator<Item = Vec<f64>>,
    ) -> Self {
        let (mut values, mut spans) = (Vec::new(), Vec::new());
        for item in items {
            let start = values.len();
            values.extend(item);
            spans.push(start..values.len());
        }
        Self::of(channels.into_iter().map(Into::into).collect(), values, spans)
    }

    /// Parts of one long list of numbers, step by step: windows of a series.
    pub(crate) fn of(channels: Vec<String>, values: Vec<f64>, spans: Vec<Range<usize>>) -> Self {
        let names = Names { channels, steps: Vec::new() };
        Self { values: Arc::new(values), spans: Arc::new(spans), names: Arc::new(names) }
    }

    /// With the names of the columns that are its steps.
    pub(crate) fn with_steps(self, steps: Vec<String>) -> Self {
        let names = Names { channels: self.names.channels.clone(), steps };
        Self { names: Arc::new(names), ..self }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The names of the channels.
    pub fn channels(&self) -> &[String] {
        &self.names.channels
    }

    /// The names of the columns that are its steps, where steps are columns; else none.
    pub(crate) fn step_names(&self) -> &[String] {
        &self.names.steps
    }

    /// The numbers of an item, step by step; none of one that is not there.
    pub fn item(&self, row: usize) -> &[f64] {
        self.spans.get(row).and_then(|span| self.values.get(span.clone())).unwrap_or_default()
    }

    /// The steps of an item; 0 of one that is not there.
    pub fn steps(&self, row: usize) -> usize {
        self.item(row).len() / self.names.channels.len().max(1)
    }

    /// The steps of each item.
    pub(crate) fn lengths(&self) -> impl Iterator<Item = usize> {
        (0..self.len()).map(|row| self.steps(row))
    }

    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    pub(super) fn spans(&self) -> &[Range<usize>] {
        &self.spans
    }
}

impl PartialEq for Series {
    fn eq(&self, other: &Self) -> bool {
        // Missing numbers are equal.
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        let same = Arc::ptr_eq(&self.values, &other.values) || bits(&self.values) == bits(&other.values);
        same && self.spans == other.spans && self.names == other.names
    }
}

// By hand: series are too long to print.
impl fmt::Debug for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let channels = &self.names.channels;
        f.debug_struct("Series").field("series", &self.len()).field("channels", channels).finish()
    }
}
