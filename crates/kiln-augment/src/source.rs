//! Rows of a data set whose training batches are augmented.

mod images;
mod series;
mod texts;

use std::fmt;

use burn::tensor::{Device, Tensor, TensorData};
use kiln_core::Seed;
use kiln_core::device::counts::sent;
use kiln_data::{Batch, DataError, Fingerprint, InputShape, Rows, Source};
use kiln_kernels::takes_bytes;

use crate::op::mixup;
use crate::rows::{self, AnyRowTransform, Smote};
use crate::table::{Between, TableStatistics};
use crate::{AugmentError, Mix, SeriesTransform, TokenTransform, Transform};

/// Rows of a data set, augmented where they are trained on.
///
/// 8-bit images are gathered, transformed and scaled in one pass, in the threads that prefetch; rows of a table are
/// changed after they were encoded; then the batch is mixed, weights of items too. With `smote` there are more items than rows. Item `i` draws from the seed of the epoch `.at(i)`, whatever
/// thread makes its batch; λ of a batch is drawn below its first item. All of it happens on the host, so batches are the
/// same bits on every backend, and a run that is resumed sees the batches it would have seen.
///
/// Only the loader of a [trainer](kiln_data::Loader::augmented) asks for augmented batches: [`Source::batch`] gives
/// the items as they are, so the same source can be scored on.
///
/// ```
/// use kiln_augment::{Augmented, CropConfig, HorizontalFlip, MixConfig};
/// use kiln_core::{Purpose, Seed};
/// use kiln_data::{DataConfig, Loader, Prepared};
///
/// let digits = Prepared::load(&DataConfig::new("digits"), Seed::new(0))?;
/// let source = Augmented::new(digits.train())
///     .transform(CropConfig { size: [8, 8], padding: 1, border: Default::default(), fill: None }.build()?)?
///     .mix(MixConfig { mixup: 0.2, ..MixConfig::default() }.build("mix")?)?;
/// let loader = Loader::new(source, 64)?.prefetch(2).augmented(Seed::new(0).purpose(Purpose::Augment));
/// let device = Default::default();
/// let (first, second) = (loader.epoch(0, &device).next(), loader.epoch(1, &device).next());
/// # let pixels = |batch: Option<Result<kiln_data::Minibatch<kiln_data::Batch>, _>>| -> Vec<f32> {
/// #     batch.unwrap().unwrap().data.inputs.flat().into_data().iter::<f32>().collect()
/// # };
/// assert_ne!(pixels(first), pixels(second)); // the same items in the same order
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Augmented {
    rows: Rows,
    shape: InputShape,
    /// The shape of images after the transforms, from that of the data set on, which may be larger than what the model sees.
    reached: Option<[usize; 3]>,
    transforms: crate::Compose,
    /// What each byte becomes, a table a channel; empty for tables.
    scaled: Vec<[f32; 256]>,
    table: Option<(TableStatistics, Vec<AnyRowTransform>)>,
    /// What is done to the tokens of texts.
    tokens: Vec<TokenTransform>,
    /// What is done to time series.
    series: Vec<SeriesTransform>,
    smote: Option<Smote>,
    mix: Option<Mix>,
}

/// The part of the seed of an item that the batch it begins is mixed by; transforms use small numbers.
const MIX: u64 = u64::MAX / 2;

impl Augmented {
    /// These rows, not augmented yet.
    pub fn new(rows: Rows) -> Self {
        Self {
            shape: rows.fitted().input_shape(),
            reached: rows.dataset().features.as_images().map(|images| images.shape),
            scaled: rows.fitted().pixel_tables().unwrap_or_default(),
            rows,
            transforms: crate::Compose::new(Vec::new()),
            table: None,
            tokens: Vec::new(),
            series: Vec::new(),
            smote: None,
            mix: None,
        }
    }

