//! The names of curves, at the ends of their lines.

use std::fmt::Write;

use super::super::style::COLOURS;
use super::super::{Axis, Chart};
use super::area::{Area, EDGE};
use super::words::{escape, shortened_within, width};

/// Letters of a name; longer ones are cut.
const LETTERS: usize = 24;
/// From one name to the next.
const LINE: f64 = 14.0;
/// Between the end of a curve and its name.
const LEADER: f64 = 14.0;

/// The names of curves, where more than one is drawn.
pub(super) struct Labels {
    /// Whether the curves are further apart where x is smallest: there the names stand then, and the labels of y on the right.
    pub(super) on_the_left: bool,
    /// The number of the curve, where it ends (from 0 to 1 of width and height), and its name; from the top.
    names: Vec<(usize, (f64, f64), String)>,
}

impl Labels {
    pub(super) fn of(chart: &Chart, x: &Axis, y: &Axis) -> Self {
        let end = |number: usize, last: bool| {
            let points = &chart.series[number].points;
            let mut places = points.iter().filter_map(|(px, py)| Some((x.place(*px)?, y.place(*py)?)));
            if last { places.next_back() } else { places.next() }
        };
        // Scattered points have no end where a name could stand.
        let ends = |last: bool| -> Vec<(usize, (f64, f64))> {
            let lines = (0..chart.series.len()).filter(|number| !chart.series[*number].scattered);
            lines.filter_map(|number| Some((number, end(number, last)?))).collect()
        };
        let (first, last) = (ends(false), ends(true));
        let on_the_left = spread(&first) > 1.5 * spread(&last);
        let mut ends = if on_the_left { first } else { last };
        if chart.series.len() < 2 {
            ends.clear();
        }
        ends.sort_by(|one, other| other.1.1.total_cmp(&one.1.1));
        let name = |(number, end): (usize, (f64, f64))| {
            (number, end, shortened_within(&chart.series[number].name, LETTERS))
        };
        Self { on_the_left, names: ends.into_iter().map(name).collect() }
    }

    /// The room that they need beside the curves.
    pub(super) fn width(&self) -> f64 {
        let longest = self.names.iter().map(|(_, _, name)| width(name)).reduce(f64::max);
        longest.map_or(EDGE, |longest| LEADER + longest + 14.0)
    }

    pub(super) fn draw(&self, svg: &mut String, area: &Area) {
        let wanted: Vec<f64> = self.names.iter().map(|(_, (_, y), _)| area.y(*y)).collect();
        let rows = apart(&wanted, LINE, area.top, area.bottom() - 6.0);
        for (((number, (x, _), name), from), row) in self.names.iter().zip(&wanted).zip(rows) {
            let (edge, way, anchor) = if self.on_the_left {
                (area.left, -1.0, "end")
            } else {
                (area.left + area.wide, 1.0, "start")
            };
            let (class, end) = (number % COLOURS, area.x(*x));
            // A curve may end before the edge. What leads from there to its name must not look like a part of it.
            if (edge - end).abs() > 2.0 {
                let _ = writeln!(
                    svg,
                    "<path d=\"M{end:.1} {from:.1}H{edge:.1}\" class=\"frame\" fill=\"none\" stroke-dasharray=\"1 5\"/>"
                );
            }
            let _ = writeln!(
                svg,
                "<g class=\"name\"><path d=\"M{edge:.1} {from:.1}L{:.1} {row:.1}\" class=\"c{class}\" fill=\"none\" stroke-width=\"1.6\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text></g>",
                edge + way * (LEADER - 3.0),
                edge + way * LEADER,
                row + 4.0,
                escape(name),
            );
        }
    }
}

/// How far apart curves end: from the lowest to the highest but one in twenty, so that one curve alone does not decide.
fn spread(ends: &[(usize, (f64, f64))]) -> f64 {
    let mut heights: Vec<f64> = ends.iter().map(|(_, (_, y))| *y).collect();
    heights.sort_by(f64::total_cmp);
    heights.windows(2).map(|pair| (pair[1] - pair[0]).min(0.05)).sum()
}

/// Places from the top that are at least `gap` apart and as near as that allows to those that are wanted, which rise. They
/// stay above `end` as long as there is room from `begin` on.
fn apart(wanted: &[f64], gap: f64, begin: f64, end: f64) -> Vec<f64> {
    // Neighbours that touch become one block around the mean of what its members want.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for &place in wanted {
        blocks.push((place, 1));
        while let [.., (above, many), (below, few)] = blocks[..] {
            let (half_above, half_below) = (gap * many as f64 / 2.0, gap * few as f64 / 2.0);
            if above + half_above <= below - half_below {
                break;
            }
            blocks.truncate(blocks.len() - 2);
            let all = many + few;
            blocks.push(((above * many as f64 + below * few as f64) / all as f64, all));
        }
    }
    let mut places: Vec<f64> = Vec::with_capacity(wanted.len());
    for (middle, many) in blocks {
        let half = gap * (many - 1) as f64 / 2.0;
        let first = middle.min(end - half).max(begin + half) - half;
        let first = places.last().map_or(first, |last| first.max(last + gap));
        places.extend((0..many).map(|number| first + gap * number as f64));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn names_that_would_meet_move_apart_and_others_stay() {
        assert_eq!(apart(&[10.0, 50.0, 90.0], 14.0, 0.0, 100.0), [10.0, 50.0, 90.0]);
        assert_eq!(apart(&[50.0, 50.0, 50.0], 14.0, 0.0, 100.0), [36.0, 50.0, 64.0]);
        assert_eq!(apart(&[10.0, 98.0, 99.0], 14.0, 0.0, 100.0), [10.0, 86.0, 100.0]);
        assert_eq!(apart(&[0.0, 1.0], 14.0, 0.0, 100.0), [0.0, 14.0]);
        assert!(apart(&[], 14.0, 0.0, 100.0).is_empty());
    }
}
