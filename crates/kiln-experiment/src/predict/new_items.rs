//! New items of a file.

use std::path::{Path, PathBuf};

use kiln_core::decimal_of_f32;
use kiln_data::source::read_new;
use kiln_data::source::read_texts;
use kiln_data::{DataError, Features, FileError, Unseen};

use super::moments::moments;
use super::predictor::Predictor;
use super::write::{Bound, Carried, PredictedItem};
use crate::error::{ExperimentError, JobError};

/// New items, read and ready to be predicted. [`Predictor::read`] makes it.
///
/// ```
/// use std::path::Path;
///
/// use kiln_experiment::{ExperimentError, Predictor};
///
/// /// How likely the second class is, with the id of each row of a file.
/// fn risks(predictor: &Predictor, file: &Path) -> Result<Vec<(String, f64)>, ExperimentError> {
///     let rows = predictor.read(file, None)?.keep(&["id".to_owned()])?;
///     let mut risks = Vec::new();
///     rows.predict(|row| {
///         risks.push((row.kept[0].to_owned(), row.numbers[1]));
///         Ok::<_, ExperimentError>(())
///     })?;
///     Ok(risks)
/// }
/// # use kiln_config::{Request, resolve};
/// # let folder = tempfile::tempdir().expect("a temporary folder");
/// # let file = folder.path().join("customers.csv");
/// # let line = |row| format!("c-{row},{},{}\n", 20 + row, if row % 3 == 0 { "no" } else { "yes" });
/// # std::fs::write(&file, "id,age,pays\n".to_owned() + &(0..12).map(line).collect::<String>()).expect("a temporary file");
/// # let overrides = ["data.source=csv", "train.epochs=2", &format!("data.path={}", file.display())];
/// # let overrides = overrides.map(str::to_owned).to_vec();
/// # let session = kiln_experiment::Session { runs_dir: folder.path().join("runs"), ..Default::default() };
/// # let run = kiln_experiment::train(&resolve(&Request { overrides, ..Request::default() })?, &session, &())?.run;
/// # let predictor = kiln_experiment::Run::open(run)?.best(&Default::default())?;
/// # let risks = risks(&predictor, &file)?;
/// # assert!(risks.len() == 12 && risks[11].0 == "c-11");
/// # Ok::<(), ExperimentError>(())
/// ```
#[derive(Debug)]
pub struct NewItems<'a> {
    predictor: &'a Predictor,
    input: PathBuf,
    features: Features,
    items: usize,
    passes: Option<u64>,
    /// The file of each item, where each has its own.
    files: Vec<String>,
    /// Whether the items are rows of a table, whose columns can be kept.
    are_rows: bool,
    /// Columns of the input that are kept, with their cells.
    kept: Vec<(String, Vec<String>)>,
    /// What says how far predictions may be off.
    bounds: Option<&'a dyn Bounds>,
}

impl Predictor {
    /// Reads new items: a table, an IDX file, an image, a folder of images or a table that names images. With `passes`, each is predicted so
    /// often with dropout on.
    ///
    /// # Errors
    /// Data that cannot be read or do not have the model's columns; [`JobError::NoDropout`] for passes of a model
    /// without dropout; where it is [strict](Predictor::strict) [`DataError::Unseen`].
    pub fn read(&self, input: &Path, passes: Option<u64>) -> Result<NewItems<'_>, ExperimentError> {
        let new = read_new(input, &self.data, self.fitted())?;
        if passes.is_some() {
            self.must_be_one("--mc")?;
        }
        if passes.is_some() && self.noise.is_none() {
            return Err(JobError::NoDropout.into());
        }
        self.must_be_seen(|| self.unseen(&new.features))?;
        let kept: Vec<(String, Vec<String>)> = new.names.into_iter().collect();
        let files = new.files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
        let is_table = new.features.as_table().is_some() || new.features.as_texts().is_some();
        let are_rows = new.are_named || (is_table && new.files.is_empty());
        let (input, features, items) = (input.to_owned(), new.features, new.items);
        let bounds = None;
        Ok(NewItems { predictor: self, input, features, items, passes, files, are_rows, kept, bounds })
    }
}

impl<'a> NewItems<'a> {
    /// Gives each item an interval for every number, or a set of classes: [`Intervals`](crate::conformal::Intervals). Default: none.
    #[must_use]
    pub fn bounded(self, bounds: Option<&'a impl Bounds>) -> Self {
        Self { bounds: bounds.map(|bounds| bounds as &dyn Bounds), ..self }
    }

