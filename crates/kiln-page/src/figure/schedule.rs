//! The charts of schedules.

use kiln_report::Chart;
use kiln_train::{PlannedStep, Preview};

/// The learning rate over the epochs, and momentum, weight decay, dropout and label smoothing where they have schedules, a chart each.
pub fn schedule(title: &str, preview: &Preview) -> Vec<Chart> {
    let curve = |value: fn(&PlannedStep) -> Option<f64>| -> Option<Vec<(f64, f64)>> {
        let epoch = |point: &PlannedStep| point.step as f64 / preview.steps_per_epoch as f64;
        preview.points.iter().map(|point| Some((epoch(point), value(point)?))).collect()
    };
    let curves = [
        ("learning rate", curve(|point| Some(point.lr))),
        ("momentum", curve(|point| point.momentum)),
        ("weight decay", curve(|point| point.weight_decay)),
        ("share of dropout", curve(|point| point.dropout)),
        ("share of label smoothing", curve(|point| point.label_smoothing)),
    ];
    let chart = |(name, points): (&str, Option<Vec<(f64, f64)>>)| {
        Some(Chart::new(format!("{title}: {name}"), "epoch", name).series(name, points?))
    };
    curves.into_iter().filter_map(chart).collect()
}
