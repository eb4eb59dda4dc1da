//! A new optimiser is one file and one line. The file is the one that `.ci/new-kinds` adds to a copy of the repository; the line
//! is that of the list below.

#![allow(unreachable_pub, reason = "the file is that of a library")]

use burn::tensor::Tensor;
use kiln_core::kinds;
use kiln_optim::{At, DecayForm, Elastic, Kept, OptimKind, Shared};
use kiln_testkit::{check_kinds, device};

kinds! {
    /// A list of optimisers.
    pub enum NewOptimizer: OptimKind {
        "sign-sgd" => sign_sgd::SignSgd(SignSgdConfig),
    }
}

#[test]
fn its_settings_are_read_checked_and_described() {
    check_kinds::<NewOptimizer, NewOptimizer>("optim", &["sign-sgd"], |optimizer| {
        optimizer.as_kind().rule().map(|_| ()).map_err(|error| Box::new(error) as _)
    });
}

#[test]
fn its_update_is_that_of_the_paper() {
    let config: NewOptimizer = toml::from_str("kind = \"sign-sgd\"\nlr = 0.5").unwrap();
    let tensor = |values: [f32; 3]| Tensor::<1>::from_data(values, &device());
    let at = At { lr: 0.5, step: 1, weight_decay: 0.5, prox: Elastic::default(), dims: &[3] };
    let gradient = tensor([3.0, -0.1, 0.0]).into();
    let rule = config.as_kind().rule().unwrap();
    let (weight, _) = rule.update(tensor([1.0, 2.0, 4.0]), gradient, Kept::default(), at);
    assert_eq!(weight.into_data().as_slice::<f32>().unwrap(), [0.25, 2.0, 3.0]);
}
