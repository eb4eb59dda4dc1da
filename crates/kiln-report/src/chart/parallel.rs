//! Parallel coordinates: an axis for each setting, a line through them for each trial (Inselberg 1985).

use std::fmt::Write;

use super::Axis;
use super::style::STYLE;
use super::svg::{LETTER, escape, heading, shortened};

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 70.0;
/// Room for the title, the legend and the names of the axes.
const TOP: f64 = 104.0;
/// Room below the axes, for what has no value.
const BOTTOM: f64 = 40.0;
/// How far below the axes a line passes that has no value.
const MISSING: f64 = 22.0;
/// Ticks of an axis of numbers.
const TICKS: usize = 6;
/// From one row of names to the next.
const LINE: f64 = 15.0;

/// An axis: a setting, or what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Coordinate {
    name: String,
    /// The place of each trial, from 0 (below) to 1; `None` where it has no value.
    places: Vec<Option<f64>>,
    ticks: Vec<(f64, String)>,
    /// Whether the ticks are numbers.
    is_numbers: bool,
}

impl Coordinate {
    /// An axis of numbers, one of each trial; what is not finite (or not positive on a logarithmic axis) counts as missing.
    pub fn numbers(name: impl Into<String>, values: &[Option<f64>], log: bool) -> Self {
        let usable = |value: &f64| value.is_finite() && (!log || *value > 0.0);
        let axis = Axis::over(values.iter().flatten().copied().filter(usable), log);
        let places = values.iter().map(|value| axis.place((*value).filter(usable)?)).collect();
        Self { name: name.into(), places, ticks: axis.ticks(TICKS), is_numbers: true }
    }

    /// An axis of choices, the first one below; of each trial the number of its choice.
    pub fn choices(name: impl Into<String>, choices: &[String], values: &[Option<usize>]) -> Self {
        let place = |choice: usize| match choices.len() {
            0 | 1 => 0.5,
            several => choice as f64 / (several - 1) as f64,
        };
        let known = |value: &Option<usize>| value.filter(|value| *value < choices.len()).map(place);
        let ticks = choices.iter().enumerate().map(|(number, choice)| (place(number), choice.clone()));
        let places = values.iter().map(known).collect();
        Self { name: name.into(), places, ticks: ticks.collect(), is_numbers: false }
    }
}

/// Trials as lines through their settings and their objective: the best one thick, the best tenth coloured, the others grey.
///
/// ```
/// use kiln_report::{Coordinate, Parallel};
///
/// let rate = Coordinate::numbers("optim.lr", &[Some(0.1), Some(0.01), None], true);
/// let loss = Coordinate::numbers("loss", &[Some(0.5), Some(0.3), Some(0.4)], false);
/// let svg = Parallel::new("three trials", vec![rate, loss], vec![1, 2, 0]).to_svg();
/// assert!(svg.starts_with("<svg") && svg.contains("optim.lr"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Parallel {
    /// The heading.
    pub title: String,
    /// The axes from left to right, the objective last.
    pub axes: Vec<Coordinate>,
    /// The trials by their places in the axes, the best one first.
    pub ranking: Vec<usize>,
}

impl Parallel {
    /// Trials through axes. `ranking`: their places, the best first; those that are left out are not drawn.
    pub fn new(title: impl Into<String>, axes: Vec<Coordinate>, ranking: Vec<usize>) -> Self {
        Self { title: title.into(), axes, ranking }
    }

