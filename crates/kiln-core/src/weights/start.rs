//! Weights that a training starts from: all of them, but for what is told of.

use std::collections::{BTreeMap, BTreeSet};

use burn::module::Module;
use burn::tensor::TensorData;

use super::map::pattern;
use super::{Layout, Mismatch, Unlike, Weights, WeightsError, pytorch, traverse};
use crate::{nearest, params};

/// What of a model may keep its first values when it starts from weights.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fresh {
    /// A regular expression over the paths of the model. What the weights hold for these is not loaded. Default: none.
    pub pattern: Option<String>,
    /// The path of the last layer. It keeps its first values as a whole where the weights have it with another number of outputs, which
    /// is its last dimension. Default: none.
    pub head: Option<String>,
}

impl Fresh {
    /// The last layer, where it has another number of outputs.
    pub fn head(path: impl Into<String>) -> Self {
        Self { head: Some(path.into()), pattern: None }
    }

    /// And the paths that `pattern` matches somewhere.
    #[must_use]
    pub fn and(self, pattern: Option<String>) -> Self {
        Self { pattern, ..self }
    }
}

/// Weights that fit a model, and what of the model they leave as it is.
#[derive(Debug, Clone, Default)]
#[must_use]
#[non_exhaustive]
pub struct Start {
    tensors: BTreeMap<String, TensorData>,
    /// Paths of the model that keep their first values, in the order of its fields.
    pub fresh: Vec<String>,
    /// Of these, the tensors of the head that have another number of outputs.
    pub head: Vec<Mismatch>,
}

impl Weights {
    /// Finds the tensor of every path of `model`, but for what may be `fresh`. Everything else must be there with its shape, and
    /// nothing may be left over. Float tensors are looked at: parameters and running statistics.
    ///
    /// ```
    /// use burn::nn::LinearConfig;
    /// use burn::tensor::Device;
    /// use kiln_core::{Fresh, Weights};
    ///
    /// let layer = |classes| LinearConfig::new(4, classes).init(&Device::default());
    /// let start = Weights::of(&layer(10)).starting(&layer(3), &Fresh::head(""))?;
    /// assert_eq!(start.fresh, ["weight", "bias"]);
    /// assert_eq!((&start.head[0].found, &start.head[0].expected), (&vec![4, 10], &vec![4, 3]));
    /// let model = start.apply(layer(3))?;
    /// # Ok::<(), kiln_core::WeightsError>(())
    /// ```
    ///
    /// # Errors
    /// [`WeightsError::Unlike`] with all that is missing, left over or of another shape, [`WeightsError::Pattern`].
    pub fn starting<M: Module>(&self, model: &M, fresh: &Fresh) -> Result<Start, WeightsError> {
        let keep = fresh.pattern.as_deref().map(pattern).transpose()?;
        let keeps = |path: &str| keep.as_ref().is_some_and(|keep| keep.is_match(path));
        let paths = params::list(model);
        let (mut tensors, mut unused, mut called) = match self.layout {
            Layout::Kiln => {
                let known: BTreeSet<&str> = paths.iter().map(|info| info.path.as_str()).collect();
                let unused = self.tensors.keys().filter(|name| !known.contains(name.as_str())).cloned();
                (self.tensors.clone(), unused.collect(), BTreeMap::new())
            }
            Layout::PyTorch => {
                let adapted = pytorch::adapt(&self.tensors, model);
                (adapted.tensors, adapted.unused, adapted.missing.into_iter().collect())
            }
        };
        let shapes = |path: &str, expected: &[usize], tensors: &BTreeMap<String, TensorData>| {
            let found = tensors.get(path)?.shape().to_vec();
            let mismatch = || Mismatch { name: path.to_owned(), found, expected: expected.to_vec() };
            (tensors.get(path)?.shape().to_vec() != expected).then(mismatch)
        };
        let in_head = |path: &str| {
            fresh.head.as_deref().is_some_and(|head| head.is_empty() || path.starts_with(&format!("{head}.")))
        };
        let mut start = Start::default();
        let mut unlike = Unlike::default();
        let mut head = Vec::new();
        for info in paths.iter().filter(|info| !keeps(&info.path)) {
            match shapes(&info.path, &info.dims, &tensors) {
                Some(mismatch) if in_head(&info.path) && other_outputs(&mismatch) => head.push(mismatch),
                Some(mismatch) => unlike.mismatched.push(mismatch),
                None => {}
            }
        }
        let replaced = !head.is_empty();
        start.head = head;
        for info in &paths {
            if keeps(&info.path) || replaced && in_head(&info.path) {
                tensors.remove(&info.path);
                start.fresh.push(info.path.clone());
            } else if !tensors.contains_key(&info.path) {
                let name = called.remove(&info.path).unwrap_or_else(|| info.path.clone());
                let near = nearest(&name, unused.iter().map(String::as_str));
                unlike.missing.push((name, near));
            }
        }
        if !unlike.mismatched.is_empty() || !unlike.missing.is_empty() || !unused.is_empty() {
            unused.sort_unstable();
            unlike.unused = unused;
            return Err(WeightsError::Unlike(Box::new(unlike)));
        }
        start.tensors = tensors;
        Ok(start)
    }

    /// The same tensors, taken to lie as `layout` says.
    #[must_use]
    pub fn lying_as(self, layout: Layout) -> Self {
        Self { layout, ..self }
    }
}

/// Whether two shapes differ in the last dimension alone.
fn other_outputs(mismatch: &Mismatch) -> bool {
    let (found, expected) = (&mismatch.found, &mismatch.expected);
    let inner = |dims: &[usize]| dims.split_last().map(|(_, inner)| inner.to_vec());
    found.len() == expected.len() && inner(found) == inner(expected)
}

impl Start {
    /// The model that [`Weights::starting`] was asked with, or one like it, with these weights.
    ///
    /// # Errors
    /// [`WeightsError::Shape`] for a model that is not like it.
    pub fn apply<M: Module>(&self, model: M) -> Result<M, WeightsError> {
        let (filled, _) = traverse::fill(&self.tensors, model);
        let missing = |problem: &WeightsError| match problem {
            WeightsError::Missing { name } => !self.fresh.contains(name),
            _ => true,
        };
        match filled.problems.into_iter().find(missing) {
            Some(problem) => Err(problem),
            None => Ok(filled.module),
        }
    }

    /// The tensors that are loaded, by path.
    pub fn loaded(&self) -> impl Iterator<Item = (&str, &TensorData)> {
        self.tensors.iter().map(|(path, data)| (path.as_str(), data))
    }
}
