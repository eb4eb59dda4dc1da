//! Means over several members: views of an item, passes with dropout, models of an ensemble.

use burn::tensor::{Tensor, activation};

/// The mean over the members of `[members, N, outputs]`.
pub(super) fn mean(members: Tensor<3>) -> Tensor<2> {
    members.mean_dim(0).squeeze_dim(0)
}

/// `log(mean(exp(x)))` over the members, whatever the size of the numbers.
pub(super) fn log_mean_exp(members: Tensor<3>) -> Tensor<2> {
    let largest = members.clone().max_dim(0);
    mean((members - largest.clone()).exp()).log() + largest.squeeze_dim(0)
}

/// The logit of the mean of the members' probabilities.
pub(super) fn logit_of_mean(members: Tensor<3>) -> Tensor<2> {
    let (yes, no) = (activation::log_sigmoid(members.clone()), activation::log_sigmoid(members.neg()));
    log_mean_exp(yes) - log_mean_exp(no)
}
