//! The names of scattered points, which have no end where a name could stand.

use std::fmt::Write;

use super::super::Chart;
use super::points::{is_hollow, look};
use super::words::{escape, shortened, width};

/// The room of the names below the title.
const LINE: f64 = 18.0;
/// Letters of a name; longer ones are cut.
const LETTERS: usize = 30;

/// Whether a chart has scattered points among others.
fn has_names(chart: &Chart) -> bool {
    chart.series.len() > 1 && chart.series.iter().any(|series| series.scattered)
}

/// The room that the names need.
pub(super) fn height(chart: &Chart) -> f64 {
    if has_names(chart) { LINE } else { 0.0 }
}

/// The names on one line, whose text stands at `y`.
pub(super) fn draw(svg: &mut String, chart: &Chart, y: f64) {
    if !has_names(chart) {
        return;
    }
    let mut at = 18.0;
    let scattered = chart.series.iter().enumerate().filter(|(_, series)| series.scattered);
    for (before, (number, series)) in scattered.enumerate() {
        let (look, name) = (look(number, is_hollow(before)), shortened(&series.name, LETTERS));
        let _ = writeln!(
            svg,
            "<circle cx=\"{at:.1}\" cy=\"{:.1}\" r=\"4\" {look}/>\
             <text x=\"{:.1}\" y=\"{y:.1}\" class=\"soft\">{}</text>",
            y - 4.0,
            at + 9.0,
            escape(&name),
        );
        at += 9.0 + width(&name) + 18.0;
    }
}
