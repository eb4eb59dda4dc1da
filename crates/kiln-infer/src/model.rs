//! A model, loaded and ready to predict.

use std::path::Path;

use kiln_cell::CellValue;
use kiln_kernels::cpu::Scratch;

use crate::error::InferError;
use crate::file::{Parts, read};
use crate::input::{PixelEncoder, RowEncoder, SeriesEncoder, TextEncoder};
use crate::network::{Items, Network, SequenceNetwork, Shape};
use crate::output::{Decoder, Prediction};
use crate::plan::{Column, Inputs, Target};

/// A trained model with its preprocessing. It never changes, so threads may share one.
///
/// ```no_run
/// let model = kiln_infer::Model::load("iris.kiln")?;
/// let flower = model.predict_row(&[6.9, 3.1, 5.4, 2.1])?;
/// println!("{:?} {:?}", flower.class(), flower.probabilities());
/// # Ok::<(), kiln_infer::InferError>(())
/// ```
#[derive(Debug)]
pub struct Model {
    encoder: Encoder,
    network: Network,
    decoder: Decoder,
}

#[derive(Debug)]
enum Encoder {
    Rows(RowEncoder),
    Pixels(PixelEncoder),
    Series(SeriesEncoder, SequenceNetwork),
    Texts(TextEncoder, SequenceNetwork),
}

