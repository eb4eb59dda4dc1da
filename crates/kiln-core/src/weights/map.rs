//! Other names for tensors, by regular expressions.

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::mismatch::SHOWN;
use super::{Weights, WeightsError};
use crate::schema::JsonSchema;

/// A rule that gives tensors of a file other names: `{ from = "^backbone\\.", to = "" }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NameRule {
    /// A regular expression in the syntax of the crate regex. Tensors whose name it matches somewhere are renamed.
    #[schemars(extend("format" = "regex"))]
    pub from: String,
    /// What stands in place of the first match, with `$1` for its first group. Default: none, which leaves the tensor out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

impl NameRule {
    /// Puts `to` in place of what `from` matches.
    pub fn rename(from: impl Into<String>, to: impl Into<String>) -> Self {
        Self { from: from.into(), to: Some(to.into()) }
    }

    /// Leaves out the tensors whose name `from` matches.
    pub fn leave_out(from: impl Into<String>) -> Self {
        Self { from: from.into(), to: None }
    }
}

impl Weights {
    /// The tensors with the names that `rules` give them, one rule after the other.
    ///
    /// ```
    /// use burn::nn::LinearConfig;
    /// use burn::tensor::Device;
    /// use kiln_core::{NameRule, Weights};
    ///
    /// let weights = Weights::of(&LinearConfig::new(3, 2).init(&Device::default()));
    /// let rules = [NameRule::rename("^", "layers.0."), NameRule::leave_out("bias$")];
    /// let weights = weights.mapped(&rules)?;
    /// assert_eq!(weights.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["layers.0.weight"]);
    /// # Ok::<(), kiln_core::WeightsError>(())
    /// ```
    ///
    /// # Errors
    /// [`WeightsError::Pattern`] for an expression that does not parse, [`WeightsError::NoMatch`] for one that matches no name,
    /// [`WeightsError::Twice`] when two tensors would have one name.
    pub fn mapped(&self, rules: &[NameRule]) -> Result<Self, WeightsError> {
        let mut weights = self.clone();
        for rule in rules {
            weights = weights.mapped_by(rule)?;
        }
        Ok(weights)
    }

    fn mapped_by(&self, rule: &NameRule) -> Result<Self, WeightsError> {
        let from = pattern(&rule.from)?;
        let mut mapped = Self::new(self.layout);
        let mut found = false;
        for (name, data) in self.iter() {
            let matches = from.is_match(name);
            found |= matches;
            let name = match &rule.to {
                _ if !matches => name.to_owned(),
                Some(to) => from.replace(name, to.as_str()).into_owned(),
                None => continue,
            };
            if mapped.get(&name).is_some() {
                return Err(WeightsError::Twice { name });
            }
            mapped.insert(name, data.clone());
        }
        if found {
            return Ok(mapped);
        }
        let found = self.iter().map(|(name, _)| name.to_owned()).take(SHOWN).collect();
        Err(WeightsError::NoMatch { pattern: rule.from.clone(), found })
    }
}

/// An expression over names.
///
/// # Errors
/// [`WeightsError::Pattern`] if it does not parse.
pub(super) fn pattern(expression: &str) -> Result<Regex, WeightsError> {
    Regex::new(expression).map_err(|error| {
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        WeightsError::Pattern { pattern: expression.to_owned(), reason }
    })
}
