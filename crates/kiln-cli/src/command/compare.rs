//! `kiln compare`.

use burn::tensor::Device;
use kiln_core::Weights;
use kiln_core::device::DeviceName;
use kiln_models::Network;
use kiln_report::event::{Compare as Compared, Difference, Event, Spread};
use kiln_report::{Column, EventWriter, Table, human, memory, table};
use kiln_train::TrainError;
use kiln_train::compare::StepTimes;

use super::configuration;
use crate::args::{Compare, Global};
use crate::error::CliError;
use crate::job::Job;
use crate::output::Output;

/// Steps before the clock starts: the first ones fill caches and compile kernels.
const WARM_UP: u64 = 5;

pub(super) fn run(arguments: &Compare, global: &Global, out: Output) -> Result<(), CliError> {
    let resolved = configuration(&arguments.plan, global)?;
    let names: Vec<DeviceName> =
        arguments.devices.iter().map(|name| name.parse()).collect::<Result<_, _>>()?;
    let devices: Vec<Device> = names.iter().map(|name| name.open()).collect::<Result<_, _>>()?;
    let job = Job::new(&resolved)?;
    let (trainer, data) = (job.trainer(), job.data()?);
    let init = |device: &Device| -> Result<Network, TrainError> {
        job.shape.model(&resolved, device).map_err(|error| TrainError::Device { reason: error.to_string() })
    };
    let weights = Weights::of(&job.shape.model(&resolved, &devices[0])?);
    out.say(&format!("{} steps on {} in lock-step", arguments.steps, arguments.devices.join(", ")));
    let differences =
        trainer.compare(&devices, &init, &weights, &data, arguments.steps, arguments.tolerance)?;

    let mut results = Vec::new();
    for ((name, device), difference) in names.iter().zip(&devices).zip(differences) {
        out.say(&format!("{} steps on {name} for time and memory", arguments.steps));
        let separable = memory::reset_peak_rss();
        let times = trainer.time_steps(device, &init, &weights, &data, WARM_UP, arguments.steps)?;
        let step_ms = spread(&times);
        let first = results.is_empty();
        let event = Compared {
            device: name.to_string(),
            step_ms,
            samples_per_second: times.items as f64 / times.milliseconds.len() as f64 / step_ms.median * 1e3,
            peak_rss_bytes: memory::peak_rss().filter(|_| separable),
            max_loss_diff: (!first).then_some(difference.max_loss_diff),
            max_grad_diff: (!first).then_some(difference.max_grad_diff),
            first_difference: difference.first.map(|first| Difference {
                step: first.step,
                layer: first.parameter,
                difference: first.difference,
            }),
            metrics: difference.metrics.clone(),
        };
        if out.json {
            EventWriter::stdout().write(&Event::Compare(event.clone())).map_err(CliError::Output)?;
        }
        results.push(event);
    }
    if out.json { Ok(()) } else { out.data(&render(&results, arguments)) }
}

fn spread(times: &StepTimes) -> Spread {
    let mut sorted = times.milliseconds.clone();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let median =
        if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 };
    Spread { median, min: sorted[0], max: sorted[sorted.len() - 1] }
}

fn render(results: &[Compared], arguments: &Compare) -> String {
    let mut rows = Table::new([
        Column::left("device"),
        Column::right("step ms"),
        Column::right("min–max"),
        Column::right("items/s"),
        Column::right("peak memory"),
        Column::right("loss diff"),
        Column::right("gradient diff"),
        Column::left("beyond tolerance"),
        Column::right("final loss"),
    ]);
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.1e}"));
    for result in results {
        rows.row([
            result.device.clone(),
            format!("{:.2}", result.step_ms.median),
            format!("{:.2}–{:.2}", result.step_ms.min, result.step_ms.max),
            human::rate(result.samples_per_second),
            result.peak_rss_bytes.map_or_else(|| "–".to_owned(), human::bytes),
            number(result.max_loss_diff),
            number(result.max_grad_diff),
            match &result.first_difference {
                Some(first) => format!("step {}, {} ({:.1e})", first.step, first.layer, first.difference),
                None if result.max_loss_diff.is_none() => "reference".to_owned(),
                None => "never".to_owned(),
            },
            result.metrics.get("loss").map_or_else(|| "–".to_owned(), human::metric),
        ]);
    }
    format!(
        "{}\n{} steps; differences to {}; tolerance {:.0e}; gradients relative to their largest element\n",
        rows.render(table::colour(&std::io::stdout())),
        arguments.steps,
        results[0].device,
        arguments.tolerance,
    )
}