    /// Adds a transform of the images, after those that are there.
    ///
    /// # Errors
    /// [`AugmentError::Kind`] for a table, [`AugmentError::Resized`] when the images would come out in another shape than
    /// those that the model is judged on, and what [`Transform::output_shape`] says.
    ///
    /// With [`DataConfig::crop`](kiln_data::DataConfig::crop) transforms get images of the larger size that they are kept in. A random
    /// crop to the size of the model ends that; without one, the middle is taken at the end, as it is where the model is judged.
    pub fn transform(mut self, transform: impl Transform + 'static) -> Result<Self, AugmentError> {
        let Some(seen) = self.image_shape() else {
            return Err(AugmentError::Kind { name: "transform".to_owned(), needs: "images" });
        };
        let input = self.reached.unwrap_or(seen);
        let output = transform.output_shape(input)?;
        if output != input && output != seen {
            return Err(AugmentError::Resized { name: "transform".to_owned(), input, output });
        }
        self.reached = Some(output);
        self.transforms.push(Box::new(transform));
        Ok(self)
    }

    /// Adds a change of the rows of a table, after those that are there.
    ///
    /// # Errors
    /// [`AugmentError::Kind`] for images, and for `smote` without classes; [`AugmentError::Data`] when a row cannot be encoded;
    /// [`AugmentError::NotFirst`] for `smote` after another change.
    pub fn rows(mut self, transform: impl Into<AnyRowTransform>) -> Result<Self, AugmentError> {
        let transform = transform.into();
        if self.rows.fitted().columns().is_none() {
            return Err(AugmentError::Kind { name: "transform".to_owned(), needs: "a table" });
        }
        let (statistics, mut transforms) = match self.table.take() {
            Some(table) => table,
            None => (TableStatistics::of(&self.rows)?, Vec::new()),
        };
        if let Some(neighbors) = transform.as_kind().added_by_neighbors() {
            if !transforms.is_empty() {
                return Err(AugmentError::NotFirst { name: "smote".to_owned() });
            }
            self.smote = Some(Smote::new(neighbors, &self.rows, &statistics)?);
        }
        transforms.push(transform);
        self.table = Some((statistics, transforms));
        Ok(self)
    }

    /// Mixes the items of every batch.
    ///
    /// # Errors
    /// [`AugmentError::Kind`] for items that are not numbers, such as token sequences, and for CutMix of anything but
    /// images.
    pub fn mix(mut self, mix: Mix) -> Result<Self, AugmentError> {
        if self.shape.as_series().is_some() && self.rows.lengths().is_some() {
            return Err(AugmentError::Kind { name: "mix".to_owned(), needs: "time series of one length" });
        }
        if !self.shape.is_numeric() && self.shape.as_series().is_none() {
            return Err(AugmentError::Kind {
                name: "mix".to_owned(),
                needs: "images, a table or time series",
            });
        }
        if mix.cuts() && self.image_shape().is_none() {
            return Err(AugmentError::Kind { name: "cutmix".to_owned(), needs: "images" });
        }
        self.mix = Some(mix);
        Ok(self)
    }

    /// The rows under it.
    pub fn inner(&self) -> &Rows {
        &self.rows
    }

    /// What items that were added are made of; their other draws are below `.at(0)`, `.at(1)`, ….
    fn between(&self, items: &[usize], seeds: &[Seed]) -> Vec<Option<Between>> {
        let Some(smote) = &self.smote else { return vec![None; items.len()] };
        items.iter().zip(seeds).map(|(item, seed)| smote.between(*item, *seed)).collect()
    }

    fn image_shape(&self) -> Option<[usize; 3]> {
        self.shape.as_images()
    }
}

impl Source<Batch> for Augmented {
    fn len(&self) -> usize {
        self.smote.as_ref().map_or(self.rows.len(), Smote::len)
    }

    fn batch(&self, items: &[usize], device: &Device) -> Result<Batch, DataError> {
        // What was added has no features of its own: an item of its class stands for it.
        let stand_in =
            |(item, between): (&usize, Option<Between>)| between.map_or(*item, |between| between.item);
        let between = self.between(items, &vec![Seed::new(0); items.len()]);
        let items: Vec<usize> = items.iter().zip(between).map(stand_in).collect();
        self.rows.batch(&items, device)
    }

