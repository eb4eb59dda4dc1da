//! Schedules against PyTorch (`tests/golden/schedules.py`), their ends, and what is refused.

use kiln_optim::{
    CosineRestartsShape, CosineShape, CyclicShape, ExponentialShape, GroupConfig, InversePowerShape,
    InverseTimeShape, LearningRate, LinearShape, MultiStepShape, NoamShape, OptimError, PlateauShape,
    PolynomialShape, ProductShape, ScheduleConfig, SequentialShape, ShapeConfig, StepShape,
};

use crate::schedule_laws::{one_cycle, plateau};
use serde_json::Value;

fn golden() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/schedules.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn config(section: &Value) -> ScheduleConfig {
    serde_json::from_value(section.clone()).unwrap()
}

fn shape(shape: impl Into<ShapeConfig>) -> ScheduleConfig {
    shape.into().into()
}

fn build(config: impl Into<ShapeConfig>, steps_per_epoch: u64, total: u64) -> LearningRate {
    shape(config).build(0.5, steps_per_epoch, total).unwrap()
}

#[test]
fn rates_are_pytorchs_to_1e_12_of_the_base_rate() {
    let golden = golden();
    let lr = golden["lr"].as_f64().unwrap();
    let mut compared = 0;
    for (name, case) in golden["cases"].as_object().unwrap() {
        let number = |key: &str| case[key].as_u64().unwrap();
        let rate = config(&case["schedule"]).build(lr, number("steps_per_epoch"), number("steps")).unwrap();
        for pair in case["rates"].as_array().unwrap() {
            let (step, expected) = (pair[0].as_u64().unwrap(), pair[1].as_f64().unwrap());
            let found = rate.at(step);
            assert!((found - expected).abs() <= 1e-12 * lr, "{name} at {step}: {found}, not {expected}");
            compared += 1;
        }
        for pair in case["momenta"].as_array().into_iter().flatten() {
            let (step, expected) = (pair[0].as_u64().unwrap(), pair[1].as_f64().unwrap());
            let found = rate.momentum_at(step).unwrap();
            assert!(
                (found - expected).abs() <= 1e-12,
                "momentum of {name} at {step}: {found}, not {expected}"
            );
        }
        assert_eq!(rate.momentum_at(0).is_some(), case["momenta"].is_array());
        // Every step, by the sum: what is off by 1e-12 everywhere, or by more somewhere, shows.
        let (mut sum, steps) = (0.0, number("steps"));
        for step in 0..steps {
            sum += rate.at(step);
        }
        let expected = case["sum"].as_f64().unwrap();
        assert!((sum - expected).abs() <= 1e-12 * lr * steps as f64, "{name}: sum {sum}, not {expected}");
    }
    assert!(compared > 3000, "{compared}");
}

#[test]
fn plateaus_are_pytorchs() {
    let golden = golden();
    let lr = golden["lr"].as_f64().unwrap();
    for (name, case) in golden["plateau"].as_object().unwrap() {
        let maximise = case["maximise"].as_bool().unwrap();
        let list = |key: &str| -> Vec<f64> { serde_json::from_value(case[key].clone()).unwrap() };
        let mut rate = config(&case["schedule"]).build(lr, 10, 1000).unwrap();
        assert!(rate.needs_metric());
        for (epoch, (metric, expected)) in list("metrics").into_iter().zip(list("rates")).enumerate() {
            let before = rate.at(5);
            assert_eq!(rate.observe(metric, maximise), rate.at(5) < before);
            let found = rate.at(5);
            assert!((found - expected).abs() <= 1e-12 * lr, "{name}, epoch {epoch}: {found}, not {expected}");
            // A fresh one takes over in the middle, through text.
            let text = serde_json::to_string(&rate.state().unwrap()).unwrap();
            rate = config(&case["schedule"]).build(lr, 10, 1000).unwrap();
            assert!(epoch == 0 || rate.state().map(|s| s.epochs) == Some(0));
            rate.restore(serde_json::from_str(&text).unwrap());
        }
        assert!(rate.at(0) < lr, "{name}: the rate never fell");
    }
}

#[test]
fn a_relative_threshold_has_the_right_sign_for_negative_metrics() {
    let drops = plateau(0.5, 0, 0.1);
    // From −1, less is better: −1.05 is within 10 % and no improvement, −1.2 is one.
    let mut down = build(drops.clone(), 1, 10);
    assert!(!down.observe(-1.0, false) && down.observe(-1.05, false) && !down.observe(-1.2, false));
    let mut up = build(drops, 1, 10);
    assert!(!up.observe(-1.0, true) && up.observe(-0.95, true) && !up.observe(-0.8, true));
}

