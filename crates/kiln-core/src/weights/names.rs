//! Some of the weights, and other names for them.

use super::mismatch::SHOWN;
use super::{Weights, WeightsError};

impl Weights {
    /// The tensors at or below `prefix`: `encoder` takes `encoder.0.weight`, not `encoders.weight`.
    ///
    /// # Errors
    /// [`WeightsError::NoTensor`] when there is none.
    pub fn select(&self, prefix: &str) -> Result<Self, WeightsError> {
        self.keep(prefix, true)
    }

    /// The tensors that are not at or below `prefix`.
    ///
    /// # Errors
    /// [`WeightsError::NoTensor`] when there is none at or below it.
    pub fn without(&self, prefix: &str) -> Result<Self, WeightsError> {
        self.keep(prefix, false)
    }

    /// The tensors with `to` in place of `from` where their names begin with it. An empty `from` puts `to` in front of
    /// every name, an empty `to` takes `from` away.
    ///
    /// ```
    /// use burn::nn::LinearConfig;
    /// use burn::tensor::Device;
    /// use kiln_core::Weights;
    ///
    /// let weights = Weights::of(&LinearConfig::new(3, 2).init(&Device::default()));
    /// let weights = weights.rename("", "head")?.rename("head.weight", "head.matrix")?;
    /// let names: Vec<&str> = weights.iter().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["head.bias", "head.matrix"]);
    /// assert_eq!(weights.select("head")?.rename("head", "")?.len(), 2);
    /// # Ok::<(), kiln_core::WeightsError>(())
    /// ```
    ///
    /// # Errors
    /// [`WeightsError::NoTensor`] when no name begins with `from`, [`WeightsError::Twice`] when two tensors would have one
    /// name.
    pub fn rename(&self, from: &str, to: &str) -> Result<Self, WeightsError> {
        let mut renamed = Self::new(self.layout);
        let mut found = false;
        for (name, data) in self.iter() {
            let name = match below(name, from) {
                Some(rest) => {
                    found = true;
                    joined(to, rest)
                }
                None => name.to_owned(),
            };
            if renamed.get(&name).is_some() {
                return Err(WeightsError::Twice { name });
            }
            renamed.insert(name, data.clone());
        }
        if found { Ok(renamed) } else { Err(self.no_tensor(from)) }
    }

    fn keep(&self, prefix: &str, wanted: bool) -> Result<Self, WeightsError> {
        let mut kept = Self::new(self.layout);
        for (name, data) in self.iter().filter(|(name, _)| below(name, prefix).is_some() == wanted) {
            kept.insert(name, data.clone());
        }
        let matched = if wanted { kept.len() } else { self.len() - kept.len() };
        if matched > 0 { Ok(kept) } else { Err(self.no_tensor(prefix)) }
    }

    fn no_tensor(&self, prefix: &str) -> WeightsError {
        let found = self.iter().map(|(name, _)| name.to_owned()).take(SHOWN).collect();
        WeightsError::NoTensor { prefix: prefix.to_owned(), found }
    }
}

/// What is behind `prefix` in a name at or below it, without the dot between.
fn below<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    if prefix.is_empty() {
        return Some(name);
    }
    let rest = name.strip_prefix(prefix)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('.') }
}

fn joined(prefix: &str, rest: &str) -> String {
    match (prefix.is_empty(), rest.is_empty()) {
        (true, _) => rest.to_owned(),
        (_, true) => prefix.to_owned(),
        _ => format!("{prefix}.{rest}"),
    }
}
