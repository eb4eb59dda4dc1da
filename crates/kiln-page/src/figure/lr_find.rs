//! The chart of a learning rate finder.

use kiln_report::Chart;
use kiln_train::LrCurve;

/// The smoothed loss by the learning rate, and where it falls fastest.
pub fn lr_find(title: &str, found: &LrCurve) -> Chart {
    let losses = found.points.iter().map(|point| (point.lr, point.smoothed)).collect();
    let title = format!("{title}: smoothed loss");
    let chart = Chart::new(title, "learning rate", "smoothed loss").log_x().series("smoothed loss", losses);
    match found.steepest {
        Some(lr) => chart.mark(lr, "steepest"),
        None => chart,
    }
}
