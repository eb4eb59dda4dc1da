//! A new loss is one file and one line. The file is the one that the guide shows, and that `.ci/new-kinds` adds to a copy of the
//! repository; the line is that of the list below.

#![allow(unreachable_pub, reason = "the file is that of a library")]

use burn::tensor::Tensor;
use kiln_core::kinds;
use kiln_objective::LossKind;
use kiln_testkit::{check_kinds, device};

use crate::{ObjectiveError, TargetKind};

kinds! {
    /// A list of losses.
    pub enum NewLoss: LossKind {
        "cauchy" => cauchy::Cauchy(CauchyConfig),
    }
}

#[test]
fn its_settings_are_read_checked_and_described() {
    check_kinds::<NewLoss, NewLoss>("loss", &["cauchy"], |loss| {
        loss.as_kind().check(1).map_err(|error: ObjectiveError| Box::new(error) as _)
    });
    let loss: NewLoss = toml::from_str("kind = \"cauchy\"").unwrap();
    assert_eq!(loss.as_kind().outputs(TargetKind::Values(3)), Some(3));
    assert_eq!(loss.as_kind().outputs(TargetKind::Classes(3)), None);
}

#[test]
fn its_formula_is_that_of_the_paper() {
    let loss: NewLoss = toml::from_str("kind = \"cauchy\"\nscale = 2.0").unwrap();
    let tensor = |values: [f32; 2]| Tensor::<2>::from_data([values], &device());
    let losses = loss.as_kind().of_values(tensor([0.0, 5.0]), tensor([2.0, 5.0]));
    let losses: Vec<f32> = losses.into_data().iter().collect();
    assert!((losses[0] - 2f32.ln()).abs() < 1e-6 && losses[1] == 0.0, "{losses:?}");
}
