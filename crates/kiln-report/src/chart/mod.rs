//! Curves as text for a terminal and as SVG for a browser.

mod axis;
mod bars;
mod panels;
mod parallel;
mod style;
mod svg;
mod text;
mod thin;
mod ticks;

use axis::Axis;
pub use bars::Bars;
pub use panels::{Panel, Panels, Runs};
pub use parallel::{Coordinate, Parallel};
use thin::{thin, thinned};
pub use ticks::ticks_around;

/// Points that are drawn of a scattered series: more are a blot, and make a large file.
const DOTS: usize = 2000;

/// One curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// Points in the order of x; those that are not finite (or not positive on a logarithmic axis) are left out.
    pub points: Vec<(f64, f64)>,
    /// The uncertainty of the curve: x, low and high, drawn as a shaded band in the SVG. Default: no band.
    pub band: Vec<(f64, f64, f64)>,
    /// Whether the points are drawn by themselves, without a line between them. Default false.
    pub scattered: bool,
}

/// Curves over a common x axis.
///
/// ```
/// use kiln_report::{Chart, Series};
///
/// let points = (0..=100).map(|x| (f64::from(x), f64::from(100 - x))).collect();
/// let chart = Chart::new("falling", "step", "rate").series("rate", points);
/// assert!(chart.to_text(80, 12).lines().all(|line| line.chars().count() <= 80));
/// assert!(chart.to_svg().starts_with("<svg"));
/// # let _: Vec<Series> = chart.series;
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// The heading.
    pub title: String,
    /// What x is.
    pub x: String,
    /// What y is.
    pub y: String,
    /// Whether x is drawn on a logarithmic axis. Default false.
    pub log_x: bool,
    /// Whether y is drawn on a logarithmic axis. Default false.
    pub log_y: bool,
    /// The curves.
    pub series: Vec<Series>,
    /// Places on the x axis that are marked, with a word for each.
    pub marks: Vec<(f64, String)>,
    /// Words that stand at the x axis in the place of numbers: of categories, which lie one apart. Default: none.
    pub names: Vec<(f64, String)>,
}

impl Chart {
    /// A chart without curves yet.
    pub fn new(title: impl Into<String>, x: impl Into<String>, y: impl Into<String>) -> Self {
        let (title, x, y) = (title.into(), x.into(), y.into());
        let (series, marks, names) = (Vec::new(), Vec::new(), Vec::new());
        Self { title, x, y, log_x: false, log_y: false, series, marks, names }
    }

    /// Draws x on a logarithmic axis.
    pub fn log_x(mut self) -> Self {
        self.log_x = true;
        self
    }

    /// Draws y on a logarithmic axis; points that are not positive are left out.
    pub fn log_y(mut self) -> Self {
        self.log_y = true;
        self
    }

    /// Adds a curve.
    pub fn series(mut self, name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        self.series.push(Series { name: name.into(), points, band: Vec::new(), scattered: false });
        self
    }

    /// Adds points without a line between them. At most 2,000 of them are drawn, one in so many.
    pub fn scatter(mut self, name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        let step = points.len().div_ceil(DOTS).max(1);
        let points = points.into_iter().step_by(step).collect();
        self.series.push(Series { name: name.into(), points, band: Vec::new(), scattered: true });
        self
    }

    /// Gives the curve added last a band: x, low and high.
    pub fn band(mut self, band: Vec<(f64, f64, f64)>) -> Self {
        if let Some(series) = self.series.last_mut() {
            series.band = band;
        }
        self
    }

    /// Marks a place on the x axis.
    pub fn mark(mut self, x: f64, word: impl Into<String>) -> Self {
        self.marks.push((x, word.into()));
        self
    }

    /// Names a category, whose place is a whole number.
    pub fn name(mut self, x: f64, word: impl Into<String>) -> Self {
        self.names.push((x, word.into()));
        self
    }

