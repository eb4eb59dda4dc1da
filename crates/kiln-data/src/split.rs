//! Training, validation and test parts.

mod groups;
mod ordered;
mod strata;

use kiln_core::{Range, Seed};

use self::strata::Strata;
use crate::{Arrangement, DataConfig, DataError, Dataset, TrainView, check};

/// Which rows train, which choose (early stopping, the best checkpoint), which calibrate and which judge. Every row is in exactly
/// one part of a split that [`Split::new`] made, but for windows of time series that overlap a cut, which are in none.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Split {
    /// Rows to train on, rising.
    pub train: Vec<usize>,
    /// Rows to validate on, rising; empty with `validation = 0`.
    pub validation: Vec<usize>,
    /// Rows that say how far predictions are off, rising: neither trained on, nor looked at to choose an epoch. Empty without
    /// `calibration`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calibration: Vec<usize>,
    /// Rows to test on, rising; empty with `test = 0`.
    pub test: Vec<usize>,
}

impl Split {
    /// Draws the parts.
    ///
    /// The test part is the source's fixed one, or else the share `config.test` of all rows that are in no fixed part; the validation
    /// part is the source's fixed one, or else the share `config.validation` of what is left. Shares are rounded to the nearest number of
    /// rows.
    /// With `config.stratify` and classes, each class gives a part its own share, less than one row off (method of
    /// the largest remainder). Whatever is drawn, one row of each class stays behind, so a class of a single row
    /// is trained on.
    ///
    /// Where rows have groups ([`Arrangement::groups`]), whole groups are drawn until about the share of the rows is reached, whatever
    /// their classes. Where rows have times ([`Arrangement::times`]), what is held out are the last rows; rows of one time stay
    /// together. Where it is known when a row is known ([`Arrangement::known`]), rows that are not known before the first one held out are in no
    /// part.
    ///
    /// The calibration part is the share `config.calibration` of the rows that would train without it; the other parts do not depend on it.
    ///
    /// `seed` is already the one for [`Purpose::Split`](kiln_core::Purpose::Split). The test part does not depend
    /// on `config.validation`.
    ///
    /// # Errors
    /// [`DataError::Number`] for a share outside `[0, 1)`, [`DataError::NoTraining`] when no row is left,
    /// [`DataError::Inconsistent`] for a data set whose columns differ in length, or a fixed row that is not
    /// there, [`DataError::OneGroup`] and [`DataError::OneTime`] for rows that cannot be told apart,
    /// [`DataError::SharedGroup`] for a group in several parts that the source fixes.
    pub fn new(dataset: &Dataset, config: &DataConfig, seed: Seed) -> Result<Self, DataError> {
        let test_share = Range::BELOW_ONE.check("data.test", config.test)?;
        let validation_share = Range::BELOW_ONE.check("data.validation", config.validation)?;
        let calibration_share =
            Range::BELOW_ONE.check("data.calibration", config.calibration.unwrap_or(0.0))?;
        let rows = check::dataset(dataset)?;
        let how = HoldOut::new(dataset, config);
        let (rest, validation) = fixed((0..rows).collect(), &dataset.arrangement.fixed_validation, rows)?;
        let (rest, test) = if dataset.fixed_test.is_empty() {
            how.hold_out(rest, test_share, seed.at(0), "test")?
        } else {
            fixed(rest, &dataset.fixed_test, rows)?
        };
        let (train, validation) = if validation.is_empty() {
            how.hold_out(rest, validation_share, seed.at(1), "validation")?
        } else {
            (rest, validation)
        };
        let (train, calibration) = how.hold_out(train, calibration_share, seed.at(2), "calibration")?;
        if train.is_empty() {
            return Err(DataError::NoTraining { rows });
        }
        let split = Self { train, validation, calibration, test };
        match &dataset.arrangement.groups {
            Some(groups) => split.check_groups(groups).map(|()| split),
            None => Ok(split),
        }
    }