#[test]
fn a_metric_that_is_not_finite_is_never_better() {
    let drops = plateau(0.5, 1, 0.0);
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut rate = build(drops.clone(), 1, 10);
        assert!(!rate.observe(bad, false) && rate.observe(bad, false));
        assert_eq!(rate.state().unwrap().best, None);
        assert!(!rate.observe(1.0, false));
        assert_eq!(rate.state().unwrap().best, Some(1.0));
    }
}

#[test]
fn bad_epochs_of_the_warm_up_do_not_count() {
    let config = ScheduleConfig { warmup: 1.5, ..shape(plateau(0.5, 0, 0.0)) };
    let mut rate = config.build(1.0, 10, 100).unwrap();
    assert_eq!((rate.at(0), rate.at(3), rate.at(15)), (0.0, 0.2, 1.0));
    assert!(!rate.observe(1.0, false) && !rate.observe(2.0, false));
    assert!(rate.observe(2.0, false));
    assert_eq!((rate.at(3), rate.at(40)), (0.1, 0.5));
}

#[test]
fn annealing_stays_at_its_end() {
    let end = 0.2;
    for config in [
        ShapeConfig::Linear(LinearShape { start: 1.0, end }),
        ShapeConfig::Cosine(CosineShape { end }),
        ShapeConfig::Polynomial(PolynomialShape { power: 3.0, end }),
    ] {
        let rate = build(config.clone(), 10, 50);
        assert_eq!(rate.at(0), 0.5, "{config:?}");
        assert!(rate.at(49) > 0.1);
        for late in [50, 51, 75, 100, 1000, u64::MAX] {
            assert!((rate.at(late) - 0.1).abs() < 1e-15, "{config:?} at {late}");
        }
    }
    let rate = build(one_cycle(0.3, 25.0, 1e4), 10, 50);
    for late in [49, 50, 51, 75, u64::MAX] {
        assert!((rate.at(late) - 0.5 / 25.0 / 1e4).abs() < 1e-15);
    }
}

#[test]
fn the_shortest_runs_have_finite_rates() {
    let end = 0.0;
    for config in [
        ShapeConfig::Linear(LinearShape { start: 1.0, end }),
        ShapeConfig::Cosine(CosineShape { end }),
        ShapeConfig::Polynomial(PolynomialShape { power: 0.5, end }),
        one_cycle(0.3, 25.0, 1e4),
        one_cycle(0.0, 25.0, 1e4),
        one_cycle(1.0, 25.0, 1e4),
        ShapeConfig::Step(StepShape { every: 1e-9, gamma: 0.5 }),
        ShapeConfig::MultiStep(MultiStepShape { milestones: vec![0.0, 1e300], gamma: 0.5 }),
        ShapeConfig::Exponential(ExponentialShape { gamma: 1e-300 }),
        ShapeConfig::InversePower(InversePowerShape { power: 1e300 }),
    ] {
        for total in [0, 1, 2, 3] {
            for warmup in [0.0, 1.0, 1e300] {
                let config = ScheduleConfig { warmup, ..shape(config.clone()) };
                let rate = config.build(0.5, 1, total).unwrap();
                for step in 0..5 {
                    let found = rate.at(step);
                    assert!((0.0..=0.5).contains(&found), "{config:?}, {total} steps, at {step}: {found}");
                }
            }
        }
    }
}

#[test]
fn step_and_exponential_meet_at_whole_epochs() {
    let step = build(StepShape { every: 1.0, gamma: 0.5 }, 4, 100);
    let exponential = build(ExponentialShape { gamma: 0.5 }, 4, 100);
    for epoch in 0..10 {
        assert!((step.at(4 * epoch) - exponential.at(4 * epoch)).abs() < 1e-15);
        assert_eq!(step.at(4 * epoch), step.at(4 * epoch + 3));
        assert!(exponential.at(4 * epoch + 1) < exponential.at(4 * epoch));
    }
}

#[test]
fn only_a_plateau_takes_a_metric() {
    let mut rate = build(ShapeConfig::default(), 10, 100);
    assert!(!rate.needs_metric() && rate.state().is_none());
    for _ in 0..50 {
        assert!(!rate.observe(1.0, false));
    }
    assert_eq!(rate.at(7), 0.5);
}