    /// The axes that hold all points, and if they are drawn the bands.
    fn axes(&self, bands: bool) -> (Axis, Axis) {
        let usable = |(x, y): &(f64, f64)| {
            x.is_finite() && y.is_finite() && (!self.log_x || *x > 0.0) && (!self.log_y || *y > 0.0)
        };
        let edges = |series: &'_ Series| {
            let both = |(x, low, high): &(f64, f64, f64)| [(*x, *low), (*x, *high)];
            series
                .points
                .iter()
                .copied()
                .chain(series.band.iter().filter(|_| bands).flat_map(both))
                .collect::<Vec<_>>()
        };
        let points = || self.series.iter().flat_map(edges).filter(usable);
        let x = Axis::over(points().map(|(x, _)| x), self.log_x);
        // Where points stand by themselves, what is between them may be anything, such as a mean that begins before the first.
        let by_itself = |series: &&Series| series.scattered && !series.points.is_empty();
        let any = self.series.iter().any(|series| by_itself(&series));
        let own = self.series.iter().filter(|series| !any || by_itself(series));
        let own = own.flat_map(|series| &series.points).map(|(x, _)| *x).filter(|x| x.is_finite());
        // Half a place at both ends, so that words in the middle of places have room.
        let places = self.names.len().saturating_sub(1).max(1) as f64;
        let x = if self.names.is_empty() { x.for_whole(own) } else { x.with_room(0.5 / places) };
        (x, Axis::over(points().map(|(_, y)| y), self.log_y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave() -> Chart {
        let points = (0..5000).map(|i| (f64::from(i), (f64::from(i) / 500.0).sin())).collect();
        Chart::new("wave & <more>", "step", "value").series("sine", points).mark(2500.0, "here")
    }

    #[test]
    fn text_fits_its_columns_and_names_the_ends() {
        let text = wave().to_text(80, 10);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert_eq!(text.lines().count(), 1 + 10 + 3, "{text}");
        assert!(text.contains(" 0.5 ┤") && text.contains(" -0.5 ┤"), "{text}");
        assert!(text.contains("here"), "{text}");
        assert!(text.chars().any(|c| ('\u{2801}'..='\u{28ff}').contains(&c)));
    }

    #[test]
    fn svg_is_escaped_and_small() {
        let svg = wave().to_svg();
        assert!(svg.contains("wave &amp; &lt;more&gt;") && svg.ends_with("</svg>\n"));
        assert!(svg.len() < 60_000, "{}", svg.len());
        assert_eq!(svg.matches('<').count(), svg.matches('>').count());
    }

    #[test]
    fn marks_that_meet_get_a_line_each() {
        let chart = wave().mark(2550.0, "there").mark(4990.0, "end");
        let text = chart.to_text(80, 10);
        let marks: Vec<&str> = text.lines().filter(|line| line.contains('↑')).map(str::trim).collect();
        assert_eq!(marks[0].split_whitespace().collect::<Vec<_>>(), ["↑", "here", "end", "↑"]);
        assert_eq!(marks[1..], ["↑ there"]);
    }

    #[test]
    fn the_names_of_several_curves_stand_at_their_ends() {
        let line = |end: f64| vec![(0.0, 0.0), (1.0, end)];
        let two =
            Chart::new("", "", "").series("a <name>", line(1.0)).series("a name of forty letters", line(0.9));
        let svg = two.to_svg();
        assert!(svg.contains(">a &lt;name&gt;</text>") && svg.contains(">a name of forty letters</text>"));
        assert!(Chart::new("", "", "").series("alone", line(1.0)).to_svg().matches("alone").count() == 0);
        let long = Chart::new("", "", "").series("n".repeat(40), line(1.0)).series("b", line(0.0)).to_svg();
        assert!(long.contains(&format!(">{}…</text>", "n".repeat(23))), "{long}");
        // Where the curves begin apart and end together, the names stand at the beginning.
        let back = |name: &str, begin: f64| (name.to_owned(), vec![(0.0, begin), (1.0, 0.0)]);
        let chart = [back("up", 1.0), back("down", -1.0)];
        let chart =
            chart.into_iter().fold(Chart::new("", "", ""), |chart, (name, line)| chart.series(name, line));
        let svg = chart.to_svg();
        let name = svg.lines().find(|line| line.contains(">up</text>")).unwrap();
        assert!(name.contains("text-anchor=\"end\""), "{name}");
    }

    #[test]
    fn values_at_the_axes_are_round() {
        let line = vec![(1e-5, 0.2522), (1.0, 1.418)];
        let svg = Chart::new("", "rate", "loss").log_x().series("loss", line.clone()).to_svg();
        for label in ["1e-5", "1e-4", "0.001", "0.01", "0.1", "1", "0.4", "1.4"] {
            assert!(svg.contains(&format!(">{label}</text>")), "{label}");
        }
        assert!(!svg.contains("0.2522") && !svg.contains("1.418"));
        let text = Chart::new("", "rate", "loss").log_x().series("loss", line).to_text(80, 12);
        let labels: Vec<&str> = text.lines().last().unwrap().split_whitespace().collect();
        assert_eq!(labels, ["1e-5", "1e-4", "0.001", "0.01", "0.1", "1"]);
    }

    #[test]
    fn a_band_is_shaded_and_fits_the_axes() {
        let line = vec![(1.0, 0.5), (2.0, 0.6)];
        let band = vec![(1.0, 0.25, 0.75), (2.0, f64::NAN, 0.7), (3.0, 0.5, 0.75)];
        let chart = Chart::new("", "items", "score").series("test", line).band(band);
        let (x, y) = chart.axes(true);
        // The text has no bands.
        assert_eq!(chart.axes(false).1.place(0.25), None);
        assert_eq!((x.place(3.0), y.place(0.25), y.place(0.75)), (Some(1.0), Some(0.0), Some(1.0)));
        let svg = chart.to_svg();
        let shaded = svg.lines().find(|line| line.contains(" band\"")).unwrap();
        // Left to right along the upper edge and back along the lower one, without the edge that is no number.
        assert_eq!(shaded.matches(['M', 'L']).count(), 4, "{shaded}");
        assert!(!svg.contains("NaN"));
        assert!(!wave().to_svg().contains(" band\""));
    }

    #[test]
    fn scattered_points_have_no_line() {
        let points: Vec<(f64, f64)> = (0..5000).map(|i| (f64::from(i), f64::from(i % 7))).collect();
        let chart = Chart::new("", "x", "y").scatter("items", points);
        assert_eq!(chart.series[0].points.len(), 1667);
        let svg = chart.to_svg();
        assert_eq!(svg.matches("<circle").count(), 1667);
        assert!(!svg.contains("stroke-width=\"1.8\""), "{svg}");
        // Two dots in the corners, nothing between them.
        let text = Chart::new("", "x", "y").scatter("items", vec![(0.0, 0.0), (1.0, 1.0)]).to_text(40, 5);
        let dots = text.chars().filter(|c| ('\u{2801}'..='\u{28ff}').contains(c)).count();
        assert_eq!(dots, 2, "{text}");
    }

    #[test]
    fn no_peak_is_lost() {
        let mut points: Vec<(f64, f64)> = (0..100_000).map(|i| (f64::from(i), 0.0)).collect();
        points[54_321].1 = 1.0;
        let (x, y) = Chart::new("", "", "").series("", points.clone()).axes(false);
        let thin = thin(&points, &x, &y, 100);
        assert!(thin.len() <= 400);
        assert!(thin.iter().any(|(_, y)| *y == 1.0));
        assert!(thin.windows(2).all(|pair| pair[0].0 <= pair[1].0));
    }

    #[test]
    fn what_cannot_be_drawn_is_left_out() {
        let points = vec![(0.0, 1.0), (1e-3, f64::NAN), (1e-2, 2.0), (f64::INFINITY, 1.0), (1.0, 3.0)];
        let chart = Chart::new("odd", "rate", "loss").log_x().series("loss", points);
        assert!(chart.to_text(40, 5).contains(" 3.0 ┤"));
        assert!(!chart.to_svg().contains("NaN") && !chart.to_svg().contains("inf"));
        for empty in [Chart::new("none", "", ""), Chart::new("flat", "", "").series("", vec![(0.0, 0.0)])] {
            assert!(empty.to_text(40, 5).lines().count() > 5);
            assert!(!empty.to_svg().contains("NaN"));
        }
    }
}
