//! Small multiples: many panels with the same axes, so that curves can be compared at a glance.

mod svg;

use super::Axis;

/// Repeated runs of one curve: a thin line each, and a thick line for their mean.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Runs {
    /// Its name in the legend; curves of the same name have the same colour in all panels.
    pub name: String,
    /// The runs; points in the order of x, those that are not finite are left out. A single run is its own mean.
    pub runs: Vec<Vec<(f64, f64)>>,
    /// Single points that stand out, such as the epochs whose weights are kept.
    pub dots: Vec<(f64, f64)>,
}

impl Runs {
    /// Runs without dots.
    pub fn new(name: impl Into<String>, runs: Vec<Vec<(f64, f64)>>) -> Self {
        Self { name: name.into(), runs, dots: Vec::new() }
    }

    /// The mean of y at every x (compared exactly) that all runs have: where the shortest run ends, the mean ends.
    pub fn mean(&self) -> Vec<(f64, f64)> {
        let Some((first, others)) = self.runs.split_first() else { return Vec::new() };
        let finite = |run: &[(f64, f64)], x: f64| {
            run.iter().find(|(at, y)| *at == x && x.is_finite() && y.is_finite()).map(|(_, y)| *y)
        };
        let mean = |x: f64| {
            let sum = others.iter().try_fold(finite(first, x)?, |sum, run| Some(sum + finite(run, x)?))?;
            Some((x, sum / self.runs.len() as f64))
        };
        first.iter().filter_map(|(x, _)| mean(*x)).collect()
    }
}

/// One of several panels.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Panel {
    /// Its heading, about 30 letters; longer ones are cut.
    pub title: String,
    /// A line below the heading, such as the number that the panel is about; about 35 letters.
    pub note: String,
    /// The curves.
    pub curves: Vec<Runs>,
}

impl Panel {
    /// A panel without curves yet.
    pub fn new(title: impl Into<String>, note: impl Into<String>) -> Self {
        Self { title: title.into(), note: note.into(), curves: Vec::new() }
    }

    /// Adds a curve.
    pub fn curve(mut self, curve: Runs) -> Self {
        self.curves.push(curve);
        self
    }
}

/// Panels of one size over common, linear axes.
///
/// ```
/// use kiln_report::{Panel, Panels, Runs};
///
/// let falling = |speed: f64| (0..50).map(|x| (f64::from(x), (-speed * f64::from(x)).exp())).collect();
/// let runs = Runs::new("loss", vec![falling(0.1), falling(0.12)]);
/// let panels = Panels::new("falling", "epoch", "loss").panel(Panel::new("slow", "2 seeds").curve(runs));
/// assert!(panels.to_svg().starts_with("<svg"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Panels {
    /// The heading.
    pub title: String,
    /// A line below the heading.
    pub subtitle: String,
    /// What x is.
    pub x: String,
    /// What y is.
    pub y: String,
    /// Panels in a row, at least 1. Default 4.
    pub columns: usize,
    /// Where the y axis begins and ends; curves are cut off there. Default: what holds all points.
    pub y_range: Option<(f64, f64)>,
    /// The names of two curves between whose means the area is shaded, and the word for it in the legend.
    pub shade: Option<[String; 3]>,
    /// The panels, row by row.
    pub panels: Vec<Panel>,
}