#[test]
fn settings_out_of_range_are_refused_with_their_key() {
    let refused = |config: ScheduleConfig, key: &str| {
        let error = config.build(0.1, 10, 100).unwrap_err();
        assert!(error.to_string().starts_with(&format!("schedule.{key} is ")), "{error}");
    };
    for bad in [-0.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        refused(ScheduleConfig { warmup: bad, ..Default::default() }, "warmup");
        refused(ScheduleConfig { warmup_start: bad, ..Default::default() }, "warmup_start");
        refused(shape(StepShape { every: bad, gamma: 0.1 }), "every");
        refused(shape(StepShape { every: 1.0, gamma: bad }), "gamma");
        refused(shape(MultiStepShape { milestones: vec![bad], gamma: 0.1 }), "milestones");
        refused(shape(MultiStepShape { milestones: vec![1.0], gamma: bad }), "gamma");
        refused(shape(ExponentialShape { gamma: bad }), "gamma");
        refused(shape(PolynomialShape { power: bad, end: 0.0 }), "power");
        refused(shape(PolynomialShape { power: 1.0, end: bad }), "end");
        refused(shape(InverseTimeShape { rate: bad }), "rate");
        refused(shape(InversePowerShape { power: bad }), "power");
        refused(shape(LinearShape { start: 1.0, end: bad }), "end");
        refused(shape(CosineShape { end: bad }), "end");
        refused(shape(one_cycle(bad, 25.0, 1e4)), "rise");
        refused(shape(one_cycle(0.3, bad, 1e4)), "div");
        refused(shape(one_cycle(0.3, 25.0, bad)), "final_div");
        let drops = |factor, threshold, min| {
            shape(PlateauShape { factor, threshold, min, ..PlateauShape::default() })
        };
        refused(drops(bad, 0.0, 0.0), "factor");
        refused(drops(0.1, bad, 0.0), "threshold");
        refused(drops(0.1, 0.0, bad), "min");
        let error = ScheduleConfig::default().build(bad, 10, 100).unwrap_err();
        assert!(error.to_string().starts_with("optim.lr is "));
    }
    refused(shape(plateau(1.0, 1, 0.0)), "factor");
    refused(shape(InversePowerShape { power: 0.0 }), "power");
    refused(shape(CosineShape { end: 1.1 }), "end");
    let milestones = shape(MultiStepShape { milestones: vec![1.0, 3.0, 2.0], gamma: 0.1 });
    let error = milestones.build(0.1, 10, 100).unwrap_err();
    assert_eq!(
        error,
        OptimError::Milestones { key: "schedule.milestones".to_owned(), value: 2.0, before: 3.0 }
    );
    assert_eq!(error.to_string(), "schedule.milestones must rise, 2 comes after 3");
}

#[test]
fn constructors_have_the_defaults_of_a_file() {
    let same = |shape: ShapeConfig, settings: &str| {
        let json = format!("{{\"kind\": {:?}, {settings}}}", shape.name());
        assert_eq!(serde_json::from_str::<ShapeConfig>(&json).unwrap(), shape, "{json}");
    };
    same(StepShape::new(3.0).into(), r#""every": 3"#);
    same(MultiStepShape::new(vec![3.0, 5.0]).into(), r#""milestones": [3, 5]"#);
    same(ExponentialShape::new(0.9).into(), r#""gamma": 0.9"#);
    same(InverseTimeShape::new(0.9).into(), r#""rate": 0.9"#);
    same(NoamShape::new(4.0).into(), r#""rise": 4"#);
    same(CosineRestartsShape::new(4.0).into(), r#""every": 4"#);
    same(CyclicShape::new(4.0).into(), r#""rise": 4"#);
    let parts = || vec![shape(StepShape::new(3.0)), shape(CosineShape::default())];
    let json = r#""parts": [{"kind": "step", "every": 3}, {"kind": "cosine"}]"#;
    same(ProductShape::new(parts()).into(), json);
    same(SequentialShape::new(parts(), vec![2.0]).into(), &format!("{json}, \"starts\": [2]"));
    let biases: GroupConfig = serde_json::from_str(r#"{"params": "biases"}"#).unwrap();
    assert_eq!(GroupConfig::new(kiln_core::ParamSelection::Biases), biases);
}
