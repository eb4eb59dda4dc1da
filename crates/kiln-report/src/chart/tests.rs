//! What charts look like.

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
    assert!(long.contains(&format!(">{}…{}</text>", "n".repeat(16), "n".repeat(5))), "{long}");
    // What tells runs apart is seen.
    let [one, other] = ["a-long-name-of-a-run-cv-8c79", "a-long-name-of-a-run-cv-04d2"];
    let runs = Chart::new("", "", "").series(one, line(1.0)).series(other, line(0.0)).to_svg();
    assert!(runs.contains("…-8c79</text>") && runs.contains("…-04d2</text>"), "{runs}");
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
fn a_unit_stands_behind_what_it_is_of() {
    let chart = wave().unit("V");
    assert!(chart.to_svg().contains(">value (V)</text>") && wave().to_svg().contains(">value</text>"));
    assert!(!chart.to_text(80, 10).contains("(V)"));
}

#[test]
fn an_axis_holds_what_it_is_told_to() {
    let flat = || Chart::new("", "", "").series("", vec![(0.0, 0.5221), (1.0, 0.5278)]);
    assert_eq!(axes_of(&flat().holding(0.0).holding(1.0).to_svg())[0], [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
    assert!(axes_of(&flat().holding(f64::NAN).to_svg())[0][0] > 0.5);
}

#[test]
fn what_is_too_long_for_the_picture_is_cut() {
    let long = |letters: usize| "m".repeat(letters);
    let line = vec![(0.0, 0.0), (1.0, 1.0)];
    let svg = Chart::new(long(200), long(300), long(100)).series("", line).to_svg();
    assert!(!svg.contains(&long(95)));
    assert_eq!(svg.matches("…</text>").count(), 3, "{svg}");
}

/// The numbers at the axes of an SVG, axis by axis.
fn axes_of(svg: &str) -> Vec<Vec<f64>> {
    let axis = |part: &str| -> Vec<f64> {
        let labels =
            part.split("</g>").next().unwrap().split("</text>").filter_map(|text| text.rsplit('>').next());
        labels.filter_map(|label| label.replace(',', "").trim().parse().ok()).collect()
    };
    svg.split("<g class=\"ticks\">").skip(1).map(axis).collect()
}

/// Whether a number is 1, 2 or 5 times a power of ten.
fn is_round(number: f64) -> bool {
    let digits = number.abs() / 10_f64.powf(number.abs().log10().floor());
    [1.0, 2.0, 5.0, 10.0].iter().any(|round| (digits - round).abs() < 1e-6)
}

#[test]
fn ticks_are_steps_of_1_2_or_5_or_decades_whatever_is_drawn() {
    let ends = [1e-9, 3.7e-4, 0.2522, 0.97, 1.418, 3.0, 47.0, 3671.0, 52_340.0, 8.1e7];
    for (place, low) in ends.iter().enumerate() {
        for high in &ends[place + 1..] {
            let line = vec![(*low, *low), (*high, *high)];
            for chart in [
                Chart::new("", "", "").series("", line.clone()),
                Chart::new("", "", "").log_x().log_y().series("", line),
            ] {
                let axes = axes_of(&chart.to_svg());
                assert_eq!(axes.len(), 2);
                for axis in axes {
                    assert!((2..=12).contains(&axis.len()), "{low} to {high}: {axis:?}");
                    let steps: Vec<f64> = axis.windows(2).map(|pair| pair[1] - pair[0]).collect();
                    let even =
                        steps.iter().all(|step| (step - steps[0]).abs() < 1e-6 * axis[axis.len() - 1].abs());
                    let is_linear = even && is_round(steps[0]);
                    let is_log = chart.log_x && axis.iter().all(|value| is_round(*value));
                    assert!(is_linear || is_log, "{low} to {high}: {axis:?}");
                }
            }
        }
    }
}

#[test]
fn names_stand_at_the_ends_of_their_lines() {
    let line = |end: f64| vec![(0.0, 0.3), (1.0, end)];
    let svg = Chart::new("", "", "").series("one", line(1.0)).series("two", line(0.0)).to_svg();
    for (number, name) in ["one", "two"].iter().enumerate() {
        let curve = svg
            .lines()
            .find(|line| line.contains(&format!("class=\"c{number}\" fill=\"none\" stroke-width")))
            .unwrap();
        let end = curve.split('"').nth(1).unwrap().rsplit('L').next().unwrap();
        let label = svg.lines().find(|line| line.contains(&format!(">{name}</text>"))).unwrap();
        // From the end of the curve to its name.
        assert!(
            label.starts_with(&format!("<g class=\"name\"><path d=\"M{end}L")),
            "{label} does not begin at {end}"
        );
        assert!(label.contains(&format!("class=\"c{number}\"")));
    }
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