impl Panels {
    /// No panels yet.
    pub fn new(title: impl Into<String>, x: impl Into<String>, y: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            subtitle: String::new(),
            x: x.into(),
            y: y.into(),
            columns: 4,
            y_range: None,
            shade: None,
            panels: Vec::new(),
        }
    }

    /// Sets the line below the heading.
    pub fn subtitle(mut self, subtitle: impl Into<String>) -> Self {
        self.subtitle = subtitle.into();
        self
    }

    /// Fixes the y axis.
    pub fn y_range(mut self, low: f64, high: f64) -> Self {
        self.y_range = Some((low, high));
        self
    }

    /// Shades the area between the means of two curves, by name.
    pub fn shade(mut self, one: &str, other: &str, word: &str) -> Self {
        self.shade = Some([one, other, word].map(str::to_owned));
        self
    }

    /// Adds a panel.
    pub fn panel(mut self, panel: Panel) -> Self {
        self.panels.push(panel);
        self
    }

    /// Names of the curves in the order of the legend.
    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for curve in self.panels.iter().flat_map(|panel| &panel.curves) {
            if !names.contains(&curve.name.as_str()) {
                names.push(&curve.name);
            }
        }
        names
    }

    fn axes(&self) -> (Axis, Axis) {
        let curves = || self.panels.iter().flat_map(|panel| &panel.curves);
        let points = || curves().flat_map(|curve| curve.runs.iter().flatten().chain(&curve.dots));
        let finite = || points().filter(|(x, y)| x.is_finite() && y.is_finite());
        let x = Axis::over(finite().map(|(x, _)| *x), false);
        let usable = self.y_range.filter(|(low, high)| low.is_finite() && high.is_finite() && low < high);
        let y = match usable {
            Some((low, high)) => Axis::over([low, high].into_iter(), false),
            None => Axis::over(finite().map(|(_, y)| *y), false),
        };
        (x, y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Opening tags that are never closed, or closed in another order.
    fn unclosed(svg: &str) -> Vec<String> {
        let mut open: Vec<String> = Vec::new();
        for tag in svg.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default()) {
            let name = tag.split([' ', '\n']).next().unwrap_or_default();
            match name.strip_prefix('/') {
                Some(name) => assert_eq!(open.pop().as_deref(), Some(name), "</{name}> closes another tag"),
                None if tag.ends_with('/') => {}
                None => open.push(name.to_owned()),
            }
        }
        open
    }

    fn run(height: f64, epochs: i32) -> Vec<(f64, f64)> {
        (1..=epochs).map(|x| (f64::from(x), height + 1.0 / f64::from(x))).collect()
    }

    fn panels(count: usize) -> Panels {
        let mut panels = Panels::new("a & b", "epoch", "loss <nats>").shade("train", "test", "gap");
        for index in 0..count {
            let mut test = Runs::new("test", vec![run(0.5, 100), run(0.7, 80)]);
            test.dots.push((10.0, 0.6));
            let train = Runs::new("train", vec![run(0.0, 100), run(0.1, 80)]);
            panels = panels.panel(Panel::new(format!("way {index}"), "gap 0.5").curve(train).curve(test));
        }
        panels
    }

    #[test]
    fn svg_is_well_formed_and_has_a_panel_for_each() {
        let svg = panels(6).to_svg();
        assert_eq!(unclosed(&svg), Vec::<String>::new());
        assert!(svg.contains("a &amp; b") && svg.contains("loss &lt;nats&gt;"));
        assert_eq!(svg.matches("class=\"panel\"").count(), 6);
        assert_eq!(svg.matches(">way ").count(), 6);
        // Two curves a panel, each with two runs and their mean, a dot, and an area, which the legend shows too.
        assert_eq!(svg.matches("class=\"run ").count(), 6 * 4);
        assert_eq!(svg.matches("class=\"mean ").count(), 6 * 2);
        assert_eq!(svg.matches("class=\"area\"").count(), 6 + 1);
        assert_eq!(svg.matches("<circle").count(), 6);
        assert!(svg.contains("prefers-color-scheme"));
    }

    #[test]
    fn ticks_stand_at_the_edges_only_and_the_legend_stands_once() {
        let svg = panels(6).to_svg();
        // Six panels in rows of four: two rows have labels of y; x is labelled below the last panel of each column.
        assert_eq!(svg.matches(">0.5</text>").count(), 2);
        assert_eq!(svg.matches(">40</text>").count(), 4);
        for name in ["train", "test", "gap"] {
            assert_eq!(svg.matches(&format!(">{name}</text>")).count(), 1, "{name}");
        }
    }

    #[test]
    fn the_mean_ends_with_the_shortest_run() {
        let mean = Runs::new("", vec![run(0.0, 5), run(1.0, 3)]).mean();
        assert_eq!(mean.len(), 3);
        assert_eq!(mean[0], (1.0, 1.5));
        let gap = vec![(1.0, f64::NAN), (2.0, 4.0)];
        assert_eq!(Runs::new("", vec![gap, run(0.0, 2)]).mean(), [(2.0, 2.25)]);
    }

    #[test]
    fn what_lies_outside_is_cut_off_and_nonsense_is_left_out() {
        let steep = vec![(0.0, 1e300), (1.0, 0.5), (2.0, f64::NAN), (f64::INFINITY, 0.1), (3.0, 0.2)];
        let panel = Panel::new("a heading that is far too long for a panel of this width", "")
            .curve(Runs::new("x", vec![steep]));
        let svg = Panels::new("", "", "").y_range(0.0, 1.0).panel(panel).to_svg();
        assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains("e300"), "{svg}");
        assert!(svg.contains('…') && svg.len() < 6000, "{}", svg.len());
        for empty in [panels(0), Panels::new("", "", "").panel(Panel::default()), panels(1).y_range(1.0, 1.0)]
        {
            assert_eq!(unclosed(&empty.to_svg()), Vec::<String>::new());
            assert!(!empty.to_svg().contains("NaN"));
        }
    }
}
