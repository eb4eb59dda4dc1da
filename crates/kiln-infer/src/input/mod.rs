//! From rows, images, series and texts to the numbers that a network takes.

mod cell;
mod check;
mod images;
mod rows;
mod series;
mod texts;

pub(crate) use images::PixelEncoder;
pub(crate) use rows::RowEncoder;
pub(crate) use series::SeriesEncoder;
pub(crate) use texts::TextEncoder;
