//! Curves as an SVG document.

use std::fmt::Write;

use super::{Chart, thin};
use crate::human;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 380.0;
/// Left, right, top and bottom margin.
const MARGIN: [f64; 4] = [80.0, 20.0, 44.0, 52.0];
/// About how wide a letter is.
const LETTER: f64 = 6.6;
/// Distinct to the colour-blind too (Okabe and Ito 2008).
const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

impl Chart {
    /// The chart as an SVG document: no scripts, no fonts from elsewhere.
    pub fn to_svg(&self) -> String {
        draw(self)
    }
}

fn draw(chart: &Chart) -> String {
    let (x, y) = chart.axes(true);
    let [left, right, top, bottom] = MARGIN;
    let (wide, high) = (WIDTH - left - right, HEIGHT - top - bottom);
    let at_x = |place: f64| left + place * wide;
    let at_y = |place: f64| top + (1.0 - place) * high;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"12\" role=\"img\">\n<title>{0}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"{left}\" y=\"20\" font-size=\"14\">{0}</text>\n",
        escape(&chart.title)
    );
    for tick in 0..=4 {
        let place = f64::from(tick) / 4.0;
        let (tx, ty) = (at_x(place), at_y(place));
        let _ = writeln!(
            svg,
            "<path d=\"M{left} {ty:.1}H{:.1}M{tx:.1} {top}V{:.1}\" stroke=\"#ddd\"/>\n\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\n\
             <text x=\"{tx:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            WIDTH - right,
            top + high,
            left - 6.0,
            ty + 4.0,
            human::metric(y.value(place)),
            top + high + 16.0,
            human::metric(x.value(place)),
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n\
         <text transform=\"translate(14 {:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
        left + wide / 2.0,
        HEIGHT - 12.0,
        escape(&chart.x),
        top + high / 2.0,
        escape(&chart.y),
    );
    for (word, place) in chart.marks.iter().filter_map(|(value, word)| Some((word, x.place(*value)?))) {
        let (tx, anchor) = (at_x(place), if place > 0.7 { "end" } else { "start" });
        let aside = if place > 0.7 { -4.0 } else { 4.0 };
        let _ = writeln!(
            svg,
            "<path d=\"M{tx:.1} {top}V{:.1}\" stroke=\"#888\" stroke-dasharray=\"4 3\"/>\n\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\" fill=\"#555\">{}</text>",
            top + high,
            tx + aside,
            top + 12.0,
            escape(word),
        );
    }
    for (index, series) in chart.series.iter().enumerate() {
        let edge = |(px, low, high): &(f64, f64, f64)| Some((x.place(*px)?, y.place(*low)?, y.place(*high)?));
        let edges: Vec<_> = series.band.iter().filter_map(edge).collect();
        let upper = edges.iter().map(|(px, _, high)| (*px, *high));
        let lower = edges.iter().rev().map(|(px, low, _)| (*px, *low));
        let outline = path(upper.chain(lower).map(|(px, py)| (at_x(px), at_y(py))));
        if !outline.is_empty() {
            let colour = COLOURS[index % COLOURS.len()];
            let _ = writeln!(svg, "<path d=\"{outline}Z\" fill=\"{colour}\" fill-opacity=\"0.15\"/>");
        }
    }
    // Each name has as much room as the longest asks for and the width gives.
    let longest = chart.series.iter().map(|series| series.name.chars().count()).max().unwrap_or(0);
    let room = (30.0 + LETTER * longest as f64).min(wide / chart.series.len().max(1) as f64).max(130.0);
    for (index, series) in chart.series.iter().enumerate() {
        let colour = COLOURS[index % COLOURS.len()];
        let points = thin(&series.points, &x, &y, wide as usize);
        let path = path(points.into_iter().map(|(px, py)| (at_x(px), at_y(py))));
        let _ = writeln!(svg, "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.8\"/>");
        if chart.series.len() > 1 {
            let row = 36.0;
            let column = left + room * index as f64;
            let _ = writeln!(
                svg,
                "<path d=\"M{column:.1} {:.1}h18\" stroke=\"{colour}\" stroke-width=\"3\"/>\n\
                 <text x=\"{:.1}\" y=\"{row}\">{}</text>",
                row - 4.0,
                column + 24.0,
                escape(&shortened(&series.name, ((room - 30.0) / LETTER) as usize)),
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// A name in so many letters at most.
fn shortened(name: &str, letters: usize) -> String {
    if name.chars().count() <= letters {
        return name.to_owned();
    }
    name.chars().take(letters.saturating_sub(1)).chain(['…']).collect()
}

/// Straight lines from point to point.
fn path(points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    for (x, y) in points {
        let _ = write!(path, "{}{x:.1} {y:.1}", if path.is_empty() { 'M' } else { 'L' });
    }
    path
}

pub(super) fn escape(text: &str) -> String {
    let text = human::printable(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
