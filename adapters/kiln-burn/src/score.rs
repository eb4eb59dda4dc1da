//! A metric of kiln as a metric of burn-train.

use std::sync::Arc;

use burn::tensor::{Int, Tensor, TensorReadError};
use burn::train::metric::{
    Adaptor, Metric, MetricAttributes, MetricMetadata, MetricName, Numeric, NumericAttributes, NumericEntry,
    SerializedEntry, format_float,
};
use burn::train::{ClassificationOutput, RegressionOutput};
use kiln_core::Direction;
use kiln_train::{Kept, MetricValue, Scores};

/// What a metric of kiln is computed from. `ClassificationOutput` and `RegressionOutput` give it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ScoreInput {
    /// Logits `[N, classes]` and classes `[N]`.
    Classes(Tensor<2>, Tensor<1, Int>),
    /// Predicted and actual numbers, each `[N, columns]`.
    Values(Tensor<2>, Tensor<2>),
}

impl Adaptor<ScoreInput> for ClassificationOutput {
    fn adapt(&self) -> ScoreInput {
        ScoreInput::Classes(self.output.clone(), self.targets.clone())
    }
}

impl Adaptor<ScoreInput> for RegressionOutput {
    fn adapt(&self) -> ScoreInput {
        ScoreInput::Values(self.output.clone(), self.targets.clone())
    }
}

type OfWhole = Arc<dyn Fn(&Kept) -> f64 + Send + Sync>;

/// A metric of kiln as a metric of burn-train, over the whole part: the mean of batches is not what counts, so that there is
/// no value before the end of an epoch.
#[derive(Clone)]
pub struct ScoreMetric {
    name: MetricName,
    direction: Direction,
    scores: Scores,
    of: Option<OfWhole>,
    value: Option<f64>,
}

impl ScoreMetric {
    /// A metric that kiln writes: `accuracy`, `top5_accuracy`, `macro_f1`, `log_loss`, or for numbers `mse`, `mae`, `r2`. `None` for
    /// a name that no direction is known of.
    pub fn new(name: &str) -> Option<Self> {
        Some(Self::with(name, Direction::of_known(name)?, None))
    }

    /// A metric of one's own, or one of `kiln-metrics`, of all items together: their outputs and targets, one after another.
    pub fn of_whole<V: MetricValue>(
        name: &str,
        direction: Direction,
        of: impl Fn(&Kept) -> V + Send + Sync + 'static,
    ) -> Self {
        Self::with(name, direction, Some(Arc::new(move |kept: &Kept| of(kept).value())))
    }

    fn with(name: &str, direction: Direction, of: Option<OfWhole>) -> Self {
        Self { name: Arc::new(name.to_owned()), direction, scores: Scores::new(), of, value: None }
    }

    fn add(&mut self, input: &ScoreInput) -> Result<(), TensorReadError> {
        let (ScoreInput::Classes(outputs, _) | ScoreInput::Values(outputs, _)) = input;
        let (width, outputs) = (outputs.dims()[1], outputs.try_to_vec_as::<f32>()?);
        let targets = match input {
            ScoreInput::Classes(_, targets) => targets.try_to_vec_as::<f32>()?,
            ScoreInput::Values(_, targets) => targets.try_to_vec_as::<f32>()?,
        };
        match (&self.of, input) {
            (Some(of), _) => {
                let of = Arc::clone(of);
                self.scores.keep(&outputs, &targets).metric(self.name.as_str(), move |kept| of(kept));
            }
            (None, ScoreInput::Classes(..)) => {
                let labels: Vec<u32> = targets.iter().map(|target| *target as u32).collect();
                self.scores.add_classes(&outputs, &labels, width.max(2));
            }
            (None, ScoreInput::Values(..)) => self.scores.add_values(&outputs, &targets, width),
        }
        Ok(())
    }
}

impl Metric for ScoreMetric {
    type Input = ScoreInput;

    fn name(&self) -> MetricName {
        Arc::clone(&self.name)
    }

    fn attributes(&self) -> MetricAttributes {
        NumericAttributes { unit: None, higher_is_better: self.direction == Direction::Maximise }.into()
    }

    fn update(&mut self, input: &ScoreInput, _: &MetricMetadata) -> Result<SerializedEntry, TensorReadError> {
        self.add(input)?;
        Ok(SerializedEntry::not_available(None))
    }

    fn compute(&mut self) -> Result<SerializedEntry, TensorReadError> {
        let value = self.scores.metrics().get(&self.name).unwrap_or(f64::NAN);
        self.value = Some(value);
        let text = format!("epoch {} - batch {}", format_float(value, 3), SerializedEntry::NOT_AVAILABLE);
        Ok(SerializedEntry::new(text, NumericEntry::Final(value).serialize()))
    }

    fn clear(&mut self) {
        self.scores = Scores::new();
        self.value = None;
    }
}

impl Numeric for ScoreMetric {
    fn value(&self) -> Option<NumericEntry> {
        self.value.map(NumericEntry::Value)
    }

    fn running_value(&self) -> Option<NumericEntry> {
        self.value()
    }

    fn final_value(&self) -> NumericEntry {
        NumericEntry::Final(self.value.unwrap_or(f64::NAN))
    }
}

impl std::fmt::Debug for ScoreMetric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut all = f.debug_struct("ScoreMetric");
        all.field("name", &self.name).field("direction", &self.direction).finish_non_exhaustive()
    }
}
