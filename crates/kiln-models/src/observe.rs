//! Looking at what hidden layers give.

use std::fmt;

use burn::tensor::Tensor;

/// Gets the path of a layer and its output, `[N, features]`.
type Observe<'a> = dyn FnMut(&str, &Tensor<2>) + 'a;

/// Who looks at the outputs of hidden layers on their way; usually nobody, which costs nothing.
pub(crate) struct Observer<'a>(Option<&'a mut Observe<'a>>);

impl<'a> Observer<'a> {
    pub(crate) fn new(observe: &'a mut Observe<'a>) -> Self {
        Self(Some(observe))
    }

    pub(crate) fn nobody() -> Self {
        Self(None)
    }

    /// Whether anybody looks.
    pub(crate) fn is_somebody(&self) -> bool {
        self.0.is_some()
    }

    /// Shows the output of a layer, `[N, …]`, as `[N, features]`.
    pub(crate) fn see<const D: usize>(&mut self, path: impl FnOnce() -> String, output: &Tensor<D>) {
        if let Some(observe) = &mut self.0 {
            observe(&path(), &output.clone().flatten(1, D - 1));
        }
    }
}

impl fmt::Debug for Observer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", if self.0.is_some() { "Observer" } else { "nobody" })
    }
}
