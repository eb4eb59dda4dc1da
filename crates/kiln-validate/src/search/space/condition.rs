//! When a parameter is set at all.

use std::fmt;

use super::assignment::Assignment;
use super::domain::Domain;
use super::value::Value;

/// A parameter is set only when its parent is, and passes a test.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The other parameter.
    pub parent: String,
    /// What its value must be.
    pub test: Test,
}

/// A test of a value.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Test {
    /// Equal to one of these.
    OneOf(Vec<Value>),
    /// This number or more.
    AtLeast(f64),
    /// This number or less.
    AtMost(f64),
}

impl Test {
    fn passes(&self, value: &Value) -> bool {
        match self {
            Self::OneOf(wanted) => wanted.iter().any(|wanted| wanted.same(value)),
            Self::AtLeast(bound) => value.number().is_some_and(|number| number >= *bound),
            Self::AtMost(bound) => value.number().is_some_and(|number| number <= *bound),
        }
    }

    /// A value of a domain that passes, if there is one.
    pub(super) fn witness(&self, domain: &Domain) -> Option<Value> {
        let candidates = match self {
            Self::OneOf(wanted) => wanted.clone(),
            _ => domain.examples(),
        };
        candidates.into_iter().find(|value| domain.coordinate(value).is_some() && self.passes(value))
    }
}

impl Condition {
    /// Whether it holds, given the parameters so far.
    pub(super) fn holds(&self, params: &Assignment) -> bool {
        params.get(&self.parent).is_some_and(|value| self.test.passes(value))
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneOf(values) => {
                f.write_str("=")?;
                for (place, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if place > 0 { "|" } else { "" })?;
                }
                Ok(())
            }
            Self::AtLeast(bound) => write!(f, ">={bound:?}"),
            Self::AtMost(bound) => write!(f, "<={bound:?}"),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.parent, self.test)
    }
}
