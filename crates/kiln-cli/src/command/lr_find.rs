//! `kiln lr-find`.

use kiln_experiment::find_learning_rate;
use kiln_report::{Chart, human};
use kiln_train::{LrCurve, LrFinderConfig};

use crate::args::{Global, LrFind};
use crate::configuration::configuration;
use crate::error::CliError;
use crate::observe::Terminal;
use crate::output::{Output, fields};
use crate::picture::write_svg;

pub(super) fn run(arguments: &LrFind, global: &Global, out: Output) -> Result<(), CliError> {
    let resolved = configuration(&arguments.configuration, global)?;
    let config = LrFinderConfig {
        start: arguments.start,
        end: arguments.end,
        steps: arguments.steps,
        ..LrFinderConfig::default()
    };
    let (found, weights) = find_learning_rate(&resolved, &config, &Terminal::new(global, out))?;
    let chart = chart(&resolved.label, &found);
    if let Some(path) = &arguments.output {
        write_svg(path, &chart)?;
    }
    let next = found.steepest.map(|lr| command(arguments, lr));
    if out.json {
        return out.event(
            "lr_find",
            fields! {
                steepest: found.steepest, minimum_tenth: found.minimum_tenth, diverged: found.diverged,
                points: found.points, weights_blake3: weights, next: next,
            },
        );
    }
    out.data(&format!("{}{}", chart.to_text(80, 14), advice(&found)))?;
    if let Some(path) = &arguments.output {
        out.say(&format!("written: {}", path.display()));
    }
    if let Some(next) = next {
        out.say(&format!("next: {next}"));
    }
    Ok(())
}

fn chart(label: &str, found: &LrCurve) -> Chart {
    let losses = found.points.iter().map(|point| (point.lr, point.smoothed)).collect();
    let mut chart =
        Chart::new(label, "learning rate", "smoothed loss").log_x().series("smoothed loss", losses);
    if let Some(lr) = found.steepest {
        chart = chart.mark(lr, "steepest");
    }
    chart
}

fn advice(found: &LrCurve) -> String {
    let ended = if found.diverged {
        "the loss ran away, and the test ended there"
    } else {
        "the loss held to the end"
    };
    match (found.steepest, found.minimum_tenth) {
        (Some(steepest), Some(tenth)) => format!(
            "suggested learning rate: {} where the loss falls fastest, {} a tenth of where it is smallest; {ended}\n",
            human::metric(steepest),
            human::metric(tenth),
        ),
        _ => format!("no suggestion: the loss never fell; {ended}; try --start, --steps or another model\n"),
    }
}

/// The training with the rate that was found, two digits of it: more would be noise.
fn command(arguments: &LrFind, lr: f64) -> String {
    let mut words = vec!["kiln train".to_owned()];
    words.extend(arguments.configuration.config.clone());
    words.extend(
        arguments.configuration.overrides.iter().filter(|set| !set.starts_with("optim.lr=")).cloned(),
    );
    words.push(format!("optim.lr={lr:.1e}"));
    words.join(" ")
}
