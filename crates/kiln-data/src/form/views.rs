//! What inputs of one form have, for those who read that form and no other.
//!
//! It stands apart from the forms, because it names the enums that are made of them.

use burn::tensor::{Device, Tensor};

use super::padded::padded;
use super::series::SeriesEncoder;
use super::text::TextEncoder;
use super::{
    Column, Encoder, Features, Images, InputShape, Inputs, Series, SeriesBatch, SeriesShape, Texts,
    TokenBatch, TokenShape, Tokens,
};
use crate::ImageSettings;
use crate::preprocess::TableEncoder;

impl Features {
    /// The columns, where this is a table.
    pub fn as_table(&self) -> Option<&[Column]> {
        if let Self::Table(columns) = self { Some(columns) } else { None }
    }

    /// The columns, to be changed, where this is a table.
    pub fn as_table_mut(&mut self) -> Option<&mut Vec<Column>> {
        if let Self::Table(columns) = self { Some(columns) } else { None }
    }

    /// Whether all of them are in memory, and need no files.
    pub fn are_held(&self) -> bool {
        match self {
            Self::Images(images) => images.held().is_some(),
            Self::Table(columns) => {
                columns.iter().all(|column| !matches!(column.values, super::Values::Stored(_)))
            }
            Self::Tokens(_) | Self::Text(_) | Self::Series(_) => true,
        }
    }

    /// The images, where these are images.
    pub fn as_images(&self) -> Option<&Images> {
        if let Self::Images(images) = self { Some(images) } else { None }
    }

    /// The sequences, where these are token sequences.
    pub fn as_tokens(&self) -> Option<&Tokens> {
        if let Self::Tokens(tokens) = self { Some(tokens) } else { None }
    }

    /// The series, where these are time series.
    pub fn as_series(&self) -> Option<&Series> {
        if let Self::Series(series) = self { Some(series) } else { None }
    }

    /// The texts, where these are texts.
    pub fn as_texts(&self) -> Option<&Texts> {
        if let Self::Text(texts) = self { Some(texts) } else { None }
    }
}

impl InputShape {
    /// `[channels, height, width]`, where items are images.
    pub fn as_images(&self) -> Option<[usize; 3]> {
        if let Self::Images(dims) = self { Some(*dims) } else { None }
    }

    /// The sizes of token sequences, where items are such, or texts.
    pub fn as_tokens(&self) -> Option<TokenShape> {
        if let Self::Tokens(shape) | Self::Text(shape) = self { Some(*shape) } else { None }
    }
}

impl InputShape {
    /// Channels and steps, where items are time series.
    pub fn as_series(&self) -> Option<SeriesShape> {
        if let Self::Series(shape) = self { Some(*shape) } else { None }
    }
}

impl Inputs {
    /// Time series one below the other, each channel by channel, padded with 0 to the longest.
    ///
    /// ```
    /// use kiln_data::Inputs;
    ///
    /// let inputs = Inputs::of_series(&[vec![1.0, 2.0, 3.0], vec![4.0]], 1, &Default::default());
    /// let batch = inputs.into_series().expect("series");
    /// assert_eq!((batch.values.dims(), batch.lengths), ([2, 1, 3], vec![3, 1]));
    /// ```
    pub fn of_series(items: &[Vec<f32>], channels: usize, device: &Device) -> Self {
        Self::Series(Box::new(SeriesBatch::new(items, channels, device)))
    }

    /// The series, where these are time series.
    pub fn into_series(self) -> Option<SeriesBatch> {
        if let Self::Series(batch) = self { Some(*batch) } else { None }
    }

    /// Token sequences one below the other, padded with 0 to the longest, as those of texts.
    ///
    /// ```
    /// use kiln_data::Inputs;
    ///
    /// let inputs = Inputs::of_sequences(&[vec![5, 3], vec![4]], &Default::default());
    /// assert_eq!(inputs.into_tokens().expect("tokens").ids.dims(), [2, 2]);
    /// ```
    pub fn of_sequences(sequences: &[Vec<u32>], device: &Device) -> Self {
        Self::Text(padded(sequences.iter().map(|sequence| sequence.iter().copied()), device))
    }

    /// `[N, channels, height, width]`, where these are images.
    pub fn into_images(self) -> Option<Tensor<4>> {
        if let Self::Images(images) = self { Some(images) } else { None }
    }

    /// The sequences, where these are token sequences, or texts.
    pub fn into_tokens(self) -> Option<TokenBatch> {
        if let Self::Tokens(batch) | Self::Text(batch) = self { Some(*batch) } else { None }
    }
}

impl Encoder {
    /// How the columns are encoded, where this is for tables.
    pub(crate) fn as_table(&self) -> Option<&TableEncoder> {
        if let Self::Table(table) = self { Some(table) } else { None }
    }

    /// How series become numbers, where this is for time series.
    pub(crate) fn as_series(&self) -> Option<&SeriesEncoder> {
        if let Self::Series(series) = self { Some(series) } else { None }
    }

    /// How texts become tokens, where this is for texts.
    pub(crate) fn as_text(&self) -> Option<&TextEncoder> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// How files become images; the default for other forms.
    pub(crate) fn image_settings(&self) -> ImageSettings {
        if let Self::Images(scaler) = self { scaler.settings() } else { ImageSettings::default() }
    }

    /// What each value of a pixel becomes, one table a channel; `None` for other forms.
    pub(crate) fn pixel_tables(&self) -> Option<Vec<[f32; 256]>> {
        if let Self::Images(scaler) = self { Some(scaler.tables()) } else { None }
    }
}
