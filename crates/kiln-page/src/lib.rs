//! What experiments found, as charts and as one HTML page.
//!
//! [`report()`] makes a page of runs and cross-validations, [`differences()`] a list. [`figure`] has the charts of paths and curves.

mod block;
mod differences;
pub mod figure;
mod html;
mod report;
mod section;

pub use differences::{Difference, differences};
pub use report::report;
