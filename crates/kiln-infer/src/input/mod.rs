//! From rows and images to the numbers that a network takes.

mod cell;
mod check;
mod images;
mod rows;

pub(crate) use images::PixelEncoder;
pub(crate) use rows::RowEncoder;