impl Model {
    /// Loads what `kiln export RUN -o model.kiln` has written.
    ///
    /// # Errors
    /// [`InferError::Io`] for a file that cannot be read, and as [`Model::from_bytes`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self, InferError> {
        let path = path.as_ref();
        let io = |error: std::io::Error| {
            let reason = if path.is_dir() { "it is a folder".to_owned() } else { error.to_string() };
            InferError::Io { path: path.to_owned(), reason }
        };
        Self::from_bytes(&std::fs::read(path).map_err(io)?)
    }

    /// As [`Model::load`], of the bytes of such a file.
    ///
    /// # Errors
    /// [`InferError::Format`] for anything else than a whole file, [`InferError::Version`] for one of a newer kiln, [`InferError::Tensor`]
    /// and [`InferError::Plan`] for one whose parts do not fit together.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InferError> {
        let Parts { plan, tensors } = read(bytes)?;
        let operations = &plan.network;
        let (encoder, network) = match plan.inputs {
            Inputs::Table(table) => {
                let encoder = RowEncoder::new(table)?;
                let shape = Shape::Row(encoder.width());
                (Encoder::Rows(encoder), Network::new(operations, shape, &tensors)?)
            }
            Inputs::Images(images) => {
                let encoder = PixelEncoder::new(&images)?;
                let shape = Shape::image(encoder.shape());
                (Encoder::Pixels(encoder), Network::new(operations, shape, &tensors)?)
            }
            Inputs::Series(series) => {
                let encoder = SeriesEncoder::new(series)?;
                let channels = encoder.channels().len();
                let (sequences, rows) = SequenceNetwork::of_series(operations, channels, &tensors)?;
                (Encoder::Series(encoder, sequences), rows)
            }
            Inputs::Texts(texts) => {
                let (sequences, rows) = SequenceNetwork::of_texts(operations, &tensors)?;
                (Encoder::Texts(TextEncoder::new(texts)?, sequences), rows)
            }
        };
        let decoder = Decoder::new(plan.outputs, &network)?;
        Ok(Self { encoder, network, decoder })
    }

    /// The columns that a row has, in order; `None` for images.
    pub fn columns(&self) -> Option<&[Column]> {
        if let Encoder::Rows(rows) = &self.encoder { Some(rows.columns()) } else { None }
    }

    /// `[channels, height, width]` of the images that it takes; `None` for rows.
    pub fn image_shape(&self) -> Option<[usize; 3]> {
        if let Encoder::Pixels(pixels) = &self.encoder { Some(pixels.shape()) } else { None }
    }

    /// The channels that a series has, in order; `None` for other inputs.
    pub fn channels(&self) -> Option<&[String]> {
        if let Encoder::Series(series, _) = &self.encoder { Some(series.channels()) } else { None }
    }

    /// How many steps a model that forecasts looks at, the last ones; `None` for any other.
    pub fn window(&self) -> Option<usize> {
        if let Encoder::Series(series, _) = &self.encoder { series.window() } else { None }
    }

    /// The classes, if classes are predicted.
    pub fn class_names(&self) -> Option<&[String]> {
        matches!(self.decoder.target(), Target::Classes { .. }).then(|| self.decoder.names())
    }

    /// The columns of numbers, if numbers are predicted; the labels, if their probabilities are.
    pub fn target_names(&self) -> Option<&[String]> {
        (!matches!(self.decoder.target(), Target::Classes { .. })).then(|| self.decoder.names())
    }

    /// Predicts for rows of a table: see [`Model::predict_rows`].
    ///
    /// # Errors
    /// As [`Model::predict_rows`].
    pub fn predict<'a, R, C>(&self, rows: &[R]) -> Result<Vec<Prediction<'_>>, InferError>
    where
        R: AsRef<[C]>,
        C: Copy + Into<CellValue<'a>>,
    {
        self.predict_rows(rows)
    }

    /// Predicts for one row of a table, whose cells come in the order of [`Model::columns`]. A cell is a number, a text, or a
    /// [`CellValue`], and means what it would mean in a file.
    ///
    /// # Errors
    /// [`InferError::Cells`], [`InferError::Cell`] and [`InferError::NotFinite`] for a row that is not what the model takes,
    /// [`InferError::Inputs`] where it takes images.
    pub fn predict_row<'a, C>(&self, row: &[C]) -> Result<Prediction<'_>, InferError>
    where
        C: Copy + Into<CellValue<'a>>,
    {
        self.one(row.iter().map(|&cell| cell.into()))
    }

    /// As [`Model::predict_row`], with the name of its column beside every cell. The order does not count, nor do other columns.
    ///
    /// # Errors
    /// As [`Model::predict_row`]; [`InferError::NoColumn`] and [`InferError::ColumnTwice`].
    pub fn predict_record<'a, N, C>(&self, record: &[(N, C)]) -> Result<Prediction<'_>, InferError>
    where
        N: AsRef<str>,
        C: Copy + Into<CellValue<'a>>,
    {
        self.one(self.rows()?.in_order(0, record)?.into_iter())
    }

    /// Predicts for many rows at once, which is faster than one by one.
    ///
    /// # Errors
    /// As [`Model::predict_row`]. The row is counted from 0.
    pub fn predict_rows<'a, R, C>(&self, rows: &[R]) -> Result<Vec<Prediction<'_>>, InferError>
    where
        R: AsRef<[C]>,
        C: Copy + Into<CellValue<'a>>,
    {
        let encoder = self.rows()?;
        self.batches(rows.len(), encoder.width(), |row, to| {
            encoder.write(row, rows[row].as_ref().iter().map(|&cell| cell.into()), to)
        })
    }

    /// Predicts for many records at once.
    ///
    /// # Errors
    /// As [`Model::predict_record`]. The row is counted from 0.
    pub fn predict_records<'a, R, N, C>(&self, records: &[R]) -> Result<Vec<Prediction<'_>>, InferError>
    where
        R: AsRef<[(N, C)]>,
        N: AsRef<str>,
        C: Copy + Into<CellValue<'a>>,
    {
        let encoder = self.rows()?;
        self.batches(records.len(), encoder.width(), |row, to| {
            encoder.write(row, encoder.in_order(row, records[row].as_ref())?.into_iter(), to)
        })
    }

    /// Predicts for images: their bytes, `[n, channels, height, width]`, one image behind the other.
    ///
    /// # Errors
    /// [`InferError::Inputs`] for a part of an image, and where the model takes rows.
    pub fn predict_images(&self, pixels: &[u8]) -> Result<Vec<Prediction<'_>>, InferError> {
        let Encoder::Pixels(encoder) = &self.encoder else { return Err(self.not("images")) };
        let (items, size) = (encoder.count(pixels)?, encoder.size());
        self.batches(items, size, |item, to| {
            encoder.write(&pixels[item * size..][..size], to);
            Ok(())
        })
    }

    /// Predicts for time series: of each the numbers of every channel in the order of [`Model::channels`], NaN where one is missing. Of a model that
    /// forecasts the last [`Model::window`] steps count.
    ///
    /// # Errors
    /// [`InferError::Series`] for one that is not as the model takes it, [`InferError::NotFinite`]; [`InferError::Inputs`] where it takes something else.
    pub fn predict_series<R, C>(&self, series: &[R]) -> Result<Vec<Prediction<'_>>, InferError>
    where
        R: AsRef<[C]>,
        C: AsRef<[f64]>,
    {
        let Encoder::Series(encoder, network) = &self.encoder else { return Err(self.not("time series")) };
        let numbers = |(row, series): (usize, &R)| encoder.numbers(row, series.as_ref());
        let items = series.iter().enumerate().map(numbers).collect::<Result<_, _>>()?;
        self.sequences(network, &Items::Steps(items))
    }

    /// Predicts for texts.
    ///
    /// # Errors
    /// [`InferError::Inputs`] where the model takes something else.
    pub fn predict_texts<T: AsRef<str>>(&self, texts: &[T]) -> Result<Vec<Prediction<'_>>, InferError> {
        let Encoder::Texts(encoder, network) = &self.encoder else { return Err(self.not("texts")) };
        let items = texts.iter().map(|text| encoder.ids(text.as_ref())).collect();
        self.sequences(network, &Items::Ids(items))
    }

    fn sequences(&self, network: &SequenceNetwork, items: &Items) -> Result<Vec<Prediction<'_>>, InferError> {
        let (rows, width) = (network.run(items), network.width());
        self.batches(items.len(), width, |item, to| {
            to.copy_from_slice(&rows[item * width..][..width]);
            Ok(())
        })
    }

    fn rows(&self) -> Result<&RowEncoder, InferError> {
        if let Encoder::Rows(rows) = &self.encoder { Ok(rows) } else { Err(self.not("rows")) }
    }

    /// That the model takes something else than was found.
    fn not(&self, found: &str) -> InferError {
        let expected = match &self.encoder {
            Encoder::Rows(_) => "rows of a table".to_owned(),
            Encoder::Pixels(pixels) => {
                let [channels, height, width] = pixels.shape();
                format!("images of {channels} × {height} × {width} bytes")
            }
            Encoder::Series(series, _) => format!("time series of {} channels", series.channels().len()),
            Encoder::Texts(..) => "texts".to_owned(),
        };
        InferError::Inputs { expected, found: found.to_owned() }
    }

    fn one<'a>(&self, cells: impl Iterator<Item = CellValue<'a>>) -> Result<Prediction<'_>, InferError> {
        let encoder = self.rows()?;
        let mut numbers = Scratch::take(encoder.width());
        encoder.write(0, cells, &mut numbers)?;
        let mut raw = self.network.run(1, &numbers);
        Ok(self.decoder.predict_one(&mut raw))
    }

    /// Predicts for items whose numbers `write` writes, `width` of them each.
    fn batches(
        &self,
        items: usize,
        width: usize,
        mut write: impl FnMut(usize, &mut [f32]) -> Result<(), InferError>,
    ) -> Result<Vec<Prediction<'_>>, InferError> {
        let mut predictions = Vec::with_capacity(items);
        for first in (0..items).step_by(self.network.at_once()) {
            let n = self.network.at_once().min(items - first);
            let mut numbers = Scratch::take(n * width);
            for (item, to) in numbers.chunks_exact_mut(width).enumerate() {
                write(first + item, to)?;
            }
            let mut raw = self.network.run(n, &numbers);
            self.decoder.predict(&mut raw, &mut predictions);
        }
        Ok(predictions)
    }
}
