//! Losses, penalties and constraints: what training minimises, and where.
//!
//! Each kind is one file, with its settings and all that is known of it, and one line in the list of its section
//! ([`LossConfig`], [`PenaltyConfig`], [`ConstraintConfig`]). What a file has to say is in the trait of the section:
//! [`LossKind`], [`PenaltyKind`], [`ConstraintKind`].

mod constraint;
mod error;
mod loss;
mod penalty;
mod schema;
mod selection;
mod units;

pub use constraint::*;
pub use error::ObjectiveError;
pub use loss::*;
pub use penalty::*;
pub use units::Units;