    /// The lines as an SVG document: no scripts, no fonts from elsewhere, and colours for a light or a dark page.
    pub fn to_svg(&self) -> String {
        let title = escape(&heading(&self.title, WIDTH));
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"kiln-chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             font-family=\"system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif\" font-size=\"12\" role=\"img\">\n\
             <title>{title}</title>\n{STYLE}\n<rect width=\"100%\" height=\"100%\" class=\"page\"/>\n\
             <text x=\"14\" y=\"22\" font-size=\"15\" font-weight=\"600\">{title}</text>\n"
        );
        let best = self.ranking.len().div_ceil(10);
        legend(&mut svg, best);
        // The best ones lie above the others.
        for (rank, trial) in self.ranking.iter().enumerate().rev() {
            let style = match rank {
                0 => "class=\"c1\" stroke-width=\"3\"",
                rank if rank < best => "class=\"c0\" stroke-width=\"1.6\" opacity=\".85\"",
                _ => "class=\"frame\" stroke-width=\"1\" opacity=\".45\"",
            };
            let _ = writeln!(svg, "<path d=\"{}\" fill=\"none\" {style}/>", self.line(*trial));
        }
        let missing = self.axes.iter().any(|axis| axis.places.iter().any(Option::is_none));
        for (number, axis) in self.axes.iter().enumerate() {
            self.axis(&mut svg, number, axis);
        }
        if missing {
            let y = HEIGHT - BOTTOM + MISSING + 4.0;
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{y:.1}\" text-anchor=\"end\" class=\"soft halo\">not set</text>",
                LEFT - 8.0
            );
        }
        svg.push_str("</svg>\n");
        svg
    }

    /// From one axis to the next.
    fn gap(&self) -> f64 {
        (WIDTH - LEFT - RIGHT) / self.axes.len().saturating_sub(1).max(1) as f64
    }

    fn x(&self, number: usize) -> f64 {
        LEFT + self.gap() * number as f64
    }

    fn line(&self, trial: usize) -> String {
        let mut path = String::new();
        for (number, axis) in self.axes.iter().enumerate() {
            let place = axis.places.get(trial).copied().flatten();
            let y = place.map_or(HEIGHT - BOTTOM + MISSING, y);
            let _ = write!(path, "{}{:.1} {y:.1}", if path.is_empty() { 'M' } else { 'L' }, self.x(number));
        }
        path
    }

    fn axis(&self, svg: &mut String, number: usize, axis: &Coordinate) {
        let (x, last) = (self.x(number), number + 1 == self.axes.len());
        let _ = writeln!(
            svg,
            "<path d=\"M{x:.1} {TOP}V{:.1}\" class=\"frame\" stroke-width=\"1.4\"/>",
            HEIGHT - BOTTOM
        );
        // The labels of the last axis stand right of it, all others left of theirs.
        let (aside, anchor) = if last { (7.0, "start") } else { (-7.0, "end") };
        let room = if number == 0 {
            LEFT
        } else if last {
            RIGHT
        } else {
            self.gap() * 0.8
        };
        let letters = ((room - 10.0) / LETTER) as usize;
        svg.push_str(if axis.is_numbers { "<g class=\"ticks\">\n" } else { "<g>\n" });
        for (place, label) in &axis.ticks {
            let y = y(*place);
            let _ = writeln!(
                svg,
                "<path d=\"M{:.1} {y:.1}h6\" class=\"frame\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\" font-size=\"11\" class=\"halo\">{}</text>",
                x - 3.0,
                x + aside,
                y + 4.0,
                escape(&shortened(label, letters.max(3))),
            );
        }
        svg.push_str("</g>\n");
        // Names take turns on two rows, so that each has the room of two gaps.
        let letters = (2.0 * self.gap() / LETTER * 0.95) as usize;
        let row = if number.is_multiple_of(2) { 0.0 } else { LINE };
        let (at, anchor) = match number {
            0 => (14.0, "start"),
            _ if last => (WIDTH - 14.0, "end"),
            _ => (x, "middle"),
        };
        let _ = writeln!(
            svg,
            "<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\" font-weight=\"600\">{}</text>",
            TOP - 27.0 + row,
            escape(&shortened(&axis.name, letters.max(6))),
        );
    }
}

fn y(place: f64) -> f64 {
    TOP + (1.0 - place) * (HEIGHT - TOP - BOTTOM)
}

/// What the lines are. `best`: how many are among the best tenth.
fn legend(svg: &mut String, best: usize) {
    let mut at = 14.0;
    let words = [
        ("class=\"c1\" stroke-width=\"3\"", "the best trial"),
        ("class=\"c0\" stroke-width=\"1.6\"", "the best tenth"),
        ("class=\"frame\" stroke-width=\"1\"", "the others"),
    ];
    for (style, word) in words.into_iter().filter(|(_, word)| best > 1 || *word != "the best tenth") {
        let _ = writeln!(
            svg,
            "<path d=\"M{at:.1} 44h26\" fill=\"none\" {style}/><text x=\"{:.1}\" y=\"48\" class=\"soft\">{word}</text>",
            at + 32.0
        );
        at += 32.0 + LETTER * word.len() as f64 + 18.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trials(count: usize) -> Parallel {
        let numbers = |of: fn(usize) -> f64| (0..count).map(|trial| Some(of(trial))).collect::<Vec<_>>();
        let rate = Coordinate::numbers("optim.lr", &numbers(|trial| 10_f64.powi(-(trial as i32 % 4))), true);
        let choices = ["<adam>".to_owned(), "sgd".to_owned()];
        let kind: Vec<Option<usize>> = (0..count).map(|trial| (trial % 3 < 2).then_some(trial % 3)).collect();
        let kind = Coordinate::choices("optim.kind", &choices, &kind);
        let loss = Coordinate::numbers("loss", &numbers(|trial| trial as f64), false);
        Parallel::new("a search & more", vec![rate, kind, loss], (0..count).collect())
    }

    #[test]
    fn each_trial_is_a_line_and_the_best_lies_above() {
        let svg = trials(40).to_svg();
        assert_eq!(svg.matches("fill=\"none\" class=\"frame\" stroke-width=\"1\" opacity").count(), 36);
        assert_eq!(svg.matches("class=\"c0\" stroke-width=\"1.6\" opacity").count(), 3);
        let place = |piece: &str| svg.rfind(piece).unwrap();
        assert!(
            place("class=\"c1\"") > place("opacity=\".85\"")
                && place("opacity=\".85\"") > place("opacity=\".45\"")
        );
        assert!(svg.contains("a search &amp; more") && svg.contains("&lt;adam&gt;") && !svg.contains("NaN"));
        for label in ["0.001", "0.01", "0.1", "1", "not set", "sgd"] {
            assert!(svg.contains(&format!(">{label}</text>")), "{label}");
        }
    }

    #[test]
    fn what_is_missing_passes_below_and_few_axes_are_drawn_too() {
        let alone = Coordinate::numbers("x", &[Some(1.0), Some(f64::NAN), None], false);
        assert_eq!(alone.places, [Some(0.5), None, None]);
        let choices = Coordinate::choices("y", &["a".to_owned()], &[Some(0), Some(7)]);
        assert_eq!(choices.places, [Some(0.5), None]);
        for axes in [vec![], vec![alone]] {
            let svg = Parallel::new("", axes, vec![0, 1, 9]).to_svg();
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }
}
