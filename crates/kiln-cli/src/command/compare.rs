//! `kiln compare`.

use kiln_core::device::DeviceName;
use kiln_experiment::{CompareSettings, compare};
use kiln_report::event::Compare as Compared;
use kiln_report::{Column, Table, human, table};

use crate::args::{Compare, Global};
use crate::configuration::configuration;
use crate::error::CliError;
use crate::observe::Terminal;
use crate::output::Output;
use crate::tell;

pub(super) fn run(arguments: &Compare, global: &Global, out: Output) -> Result<(), CliError> {
    let resolved = configuration(&arguments.configuration, global)?;
    let devices: Vec<DeviceName> =
        arguments.devices.iter().map(|name| name.parse()).collect::<Result<_, _>>()?;
    let settings = CompareSettings { devices, steps: arguments.steps, tolerance: arguments.tolerance };
    let results = compare(&resolved, &settings, &Terminal::new(global, out))?;
    if out.json {
        return Ok(());
    }
    let records: Vec<Compared> = results.iter().map(tell::device::record).collect();
    out.data(&render(&records, arguments))
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
