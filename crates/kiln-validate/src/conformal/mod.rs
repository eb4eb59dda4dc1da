//! Intervals and sets that hold the truth as often as they say, whatever the model.
//!
//! Items that the model was not fitted on say how far off it is (their *scores*). An interval or a set for a new item is as wide as
//! the scores demand. Where old and new items are exchangeable, it holds the truth with at least the level that is asked for, on average
//! over the draws of both (Vovk, Gammerman and Shafer: Algorithmic learning in a random world, 2005); for one group of items
//! it may hold it less often, which [`ByGroup`] mends.
//!
//! | target | what | of |
//! |---|---|---|
//! | numbers | [`Interval`] | items that were held out: one half-width for all |
//! | numbers | [`QuantileInterval`] | two models of quantiles: as wide as the item is uncertain |
//! | numbers | [`cross_interval`] | the folds of a cross-validation: no item is lost to calibration |
//! | classes | [`ClassSet`] | probabilities of items that were held out |
//! | classes | [`CrossSet`] | the folds of a cross-validation |
//!
//! Held to MAPIE 1.6.

mod by_group;
mod class_set;
mod cross;
mod cross_set;
mod error;
#[cfg(test)]
mod golden;
mod interval;
mod quantile;
mod quantile_interval;

pub use by_group::ByGroup;
pub use class_set::ClassSet;
pub use cross::cross_interval;
pub use cross_set::CrossSet;
pub use error::ConformalError;
pub use interval::Interval;
pub use quantile::{conformal_quantile, least_items};
pub use quantile_interval::QuantileInterval;
