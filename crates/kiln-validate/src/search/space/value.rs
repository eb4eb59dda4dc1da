//! Values of settings, as text and as JSON.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text.
    Text(String),
    /// A list, such as the widths of hidden layers.
    List(Vec<Value>),
}

impl Value {
    /// The value as a number, when it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Int(int) => Some(*int as f64),
            Self::Float(float) => Some(*float),
            _ => None,
        }
    }

    /// What a single word stands for: a number, `true`, `false`, or text.
    pub(super) fn word(text: &str) -> Self {
        match (text, text.parse::<i64>(), text.parse::<f64>()) {
            ("true", ..) => Self::Bool(true),
            ("false", ..) => Self::Bool(false),
            (_, Ok(int), _) => Self::Int(int),
            // Words such as `inf` and `nan` are text here: no setting takes them.
            (_, _, Ok(float)) if float.is_finite() => Self::Float(float),
            _ => Self::Text(text.to_owned()),
        }
    }

    /// Whether both are the same number, or equal.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (self.number(), other.number()) {
            (Some(a), Some(b)) => a == b,
            _ => self == other,
        }
    }
}

impl fmt::Display for Value {
    /// As TOML.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Text(text) => {
                f.write_str("\"")?;
                for c in text.chars() {
                    match c {
                        '"' | '\\' => write!(f, "\\{c}")?,
                        c if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
                        c => write!(f, "{c}")?,
                    }
                }
                f.write_str("\"")
            }
            Self::List(values) => {
                f.write_str("[")?;
                for (place, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if place > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
        }
    }
}
