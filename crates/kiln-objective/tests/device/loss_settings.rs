//! Settings of losses that are out of range, and losses for another target.

use kiln_objective::{
    BinaryCrossEntropyConfig, CrossEntropyConfig, FocalConfig, GaussianNllConfig, HingeConfig, HuberConfig,
    LossConfig, MaeConfig, QuantileConfig, TargetKind,
};

#[test]
fn settings_that_do_not_fit_are_refused_with_their_key() {
    let message = |config: &LossConfig, target| config.build(target).unwrap_err().to_string();
    let cross = |label_smoothing, class_weights: &[f64]| {
        LossConfig::CrossEntropy(CrossEntropyConfig {
            label_smoothing,
            class_weights: class_weights.to_vec().into(),
            ignore_index: None,
        })
    };
    let classes = TargetKind::Classes(3);
    assert_eq!(
        message(&cross(0.0, &[1.0, 2.0]), classes),
        "loss.class_weights has 2 entries, the target has 3 classes"
    );
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let found = message(&cross(0.0, &[1.0, bad, 1.0]), classes);
        assert_eq!(found, format!("loss.class_weights[1] is {bad}, it must be greater than 0"));
        let huber = LossConfig::Huber(HuberConfig { delta: bad });
        assert!(message(&huber, TargetKind::Values(1)).starts_with("loss.delta is"));
    }
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let binary = LossConfig::BinaryCrossEntropy(BinaryCrossEntropyConfig { pos_weight: bad });
        assert!(message(&binary, TargetKind::Classes(2)).starts_with("loss.pos_weight is"));
        let hinge = LossConfig::Hinge(HingeConfig { margin: bad, squared: false });
        assert!(message(&hinge, TargetKind::Classes(2)).starts_with("loss.margin is"));
        let gaussian = LossConfig::GaussianNll(GaussianNllConfig { full: false, eps: bad });
        assert!(message(&gaussian, TargetKind::Values(2)).starts_with("loss.eps is"));
    }
    for bad in [-0.1, 1.1, f64::NAN] {
        let focal = LossConfig::Focal(FocalConfig { gamma: 2.0, alpha: Some(bad) });
        assert!(message(&focal, TargetKind::Classes(2)).starts_with("loss.alpha is"));
        let quantile = LossConfig::Quantile(QuantileConfig { quantile: bad });
        assert!(message(&quantile, TargetKind::Values(2)).starts_with("loss.quantile is"));
        assert!(message(&cross(bad, &[]), classes).starts_with("loss.label_smoothing is"));
    }
    assert_eq!(
        message(&cross(0.0, &[]), TargetKind::Values(1)),
        "the loss cross-entropy does not fit the target, which is a number"
    );
    assert_eq!(
        message(&LossConfig::Mae(MaeConfig {}), classes),
        "the loss mae does not fit the target, which is one of 3 classes"
    );
    for target in [classes, TargetKind::Values(2)] {
        assert!(LossConfig::BinaryCrossEntropy(Default::default()).build(target).is_err());
    }
    for target in [classes, TargetKind::Values(2)] {
        assert!(LossConfig::default_for(target).build(target).is_ok());
    }
}
