//! Panels as an SVG document.

use std::fmt::Write;

use super::super::style::{COLOURS, STYLE};
use super::super::svg::escape;
use super::super::ticks::ticks;
use super::super::{Axis, thinned};
use super::{Panel, Panels, Runs};

const WIDTH: f64 = 960.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 78.0;
/// Between two panels of a row.
const BETWEEN: f64 = 18.0;
/// Room above the curves of a panel for its heading and its note.
const HEADING: f64 = 42.0;
/// Room below the last row for the labels of x.
const BOTTOM: f64 = 48.0;
/// The height of the curves of a panel.
const HIGH: f64 = 150.0;
/// From the bottom of one row of curves to the headings of the next.
const GAP: f64 = 14.0;
/// Distances on paths are whole numbers of this part of a unit, which halves the size of the file.
const FINE: f64 = 10.0;

impl Panels {
    /// The panels as an SVG document: no scripts, no fonts from elsewhere, and colours for a light or a dark page, whichever
    /// the reader prefers.
    pub fn to_svg(&self) -> String {
        draw(self)
    }
}

fn draw(panels: &Panels) -> String {
    let columns = panels.columns.max(1);
    let rows = panels.panels.len().div_ceil(columns).max(1);
    let wide = (WIDTH - LEFT - RIGHT - BETWEEN * (columns - 1) as f64) / columns as f64;
    let height = TOP + rows as f64 * (HEADING + HIGH) + (rows - 1) as f64 * GAP + BOTTOM;
    let (x, y) = panels.axes();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"kiln-chart\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif\" font-size=\"13\" role=\"img\">\n\
         <title>{0}</title>\n{STYLE}\n<rect width=\"100%\" height=\"100%\" class=\"page\"/>\n\
         <text x=\"14\" y=\"25\" font-size=\"17\" font-weight=\"600\">{0}</text>\n\
         <text x=\"14\" y=\"46\" class=\"soft\">{1}</text>\n",
        escape(&panels.title),
        escape(&panels.subtitle),
    );
    legend(&mut svg, panels);
    let names = panels.names();
    for (index, panel) in panels.panels.iter().enumerate() {
        let (row, column) = (index / columns, index % columns);
        let at = PlotArea {
            left: LEFT + column as f64 * (wide + BETWEEN),
            top: TOP + row as f64 * (HEADING + HIGH + GAP) + HEADING,
            wide,
        };
        let _ = writeln!(svg, "<g class=\"panel\">");
        heading(&mut svg, panel, &at);
        grid(&mut svg, (&x, &y), &at, column == 0, index + columns >= panels.panels.len());
        curves(&mut svg, panels, panel, &names, (&x, &y), &at);
        let _ = writeln!(svg, "</g>");
    }
    let middle = TOP + (height - TOP - BOTTOM + HEADING) / 2.0;
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n\
         <text transform=\"translate(19 {middle:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n</svg>",
        LEFT + (WIDTH - LEFT - RIGHT) / 2.0,
        height - 10.0,
        escape(&panels.x),
        escape(&panels.y),
    );
    svg
}

/// Where the curves of a panel are drawn.
struct PlotArea {
    left: f64,
    top: f64,
    wide: f64,
}

/// What the colours stand for, from the right edge of the picture to the left.
fn legend(svg: &mut String, panels: &Panels) {
    let names = panels.names();
    let shade = panels.shade.as_ref().map(|[_, _, word]| word.as_str());
    let width = |word: &str| 30.0 + 7.0 * word.chars().count() as f64 + 16.0;
    let total: f64 = names.iter().copied().chain(shade).map(width).sum();
    let mut at = (WIDTH - RIGHT - total + 16.0).max(14.0);
    let words = names.iter().enumerate().map(|(index, name)| (Some(index), *name));
    for (index, word) in words.chain(shade.map(|word| (None, word))) {
        let _ = match index {
            Some(index) => writeln!(
                svg,
                "<path d=\"M{at:.1} 66h22\" class=\"c{}\" stroke-width=\"3\" fill=\"none\"/>",
                index % COLOURS
            ),
            None => writeln!(svg, "<path d=\"M{at:.1} 60h22v12h-22z\" class=\"area\"/>"),
        };
        let _ = writeln!(svg, "<text x=\"{:.1}\" y=\"70.5\">{}</text>", at + 28.0, escape(word));
        at += width(word);
    }
}

fn heading(svg: &mut String, panel: &Panel, at: &PlotArea) {
    for (text, above, letter, class) in [
        (&panel.title, 25.0, 7.6, "font-weight=\"600\""),
        (&panel.note, 8.0, 6.4, "class=\"soft\" font-size=\"12\""),
    ] {
        let room = (at.wide / letter) as usize;
        let mut cut: String = text.chars().take(room).collect();
        if text.chars().count() > room {
            cut.pop();
            cut.push('…');
        }
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" {class}>{}</text>",
            at.left,
            at.top - above,
            escape(&cut)
        );
    }
}

