//! What experiments found, as charts and as one HTML page.
//!
//! [`report()`] makes a page of runs and cross-validations, [`Live`] one of those in progress, [`differences()`] a list. [`figure`] has the charts of paths and curves.

mod block;
mod differences;
pub mod figure;
mod html;
mod live;
mod report;
mod section;

pub use differences::{Difference, differences};
pub use live::Live;
pub use report::report;
