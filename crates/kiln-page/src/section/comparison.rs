//! A comparison of devices: time, memory, and how far their results are apart, step by step.

use std::path::{Path, PathBuf};

use kiln_experiment::{Comparison, DeviceResult, ExperimentError};
use kiln_report::human;

use super::configuration::configuration_in;
use crate::block::{Block, Section, Table};
use crate::differences::beside;
use crate::figure::{loss_differences, step_times};
use crate::report::name;

pub(crate) fn comparison(folder: &Path) -> Result<Vec<Section>, ExperimentError> {
    let found = Comparison::read(folder)?;
    let mut times = Table::new(
        format!("{} timed steps on each device", human::count(found.steps)),
        &["device", "median step", "fastest", "slowest", "items a second", "most memory"],
    );
    let mut results = Table::new(
        format!("Differences from the first device; what counts is more than {:.0e}", found.tolerance),
        &[
            "device",
            "largest of a loss",
            "largest of a gradient",
            "first beyond the tolerance",
            "the same steps again",
        ],
    );
    for device in &found.devices {
        times.row(row(device));
        let number =
            |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.1e}"));
        results.row([
            device.device.clone(),
            number(device.max_loss_diff),
            number(device.max_grad_diff),
            match &device.first_difference {
                Some((step, layer, difference)) => format!("step {step}, {layer} ({difference:.1e})"),
                None if device.max_loss_diff.is_none() => "the others are compared with it".to_owned(),
                None => "never".to_owned(),
            },
            match device.again_differs_at {
                Some(step) => format!("other bits from step {step}"),
                None => "the same bits".to_owned(),
            },
        ]);
    }
    let mut second = Section::new("differences", "Differences").with_any(results.block());
    if let Some((first, others)) = found.devices.split_first() {
        for device in others.iter().filter(|device| !device.losses.is_empty()) {
            let both = first.losses.iter().zip(&device.losses);
            let same = both.filter(|(one, other)| one.to_bits() == other.to_bits()).count();
            second = second.with(Block::Text(format!(
                "{}: {same} of {} steps have the loss of {} to the last bit.",
                device.device,
                device.losses.len(),
                first.device
            )));
        }
    }
    let mut sections = vec![
        Section::new("times", "Time and memory").with_any(times.block()).with_charts([step_times(&found)]),
        second.with_charts(loss_differences(&found)),
    ];
    sections.extend(configuration_in(&beside(folder))?);
    Ok(sections)
}

/// Time and memory of a device.
fn row(device: &DeviceResult) -> [String; 6] {
    let mut sorted: Vec<f64> = device.milliseconds.iter().copied().filter(|time| time.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
    let middle = sorted.len() / 2;
    let median =
        if sorted.len() % 2 == 1 { at(middle) } else { (at(middle.saturating_sub(1)) + at(middle)) / 2.0 };
    let rate = device.items as f64 / sorted.len().max(1) as f64 / median * 1e3;
    [
        device.device.clone(),
        human::seconds(median / 1e3),
        human::seconds(at(0) / 1e3),
        human::seconds(at(sorted.len().saturating_sub(1)) / 1e3),
        human::rate(rate),
        device.peak_rss_bytes.map(human::bytes).unwrap_or_default(),
    ]
}

/// Time and memory of several comparisons.
pub(crate) fn comparisons(folders: &[PathBuf]) -> Result<Vec<Section>, ExperimentError> {
    let mut table = Table::new(
        "All devices",
        &[
            "comparison",
            "device",
            "median step",
            "fastest",
            "slowest",
            "items a second",
            "most memory",
            "largest difference of a loss",
        ],
    );
    for folder in folders {
        for device in &Comparison::read(folder)?.devices {
            let last = device.max_loss_diff.map(|value| format!("{value:.1e}")).unwrap_or_default();
            table.row([name(folder)].into_iter().chain(row(device)).chain([last]));
        }
    }
    Ok(vec![Section::new("scores", "Time and memory").with_any(table.block())])
}