    /// Without the rows that are not known ([`Arrangement::known`]) when the first row of a part behind theirs is: windows of time series that overlap a cut. The
    /// test part is behind the others, the validation part behind the training part.
    #[must_use]
    pub fn without_overlap(mut self, arrangement: &Arrangement) -> Self {
        if let (Some(times), Some(known)) = (&arrangement.times, &arrangement.known) {
            let before = |rows: &mut Vec<usize>, held: &[usize]| {
                let first = held.iter().filter_map(|&row| times.get(row)).copied().min_by(f64::total_cmp);
                if let Some(first) = first {
                    rows.retain(|&row| known.get(row).is_none_or(|known| *known <= first));
                }
            };
            before(&mut self.validation, &self.test);
            for rows in [&mut self.train, &mut self.calibration] {
                before(rows, &self.test);
                before(rows, &self.validation);
            }
        }
        self
    }

    /// Whether no group is in two parts, which only a source that fixes them can bring about.
    fn check_groups(&self, groups: &[u32]) -> Result<(), DataError> {
        let of = |rows: &[usize]| {
            let mut names: Vec<u32> = rows.iter().map(|&row| groups[row]).collect();
            names.sort_unstable();
            names
        };
        let (train, validation) = (of(&self.train), of(&self.validation));
        let both = |rows: &[usize], others: &[u32]| {
            rows.iter().find(|&&row| others.binary_search(&groups[row]).is_ok()).copied()
        };
        let found = [
            ("validation", "training", both(&self.validation, &train)),
            ("test", "training", both(&self.test, &train)),
            ("test", "validation", both(&self.test, &validation)),
        ];
        match found.into_iter().find_map(|(part, other, row)| Some((part, other, row?))) {
            Some((part, other, row)) => Err(DataError::SharedGroup { part, other, row }),
            None => Ok(()),
        }
    }

    /// Takes about `share`, `[0, 1)`, of `rows`, which rise: those that stay, and those held out, both rising.
    ///
    /// With `labels` (one class a row of the data set, and the number of classes) each class gives its own share, less
    /// than one row off, and keeps one row at least.
    pub fn hold_out(
        rows: Vec<usize>,
        labels: Option<(&[u32], usize)>,
        share: f64,
        seed: Seed,
    ) -> (Vec<usize>, Vec<usize>) {
        Strata::new(labels).hold_out(rows, share, seed)
    }

    /// The training part of `dataset`: all that [`Preprocess::fit`](crate::Preprocess::fit) gets to see.
    pub fn train_view<'a>(&'a self, dataset: &'a Dataset) -> TrainView<'a> {
        TrainView::new(dataset, &self.train)
    }
}

/// The rows that are not in `fixed`, and `fixed` in rising order.
fn fixed(from: Vec<usize>, fixed: &[usize], rows: usize) -> Result<(Vec<usize>, Vec<usize>), DataError> {
    check::rows(fixed, rows)?;
    let mut held = vec![false; rows];
    for &row in fixed {
        held[row] = true;
    }
    Ok(from.into_iter().partition(|&row| !held[row]))
}

/// How rows are held out.
enum HoldOut<'a> {
    /// At random.
    Random(Strata<'a>),
    /// Whole groups.
    Groups(&'a [u32]),
    /// The last, and when each row is known.
    Last(&'a [f64], Option<&'a [f64]>),
}

impl<'a> HoldOut<'a> {
    fn new(dataset: &'a Dataset, config: &DataConfig) -> Self {
        let Arrangement { groups, times, known, .. } = &dataset.arrangement;
        match (groups, times) {
            (Some(groups), _) => Self::Groups(groups),
            (None, Some(times)) => Self::Last(times, known.as_deref()),
            (None, None) => Self::Random(Strata::new(dataset.target.strata().filter(|_| config.stratify))),
        }
    }

    /// Takes about `share` of `rows` for a part: those that stay, and those held out.
    fn hold_out(
        &self,
        rows: Vec<usize>,
        share: f64,
        seed: Seed,
        part: &'static str,
    ) -> Result<(Vec<usize>, Vec<usize>), DataError> {
        match self {
            Self::Random(strata) => Ok(strata.hold_out(rows, share, seed)),
            Self::Groups(groups) => {
                groups::whole(rows, groups, share, seed).ok_or(DataError::OneGroup { part })
            }
            Self::Last(times, known) => {
                let parts = ordered::last(rows, times, share).ok_or(DataError::OneTime { part })?;
                Ok(ordered::known_before(parts, times, *known))
            }
        }
    }
}
