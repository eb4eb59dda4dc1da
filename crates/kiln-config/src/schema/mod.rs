//! Which sections, kinds and settings there are: the JSON Schema of [`RunConfig`](crate::RunConfig), which the types of
//! the settings make themselves.

mod file;
mod lookup;
mod node;
mod normal;
mod root;

pub use file::schema;
pub use lookup::keys_named;
pub(crate) use lookup::*;
pub(crate) use node::Node;

#[cfg(test)]
mod tests;
