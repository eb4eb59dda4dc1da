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
    /// What y is measured in, such as `nats`; stands behind it in the SVG. Default: empty, for plain numbers.
    pub unit: String,
    /// Whether x is drawn on a logarithmic axis. Default false.
    pub log_x: bool,
    /// Whether y is drawn on a logarithmic axis. Default false.
    pub log_y: bool,
    /// Values that the y axis holds, whatever the curves do: 0 and 1 keep a share from looking larger than it is. Default: none.
    pub holds: Vec<f64>,
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
        let (title, x, y, unit) = (title.into(), x.into(), y.into(), String::new());
        let (holds, series, marks, names) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { title, x, y, unit, log_x: false, log_y: false, holds, series, marks, names }
    }

    /// Makes the y axis hold a value.
    pub fn holding(mut self, y: f64) -> Self {
        self.holds.push(y);
        self
    }

    /// Says what y is measured in.
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    /// What y is, with its unit.
    fn y_and_unit(&self) -> String {
        if self.unit.is_empty() { self.y.clone() } else { format!("{} ({})", self.y, self.unit) }
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
        let holds = self.holds.iter().copied().filter(|y| y.is_finite() && (!self.log_y || *y > 0.0));
        (x, Axis::over(points().map(|(_, y)| y).chain(holds), self.log_y))
    }
}

#[cfg(test)]
mod tests;
