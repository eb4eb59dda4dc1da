//! Curves as an SVG document.

mod area;
mod labels;
mod legend;
mod marks;
mod points;
mod words;

use std::fmt::Write;

use super::style::{COLOURS, STYLE};
use super::{Chart, Series, thin};
use area::Area;
use points::{is_hollow, look};
pub(super) use words::{LETTER, escape, heading, shortened};

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 380.0;
/// Room for the title.
const TITLE: f64 = 38.0;
/// Room above and below the curves, as a part of their height.
const ROOM: f64 = 0.03;
const BOTTOM: f64 = 52.0;
/// So few points are drawn large: they are what is to be seen, such as a threshold.
const FEW: usize = 3;
/// Letters that a name at the x axis has room for at least.
const SHORTEST: usize = 6;
/// The margin of the labels of y.
const LABELS: f64 = 80.0;
/// Curves that grey does not tell apart have other dashes.
pub(super) const DASHES: [&str; COLOURS] = ["", "7 3", "2 3", "10 3 2 3", "14 4", "5 2 1 2 1 2"];

impl Chart {
    /// The chart as an SVG document: no scripts, no fonts from elsewhere, and colours for a light or a dark page, whichever
    /// the reader prefers. The names of several curves stand at their ends, where these are further apart.
    pub fn to_svg(&self) -> String {
        draw(self)
    }
}

fn draw(chart: &Chart) -> String {
    let (x, y) = chart.axes(true);
    let y = y.with_room(ROOM);
    let labels = labels::Labels::of(chart, &x, &y);
    let room = labels.width();
    let left = if labels.on_the_left { room } else { LABELS };
    let right = if labels.on_the_left { LABELS } else { room };
    let wide = WIDTH - left - right;
    let marks = marks::Marks::of(chart, &x, left, wide);
    let names = TITLE + legend::height(chart);
    let top = names + marks.height();
    let area = Area { left, top, wide, high: HEIGHT - top - BOTTOM, x, y };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"kiln-chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif\" font-size=\"12\" role=\"img\">\n\
         <title>{0}</title>\n{STYLE}\n<rect width=\"100%\" height=\"100%\" class=\"page\"/>\n\
         <text x=\"14\" y=\"22\" font-size=\"15\" font-weight=\"600\">{0}</text>\n",
        escape(&heading(&chart.title, WIDTH))
    );
    axes(&mut svg, chart, &area, labels.on_the_left);
    legend::draw(&mut svg, chart, names - 11.0);
    marks.draw(&mut svg, &area);
    for (number, series) in chart.series.iter().enumerate() {
        band(&mut svg, number, series, &area);
    }
    for (number, series) in chart.series.iter().enumerate() {
        if series.scattered {
            let before = chart.series[..number].iter().filter(|series| series.scattered).count();
            dots(&mut svg, number, is_hollow(before), series, &area);
            continue;
        }
        let points = thin(&series.points, &area.x, &area.y, area.wide as usize);
        let path = path(points.into_iter().map(|(px, py)| (area.x(px), area.y(py))));
        let dashes = match DASHES[number % COLOURS] {
            "" => String::new(),
            dashes => format!(" stroke-dasharray=\"{dashes}\""),
        };
        let class = number % COLOURS;
        let _ = writeln!(
            svg,
            "<path d=\"{path}\" class=\"c{class}\" fill=\"none\" stroke-width=\"1.8\"{dashes}/>"
        );
    }
    labels.draw(&mut svg, &area);
    svg.push_str("</svg>\n");
    svg
}

/// Lines and labels at round values, and what the axes are.
fn axes(svg: &mut String, chart: &Chart, area: &Area, y_on_the_right: bool) {
    let (left, right) = (area.left, area.left + area.wide);
    let (top, bottom) = (area.top, area.bottom());
    let _ = writeln!(svg, "<g class=\"ticks\">");
    for (place, label) in area.y.ticks(8) {
        let y = area.y(place);
        let (x, anchor) = if y_on_the_right { (right + 6.0, "start") } else { (left - 6.0, "end") };
        let _ = writeln!(
            svg,
            "<path d=\"M{left:.1} {y:.1}H{right:.1}\" class=\"grid\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{label}</text>",
            y + 4.0,
        );
    }
    // Names of categories are no round numbers.
    let class = if chart.names.is_empty() { " class=\"ticks\"" } else { "" };
    let _ = writeln!(svg, "</g>\n<g{class}>");
    for (place, label) in x_labels(chart, area) {
        let x = area.x(place);
        let _ = writeln!(
            svg,
            "<path d=\"M{x:.1} {top}V{bottom:.1}\" class=\"grid\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>",
            bottom + 17.0,
        );
    }
    svg.push_str("</g>\n");
    let across = if y_on_the_right { WIDTH - 14.0 } else { 16.0 };
    let _ = writeln!(
        svg,
        "<path d=\"M{left:.1} {bottom:.1}H{right:.1}\" class=\"frame\"/>\n\
         <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n\
         <text transform=\"translate({across} {:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
        left + area.wide / 2.0,
        HEIGHT - 12.0,
        escape(&shortened(&chart.x, (area.wide / LETTER) as usize)),
        top + area.high / 2.0,
        escape(&shortened(&chart.y_and_unit(), (area.high / LETTER) as usize)),
    );
}

/// Round values along x, or the names of categories, as long as they have room beside each other.
fn x_labels(chart: &Chart, area: &Area) -> Vec<(f64, String)> {
    if chart.names.is_empty() {
        return area.x.ticks(8);
    }
    let letters = (area.wide / chart.names.len() as f64 / LETTER) as usize;
    // Of many names each second, third, … is written.
    let every = SHORTEST.div_ceil(letters.max(1));
    let named = chart.names.iter().step_by(every);
    let label = |(value, name): &(f64, String)| {
        Some((area.x.place(*value)?, escape(&shortened(name, letters * every - 1))))
    };
    named.filter_map(label).collect()
}

/// The uncertainty of a curve.
fn band(svg: &mut String, number: usize, series: &Series, area: &Area) {
    let edge = |(x, low, high): &(f64, f64, f64)| {
        Some((area.x.place(*x)?, area.y.place(*low)?, area.y.place(*high)?))
    };
    let edges: Vec<_> = series.band.iter().filter_map(edge).collect();
    let upper = edges.iter().map(|(x, _, high)| (*x, *high));
    let lower = edges.iter().rev().map(|(x, low, _)| (*x, *low));
    let outline = path(upper.chain(lower).map(|(x, y)| (area.x(x), area.y(y))));
    if !outline.is_empty() {
        let class = number % COLOURS;
        let _ = writeln!(svg, "<path d=\"{outline}Z\" class=\"c{class} band\"/>");
    }
}

/// The points of a series, each by itself.
fn dots(svg: &mut String, number: usize, is_hollow: bool, series: &Series, area: &Area) {
    let (look, radius) = (look(number, is_hollow), if series.points.len() > FEW { 2.6 } else { 5.0 });
    for (x, y) in &series.points {
        if let (Some(x), Some(y)) = (area.x.place(*x), area.y.place(*y)) {
            let (x, y) = (area.x(x), area.y(y));
            let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" {look}/>");
        }
    }
}

/// Straight lines from point to point.
fn path(points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    for (x, y) in points {
        let _ = write!(path, "{}{x:.1} {y:.1}", if path.is_empty() { 'M' } else { 'L' });
    }
    path
}