/// Lines at round numbers, with labels where the panel is at the edge of the picture.
fn grid(svg: &mut String, (x, y): (&Axis, &Axis), at: &PlotArea, label_y: bool, label_x: bool) {
    let (mut lines, mut labels) = (String::new(), String::from("<g class=\"ticks\">\n"));
    let (values, decimals) = ticks(y.low, y.high, 4);
    for value in values {
        let Some(place) = y.place(value) else { continue };
        let height = at.top + (1.0 - place) * HIGH;
        let _ = write!(lines, "M{:.1} {height:.1}h{:.1}", at.left, at.wide);
        if label_y {
            let (x, y) = (at.left - 6.0, height + 4.5);
            let _ = writeln!(
                labels,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"end\" font-size=\"12\">{value:.decimals$}</text>"
            );
        }
    }
    labels.push_str("</g>\n<g class=\"ticks\">\n");
    let (values, decimals) = ticks(x.low, x.high, 5);
    for value in values {
        let Some(place) = x.place(value) else { continue };
        let across = at.left + place * at.wide;
        let _ = write!(lines, "M{across:.1} {:.1}v{HIGH}", at.top);
        if label_x {
            let y = at.top + HIGH + 16.0;
            // The last label would stick out of the panel, into its neighbour.
            let anchor = if place > 0.97 { "end" } else { "middle" };
            let _ = writeln!(
                labels,
                "<text x=\"{across:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"12\">{value:.decimals$}</text>"
            );
        }
    }
    let _ = writeln!(svg, "<path d=\"{lines}\" class=\"grid\" fill=\"none\"/>\n{labels}</g>");
}

/// The curves in an `<svg>` of their own, which cuts off what lies outside.
fn curves(
    svg: &mut String,
    panels: &Panels,
    panel: &Panel,
    names: &[&str],
    (x, y): (&Axis, &Axis),
    at: &PlotArea,
) {
    let PlotArea { left, top, wide } = at;
    let _ = writeln!(
        svg,
        "<svg x=\"{left:.1}\" y=\"{top:.1}\" width=\"{wide:.1}\" height=\"{HIGH}\" viewBox=\"0 0 {:.0} {:.0}\" fill=\"none\" \
         stroke-linejoin=\"round\">",
        FINE * wide,
        FINE * HIGH,
    );
    let fine = |points: &[(f64, f64)]| -> Vec<(i64, i64)> {
        let placed = points.iter().filter_map(|(px, py)| Some((x.place(*px)?, y.beyond(*py)?)));
        let to_fine = |(px, py): (f64, f64)| {
            ((px * FINE * wide).round() as i64, ((1.0 - py) * FINE * HIGH).round() as i64)
        };
        thinned(placed, *wide as usize).into_iter().map(to_fine).collect()
    };
    if let Some([one, other, _]) = &panels.shade {
        let mean = |name: &str| panel.curves.iter().find(|curve| curve.name == name).map(Runs::mean);
        if let (Some(one), Some(other)) = (mean(one), mean(other)) {
            let mut edge = fine(&one);
            edge.extend(fine(&other).into_iter().rev());
            let _ = writeln!(svg, "<path d=\"{}z\" class=\"area\"/>", path(&edge));
        }
    }
    let colour = |curve: &Runs| names.iter().position(|name| *name == curve.name).unwrap_or(0) % COLOURS;
    // Means lie above all runs.
    for curve in &panel.curves {
        for run in curve.runs.iter().filter(|_| curve.runs.len() > 1) {
            let _ = writeln!(svg, "<path d=\"{}\" class=\"run c{}\"/>", path(&fine(run)), colour(curve));
        }
    }
    for curve in &panel.curves {
        let _ =
            writeln!(svg, "<path d=\"{}\" class=\"mean c{}\"/>", path(&fine(&curve.mean())), colour(curve));
        for (cx, cy) in fine(&curve.dots) {
            let _ = writeln!(
                svg,
                "<circle cx=\"{cx}\" cy=\"{cy}\" r=\"36\" stroke-width=\"16\" class=\"page c{}\"/>",
                colour(curve)
            );
        }
    }
    let _ = writeln!(
        svg,
        "</svg>\n<path d=\"M{left:.1} {top:.1}v{HIGH}h{wide:.1}\" class=\"frame\" fill=\"none\"/>"
    );
}

/// A line through points, as differences: fewer digits.
fn path(points: &[(i64, i64)]) -> String {
    let mut path = String::new();
    let mut last: Option<(i64, i64)> = None;
    for &(x, y) in points {
        let _ = match last {
            None => write!(path, "M{x} {y}l"),
            // A minus sign separates, too.
            Some((px, py)) if y < py => write!(path, "{}{} ", x - px, y - py),
            Some((px, py)) => write!(path, "{} {} ", x - px, y - py),
        };
        last = Some((x, y));
    }
    path.trim_end().trim_end_matches('l').to_owned()
}