    /// Keeps columns of the input, as they are written, beside the predictions: ids, names. Default: none.
    ///
    /// # Errors
    /// [`JobError::KeepOfImages`] for inputs that are no table; a column that is not there.
    pub fn keep(mut self, columns: &[String]) -> Result<Self, ExperimentError> {
        if columns.is_empty() {
            return Ok(self);
        }
        if !self.are_rows {
            return Err(JobError::KeepOfImages.into());
        }
        let mut names: Vec<String> = Vec::with_capacity(columns.len());
        for name in columns {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        let cells = read_texts(&self.input, &names)?;
        if cells.iter().any(|cells| cells.len() != self.items) {
            return Err(DataError::from(FileError::Changed { path: self.input }).into());
        }
        self.kept.extend(names.into_iter().zip(cells));
        Ok(self)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.items == 0
    }

    /// The cells that have a category which the training part did not have, column by column.
    pub fn unseen(&self) -> Vec<Unseen> {
        self.predictor.unseen(&self.features)
    }

    /// What stands beside a prediction: the file of the item, the columns that are kept.
    pub fn carried(&self) -> Carried {
        Carried::new(!self.files.is_empty(), self.kept.iter().map(|(name, _)| name.clone()).collect())
    }

    /// Gives `each` item in order: the probability of each class, or the numbers, and their standard deviations over the
    /// passes (zeros for one pass). Numbers are in the units of the data. All are decimals as short as f32
    /// tells them apart; numbers were rounded so before they were brought to those units.
    ///
    /// # Errors
    /// The first error of `each`, or of a batch that cannot be made.
    pub fn predict<E: From<ExperimentError>>(
        &self,
        mut each: impl FnMut(&PredictedItem<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Predictor { task, model, device, decision, noise, .. } = self.predictor;
        let width = self.predictor.width();
        let is_classes = self.predictor.class_names().is_some();
        let at_once = self.predictor.input_shape().at_once();
        for start in (0..self.items).step_by(at_once) {
            let chunk: Vec<usize> = (start..self.items.min(start + at_once)).collect();
            let (passes, of_each) = match (self.passes, noise) {
                (Some(passes), Some(noise)) => {
                    let inputs = self.predictor.fitted().inputs(&self.features, &chunk, device);
                    let inputs = inputs.map_err(ExperimentError::from)?;
                    (task.predict_passes(model, &inputs, passes, noise.at(start as u64)), Vec::new())
                }
                _ => {
                    let of_each = self.predictor.outputs_of_each(&self.features, &chunk)?;
                    (vec![self.predictor.together(of_each.clone())], of_each)
                }
            };
            for (place, item) in chunk.into_iter().enumerate() {
                let of_pass = |pass: &Vec<f64>| {
                    let row = &pass[place * width..(place + 1) * width];
                    if is_classes {
                        decision.probabilities(row).into_iter().map(f64::from).collect()
                    } else {
                        row.to_vec()
                    }
                };
                let (mut numbers, mut deviations) = moments(&passes.iter().map(of_pass).collect::<Vec<_>>());
                let class = if is_classes {
                    numbers.iter_mut().for_each(to_few_digits);
                    decision.class(&numbers.iter().map(|number| *number as f32).collect::<Vec<_>>())
                } else {
                    self.predictor.fitted().shorten(&mut numbers);
                    0
                };
                deviations.iter_mut().for_each(to_few_digits);
                let of_item: Vec<&[f64]> = of_each.iter().map(|of| &of[place * width..][..width]).collect();
                let bound = self.bounds.map(|bounds| bounds.of(&self.predictor.numbers_of_each(&of_item)));
                let mut bound = bound.transpose()?.unwrap_or_default();
                self.predictor.fitted().shorten(&mut bound.lower);
                self.predictor.fitted().shorten(&mut bound.upper);
                let kept: Vec<&str> = self.kept.iter().map(|(_, cells)| cells[item].as_str()).collect();
                each(&PredictedItem {
                    row: item as u64 + 1,
                    file: self.files.get(item).map(String::as_str),
                    kept: &kept,
                    class,
                    numbers: &numbers,
                    deviations: &deviations,
                    bound: &bound,
                })?;
            }
        }
        Ok(())
    }
}

/// What says of an item how far the prediction for it may be off. [`Intervals`](crate::conformal::Intervals) are the usual one.
pub trait Bounds: std::fmt::Debug + Sync {
    /// The bound of an item, from what each model says of it: the probability of each class, or the numbers in the units of the data.
    ///
    /// # Errors
    /// More or fewer models, or numbers, than it was made for.
    fn of(&self, of_each: &[Vec<f64>]) -> Result<Bound, ExperimentError>;
}

/// A number that is known to f32 alone, such as a probability.
fn to_few_digits(number: &mut f64) {
    *number = decimal_of_f32(*number as f32);
}
