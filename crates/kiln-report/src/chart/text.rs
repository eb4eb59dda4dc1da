//! Curves in braille: each character is two dots wide and four high.

use super::{Axis, Chart, thin};
use crate::human;

/// Columns of the labels left of the curves.
const LABELS: usize = 11;

impl Chart {
    /// The chart in braille, `width` columns (at least 30) and `height` rows (at least 3) beside headings.
    pub fn to_text(&self, width: usize, height: usize) -> String {
        draw(self, width.max(30), height.max(3))
    }
}

fn draw(chart: &Chart, width: usize, height: usize) -> String {
    let (x, y) = chart.axes(false);
    let columns = width - LABELS - 2;
    let mut dots = vec![vec![0_u8; columns]; height];
    for series in &chart.series {
        let points = thin(&series.points, &x, &y, 2 * columns);
        for pair in points.windows(2) {
            line(&mut dots, pair[0], pair[1]);
        }
        if let [only] = points[..] {
            line(&mut dots, only, only);
        }
    }
    let mut text = format!("{:LABELS$}  {}\n", "", cut(&heading(chart), columns));
    for (row, dots) in dots.iter().enumerate() {
        let place = 1.0 - row as f64 / (height - 1) as f64;
        let labelled = row == 0 || row + 1 == height || row == (height - 1) / 2;
        let label = if labelled { human::metric(y.value(place)) } else { String::new() };
        let tick = if labelled { '┤' } else { '│' };
        let curve: String = dots.iter().map(|dots| char::from(Braille(*dots))).collect();
        text.push_str(format!("{label:>LABELS$} {tick}{curve}").trim_end());
        text.push('\n');
    }
    text.push_str(&format!("{:LABELS$} └{}\n", "", "─".repeat(columns)));
    text.push_str(&labels(&x, columns));
    text.push_str(&marks(chart, &x, columns));
    text
}

fn heading(chart: &Chart) -> String {
    match &chart.series[..] {
        [] | [_] => format!("{}: {} by {}", chart.title, chart.y, chart.x),
        several => {
            let names: Vec<&str> = several.iter().map(|series| series.name.as_str()).collect();
            format!("{}: {} by {}", chart.title, names.join(", "), chart.x)
        }
    }
}

fn cut(text: &str, columns: usize) -> String {
    human::printable(text).chars().take(columns).collect()
}

/// The values at both ends and in the middle of the x axis.
fn labels(x: &Axis, columns: usize) -> String {
    let [first, middle, last] = [0.0, 0.5, 1.0].map(|place| human::metric(x.value(place)));
    let half = columns / 2;
    let middle_at = half.saturating_sub(middle.chars().count() / 2);
    let mut line = format!("{first:<middle_at$}{middle}");
    let room = columns.saturating_sub(line.chars().count());
    line.push_str(&format!("{last:>room$}"));
    format!("{:LABELS$}  {}\n", "", line)
}

/// The marks, an arrow where each stands, on one line or on as many as they need beside each other; empty without marks.
fn marks(chart: &Chart, x: &Axis, columns: usize) -> String {
    let mut lines: Vec<Vec<char>> = Vec::new();
    for (value, word) in &chart.marks {
        let Some(place) = x.place(*value) else { continue };
        let column = ((place * (columns - 1) as f64).round() as usize).min(columns - 1);
        // The word stands right of its arrow, or left of it where there is no room.
        let length = word.chars().count();
        let start =
            if column + 2 + length <= columns { column + 2 } else { column.saturating_sub(length + 1) };
        let (from, to) =
            (column.min(start).saturating_sub(1), (start + length + 1).max(column + 1).min(columns));
        let free = lines.iter().position(|line| line[from..to].iter().all(|cell| *cell == ' '));
        let line = free.unwrap_or(lines.len());
        if line == lines.len() {
            lines.push(vec![' '; columns]);
        }
        lines[line][column] = '↑';
        for (offset, letter) in word.chars().enumerate().take_while(|(offset, _)| start + offset < columns) {
            lines[line][start + offset] = letter;
        }
    }
    let text = |line: Vec<char>| line.into_iter().collect::<String>();
    lines.into_iter().map(|line| format!("{:LABELS$}  {}\n", "", text(line).trim_end())).collect()
}

/// Sets the dots on the straight line between two points of the unit square.
fn line(dots: &mut [Vec<u8>], from: (f64, f64), to: (f64, f64)) {
    let (wide, high) = (2.0 * dots[0].len() as f64 - 1.0, 4.0 * dots.len() as f64 - 1.0);
    let pixel = |(x, y): (f64, f64)| (x * wide, (1.0 - y) * high);
    let (from, to) = (pixel(from), pixel(to));
    let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).ceil().max(1.0);
    for step in 0..=steps as usize {
        let t = step as f64 / steps;
        let column = (from.0 + (to.0 - from.0) * t).round().clamp(0.0, wide) as usize;
        let row = (from.1 + (to.1 - from.1) * t).round().clamp(0.0, high) as usize;
        dots[row / 4][column / 2] |= 1 << (2 * (row % 4) + column % 2);
    }
}

/// Eight dots, two a row from the top.
struct Braille(u8);

impl From<Braille> for char {
    fn from(Braille(dots): Braille) -> Self {
        // Unicode counts the first three rows down the left and then the right column, and the fourth row last.
        const BITS: [u32; 8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
        let bits = (0..8).filter(|dot| dots & (1 << dot) != 0).map(|dot| BITS[dot]).sum::<u32>();
        match bits {
            0 => ' ',
            bits => char::from_u32(0x2800 + bits).unwrap_or(' '),
        }
    }
}
