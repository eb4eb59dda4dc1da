//! The screen: charts as large as there is room for, and below them where training stands.

use kiln_report::ticks_around;
use kiln_report::visible::printable;
use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::Marker;
use ratatui::symbols::line::THICK_HORIZONTAL;
use ratatui::widgets::{Axis, Block, Chart, Dataset, GraphType, LineGauge, Paragraph, Wrap};

use super::live::Live;
use super::panel::{Curve, Of, Panel, panels};

/// A panel is at least so wide and so high.
const PANEL: (u16, u16) = (36, 8);
/// Panels beside each other at most.
const COLUMNS: u16 = 3;

/// Draws all of it.
pub(super) fn draw(frame: &mut Frame<'_>, live: &Live) {
    let facts = live.facts().join("  ");
    let width = frame.area().width.max(1);
    let lines = (facts.chars().count() as u16).div_ceil(width).clamp(1, 3);
    let rows = [
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
        Constraint::Length(lines),
        Constraint::Length(1),
    ];
    let [head, charts, gauge, now, keys] = Layout::vertical(rows).areas(frame.area());
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let [title, place] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(40)]).areas(head);
    frame.render_widget(Paragraph::new(printable(&live.title).into_owned()).style(bold), title);
    frame.render_widget(Paragraph::new(live.place()).alignment(Alignment::Right), place);
    let hidden = draw_panels(frame, charts, &panels(live), live.best().map(|best| best.epoch as f64));
    let share = live.share();
    let left = live.left().map(|left| format!("  {left}")).unwrap_or_default();
    let done = LineGauge::default()
        .ratio(share)
        .filled_symbol(THICK_HORIZONTAL)
        .filled_style(Style::new().fg(Color::Cyan))
        .label(format!("{:.0} %{left}", (100.0 * share).floor()));
    frame.render_widget(done, gauge);
    frame.render_widget(Paragraph::new(facts).wrap(Wrap { trim: true }), now);
    let more = if hidden > 0 { format!("  {hidden} more on a larger terminal") } else { String::new() };
    let help = format!("q: back to the bar, training goes on  Ctrl-C: stop after saving{more}");
    frame.render_widget(Paragraph::new(help).style(Style::new().add_modifier(Modifier::DIM)), keys);
}

/// Draws as many panels as fit, and gives how many do not.
fn draw_panels(frame: &mut Frame<'_>, area: Rect, panels: &[Panel], best: Option<f64>) -> usize {
    let columns = (area.width / PANEL.0).clamp(1, COLUMNS).min(panels.len() as u16);
    let rows = (area.height / PANEL.1).max(1).min((panels.len() as u16).div_ceil(columns.max(1)));
    if area.height < 4 || area.width < 16 || columns == 0 {
        return panels.len();
    }
    let fit = usize::from(columns * rows);
    // Evenly: the last row may have fewer, which are wider.
    let mut left = &panels[..fit.min(panels.len())];
    let areas = Layout::vertical(vec![Constraint::Fill(1); usize::from(rows)]).split(area);
    for (row, area) in areas.iter().enumerate() {
        let (here, rest) = left.split_at(left.len().div_ceil(areas.len() - row));
        left = rest;
        let places = Layout::horizontal(vec![Constraint::Fill(1); here.len()]).split(*area);
        for (panel, place) in here.iter().zip(places.iter()) {
            draw_panel(frame, *place, panel, best);
        }
    }
    panels.len().saturating_sub(fit)
}

fn draw_panel(frame: &mut Frame<'_>, area: Rect, panel: &Panel, best: Option<f64>) {
    let block = Block::bordered().title(panel.title.as_str());
    let points = || panel.curves.iter().flat_map(|curve| &curve.points);
    if points().next().is_none() {
        frame.render_widget(Paragraph::new("nothing yet").block(block).alignment(Alignment::Center), area);
        return;
    }
    let ends = |of: fn(&(f64, f64)) -> f64| {
        points().map(of).fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    };
    let (low, high) = ends(|point| point.1);
    // One step for about five lines, so that labels stand apart.
    let y = ticks_around(low, high, usize::from(area.height / 5).max(1));
    let last = ends(|point| point.0).1.ceil().max(1.0);
    let x = [0.0, last];
    let bounds = [y.first().map_or(0.0, |tick| tick.0), y.last().map_or(1.0, |tick| tick.0)];
    let mark = best.filter(|_| panel.curves.iter().any(|curve| curve.of == Of::Validation));
    let mark: Vec<(f64, f64)> = mark.into_iter().flat_map(|epoch| bounds.map(|end| (epoch, end))).collect();
    let mut sets: Vec<Dataset<'_>> = Vec::new();
    if !mark.is_empty() {
        sets.push(
            Dataset::default()
                .data(&mark)
                .graph_type(GraphType::Line)
                .marker(Marker::Braille)
                .style(Color::DarkGray),
        );
    }
    sets.extend(panel.curves.iter().map(|curve| dataset(curve, panel.curves.len() > 1)));
    let soft = Style::new().add_modifier(Modifier::DIM);
    let chart = Chart::new(sets)
        .block(block)
        .x_axis(Axis::default().bounds(x).labels(["0".to_owned(), format!("epoch {last}")]).style(soft))
        .y_axis(Axis::default().bounds(bounds).labels(y.into_iter().map(|(_, label)| label)).style(soft))
        .hidden_legend_constraints((Constraint::Percentage(50), Constraint::Percentage(60)));
    frame.render_widget(chart, area);
}

