//! A loss that is ready to train with.

use burn::tensor::Tensor;
use kiln_data::Targets;

use super::LossTerms;
use super::kind::like;
use super::which::Which;

/// A loss that fits its target.
///
/// | loss | target | outputs of the model |
/// |---|---|---|
/// | cross-entropy | classes | one logit a class |
/// | multi-margin | classes | one number a class, the largest is predicted |
/// | binary cross-entropy, focal, hinge | 2 classes, or one column of numbers in `[0, 1]` (hinge: 0 or 1) | one logit |
/// | binary cross-entropy | labels, 0 or 1 each | one logit a label |
/// | mse, mae, huber, log-cosh, quantile | numbers | one a column |
/// | poisson-nll | counts, 0 and more | the logarithm of the rate, one a column |
/// | gaussian-nll | numbers | the means of all columns, then the logarithms of their variances |
///
/// The mean over a batch is `Σ wᵢ lᵢ / Σ wᵢ`, with the loss `lᵢ` of an item (itself the mean over the columns) and its weight
/// `wᵢ`, 1 without weights. So is scikit-learn's `sample_weight`, and Keras' reduction `mean_with_sample_weight`;
/// Keras' default divides by the number of items. PyTorch's losses take no weights of items; its `weight` is one of classes.
///
/// A loss of one's own is a function ([`Loss::from_fn`]) or a type with the trait [`LossKind`](crate::LossKind) ([`Loss::own`]).
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use kiln_data::Targets;
/// use kiln_objective::{LossConfig, TargetKind};
///
/// let device = Device::default();
/// let target = TargetKind::Classes(3);
/// let loss = LossConfig::default_for(target).build(target)?;
/// let logits = Tensor::<2>::zeros([4, loss.outputs()], &device);
/// let classes = Targets::Classes(Tensor::<1, Int>::from_data([0, 1, 2, 0], &device));
/// let value = loss.forward(logits, &classes).into_scalar::<f32>();
/// assert!((value - 3f32.ln()).abs() < 1e-6);
/// # Ok::<(), kiln_objective::ObjectiveError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Loss {
    pub(super) which: Which,
    pub(super) outputs: usize,
}

impl Loss {
    /// Number of outputs that the model needs.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Number of predictions for an item: as many as outputs, except that gaussian-nll has a variance for each, too.
    pub fn predictions(&self) -> usize {
        self.which.as_kind().predictions(self.outputs)
    }

    /// Whether the outputs are one logit of the second of two classes, so that the class is 1 where it is above 0.
    pub fn is_binary(&self) -> bool {
        self.outputs == 1 && self.which.as_kind().is_binary()
    }

    /// What raw `outputs`, `[N, outputs]`, predict, `[N, predictions]`: rates for poisson-nll, means for gaussian-nll, for
    /// all others the outputs themselves.
    pub fn predict(&self, outputs: Tensor<2>) -> Tensor<2> {
        self.which.as_kind().predict(outputs)
    }

    /// The mean loss, `[1]`. Nothing here waits for the device.
    ///
    /// `outputs` are raw, `[N, outputs]`. Cross-entropy takes values as probabilities, `[N, classes]`; losses of one
    /// logit take them as that of the second class, `[N, 1]`, or of both, `[N, 2]`; the losses for numbers take classes as
    /// the numbers they are written as.
    ///
    /// # Panics
    /// As Burn does, when the shapes of outputs and targets do not match; and multi-margin, for targets that are no classes.
    pub fn forward(&self, outputs: Tensor<2>, targets: &Targets) -> Tensor<1> {
        self.terms(outputs, targets).mean(None)
    }

    /// The mean loss with a weight for each item, `[N]`, not negative: `Σ wᵢ lᵢ / Σ wᵢ`, and 0 where all are 0. Without
    /// weights it is [`forward`](Self::forward).
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
    pub fn weighted(&self, outputs: Tensor<2>, targets: &Targets, weights: Option<&Tensor<1>>) -> Tensor<1> {
        self.terms(outputs, targets).mean(weights)
    }

    /// Numerator and denominator of the weighted mean, each `[1]`, to be summed over batches.
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
    pub fn totals(
        &self,
        outputs: Tensor<2>,
        targets: &Targets,
        weights: Option<&Tensor<1>>,
    ) -> (Tensor<1>, Tensor<1>) {
        self.terms(outputs, targets).totals(weights)
    }

