//! The values that one setting may take, and how a point of the unit interval becomes one of them.

use std::fmt;

use super::super::error::SearchError;
use super::value::Value;

/// The values that one setting may take. Bounds are included.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Domain {
    /// A number: `uniform(low, high)`, `uniform(low, high, step)` or `log(low, high)`.
    Float {
        /// The smallest.
        low: f64,
        /// The largest; with a step, the largest that is a whole number of steps above the smallest.
        high: f64,
        /// Equal ratios are equally likely.
        log: bool,
        /// The distance between two values; none: any number.
        step: Option<f64>,
    },
    /// A whole number: `int(low, high)`, `int(low, high, step)` or `logint(low, high)`.
    Int {
        /// The smallest.
        low: i64,
        /// The largest.
        high: i64,
        /// Equal ratios are equally likely.
        log: bool,
        /// The distance between two values, at least 1; 1 with `log`.
        step: i64,
    },
    /// One of several values: `choice(a, b, c)`.
    Choice {
        /// The values, in the order they were written.
        values: Vec<Value>,
    },
}

/// Whole numbers up to here are exact as `f64`.
const EXACT: i64 = 1 << 53;

impl Domain {
    /// Checks the bounds, and makes `high` reachable by whole steps.
    pub(super) fn checked(self, key: &str) -> Result<Self, SearchError> {
        let wrong = |reason: String| Err(SearchError::Bounds { key: key.to_owned(), reason });
        match &self {
            Self::Float { low, high, .. } if !low.is_finite() || !high.is_finite() => {
                return wrong("bounds must be finite".to_owned());
            }
            Self::Float { low, high, .. } if low > high => {
                return wrong(format!("the lower bound {low} is above the upper bound {high}"));
            }
            Self::Float { low, high, .. } if !(high - low).is_finite() => {
                return wrong("the bounds are too far apart".to_owned());
            }
            Self::Float { low, log: true, .. } if *low <= 0.0 => {
                return wrong(format!("the lower bound of log is {low}, it must be greater than 0"));
            }
            Self::Float { step: Some(step), .. } if !(step.is_finite() && *step > 0.0) => {
                return wrong(format!("the step is {step}, it must be greater than 0"));
            }
            Self::Int { low, high, .. } if low > high => {
                return wrong(format!("the lower bound {low} is above the upper bound {high}"));
            }
            Self::Int { low, high, .. } if *low < -EXACT || *high > EXACT => {
                return wrong("whole numbers must be between -2^53 and 2^53".to_owned());
            }
            Self::Int { low, log: true, .. } if *low < 1 => {
                return wrong(format!("the lower bound of logint is {low}, it must be at least 1"));
            }
            Self::Int { step, .. } if *step < 1 => {
                return wrong(format!("the step is {step}, it must be at least 1"));
            }
            Self::Choice { values } if values.is_empty() => return wrong("choice has no values".to_owned()),
            Self::Choice { values } => {
                for (place, value) in values.iter().enumerate() {
                    if values[..place].iter().any(|other| other.same(value)) {
                        return wrong(format!("choice names {value} twice"));
                    }
                }
            }
            _ => {}
        }
        Ok(match self {
            Self::Float { low, high, log, step: Some(step) } => {
                // A bound that misses a whole step by rounding counts as one.
                let steps = ((high - low) / step + 1e-9).floor();
                Self::Float { low, high: low + steps * step, log, step: Some(step) }
            }
            Self::Int { low, high, log, step } => {
                Self::Int { low, high: low + (high - low) / step * step, log, step }
            }
            other => other,
        })
    }

    /// Whether there is one value only.
    pub fn is_single(&self) -> bool {
        match self {
            Self::Float { low, high, .. } => low == high,
            Self::Int { low, high, .. } => low == high,
            Self::Choice { values } => values.len() == 1,
        }
    }

    /// How many values there are, where they can be counted.
    pub(crate) fn count(&self) -> Option<u64> {
        match self {
            Self::Float { step: None, low, high, .. } => (low == high).then_some(1),
            Self::Float { step: Some(step), low, high, .. } => Some(((high - low) / step).round() as u64 + 1),
            Self::Int { low, high, step, .. } => Some((high - low).unsigned_abs() / step.unsigned_abs() + 1),
            Self::Choice { values } => Some(values.len() as u64),
        }
    }