/// Told apart without colours, too: training is a thin line, validation is made of dots.
fn dataset(curve: &Curve, named: bool) -> Dataset<'_> {
    let (marker, colour, kind) = match curve.of {
        Of::Steps => (Marker::Braille, Color::DarkGray, GraphType::Scatter),
        Of::Training => (Marker::Braille, Color::Cyan, GraphType::Line),
        Of::Validation => (Marker::Dot, Color::Yellow, GraphType::Line),
    };
    let set = Dataset::default().data(&curve.points).marker(marker).style(colour).graph_type(kind);
    if named { set.name(curve.of.name()) } else { set }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use kiln_train::History;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::super::live::tests::{live, plan};
    use super::*;

    fn screen(width: u16, height: u16, live: &Live) -> Vec<String> {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(frame, live)).unwrap();
        let buffer = terminal.backend().buffer();
        let line = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        (0..height).map(line).map(|line| line.trim_end().to_owned()).collect()
    }

    /// Whether a line shows a curve: braille or dots.
    fn drawn(lines: &[String]) -> usize {
        let is_mark = |c: char| ('\u{2801}'..='\u{28ff}').contains(&c) || c == '•';
        lines.iter().map(|line| line.chars().filter(|c| is_mark(*c)).count()).sum()
    }

    #[test]
    fn curves_and_where_training_stands() {
        let lines = screen(120, 30, &live());
        let all = lines.join("\n");
        assert!(
            lines[0].starts_with("20260102-030405-digits-1a2b") && lines[0].ends_with("epoch 5/8  step 3/10"),
            "{all}"
        );
        for panel in ["┌Loss─", "┌Accuracy─", "┌Learning rate─"] {
            assert_eq!(all.matches(panel).count(), 1, "{panel}\n{all}");
        }
        assert!(all.contains("training") && all.contains("validation") && all.contains("epoch 5"), "{all}");
        // The ends of the axes are round, and around the curves: losses from 0.05 to 2, accuracies from 0.5 to 0.875.
        assert!(lines[1..26].iter().any(|line| line.contains("2.0")) && all.contains("0.9"), "{all}");
        assert!(drawn(&lines) > 100, "{all}");
        assert!(all.contains("53 %  ETA 3.7 s") && all.contains("best epoch 3 (0.8333)"), "{all}");
        assert!(lines[29].starts_with("q: back to the bar, training goes on"), "{all}");
    }

    #[test]
    fn it_begins_before_the_first_step() {
        let live = Live::new("a\u{1b}[2J", plan(), &History::default(), Instant::now());
        let lines = screen(80, 24, &live);
        let all = lines.join("\n");
        assert!(lines[0].starts_with("a\\u{1b}[2J") && all.contains("nothing yet"), "{all}");
        assert_eq!(drawn(&lines), 0);
    }

    #[test]
    fn what_does_not_fit_is_counted_and_no_size_is_too_small() {
        let live = live();
        let all = screen(76, 14, &live).join("\n");
        assert!(all.contains("Loss") && all.contains("Accuracy") && !all.contains("Learning rate─"), "{all}");
        assert!(screen(120, 14, &live).join("\n").contains("Learning rate─"));
        assert!(screen(40, 14, &live).join("\n").contains("Loss"));
        assert!(all.ends_with("1 more on a larger terminal") || all.contains("1 more"), "{all}");
        for width in 0..40 {
            for height in 0..14 {
                screen(width, height, &live);
            }
        }
    }

    #[test]
    fn numbers_that_are_none_are_left_out() {
        let mut live = live();
        let mut epoch = live.epochs.points().next_back().unwrap().clone();
        epoch.epoch += 1;
        epoch.train = kiln_core::Metrics::from_iter([("loss", f64::NAN)]);
        live.epoch(&epoch, Instant::now());
        assert!(drawn(&screen(120, 30, &live)) > 100);
    }
}
