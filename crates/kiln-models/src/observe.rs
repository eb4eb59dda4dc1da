//! Looking at what hidden layers give, and putting something else in its place.

use std::fmt;
use std::ops::Range;

use burn::tensor::Tensor;

/// Gets the path of a layer and its output, `[N, features]`.
type Observe<'a> = dyn FnMut(&str, &Tensor<2>) + 'a;

/// What sits in the way of hidden layers: it sees what they give, and decides what the layers behind get.
/// [`Network::forward_tapped`](crate::Network::forward_tapped) takes it. By default all goes on as it is.
pub trait Tap {
    /// Rows, `[N, features]`.
    fn features(&mut self, path: &str, output: Tensor<2>) -> Tensor<2> {
        let _ = path;
        output
    }

    /// Feature maps, `[N, channels, height, width]`.
    fn map(&mut self, path: &str, output: Tensor<4>) -> Tensor<4> {
        let _ = path;
        output
    }

    /// Tokens, `[N, tokens, width]`.
    fn tokens(&mut self, path: &str, output: Tensor<3>) -> Tensor<3> {
        let _ = path;
        output
    }

    /// The vectors of tokens, `[N, rows, width]`, before anything is added to them; those of padding have no effect. `spans` says which
    /// tokens of a sequence each row is about: a row for each token, and behind these one for each run of several where a model has vectors
    /// of runs.
    fn embedded(&mut self, path: &str, vectors: Tensor<3>, spans: &[Range<usize>]) -> Tensor<3> {
        let _ = (path, spans);
        vectors
    }

    /// The weights of attention, `[N, heads, tokens, tokens]`: the rows are those who look, and sum to 1. Only where
    /// [`Tap::wants_attention`].
    fn attention(&mut self, path: &str, weights: Tensor<4>) {
        let _ = (path, weights);
    }

    /// Whether attention is computed step by step, so that its weights can be seen. Default false: it may be one operation.
    fn wants_attention(&self) -> bool {
        false
    }
}

/// A row for each of so many tokens.
pub(crate) fn each(tokens: usize) -> Vec<Range<usize>> {
    runs(tokens, 1)
}

/// A row for each of so many tokens, and behind these one for each run of 2 tokens, of 3, and so on up to `most`.
pub(crate) fn runs(tokens: usize, most: usize) -> Vec<Range<usize>> {
    let of = |length: usize| (0..(tokens + 1).saturating_sub(length)).map(move |start| start..start + length);
    (1..=most).flat_map(of).collect()
}

/// Who looks at the outputs of hidden layers on their way; usually nobody, which costs nothing.
pub(crate) struct Observer<'a>(Who<'a>);

enum Who<'a> {
    Nobody,
    Looks(&'a mut Observe<'a>),
    Taps(&'a mut dyn Tap),
}

/// What a hidden layer gives.
pub(crate) trait Output: Sized {
    /// `[N, features]`.
    fn flat(&self) -> Tensor<2>;

    /// What `tap` makes of it.
    fn through(self, path: &str, tap: &mut dyn Tap) -> Self;
}

impl Output for Tensor<2> {
    fn flat(&self) -> Tensor<2> {
        self.clone()
    }

    fn through(self, path: &str, tap: &mut dyn Tap) -> Self {
        tap.features(path, self)
    }
}

impl Output for Tensor<3> {
    fn flat(&self) -> Tensor<2> {
        self.clone().flatten(1, 2)
    }

    fn through(self, path: &str, tap: &mut dyn Tap) -> Self {
        tap.tokens(path, self)
    }
}

impl Output for Tensor<4> {
    fn flat(&self) -> Tensor<2> {
        self.clone().flatten(1, 3)
    }

    fn through(self, path: &str, tap: &mut dyn Tap) -> Self {
        tap.map(path, self)
    }
}

impl<'a> Observer<'a> {
    pub(crate) fn new(observe: &'a mut Observe<'a>) -> Self {
        Self(Who::Looks(observe))
    }

    pub(crate) fn tapped(tap: &'a mut dyn Tap) -> Self {
        Self(Who::Taps(tap))
    }

    pub(crate) fn nobody() -> Self {
        Self(Who::Nobody)
    }

    /// Whether anybody looks.
    pub(crate) fn is_somebody(&self) -> bool {
        !matches!(self.0, Who::Nobody)
    }

    /// Shows the output of a hidden layer. What comes back goes on.
    pub(crate) fn see<T: Output>(&mut self, path: impl FnOnce() -> String, output: T) -> T {
        match &mut self.0 {
            Who::Nobody => output,
            Who::Looks(observe) => {
                observe(&path(), &output.flat());
                output
            }
            Who::Taps(tap) => output.through(&path(), *tap),
        }
    }

    /// Whether somebody may put something in the place of what layers give.
    pub(crate) fn taps(&self) -> bool {
        matches!(self.0, Who::Taps(_))
    }

    /// For taps alone: vectors of tokens, and which tokens each row is about.
    pub(crate) fn embedded(
        &mut self,
        path: &str,
        vectors: Tensor<3>,
        spans: impl FnOnce() -> Vec<Range<usize>>,
    ) -> Tensor<3> {
        match &mut self.0 {
            Who::Taps(tap) => tap.embedded(path, vectors, &spans()),
            _ => vectors,
        }
    }

    /// As [`Observer::see`], for taps alone: the sum behind a residual branch, whose parts are shown already.
    pub(crate) fn see_sum<T: Output>(&mut self, path: impl FnOnce() -> String, output: T) -> T {
        match &mut self.0 {
            Who::Taps(tap) => output.through(&path(), *tap),
            _ => output,
        }
    }

    /// Who wants the weights of attention.
    pub(crate) fn attention(&mut self) -> Option<&mut dyn Tap> {
        match &mut self.0 {
            Who::Taps(tap) if tap.wants_attention() => Some(*tap),
            _ => None,
        }
    }
}

impl fmt::Debug for Observer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_somebody() { "Observer" } else { "nobody" })
    }
}