    /// The value at a point of `[0, 1)`: equal lengths are equally likely, on a logarithmic scale where the domain
    /// has one. Whole numbers on that scale get the length from half below to half above.
    pub(crate) fn at(&self, unit: f64) -> Value {
        match self {
            Self::Float { step: Some(_), .. } | Self::Int { log: false, .. } | Self::Choice { .. } => {
                let count = self.count().unwrap_or(1);
                self.nth(((unit * count as f64) as u64).min(count - 1))
            }
            Self::Float { low, high, log: false, .. } => {
                Value::Float((low + unit * (high - low)).clamp(*low, *high))
            }
            Self::Float { low, high, log: true, .. } => {
                Value::Float((low.ln() + unit * (high.ln() - low.ln())).exp().clamp(*low, *high))
            }
            Self::Int { low, high, log: true, .. } => {
                let (from, to) = ((*low as f64 - 0.5).ln(), (*high as f64 + 0.5).ln());
                Value::Int(((from + unit * (to - from)).exp().round() as i64).clamp(*low, *high))
            }
        }
    }

    /// The values of a grid: all where they can be counted on a linear scale, else at most `points`, evenly spaced
    /// on the scale of the domain, with both ends.
    pub(crate) fn grid(&self, points: usize) -> Vec<Value> {
        let spaced = |low: f64, high: f64| {
            let last = points.saturating_sub(1).max(1) as f64;
            (0..points).map(move |i| low + (high - low) * (i as f64 / last))
        };
        match self {
            Self::Float { step: None, low, high, log } if low < high => {
                let (from, to) = if *log { (low.ln(), high.ln()) } else { (*low, *high) };
                let value = |x: f64| if *log { x.exp() } else { x };
                spaced(from, to).map(|x| Value::Float(value(x).clamp(*low, *high))).collect()
            }
            Self::Int { log: true, low, high, .. } if low < high => {
                let mut values: Vec<i64> = spaced((*low as f64).ln(), (*high as f64).ln())
                    .map(|x| (x.exp().round() as i64).clamp(*low, *high))
                    .collect();
                values.dedup();
                values.into_iter().map(Value::Int).collect()
            }
            _ => (0..self.count().unwrap_or(1)).map(|place| self.nth(place)).collect(),
        }
    }

    /// The value at a place, of those that can be counted.
    fn nth(&self, place: u64) -> Value {
        match self {
            Self::Float { low, high, step, .. } => {
                Value::Float((low + place as f64 * step.unwrap_or(0.0)).min(*high))
            }
            Self::Int { low, step, .. } => Value::Int(low + place as i64 * step),
            Self::Choice { values } => values[(place as usize).min(values.len() - 1)].clone(),
        }
    }

    /// The number by which samplers know a value: itself, or its place among the choices. None when the domain does
    /// not have it.
    pub(crate) fn coordinate(&self, value: &Value) -> Option<f64> {
        match self {
            Self::Choice { values } => values.iter().position(|other| other.same(value)).map(|at| at as f64),
            Self::Float { low, high, .. } => value.number().filter(|x| (*low..=*high).contains(x)),
            Self::Int { low, high, .. } => {
                value.number().filter(|x| (*low as f64..=*high as f64).contains(x))
            }
        }
    }

    /// The value that samplers know by `coordinate`.
    pub(crate) fn value_of(&self, coordinate: f64) -> Value {
        match self {
            Self::Choice { values } => values[(coordinate.max(0.0) as usize).min(values.len() - 1)].clone(),
            Self::Float { low, high, .. } => Value::Float(coordinate.clamp(*low, *high)),
            Self::Int { low, high, .. } => Value::Int((coordinate.round() as i64).clamp(*low, *high)),
        }
    }

    /// Some values at the edges, to try a configuration with: every choice, or both ends.
    pub fn examples(&self) -> Vec<Value> {
        match self {
            Self::Choice { values } => values.clone(),
            Self::Float { low, high, .. } => vec![Value::Float(*low), Value::Float(*high)],
            Self::Int { low, high, .. } => vec![Value::Int(*low), Value::Int(*high)],
        }
    }
}

impl fmt::Display for Domain {
    /// The text form, which reads back to an equal domain.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Float { low, high, log: true, .. } => write!(f, "log({low:?},{high:?})"),
            Self::Float { low, high, step: None, .. } => write!(f, "uniform({low:?},{high:?})"),
            Self::Float { low, high, step: Some(step), .. } => {
                write!(f, "uniform({low:?},{high:?},{step:?})")
            }
            Self::Int { low, high, log: true, .. } => write!(f, "logint({low},{high})"),
            Self::Int { low, high, step: 1, .. } => write!(f, "int({low},{high})"),
            Self::Int { low, high, step, .. } => write!(f, "int({low},{high},{step})"),
            Self::Choice { values } => {
                f.write_str("choice(")?;
                for (place, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if place > 0 { "," } else { "" })?;
                }
                f.write_str(")")
            }
        }
    }
}
