//! Metrics of a user's own over all items of a part.

use std::sync::Arc;

use kiln_core::Metric;

use super::Supervised;
use crate::scores::of_whole;
use crate::{Kept, MetricValue, Scores};

impl<M> Supervised<M> {
    /// Scores a metric of your own besides, which `of` computes from all items of a part together. It sees the targets, the
    /// weights and, in [`Kept::rows`], the predictions: numbers in the units of the data; of classes one logit each, of two
    /// classes with a loss of one logit (`binary-cross-entropy`, `focal`, `hinge`) that of the second; of labels one logit each. Added
    /// after those that are always scored.
    ///
    /// Where `of` gives an error or NaN, the metric is not defined. [`TrainConfig::monitor`](crate::TrainConfig::monitor) may name
    /// it; then such a value ends the training with an error.
    ///
    /// ```
    /// # use burn::nn::Linear;
    /// # use kiln_core::{Metric, Seed};
    /// # use kiln_data::{DataConfig, Inputs, Prepared};
    /// # use kiln_objective::{LossConfig, TargetKind};
    /// # use kiln_train::Supervised;
    /// # let diabetes = Prepared::load(&DataConfig::new("diabetes"), Seed::new(0))?;
    /// # let target = TargetKind::Values(diabetes.fitted.outputs());
    /// # let loss = LossConfig::default_for(target).build(target)?;
    /// # let forward = |model: &Linear, inputs: Inputs, _: Option<Seed>| model.forward(inputs.flat());
    /// let task = Supervised::new(forward, loss, diabetes.fitted.clone())
    ///     .metric(Metric::minimise("worst"), |all| {
    ///         let errors = all.predictions().iter().zip(all.targets()).map(|(predicted, y)| (predicted - y).abs());
    ///         errors.fold(0.0, f64::max)
    ///     });
    /// # let _ = task;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn metric<V: MetricValue>(
        mut self,
        metric: impl Into<Metric>,
        of: impl Fn(&Kept) -> V + Send + Sync + 'static,
    ) -> Self {
        self.metrics.push((metric.into(), of_whole(of)));
        self
    }

    /// Keeps all outputs and targets of a part that is scored, for whoever looks at them afterwards:
    /// [`Scores::kept`] of [`OUTPUTS`](Self::OUTPUTS). 8 bytes each. Default: only what metrics of your own need.
    #[must_use]
    pub fn keep_outputs(mut self) -> Self {
        self.keeps_outputs = true;
        self
    }

    /// The name that [`keep_outputs`](Self::keep_outputs) keeps under.
    pub const OUTPUTS: &'static str = "outputs";

    /// Keeps what the metrics of one's own need.
    pub(super) fn keep<P: Copy + Into<f64>, T: Copy + Into<f64>>(
        &self,
        outputs: &[P],
        targets: &[T],
        weights: Option<&[f32]>,
        scores: &mut Scores,
    ) {
        if self.keeps_outputs {
            scores.keep_as(Self::OUTPUTS, outputs, targets, weights);
        }
        if !self.metrics.is_empty() {
            let whole = scores.keep_weighted(outputs, targets, weights);
            for (metric, of) in &self.metrics {
                whole.shared(metric, || Arc::clone(of));
            }
        }
    }
}
