//! As much of the weights as a module has a place for.

use std::fmt;

use burn::module::Module;

use super::mismatch::{Mismatch, SHOWN};
use super::{Layout, Weights, WeightsError, pytorch, traverse};

/// What [`Weights::apply_partial`] did: every tensor of the module and of the weights is named in one of the lists.
#[derive(Debug, Clone)]
#[must_use]
#[non_exhaustive]
pub struct Loaded<M> {
    /// The module with what was loaded.
    pub model: M,
    /// Paths of the module that were loaded.
    pub loaded: Vec<String>,
    /// Paths of the module that the weights lack: they are as they were.
    pub missing: Vec<String>,
    /// Names in the weights that the module has no place for.
    pub unused: Vec<String>,
    /// Tensors of another shape: those of the module are as they were.
    pub mismatched: Vec<Mismatch>,
}

impl Weights {
    /// Puts the tensors into `module` that it has a place for, as [`Weights::apply`] does, and says what became of the
    /// others. Whether that is what you wanted, only you know: look at the lists.
    ///
    /// Weights of Burn's layers that were not read yet and are not loaded are still to be drawn afterwards.
    ///
    /// ```
    /// use burn::module::Module;
    /// use burn::nn::{Linear, LinearConfig};
    /// use burn::tensor::Device;
    /// use kiln_core::Weights;
    ///
    /// #[derive(Module, Debug)]
    /// struct Net {
    ///     body: Linear,
    ///     head: Linear,
    /// }
    ///
    /// let device = Device::default();
    /// let net = |classes| Net {
    ///     body: LinearConfig::new(4, 8).init(&device),
    ///     head: LinearConfig::new(8, classes).init(&device),
    /// };
    /// let trained = Weights::of(&net(5));
    /// let loaded = trained.without("head")?.apply_partial(net(3))?;
    /// assert_eq!(loaded.loaded, ["body.weight", "body.bias"]);
    /// assert_eq!(loaded.missing, ["head.weight", "head.bias"]);
    /// // With its head the other number of classes shows.
    /// assert_eq!(trained.apply_partial(net(3))?.mismatched.len(), 2);
    /// # Ok::<(), kiln_core::WeightsError>(())
    /// ```
    ///
    /// # Errors
    /// [`WeightsError::NothingFits`] when nothing was loaded; the module is then lost.
    pub fn apply_partial<M: Module>(&self, module: M) -> Result<Loaded<M>, WeightsError> {
        let (filled, unused) = match self.layout {
            Layout::Kiln => traverse::fill(&self.tensors, module),
            Layout::PyTorch => {
                let adapted = pytorch::adapt(&self.tensors, &module);
                (traverse::fill(&adapted.tensors, module).0, adapted.unused)
            }
        };
        let (mut missing, mut mismatched) = (Vec::new(), Vec::new());
        for problem in filled.problems {
            match problem {
                WeightsError::Shape { name, found, expected } => {
                    mismatched.push(Mismatch { name, found, expected });
                }
                WeightsError::Missing { name } => missing.push(name),
                other => return Err(other),
            }
        }
        if filled.loaded.is_empty() {
            let paths = missing.iter().chain(mismatched.iter().map(|mismatch| &mismatch.name));
            return Err(WeightsError::NothingFits {
                found: self.iter().map(|(name, _)| name.to_owned()).take(SHOWN).collect(),
                expected: paths.take(SHOWN).cloned().collect(),
            });
        }
        Ok(Loaded { model: filled.module, loaded: filled.loaded, missing, unused, mismatched })
    }
}

/// The lists in words: `3 tensors loaded; missing: ["head.weight"]`.
impl<M> fmt::Display for Loaded<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tensors loaded", self.loaded.len())?;
        for (what, names) in [("missing", &self.missing), ("unused", &self.unused)] {
            if !names.is_empty() {
                write!(f, "; {what}: {names:?}")?;
            }
        }
        for Mismatch { name, found, expected } in &self.mismatched {
            write!(f, "; {name:?} is {found:?}, not {expected:?}")?;
        }
        Ok(())
    }
}
