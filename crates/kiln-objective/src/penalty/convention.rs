//! The same strength in the conventions of others.

use std::fmt;

/// What a strength multiplies, and beside which loss: every library has its own.
///
/// With `J` the mean loss of kiln over `n` training items, the mean squared error without a ½ or the mean
/// cross-entropy, each library minimises a multiple of `J` and a penalty of its own:
///
/// | convention | minimises, for the squared error | for the cross-entropy |
/// |---|---|---|
/// | [`KilnL2`](Self::KilnL2), [`KerasL2`](Self::KerasL2) | `J + s Σ w²` | the same |
/// | [`TorchWeightDecay`](Self::TorchWeightDecay), coupled | `J + s/2 Σ w²` | the same |
/// | [`SklearnRidge`](Self::SklearnRidge) `alpha` | `n J + s Σ w²` | – |
/// | [`SklearnLogisticC`](Self::SklearnLogisticC), L2 | – | `s n J + ½ Σ w²` |
/// | [`GlmnetRidge`](Self::GlmnetRidge) `lambda`, `alpha = 0` | `J/2 + s/2 Σ w²` | `J + s/2 Σ w²` |
/// | [`KilnL1`](Self::KilnL1) | `J + s Σ |w|` | the same |
/// | [`SklearnLasso`](Self::SklearnLasso) `alpha`, and glmnet's `lambda` with `alpha = 1` | `J/2 + s Σ |w|` | `J + s Σ |w|` (glmnet) |
///
/// glmnet divides a squared-error target by its standard deviation first; a strength of kiln stands for that of a
/// target which is so scaled already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Convention {
    /// kiln's `l2`: no ½.
    KilnL2,
    /// kiln's `l1`.
    KilnL1,
    /// `weight_decay` of a coupled optimiser such as `torch.optim.SGD`: the gradient of a penalty with ½.
    TorchWeightDecay,
    /// `keras.regularizers.L2`.
    KerasL2,
    /// `sklearn.linear_model.Ridge(alpha)`: the squared error is summed.
    SklearnRidge,
    /// `sklearn.linear_model.Lasso(alpha)`: the squared error has ½ and is averaged.
    SklearnLasso,
    /// `sklearn.linear_model.LogisticRegression(C)`: an inverse strength, the loss is summed.
    SklearnLogisticC,
    /// glmnet's `lambda` with `alpha = 0`.
    GlmnetRidge,
}

/// The loss that a strength stands beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// The squared error.
    SquaredError,
    /// A cross-entropy.
    CrossEntropy,
}

/// Which power of the weights a penalty sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Power {
    One,
    Two,
}

/// A strength in kiln's terms is `factor · n^power_of_n · s`, or that over `s` for an inverse strength.
struct Rule {
    power: Power,
    factor: f64,
    per_item: bool,
    inverse: bool,
}

impl Convention {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::KilnL2,
        Self::KilnL1,
        Self::TorchWeightDecay,
        Self::KerasL2,
        Self::SklearnRidge,
        Self::SklearnLasso,
        Self::SklearnLogisticC,
        Self::GlmnetRidge,
    ];

    /// kiln's strength (`λ Σ w²` or `λ Σ |w|` beside the mean loss) for one rule; `None` where the convention is not
    /// for this loss.
    fn rule(self, beside: Beside) -> Option<Rule> {
        let squared = beside == Beside::SquaredError;
        let rule = |power, factor| Rule { power, factor, per_item: false, inverse: false };
        Some(match self {
            Self::KilnL2 | Self::KerasL2 => rule(Power::Two, 1.0),
            Self::KilnL1 => rule(Power::One, 1.0),
            Self::TorchWeightDecay => rule(Power::Two, 0.5),
            Self::SklearnRidge if squared => Rule { per_item: true, ..rule(Power::Two, 1.0) },
            Self::SklearnLogisticC if !squared => {
                Rule { per_item: true, inverse: true, ..rule(Power::Two, 0.5) }
            }
            Self::GlmnetRidge => rule(Power::Two, if squared { 1.0 } else { 0.5 }),
            Self::SklearnLasso => rule(Power::One, if squared { 2.0 } else { 1.0 }),
            Self::SklearnRidge | Self::SklearnLogisticC => return None,
        })
    }

    /// The strength in another convention that has the same optimum, with `items` training items.
    ///
    /// `None` between an L1 and an L2 convention, for a convention that is not for this loss, and for an inverse
    /// strength of nothing.
    ///
    /// ```
    /// use kiln_objective::{Beside, Convention};
    ///
    /// let to = |convention| Convention::KilnL2.translate(0.01, convention, Beside::SquaredError, 100);
    /// assert_eq!(to(Convention::TorchWeightDecay), Some(0.02));
    /// assert_eq!(to(Convention::SklearnRidge), Some(1.0));
    /// assert_eq!(to(Convention::SklearnLasso), None);
    /// ```
    pub fn translate(self, strength: f64, to: Self, beside: Beside, items: usize) -> Option<f64> {
        let (from, to) = (self.rule(beside)?, to.rule(beside)?);
        if from.power != to.power {
            return None;
        }
        let per = |rule: &Rule| if rule.per_item { rule.factor / items as f64 } else { rule.factor };
        let kiln = if from.inverse { per(&from) / strength } else { per(&from) * strength };
        let found = if to.inverse { per(&to) / kiln } else { kiln / per(&to) };
        found.is_finite().then_some(found)
    }

    /// The strength as other libraries write it, for n training items, as one line of text.
    ///
    /// ```
    /// use kiln_objective::Convention;
    ///
    /// let line = "elsewhere, for n training items: scikit-learn Lasso alpha, glmnet lambda 0.05 (mse) or 0.1 (cross-entropy)";
    /// assert_eq!(Convention::KilnL1.elsewhere(0.1), line);
    /// ```
    pub fn elsewhere(self, strength: f64) -> String {
        let (squared, entropy) = (Beside::SquaredError, Beside::CrossEntropy);
        // With one item, what is proportional to n is the factor of n.
        let of = |to, beside| self.translate(strength, to, beside, 1).map(|s| format!("{s:?}"));
        let both = |to| Some(format!("{} (mse) or {} (cross-entropy)", of(to, squared)?, of(to, entropy)?));
        let known = [
            ("scikit-learn Lasso alpha, glmnet lambda", both(Self::SklearnLasso)),
            ("PyTorch weight_decay", of(Self::TorchWeightDecay, squared)),
            ("Keras L2", of(Self::KerasL2, squared)),
            ("scikit-learn Ridge alpha", of(Self::SklearnRidge, squared).map(|s| format!("{s}·n"))),
            ("LogisticRegression C", of(Self::SklearnLogisticC, entropy).map(|s| format!("{s}/n"))),
            ("glmnet lambda", both(Self::GlmnetRidge)),
        ];
        let parts: Vec<String> =
            known.into_iter().filter_map(|(name, value)| Some(format!("{name} {}", value?))).collect();
        format!("elsewhere, for n training items: {}", parts.join(", "))
    }
}

impl fmt::Display for Convention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KilnL2 => "kiln l2 strength",
            Self::KilnL1 => "kiln l1 strength",
            Self::TorchWeightDecay => "PyTorch weight_decay",
            Self::KerasL2 => "Keras L2",
            Self::SklearnRidge => "scikit-learn Ridge alpha",
            Self::SklearnLasso => "scikit-learn Lasso alpha",
            Self::SklearnLogisticC => "scikit-learn LogisticRegression C",
            Self::GlmnetRidge => "glmnet lambda (alpha = 0)",
        })
    }
}
