//! The charts of a comparison of devices.

use kiln_experiment::Comparison;
use kiln_report::{Chart, human};

/// Devices that are drawn: as many as there are colours.
const DRAWN: usize = 6;

/// The time of each timed step on each device.
pub fn step_times(found: &Comparison) -> Chart {
    let medians = found.devices.iter().take(DRAWN).filter_map(|device| {
        let mut times = device.milliseconds.clone();
        times.sort_by(f64::total_cmp);
        Some(format!("{} {}", device.device, human::metric(*times.get(times.len() / 2)?)))
    });
    let title = format!("Time of a training step, median in ms: {}", medians.collect::<Vec<_>>().join(", "));
    let chart = Chart::new(title, "step", "time").unit("milliseconds");
    let values = || found.devices.iter().flat_map(|device| &device.milliseconds).copied();
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
    let chart = if low > 0.0 && high > 20.0 * low { chart.log_y() } else { chart };
    found.devices.iter().take(DRAWN).fold(chart, |chart, device| {
        let points = device.milliseconds.iter().enumerate().map(|(step, time)| ((step + 1) as f64, *time));
        chart.series(device.device.as_str(), points.collect())
    })
}

/// How far the loss of each step is from that of the first device. Steps with the same loss to the last bit have no point: they are
/// not on a logarithmic axis. `None` where no step differs.
pub fn loss_differences(found: &Comparison) -> Option<Chart> {
    let (first, others) = found.devices.split_first()?;
    let chart =
        Chart::new(format!("Difference of the loss from {}", first.device), "step", "absolute difference")
            .log_y();
    let chart = others.iter().take(DRAWN).fold(chart, |chart, device| {
        let both = first.losses.iter().zip(&device.losses).enumerate();
        let points = both.map(|(step, (one, other))| ((step + 1) as f64, (one - other).abs()));
        let points: Vec<(f64, f64)> = points.filter(|(_, difference)| *difference > 0.0).collect();
        if points.is_empty() { chart } else { chart.series(device.device.as_str(), points) }
    });
    (!chart.series.is_empty()).then_some(chart)
}
