//! Losses that are functions on tensors, against PyTorch (`tests/golden/losses.py`).

use burn::tensor::{Bool, DType, Device, Tensor};
use kiln_objective::functional;
use kiln_testkit::device;

use crate::common::{Golden, assert_close, numbers, precisions};

/// Losses of the items, their mean, and its gradient at the golden tensor `inputs`.
fn check<const D: usize>(
    golden: &Golden,
    case: &str,
    inputs: &str,
    loss: impl Fn(Tensor<2>, DType, &Device) -> Tensor<D>,
) {
    for (dtype, tolerance) in precisions() {
        let device = device().autodiff();
        let inputs = golden.tensor::<2>(inputs, dtype, &device).require_grad();
        let losses = loss(inputs.clone(), dtype, &device);
        let mean = losses.clone().mean();
        let gradient = inputs.grad(&mean.backward()).unwrap();
        for (part, found) in [
            ("none", numbers(losses.inner())),
            ("value", numbers(mean.inner())),
            ("gradient", numbers(gradient)),
        ] {
            let expected = golden.numbers(&format!("{case}/{part}"));
            assert_close(&found, &expected, tolerance, &format!("{case}/{part}, {dtype:?}"));
        }
    }
}

#[test]
fn divergence_is_pytorchs() {
    let golden = Golden::open("losses");
    check(&golden, "kl", "log_p", |x, dtype, device| {
        functional::kl_divergence(x, golden.tensor("with_zeros", dtype, device))
    });
    for (dtype, tolerance) in precisions() {
        let tensor = |name| golden.tensor::<2>(name, dtype, &device());
        let items = functional::kl_divergence(tensor("log_p"), tensor("with_zeros")).sum_dim(1);
        let expected = golden.numbers("kl/batchmean/value");
        assert_close(&numbers(items.mean()), &expected, tolerance, "kl/batchmean");
    }
}

#[test]
fn losses_of_pairs_and_triplets_are_pytorchs() {
    let golden = Golden::open("losses");
    for margin in ["0.0", "0.3"] {
        check(&golden, &format!("cosine/{margin}"), "anchor", |x, dtype, device| {
            let same: Tensor<1, Bool> = golden.classes("same", device).equal_elem(1);
            let other = golden.tensor("positive", dtype, device);
            functional::cosine_embedding(x, other, same, margin.parse().unwrap())
        });
    }
    for margin in ["1.0", "0.2"] {
        for swap in [false, true] {
            check(&golden, &format!("triplet/{margin}/{swap}"), "anchor", |x, dtype, device| {
                let other = |name| golden.tensor(name, dtype, device);
                let (positive, negative) = (other("positive"), other("negative"));
                functional::triplet_margin(x, positive, negative, margin.parse().unwrap(), swap)
            });
        }
    }
}

#[test]
fn losses_of_masks_are_their_formulas() {
    let golden = Golden::open("losses");
    check(&golden, "dice", "probabilities", |x, dtype, device| {
        functional::dice(x, golden.tensor("mask", dtype, device), 1.0)
    });
    check(&golden, "tversky", "probabilities", |x, dtype, device| {
        functional::tversky(x, golden.tensor("mask", dtype, device), 0.3, 0.7, 1.0)
    });
    // Dice is a Tversky loss.
    let tensor = |name| golden.tensor::<2>(name, DType::F32, &device());
    let dice = functional::dice(tensor("probabilities"), tensor("mask"), 1.0);
    let tversky = functional::tversky(tensor("probabilities"), tensor("mask"), 0.5, 0.5, 0.5);
    assert_close(&numbers(dice), &numbers(tversky), 1e-6, "dice, tversky");
}

#[test]
fn likelihoods_with_rates_and_variances_are_pytorchs() {
    let golden = Golden::open("losses");
    for full in [false, true] {
        for (dtype, tolerance) in precisions() {
            let outputs = golden.tensor::<2>("outputs", dtype, &device()).abs().add_scalar(0.1);
            let counts = golden.tensor("counts", dtype, &device());
            let found = functional::poisson_nll(outputs, counts, false, full);
            let case = format!("poisson/{full}/rate/none");
            assert_close(&numbers(found), &golden.numbers(&case), tolerance, &case);
        }
    }
    check(&golden, "gaussian/variances", "variances", |v, dtype, device| {
        let other = |name| golden.tensor(name, dtype, device);
        functional::gaussian_nll(other("outputs"), other("values"), v, false, 1e-2)
    });
}
