//! Cross-entropy of probabilities against PyTorch (`tests/golden/losses.py`): with weights of classes, smoothing, and
//! weights of items.

use kiln_data::Targets;
use kiln_objective::{CrossEntropyConfig, LossConfig, TargetKind};
use kiln_testkit::device;

use crate::losses::check;

use crate::common::{Golden, assert_close, numbers, precisions};

#[test]
fn cross_entropy_of_probabilities_is_pytorchs() {
    let golden = Golden::open("losses");
    for (name, class_weights) in [("plain", Vec::new()), ("weighted", golden.numbers("weights"))] {
        for smoothing in ["0.0", "0.1", "1.0"] {
            let config = CrossEntropyConfig {
                label_smoothing: smoothing.parse().unwrap(),
                class_weights: class_weights.clone().into(),
                ignore_index: None,
            };
            let loss = LossConfig::CrossEntropy(config).build(TargetKind::Classes(5)).unwrap();
            for targets in ["shares", "mixed", "multiples"] {
                let case = format!("soft/{targets}/{name}/{smoothing}");
                check(&golden, &case, &loss, "logits", targets);
                check(&golden, &format!("{case}/huge"), &loss, "huge", targets);
                for (dtype, tolerance) in precisions() {
                    let device = device().autodiff();
                    let logits = golden.tensor::<2>("logits", dtype, &device).require_grad();
                    let targets = Targets::Values(golden.tensor(targets, dtype, &device));
                    let weights = golden.tensor("sample_weights", dtype, &device);
                    let value = loss.weighted(logits.clone(), &targets, Some(&weights));
                    let gradient = logits.grad(&value.backward()).unwrap();
                    let expected = |part: &str| golden.numbers(&format!("{case}/items/{part}"));
                    assert_close(&numbers(value.inner()), &expected("value"), tolerance, &case);
                    assert_close(&numbers(gradient), &expected("gradient"), tolerance, &case);
                }
            }
        }
    }
}
