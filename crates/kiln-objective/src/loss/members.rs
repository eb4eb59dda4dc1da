//! The outputs of several members as those of one.

use burn::tensor::{Tensor, activation};

use super::{Kind, Loss};

impl Loss {
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
        let outputs: Tensor<3> = Tensor::stack(members, 0);
        match self.kind {
            Kind::CrossEntropy(_) => log_mean_exp(activation::log_softmax(outputs, 2)),
            Kind::Binary { .. } | Kind::Focal { .. } => {
                let (yes, no) =
                    (activation::log_sigmoid(outputs.clone()), activation::log_sigmoid(outputs.neg()));
                log_mean_exp(yes) - log_mean_exp(no)
            }
            Kind::PoissonNll { .. } => log_mean_exp(outputs),
            Kind::GaussianNll { .. } => {
                let columns = self.predictions();
                let means = outputs.clone().narrow(2, 0, columns);
                let variances = outputs.narrow(2, columns, columns).exp();
                let mean = mean(means.clone());
                // Differences from the mean, not of squares: nothing cancels.
                let spread = (means - mean.clone().unsqueeze_dim(0)).square();
                Tensor::cat(vec![mean, self::mean(variances + spread).log()], 1)
            }
            _ => mean(outputs),
        }
    }
}

fn mean(members: Tensor<3>) -> Tensor<2> {
    members.mean_dim(0).squeeze_dim(0)
}

/// `log(mean(exp(x)))` over the members, whatever the size of the numbers.
fn log_mean_exp(members: Tensor<3>) -> Tensor<2> {
    let largest = members.clone().max_dim(0);
    mean((members - largest.clone()).exp()).log() + largest.squeeze_dim(0)
}
