//! What experiments found, as charts and as one HTML page.
//!
//! [`report()`] makes a page of runs and of what other commands found, [`Live`] one of runs in progress, [`differences()`] a list.
//! [`attributions_csv`], [`attributions_sheet`] and [`attributions_page`] write explanations. [`figure`] has the charts of paths and curves.

mod block;
mod differences;
mod explained;
pub mod figure;
mod html;
mod live;
mod report;
mod section;

pub use differences::{Difference, differences};
pub use explained::{attributions_csv, attributions_page, attributions_sheet};
pub use live::Live;
pub use report::report;
