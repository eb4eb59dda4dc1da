//! Numbers that are checked once: finite first, then in range.

use std::borrow::Cow;

#[cfg(feature = "schema")]
use schemars::Schema;
#[cfg(feature = "schema")]
use serde_json::Value;

use crate::{ErrorKind, Explain};

/// A number that is out of its range, with the name it has in the configuration.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{name} is {value}, it must be {expected}")]
pub struct NumberError {
    /// The name of the setting, as the user wrote it.
    pub name: String,
    /// The value that was refused.
    pub value: f64,
    /// The values that are allowed, in words.
    pub expected: String,
}

impl Explain for NumberError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(&self.name))
    }
}

/// A range of finite numbers, each end open or closed. NaN and infinities are outside every range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    low: f64,
    low_open: bool,
    high: f64,
    high_open: bool,
}

impl Range {
    /// Any finite number.
    pub const FINITE: Self =
        Self { low: f64::NEG_INFINITY, low_open: true, high: f64::INFINITY, high_open: true };
    /// Greater than zero.
    pub const POSITIVE: Self = Self { low: 0.0, low_open: true, ..Self::FINITE };
    /// From 0 to 1, both included.
    pub const UNIT: Self = Self { low: 0.0, low_open: false, high: 1.0, high_open: false };
    /// From 0 to 1, with 1 left out: a probability of being dropped, a momentum.
    pub const BELOW_ONE: Self = Self { high_open: true, ..Self::UNIT };

    /// `low` and more.
    pub const fn at_least(low: f64) -> Self {
        Self { low, low_open: false, ..Self::FINITE }
    }

    /// From `low` to `high`, both included.
    pub const fn between(low: f64, high: f64) -> Self {
        Self { low, low_open: false, high, high_open: false }
    }

    /// Whether `value` is finite and inside.
    pub fn contains(&self, value: f64) -> bool {
        value.is_finite()
            && (value > self.low || (!self.low_open && value == self.low))
            && (value < self.high || (!self.high_open && value == self.high))
    }

    /// Writes the range into the schema of a number, or of the numbers of a list, for editors that check a configuration.
    ///
    /// ```
    /// use kiln_core::Range;
    /// use schemars::JsonSchema;
    ///
    /// #[derive(JsonSchema)]
    /// struct Dropout {
    ///     #[schemars(transform = Range::BELOW_ONE.bounds())]
    ///     p: f64,
    /// }
    ///
    /// let schema = schemars::schema_for!(Dropout);
    /// let p = &schema.as_value()["properties"]["p"];
    /// assert_eq!((p["minimum"].as_f64(), p["exclusiveMaximum"].as_f64()), (Some(0.0), Some(1.0)));
    /// ```
    #[cfg(feature = "schema")]
    pub fn bounds(self) -> impl FnMut(&mut Schema) {
        move |schema| {
            let object = schema.ensure_object();
            let numbers = match object.get_mut("items") {
                Some(Value::Object(items)) => items,
                _ => object,
            };
            let ends = [
                (self.low, if self.low_open { "exclusiveMinimum" } else { "minimum" }),
                (self.high, if self.high_open { "exclusiveMaximum" } else { "maximum" }),
            ];
            for (end, key) in ends.into_iter().filter(|(end, _)| end.is_finite()) {
                numbers.insert(key.to_owned(), end.into());
            }
        }
    }

    /// Gives `value` back when it is inside.
    ///
    /// # Errors
    /// [`NumberError`] with `name` when it is not.
    pub fn check(&self, name: &str, value: f64) -> Result<f64, NumberError> {
        if self.contains(value) {
            Ok(value)
        } else {
            Err(NumberError { name: name.to_owned(), value, expected: self.to_string() })
        }
    }
}

/// Gives `value` back when it is `min` or more.
///
/// # Errors
/// [`NumberError`] with `name` when it is not.
pub fn at_least(name: &str, value: usize, min: usize) -> Result<usize, NumberError> {
    if value >= min {
        Ok(value)
    } else {
        Err(NumberError { name: name.to_owned(), value: value as f64, expected: format!("at least {min}") })
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let low = if self.low_open { "greater than" } else { "at least" };
        let high = if self.high_open { "less than" } else { "at most" };
        match (self.low.is_finite(), self.high.is_finite()) {
            (true, true) => write!(f, "{low} {} and {high} {}", self.low, self.high),
            (true, false) => write!(f, "{low} {}", self.low),
            (false, true) => write!(f, "{high} {}", self.high),
            (false, false) => write!(f, "a finite number"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_check_finite_first_and_then_each_end() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for range in [Range::FINITE, Range::POSITIVE, Range::UNIT, Range::at_least(0.0)] {
                assert!(!range.contains(bad), "{range} let {bad} through");
            }
        }
        assert!(!Range::POSITIVE.contains(0.0) && Range::POSITIVE.contains(1e-300));
        assert!(Range::UNIT.contains(0.0) && Range::UNIT.contains(1.0) && !Range::UNIT.contains(1.0 + 1e-15));
        assert!(Range::BELOW_ONE.contains(0.0) && !Range::BELOW_ONE.contains(1.0));
    }

    #[test]
    fn the_message_names_the_setting_and_the_range() {
        let message = |range: Range, value| range.check("momentum", value).unwrap_err().to_string();
        assert_eq!(message(Range::BELOW_ONE, 1.0), "momentum is 1, it must be at least 0 and less than 1");
        assert_eq!(message(Range::FINITE, f64::NAN), "momentum is NaN, it must be a finite number");
        assert_eq!(at_least("epochs", 0, 1).unwrap_err().to_string(), "epochs is 0, it must be at least 1");
    }
}
