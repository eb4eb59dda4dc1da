//! Curves in braille: each character is two dots wide and four high.

use super::{Axis, Chart, thin};
use crate::visible::printable;

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
        if series.scattered {
            let places = series.points.iter().filter_map(|(px, py)| Some((x.place(*px)?, y.place(*py)?)));
            places.for_each(|place| line(&mut dots, place, place));
            continue;
        }
        let points = thin(&series.points, &x, &y, 2 * columns);
        for pair in points.windows(2) {
            line(&mut dots, pair[0], pair[1]);
        }
        if let [only] = points[..] {
            line(&mut dots, only, only);
        }
    }
    let mut text = format!("{:LABELS$}  {}\n", "", cut(&heading(chart), columns));
    let ticks: Vec<(usize, String)> = y
        .ticks(2 * height / 3)
        .into_iter()
        .map(|(place, label)| (cell(1.0 - place, 4 * height) / 4, label))
        .collect();
    for (row, dots) in dots.iter().enumerate() {
        let label = ticks.iter().find(|(at, _)| *at == row).map(|(_, label)| label.as_str());
        let tick = if label.is_some() { '┤' } else { '│' };
        let label = label.unwrap_or_default();
        let curve: String = dots.iter().map(|dots| char::from(Braille(*dots))).collect();
        text.push_str(format!("{label:>LABELS$} {tick}{curve}").trim_end());
        text.push('\n');
    }
    // Categories have names, which are marked, and no numbers.
    text.push_str(&x_axis(&x, columns, chart.names.is_empty()));
    text.push_str(&marks(chart, &x, columns));
    text
}

fn heading(chart: &Chart) -> String {
    match &chart.series[..] {
        // The title of a chart that stands alone names what it has already.
        [] | [_] if !chart.y.is_empty() && chart.title.ends_with(&chart.y) => {
            format!("{} by {}", chart.title, chart.x)
        }
        [] | [_] if !chart.y.is_empty() && chart.title.contains(&chart.y) => chart.title.clone(),
        [] | [_] => format!("{}: {} by {}", chart.title, chart.y, chart.x),
        several => {
            let names: Vec<&str> = several.iter().map(|series| series.name.as_str()).collect();
            format!("{}: {} by {}", chart.title, names.join(", "), chart.x)
        }
    }
}

fn cut(text: &str, columns: usize) -> String {
    printable(text).chars().take(columns).collect()
}

/// The dot of a place from 0 to 1 among so many.
fn cell(place: f64, dots: usize) -> usize {
    (place * (dots - 1) as f64).round().clamp(0.0, (dots - 1) as f64) as usize
}

/// The x axis and its labels below it, those that have room.
fn x_axis(x: &Axis, columns: usize, with_numbers: bool) -> String {
    let (mut line, mut labels) = (vec!['─'; columns], vec![' '; columns]);
    let mut free = 0;
    for (place, label) in x.ticks(columns / 9).into_iter().filter(|_| with_numbers) {
        let (at, wide) = (cell(place, 2 * columns) / 2, label.chars().count());
        let begin = at.saturating_sub(wide / 2).min(columns.saturating_sub(wide));
        if begin < free || begin + wide > columns {
            continue;
        }
        line[at] = '┬';
        labels.iter_mut().skip(begin).zip(label.chars()).for_each(|(cell, letter)| *cell = letter);
        // A space at least between two labels.
        free = begin + wide + 1;
    }
    let (line, labels) = (line.into_iter().collect::<String>(), labels.into_iter().collect::<String>());
    format!("{:LABELS$} └{line}\n{:LABELS$}  {}\n", "", "", labels.trim_end())
}

/// The marks, an arrow where each stands, on one line or on as many as they need beside each other; empty without marks.
fn marks(chart: &Chart, x: &Axis, columns: usize) -> String {
    let mut lines: Vec<Vec<char>> = Vec::new();
    for (value, word) in chart.names.iter().chain(&chart.marks) {
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
