//! Bars with intervals.

use std::fmt::Write;

use super::Axis;
use super::style::STYLE;
use super::svg::{LETTER, escape, heading, shortened};

/// Letters of a name that are shown.
const LETTERS: usize = 28;
const WIDTH: f64 = 760.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 52.0;
const BAR: f64 = 22.0;
/// Room for the names.
const NAMES: f64 = 232.0;
/// Room for the numbers.
const NUMBERS: f64 = 76.0;

/// Numbers with their names, as horizontal bars from 0, each with an interval.
///
/// ```
/// use kiln_report::Bars;
///
/// let bars = Bars::new("what mattered", "r2").bar("age", 0.4, Some([0.3, 0.5])).bar("id", -0.01, None);
/// assert!(bars.to_svg().starts_with("<svg") && bars.to_svg().contains(">age<"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    title: String,
    x: String,
    bars: Vec<(String, f64, Option<[f64; 2]>)>,
}

impl Bars {
    /// A chart without bars yet. `x`: what the numbers are.
    pub fn new(title: impl Into<String>, x: impl Into<String>) -> Self {
        Self { title: title.into(), x: x.into(), bars: Vec::new() }
    }

    /// Adds a bar below the others. One that is not finite is left out; so are the ends of an interval.
    #[must_use]
    pub fn bar(mut self, name: impl Into<String>, length: f64, interval: Option<[f64; 2]>) -> Self {
        let interval = interval.filter(|ends| ends.iter().all(|end| end.is_finite()));
        if length.is_finite() {
            self.bars.push((name.into(), length, interval));
        }
        self
    }

    /// The bars as an SVG document, like [`Chart::to_svg`](crate::Chart::to_svg).
    pub fn to_svg(&self) -> String {
        let ends = |(_, length, interval): &(String, f64, Option<[f64; 2]>)| {
            [*length].into_iter().chain(interval.iter().flatten().copied()).collect::<Vec<_>>()
        };
        let axis = Axis::over(self.bars.iter().flat_map(ends).chain([0.0]), false);
        let wide = WIDTH - NAMES - NUMBERS;
        let x = |value: f64| NAMES + axis.place(value).unwrap_or(0.0) * wide;
        let foot = TOP + BAR * self.bars.len() as f64;
        let height = foot + BOTTOM;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"kiln-chart\" viewBox=\"0 0 {WIDTH} {height}\" \
             font-family=\"system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif\" font-size=\"12\" role=\"img\">\n\
             <title>{0}</title>\n{STYLE}\n<rect width=\"100%\" height=\"100%\" class=\"page\"/>\n\
             <text x=\"14\" y=\"22\" font-size=\"15\" font-weight=\"600\">{0}</text>\n",
            escape(&heading(&self.title, WIDTH))
        );
        svg.push_str("<g class=\"ticks\">\n");
        for (place, label) in axis.ticks(6) {
            let x = NAMES + place * wide;
            let _ = writeln!(
                svg,
                "<path d=\"M{x:.1} {TOP}V{foot:.1}\" class=\"grid\"/>\
                 <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>",
                foot + 17.0,
            );
        }
        svg.push_str("</g>\n");
        for (place, (name, length, interval)) in self.bars.iter().enumerate() {
            let y = TOP + BAR * place as f64;
            let (start, end) = (x(length.min(0.0)), x(length.max(0.0)));
            let middle = y + BAR / 2.0;
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\
                 <path d=\"M{start:.1} {:.1}H{end:.1}V{:.1}H{start:.1}Z\" class=\"c0 band\" style=\"fill-opacity:.55\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" class=\"soft\">{}</text>",
                NAMES - 8.0,
                middle + 4.0,
                escape(&shortened(name, LETTERS)),
                y + 4.0,
                y + BAR - 4.0,
                WIDTH - 14.0,
                middle + 4.0,
                escape(&crate::human::metric(*length)),
            );
            if let Some([low, high]) = interval {
                let (low, high) = (x(*low), x(*high));
                let (over, under) = (middle - 4.0, middle + 4.0);
                let _ = writeln!(
                    svg,
                    "<path d=\"M{low:.1} {middle:.1}H{high:.1}M{low:.1} {over:.1}V{under:.1}M{high:.1} {over:.1}V{under:.1}\" \
                     class=\"whisker\" fill=\"none\"/>"
                );
            }
        }
        let _ = writeln!(
            svg,
            "<path d=\"M{:.1} {TOP}V{foot:.1}\" class=\"frame\"/>\n\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n</svg>",
            x(0.0),
            NAMES + wide / 2.0,
            height - 12.0,
            escape(&shortened(&self.x, (wide / LETTER) as usize)),
        );
        svg
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_on_zero_whatever_their_sign() {
        let bars = Bars::new("a < b", "r2").bar("up", 1.0, Some([0.5, 1.5])).bar("down", -0.5, None).bar(
            "no",
            f64::NAN,
            None,
        );
        let svg = bars.to_svg();
        assert!(
            svg.contains("a &lt; b")
                && svg.contains(">up<")
                && svg.contains(">down<")
                && !svg.contains(">no<")
        );
        // From -0.5 to 1.5 the zero is a quarter of the way, and values at the axis are round.
        let zero = NAMES + (WIDTH - NAMES - NUMBERS) / 4.0;
        assert!(svg.matches(&format!("{zero:.1} ")).count() >= 2, "{svg}");
        for label in ["-0.5", "0", "0.5", "1.0", "1.5"] {
            assert!(svg.contains(&format!("text-anchor=\"middle\">{label}</text>")), "{label}");
        }
        assert!(Bars::new("nothing", "x").to_svg().ends_with("</svg>\n"));
        assert!(!Bars::new("same", "x").bar("z", 0.0, Some([0.0, 0.0])).to_svg().contains("NaN"));
    }
}
