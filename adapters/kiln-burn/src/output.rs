//! What a step of a model for burn-train gives.

use burn::tensor::Tensor;
use burn::train::{ClassificationOutput, MultiLabelClassificationOutput, RegressionOutput};
use kiln_train::Scores;

/// What a step of a model for burn-train gives: a loss, and what to score.
///
/// | output | metrics |
/// |---|---|
/// | `ClassificationOutput`, with logits | loss, accuracy, top-5 accuracy, macro F1, log-loss |
/// | `RegressionOutput` | loss, MSE, MAE, R² |
/// | `MultiLabelClassificationOutput` | loss |
///
/// Implement it for an output of your own.
pub trait StepOutput {
    /// The loss, `[1]`, or one for each item: the mean counts.
    fn loss(&self) -> Tensor<1>;

    /// Adds the items to the scores, the loss among them.
    fn score(&self, scores: &mut Scores);
}

impl StepOutput for ClassificationOutput {
    fn loss(&self) -> Tensor<1> {
        self.loss.clone()
    }

    fn score(&self, scores: &mut Scores) {
        let [items, classes] = self.output.dims();
        add_loss(scores, &self.loss, items);
        let labels: Vec<u32> = self.targets.to_data().iter::<i64>().map(|label| label as u32).collect();
        // One logit is that of the second of two classes.
        scores.add_classes(&numbers(&self.output), &labels, classes.max(2));
    }
}

impl StepOutput for RegressionOutput {
    fn loss(&self) -> Tensor<1> {
        self.loss.clone()
    }

    fn score(&self, scores: &mut Scores) {
        let [items, columns] = self.output.dims();
        add_loss(scores, &self.loss, items);
        scores.add_values(&numbers(&self.output), &numbers(&self.targets), columns);
    }
}

impl StepOutput for MultiLabelClassificationOutput {
    fn loss(&self) -> Tensor<1> {
        self.loss.clone()
    }

    fn score(&self, scores: &mut Scores) {
        add_loss(scores, &self.loss, self.output.dims()[0]);
    }
}

fn add_loss(scores: &mut Scores, loss: &Tensor<1>, items: usize) {
    scores.add_mean("loss", f64::from(loss.clone().mean().into_scalar::<f32>()), items);
}

/// The elements on the host.
fn numbers(tensor: &Tensor<2>) -> Vec<f32> {
    tensor.to_data().iter::<f32>().collect()
}