    /// What the items of a batch count together, `[1]`: the denominator of [`weighted`](Self::weighted). `None`: their number.
    ///
    /// The mean over several batches is that of their means, each counted so.
    pub fn weight(&self, targets: &Targets, weights: Option<&Tensor<1>>) -> Option<Tensor<1>> {
        let counts = targets.as_classes().and_then(|classes| self.which.as_kind().counts(classes.clone()));
        match (counts, weights) {
            (Some(counts), Some(weights)) => {
                let weights: Tensor<2> = weights.clone().unsqueeze_dim(1);
                Some(weights.cast(counts.dtype()).mul(counts).sum())
            }
            (Some(counts), None) => Some(counts.sum()),
            (None, weights) => weights.map(|weights| weights.clone().sum()),
        }
    }

    /// The losses themselves, PyTorch's `reduction="none"`: `[N, columns]` for numbers, `[N, 1]` for classes. Their sum is
    /// PyTorch's `reduction="sum"`.
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
    pub fn elements(&self, outputs: Tensor<2>, targets: &Targets) -> Tensor<2> {
        self.terms(outputs, targets).losses
    }

    /// What several members say together: views of an item, passes with dropout, models of an ensemble.
    ///
    /// Takes the raw outputs of each, `[N, outputs]`, and gives raw outputs of the same shape whose prediction is the mean of
    /// theirs: of probabilities for cross-entropy, binary cross-entropy and focal, of rates for poisson-nll, of the outputs for the
    /// others. The variances of gaussian-nll become that of the mixture, `mean(σ² + μ²) − mean(μ)²` (Lakshminarayanan and
    /// others: Simple and scalable predictive uncertainty estimation using deep ensembles, 2017).
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use kiln_objective::{LossConfig, TargetKind};
    ///
    /// let device = Device::default();
    /// let loss = LossConfig::default_for(TargetKind::Classes(2)).build(TargetKind::Classes(2))?;
    /// // Probabilities of 0.9 and 0.5 for the first class.
    /// let sure = Tensor::<2>::from_data([[9f32.ln(), 0.0]], &device);
    /// let unsure = Tensor::<2>::from_data([[0.0, 0.0]], &device);
    /// let both = loss.average(vec![sure, unsure]);
    /// let first: f32 = burn::tensor::activation::softmax(both, 1).slice([0..1, 0..1]).into_scalar();
    /// assert!((first - 0.7).abs() < 1e-6);
    /// # Ok::<(), kiln_objective::ObjectiveError>(())
    /// ```
    ///
    /// # Panics
    /// As Burn does, without a member and when their shapes differ.
    pub fn average(&self, mut members: Vec<Tensor<2>>) -> Tensor<2> {
        if members.len() == 1 {
            return members.remove(0);
        }
        self.which.as_kind().average(Tensor::stack(members, 0))
    }

    /// The same with a share of its label smoothing, `[0, 1]`; `None` where it has none.
    ///
    /// ```
    /// use kiln_objective::{CrossEntropyConfig, LossConfig, TargetKind};
    ///
    /// let config = CrossEntropyConfig { label_smoothing: 0.1, ..CrossEntropyConfig::default() };
    /// let loss = LossConfig::from(config).build(TargetKind::Classes(3))?;
    /// assert!(loss.smoothed(0.5).is_some());
    /// let plain = LossConfig::default_for(TargetKind::Classes(3)).build(TargetKind::Classes(3))?;
    /// assert!(plain.smoothed(0.5).is_none());
    /// # Ok::<(), kiln_objective::ObjectiveError>(())
    /// ```
    pub fn smoothed(&self, share: f64) -> Option<Self> {
        let Which::Config(mut config) = self.which.clone() else { return None };
        config
            .as_kind_mut()
            .smooth(share)
            .then(|| Self { which: Which::Config(config), outputs: self.outputs })
    }

    fn terms(&self, outputs: Tensor<2>, targets: &Targets) -> LossTerms {
        let kind = self.which.as_kind();
        match targets.as_classes() {
            Some(classes) => kind.of_classes(outputs, classes.clone()),
            None => {
                let values = like(targets.numbers(), &outputs);
                LossTerms::of(kind.of_values(outputs, values))
            }
        }
    }
}
