//! What the columns of a table are: from what was seen of them and the settings (`Asked`) to a role and a reason for each
//! (`decide`), and what a user is told of it ([`Understood`]).
//!
//! The decision is a function of plain values, so that it can be shown and tested. It knows no file.

mod alone;
mod asked;
mod assemble;
mod decide;
mod facts;
mod files;
mod fills;
mod finish;
mod load;
mod new_rows;
mod part;
mod role;
mod settings;
mod target;
mod targets;
#[cfg(test)]
mod tests;
mod understood;

pub(crate) use alone::Alone;
pub(crate) use load::{SETTINGS, load, load_beside};
pub(crate) use new_rows::read_columns;
pub use role::ColumnRole;
pub use understood::{Understood, UnderstoodColumn};