    fn training_batch(&self, items: &[usize], epoch: Seed, device: &Device) -> Result<Batch, DataError> {
        if !self.shape.is_numeric() {
            return match self.series_batch(items, epoch, device)? {
                Some(batch) => Ok(batch),
                None => self.texts(items, epoch, device),
            };
        }
        let Some(first) = items.first() else { return Err(DataError::NoItems) };
        let seeds: Vec<Seed> = items.iter().map(|&item| epoch.at(item as u64)).collect();
        let between = self.between(items, &seeds);
        let there =
            |(item, between): (&usize, &Option<Between>)| between.map_or(*item, |between| between.item);
        let rows = self.rows.of(&items.iter().zip(&between).map(there).collect::<Vec<_>>())?;
        let (data, fitted) = (self.rows.dataset(), self.rows.fitted());
        let mut weights = fitted.weight_numbers(data, &rows)?;
        let mut targets = fitted.target_numbers(&data.target, &rows)?;
        let mixing = self.mix.as_ref();
        let mixing = mixing.and_then(|mix| mix.draw(&self.shape, epoch.at(*first as u64).at(MIX)));
        // Mixed pixels are no bytes any more.
        let sent_as_bytes = match self.image_shape() {
            Some(shape) if mixing.is_none() && takes_bytes(device) => {
                self.image_bytes(&rows, &seeds, shape, device)?
            }
            _ => None,
        };
        let sent_weights = |weights: Option<Vec<f32>>| {
            weights.map(|weights| Tensor::from_data(sent(TensorData::new(weights, [rows.len()])), device))
        };
        if let Some(inputs) = sent_as_bytes {
            let targets = targets.into_targets(device);
            return Ok(Batch { inputs, targets, weights: sent_weights(weights) });
        }
        let mut numbers = match self.image_shape() {
            Some(shape) => self.image_numbers(&rows, &seeds, shape)?,
            None => self.rows.input_numbers(&rows)?,
        };
        if let Some((statistics, transforms)) = &self.table {
            for (row, between) in numbers.chunks_exact_mut(statistics.width().max(1)).zip(between) {
                if let Some(between) = between {
                    statistics.write_between(between, row);
                }
            }
            rows::apply(transforms, statistics, &mut numbers, &seeds);
        }
        if let Some(mixing) = mixing {
            mixing.inputs(&mut numbers, &self.shape);
            targets = mixing.targets(targets);
            if let Some(weights) = &mut weights {
                mixup(weights, 1, mixing.lambda());
            }
        }
        Ok(Batch {
            inputs: self.shape.batch(numbers, device)?,
            targets: targets.into_targets(device),
            weights: sent_weights(weights),
        })
    }

    fn at_once(&self) -> usize {
        self.shape.at_once()
    }

    fn lengths(&self) -> Option<Vec<usize>> {
        self.rows.lengths()
    }

    /// Of the rows, and of what is done to them, as their `Debug` says it.
    fn fingerprint(&self) -> Option<Fingerprint> {
        let rows = self.rows.fingerprint()?;
        let table = self.table.as_ref().map(|(_, transforms)| transforms);
        let mut done = format!("{:?} {table:?} {:?}", self.transforms, self.mix);
        if !self.tokens.is_empty() {
            done.push_str(&format!(" {:?}", self.tokens));
        }
        if !self.series.is_empty() {
            done.push_str(&format!(" {:?}", self.series));
        }
        Some(Fingerprint::of_parts([rows.as_str().as_bytes(), done.as_bytes()]))
    }
}

// By hand: a data set is too long to print.
impl fmt::Debug for Augmented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Augmented")
            .field("rows", &self.rows)
            .field("transforms", &self.transforms)
            .field("table", &self.table.as_ref().map(|(_, transforms)| transforms))
            .field("mix", &self.mix)
            .finish_non_exhaustive()
    }
}
