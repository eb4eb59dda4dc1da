//! The reliability diagram as SVG.

use std::fmt::Write;

use kiln_metrics::CalibrationCurve;

/// Side of the square that probabilities are drawn in, and the space around it, in pixels.
const SIDE: f64 = 320.0;
const LEFT: f64 = 56.0;
const TOP: f64 = 40.0;
/// Height of the bars below that show how many predictions each bin holds.
const COUNTS: f64 = 60.0;

/// The reliability diagram as an SVG document: frequency over confidence, the diagonal of honest probabilities, and below
/// how many predictions each bin holds. Needs no script, no font and no network.
///
/// ```
/// use kiln_metrics::{Binning, calibration_curve};
/// use kiln_validate::calibration::diagram;
///
/// let curve = calibration_curve(&[0, 1, 0], &[0.15, 0.85, 0.9], 10, Binning::Uniform, None)?;
/// assert!(diagram(&curve, "iris").starts_with("<svg "));
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn diagram(curve: &CalibrationCurve, title: &str) -> String {
    let x = |p: f64| LEFT + p * SIDE;
    let y = |p: f64| TOP + (1.0 - p) * SIDE;
    let (width, height) = (LEFT + SIDE + 24.0, TOP + SIDE + COUNTS + 76.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"22\" font-size=\"14\">{} (ECE {:.4})</text>\n",
        escape(title),
        curve.ece()
    );
    for tick in 0..=5 {
        let p = f64::from(tick) / 5.0;
        let _ = writeln!(
            svg,
            "<path d=\"M{LEFT} {0:.1}H{1:.1}M{2:.1} {TOP}V{3:.1}\" stroke=\"#ddd\"/>\
             <text x=\"{4:.1}\" y=\"{5:.1}\" text-anchor=\"end\">{p:.1}</text>\
             <text x=\"{2:.1}\" y=\"{6:.1}\" text-anchor=\"middle\">{p:.1}</text>",
            y(p),
            x(1.0),
            x(p),
            y(0.0),
            LEFT - 6.0,
            y(p) + 4.0,
            y(0.0) + 16.0
        );
    }
    let base = y(0.0) + 30.0 + COUNTS;
    let most = curve.bins.iter().map(|bin| bin.weight).fold(0.0, f64::max);
    let mut line = String::new();
    for bin in &curve.bins {
        let (left, right) = (x(bin.low) + 1.0, x(bin.high) - 1.0);
        let bar = COUNTS * bin.weight / most;
        let _ = writeln!(
            svg,
            "<rect x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"#4a7ab5\" opacity=\"0.35\"/>\
             <rect x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{bar:.1}\" fill=\"#999\">\
             <title>{} predictions, confidence {:.4}, frequency {:.4}</title></rect>",
            y(bin.frequency),
            right - left,
            bin.frequency * SIDE,
            base - bar,
            right - left,
            bin.weight,
            bin.confidence,
            bin.frequency
        );
        let _ = write!(line, "{:.1},{:.1} ", x(bin.confidence), y(bin.frequency));
    }
    let _ = write!(
        svg,
        "<path d=\"M{:.1} {:.1}L{:.1} {:.1}\" stroke=\"#888\" stroke-dasharray=\"4 4\"/>\n\
         <polyline points=\"{}\" fill=\"none\" stroke=\"#c0392b\" stroke-width=\"2\"/>\n\
         <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">confidence, and how many predictions</text>\n\
         <text transform=\"translate(14 {:.1}) rotate(-90)\" text-anchor=\"middle\">frequency</text>\n</svg>\n",
        x(0.0),
        y(0.0),
        x(1.0),
        y(1.0),
        line.trim_end(),
        x(0.5),
        base + 24.0,
        y(0.5)
    );
    svg
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use kiln_metrics::{Binning, calibration_curve};

    use super::*;

    #[test]
    fn every_bin_is_drawn_and_names_are_harmless() {
        let curve = calibration_curve(&[0, 1, 0], &[0.15, 0.85, 0.9], 10, Binning::Uniform, None).unwrap();
        let svg = diagram(&curve, "a <b> & c");
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
        assert_eq!(svg.matches("<title>").count(), curve.bins.len());
        assert!(svg.contains("a &lt;b&gt; &amp; c (ECE "));
        assert!(!svg.contains("NaN"));
    }
}
