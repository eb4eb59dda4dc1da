//! Settings that can describe themselves: with the feature `schema` they have the trait of the crate schemars, without it nothing.

#[cfg(not(feature = "schema"))]
pub(crate) use kiln_derive::JsonSchema;
#[cfg(feature = "schema")]
pub(crate) use schemars::JsonSchema;
