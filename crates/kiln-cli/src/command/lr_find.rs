//! `kiln lr-find`.

use kiln_core::Weights;
use kiln_report::{Chart, human};
use kiln_train::{RangeTest, RangeTestConfig};

use super::configuration;
use super::picture::write_svg;
use crate::args::{Global, LrFind};
use crate::error::CliError;
use crate::job::Job;
use crate::output::{Output, fields};

pub(super) fn run(arguments: &LrFind, global: &Global, out: Output) -> Result<(), CliError> {
    let resolved = configuration(&arguments.plan, global)?;
    let config = RangeTestConfig {
        start: arguments.start,
        end: arguments.end,
        steps: arguments.steps,
        ..RangeTestConfig::default()
    };
    config.check()?;
    let job = Job::new(&resolved)?;
    job.check()?;
    out.say(&format!(
        "{}: {} steps on a copy of the model, learning rate from {:e} to {:e}",
        resolved.label, config.steps, config.start, config.end
    ));
    let model = job.model()?;
    let before = Weights::of(&model).blake3();
    let test = job.trainer().lr_range_test(&model, &job.data()?, &config)?;
    if Weights::of(&model).blake3() != before {
        return Err(CliError::internal("the range test changed the model that it was given"));
    }
    let chart = chart(&resolved.label, &test);
    if let Some(path) = &arguments.output {
        write_svg(path, &chart)?;
    }
    let next = test.steepest.map(|lr| command(arguments, lr));
    if out.json {
        return out.event(
            "lr_find",
            fields! {
                steepest: test.steepest, minimum_tenth: test.minimum_tenth, diverged: test.diverged,
                points: test.points, weights_blake3: before, next: next,
            },
        );
    }
    out.data(&format!("{}{}", chart.to_text(80, 14), advice(&test)))?;
    if let Some(path) = &arguments.output {
        out.say(&format!("written: {}", path.display()));
    }
    if let Some(next) = next {
        out.say(&format!("next: {next}"));
    }
    Ok(())
}

fn chart(label: &str, test: &RangeTest) -> Chart {
    let losses = test.points.iter().map(|point| (point.lr, point.smoothed)).collect();
    let mut chart =
        Chart::new(label, "learning rate", "smoothed loss").log_x().series("smoothed loss", losses);
    if let Some(lr) = test.steepest {
        chart = chart.mark(lr, "steepest");
    }
    chart
}

fn advice(test: &RangeTest) -> String {
    let ended = if test.diverged {
        "the loss ran away, and the test ended there"
    } else {
        "the loss held to the end"
    };
    match (test.steepest, test.minimum_tenth) {
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
    words.extend(arguments.plan.config.clone());
    words.extend(arguments.plan.overrides.iter().filter(|set| !set.starts_with("optim.lr=")).cloned());
    words.push(format!("optim.lr={lr:.1e}"));
    words.join(" ")
}
