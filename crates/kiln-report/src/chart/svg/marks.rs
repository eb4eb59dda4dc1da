//! Places on the x axis that are marked with a word.

use std::fmt::Write;

use super::super::{Axis, Chart};
use super::area::Area;
use super::words::{escape, width};

/// From one line of words to the next.
const LINE: f64 = 14.0;

/// The marks of a chart, their words above the curves, on as many lines as they need beside each other.
pub(super) struct Marks<'a> {
    marks: Vec<Mark<'a>>,
    lines: usize,
}

struct Mark<'a> {
    word: &'a str,
    x: f64,
    line: usize,
    /// The word stands left of its line, where there is no room on the right.
    leftwards: bool,
}

impl<'a> Marks<'a> {
    pub(super) fn of(chart: &'a Chart, axis: &Axis, left: f64, wide: f64) -> Self {
        // What is taken on each line.
        let mut lines: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut marks = Vec::new();
        for (value, word) in &chart.marks {
            let Some(place) = axis.place(*value) else { continue };
            let (x, length) = (left + place * wide, 4.0 + width(word));
            let leftwards = x + length > left + wide;
            let (from, to) = if leftwards { (x - length, x) } else { (x, x + length) };
            let is_free =
                |line: &Vec<(f64, f64)>| line.iter().all(|(left, right)| to < *left || from > *right);
            let line = lines.iter().position(is_free).unwrap_or(lines.len());
            if line == lines.len() {
                lines.push(Vec::new());
            }
            lines[line].push((from, to));
            marks.push(Mark { word, x, line, leftwards });
        }
        Self { marks, lines: lines.len() }
    }

    /// The room of the words.
    pub(super) fn height(&self) -> f64 {
        LINE * self.lines as f64
    }

    pub(super) fn draw(&self, svg: &mut String, area: &Area) {
        let up = |line: usize| area.top - LINE * line as f64;
        for Mark { x, line, .. } in &self.marks {
            let (top, bottom) = (up(*line) - LINE + 3.0, area.bottom());
            let _ = writeln!(
                svg,
                "<path d=\"M{x:.1} {top:.1}V{bottom:.1}\" class=\"frame\" stroke-dasharray=\"4 3\"/>"
            );
        }
        // A line that passes through a word of a lower line leaves it free.
        for Mark { word, x, line, leftwards } in &self.marks {
            let (anchor, aside) = if *leftwards { ("end", -4.0) } else { ("start", 4.0) };
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\" class=\"soft halo\">{}</text>",
                x + aside,
                up(*line) - 4.0,
                escape(word),
            );
        }
    }
}
