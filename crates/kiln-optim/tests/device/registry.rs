//! What every registered kind keeps: its example, its documented defaults and its ranges are those of its settings.

use kiln_core::kinds;
use kiln_optim::{Average, AverageConfig, OptimConfig, OptimizerConfig, ScheduleConfig, ShapeConfig};
use kiln_testkit::check_kinds;
use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};

#[test]
fn every_optimiser_is_as_its_documentation_says() {
    check_kinds::<OptimizerConfig, OptimConfig>("optim", OptimConfig::NAMES, |config| {
        config.check().map_err(|error| Box::new(error) as _)
    });
}

#[test]
fn every_schedule_is_as_its_documentation_says() {
    check_kinds::<ScheduleConfig, ShapeConfig>("schedule", ShapeConfig::NAMES, |config| {
        config.build(0.1, 10, 100).map(|_| ()).map_err(|error| Box::new(error) as _)
    });
}

#[test]
fn every_average_is_as_its_documentation_says() {
    check_kinds::<AverageConfig, AverageConfig>("average", AverageConfig::NAMES, |config| {
        Average::new(config, 10, 100).map(|_| ()).map_err(|error| Box::new(error) as _)
    });
}

#[test]
fn every_optimiser_has_a_formula_that_ends_in_the_weights() {
    for kind in OptimConfig::NAMES {
        let config: OptimConfig = serde_json::from_value(json!({ "kind": kind })).unwrap();
        assert_eq!(config.name(), *kind);
        assert!(
            config.formula().iter().any(|line| line.contains("θ ← ") || line.starts_with("θ = ")),
            "{kind}"
        );
        assert!(config.lr() > 0.0 && config.weight_decay() >= 0.0, "{kind}");
    }
}

#[test]
fn the_momentum_of_an_optimiser_is_a_setting_of_it() {
    for kind in OptimConfig::NAMES {
        let mut config: OptimConfig = serde_json::from_value(json!({ "kind": kind })).unwrap();
        let before = config.momentum();
        if let Some(momentum) = config.as_kind_mut().momentum_mut() {
            *momentum = 0.25;
        }
        assert_eq!(config.momentum(), before.map(|_| 0.25), "{kind}");
    }
}

fn properties(schema: &Value) -> impl Iterator<Item = String> {
    let all = schema["properties"].as_object().into_iter().flatten();
    all.map(|(name, _)| name.clone()).filter(|name| name != "kind")
}

/// The keys that a section takes, for a kind: its own and those around it.
fn keys<T: JsonSchema>(kind: &str) -> Vec<String> {
    let schema = schema_for!(T);
    let own = kinds::alternatives(&schema).find(|(name, _)| *name == kind).unwrap().1;
    let around = schema.as_value();
    let mut keys: Vec<String> = properties(around).chain(properties(own)).collect();
    keys.sort();
    keys
}

#[test]
fn the_schema_of_a_section_has_the_keys_around_its_kinds() {
    let around = ["group", "layer_decay", "lookahead", "sam"];
    let own = ["betas", "decay_all", "lr", "weight_decay"];
    let mut expected: Vec<&str> = around.into_iter().chain(own).collect();
    expected.sort_unstable();
    assert_eq!(keys::<OptimizerConfig>("lion"), expected);
    assert_eq!(keys::<ScheduleConfig>("cosine"), ["end", "scale", "warmup", "warmup_start"]);
    assert_eq!(keys::<ScheduleConfig>("constant"), ["scale", "warmup", "warmup_start"]);
}
