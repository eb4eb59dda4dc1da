//! A device that is measured.

use kiln_experiment::DeviceResult;
use kiln_report::EventWriter;
use kiln_report::event::{Compare, Difference, Event, Spread};

use crate::output::{Output, Unwritten};

/// The event of a device.
pub fn event(result: &DeviceResult, out: Output) -> Result<(), Unwritten> {
    if !out.json {
        return Ok(());
    }
    Ok(EventWriter::stdout().write(&Event::Compare(record(result)))?)
}

/// What is reported of a device.
pub fn record(result: &DeviceResult) -> Compare {
    let step_ms = spread(&result.milliseconds);
    Compare {
        device: result.device.clone(),
        step_ms,
        samples_per_second: result.items as f64 / result.milliseconds.len() as f64 / step_ms.median * 1e3,
        peak_rss_bytes: result.peak_rss_bytes,
        max_loss_diff: result.max_loss_diff,
        max_grad_diff: result.max_grad_diff,
        first_difference: result.first_difference.clone().map(|(step, layer, difference)| Difference {
            step,
            layer,
            difference,
        }),
        again_differs_at: result.again_differs_at,
        metrics: result.metrics.clone(),
        profile: result.counts.clone().map(Box::new),
    }
}

fn spread(milliseconds: &[f64]) -> Spread {
    let mut sorted = milliseconds.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let median =
        if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 };
    Spread { median, min: sorted[0], max: sorted[sorted.len() - 1] }
}
