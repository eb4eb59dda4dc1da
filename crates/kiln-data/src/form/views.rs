//! What inputs of one form have, for those who read that form and no other.
//!
//! It stands apart from the forms, because it names the enums that are made of them.

use burn::tensor::Tensor;

use super::{Column, Encoder, Features, Images, InputShape, Inputs, TokenBatch, TokenShape, Tokens};
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
            Self::Tokens(_) => true,
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
}

impl InputShape {
    /// `[channels, height, width]`, where items are images.
    pub fn as_images(&self) -> Option<[usize; 3]> {
        if let Self::Images(dims) = self { Some(*dims) } else { None }
    }

    /// The sizes of token sequences, where items are such.
    pub fn as_tokens(&self) -> Option<TokenShape> {
        if let Self::Tokens(shape) = self { Some(*shape) } else { None }
    }
}

impl Inputs {
    /// `[N, channels, height, width]`, where these are images.
    pub fn into_images(self) -> Option<Tensor<4>> {
        if let Self::Images(images) = self { Some(images) } else { None }
    }

    /// The sequences, where these are token sequences.
    pub fn into_tokens(self) -> Option<TokenBatch> {
        if let Self::Tokens(batch) = self { Some(*batch) } else { None }
    }
}

impl Encoder {
    /// How the columns are encoded, where this is for tables.
    pub(crate) fn as_table(&self) -> Option<&TableEncoder> {
        if let Self::Table(table) = self { Some(table) } else { None }
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
