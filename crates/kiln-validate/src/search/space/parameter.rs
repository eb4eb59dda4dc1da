//! One setting that varies.

use std::fmt;

use super::condition::Condition;
use super::domain::Domain;

/// One setting that varies.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// The setting, such as `optim.lr`.
    pub name: String,
    /// Its values.
    pub domain: Domain,
    /// When it is set; none: always.
    pub when: Option<Condition>,
}

impl fmt::Display for Parameter {
    /// The text form, which reads back to an equal parameter.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.domain)?;
        match &self.when {
            Some(when) => write!(f, " if {when}"),
            None => Ok(()),
        }
    }
}
