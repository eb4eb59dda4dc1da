//! `kiln compare`.

use clap::Args;
use clap::builder::RangedU64ValueParser;
use kiln_core::device::DeviceName;
use kiln_experiment::{CompareSettings, Comparison, Interrupt, compare};
use kiln_report::event::Compare as Compared;
use kiln_report::{Column, Table, human, profile, table};
use kiln_terminal::{Output, tell};

use super::{Accepts, Execute};
use crate::args::{ConfigArguments, Global, positive};
use crate::configuration::{configuration, session};
use crate::error::CliError;
use crate::observe::Terminal;

/// Train the same on several devices and compare speed, memory and results.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Compare {
    #[command(flatten)]
    pub(crate) configuration: ConfigArguments,
    /// The devices. The first is the one that the others are compared with.
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', required = true)]
    pub(crate) devices: Vec<String>,
    /// Steps that are compared and timed.
    #[arg(long, value_name = "N", default_value_t = 50,
          value_parser = RangedU64ValueParser::<u64>::new().range(1..))]
    pub(crate) steps: u64,
    /// The smallest difference of a loss or gradient that counts.
    #[arg(long, value_name = "X", default_value_t = 1e-3, value_parser = positive)]
    pub(crate) tolerance: f64,
    /// Also count what a step asks of each device on wgpu: launches of kernels, uploads, read-backs, allocations.
    #[arg(long)]
    pub(crate) profile: bool,
}

const EXAMPLES: &str = "\
Examples:
  kiln compare digits --devices flex,ndarray
  kiln compare digits model.hidden=[64] --devices flex,wgpu:cpu --steps 20 --json
  kiln compare digits --devices wgpu --profile";

impl Execute for Compare {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        run(self, global, out).map(|()| 0)
    }

    fn accepts(&self) -> Accepts {
        Accepts::Settings
    }
}

fn run(arguments: &Compare, global: &Global, out: Output) -> Result<(), CliError> {
    let resolved = configuration(&arguments.configuration, global)?;
    let devices: Vec<DeviceName> =
        arguments.devices.iter().map(|name| name.parse()).collect::<Result<_, _>>()?;
    let settings = CompareSettings {
        devices,
        steps: arguments.steps,
        tolerance: arguments.tolerance,
        profile: arguments.profile,
    };
    let results = compare(&resolved, &settings, &Terminal::new(global, out))?;
    if !out.json {
        let records: Vec<Compared> = results.iter().map(tell::device::record).collect();
        let mut text = render(&records, arguments);
        if arguments.profile {
            text.push_str(&profile(&records, table::colour(&std::io::stdout())));
        }
        out.data(&text)?;
    }
    let found = Comparison::new(&resolved, &settings, results);
    let folder = found.save(&resolved, &session(global, Interrupt::default()))?;
    out.say(&format!("kept in {}: `kiln report last` shows it", folder.display()));
    Ok(())
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
        Column::left("again"),
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
            result.again(),
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

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::command::{Cli, Command};

    fn parse(line: &str) -> Command {
        Cli::try_parse_from(line.split(' ')).unwrap().command
    }

    #[test]
    fn compare_takes_devices_and_a_positive_tolerance() {
        let Command::Compare(compare) = parse("kiln compare digits seed=1 --devices flex,wgpu:cpu") else {
            panic!()
        };
        assert_eq!(compare.devices, ["flex", "wgpu:cpu"]);
        assert_eq!((compare.steps, compare.tolerance), (50, 1e-3));
        assert_eq!(compare.configuration.overrides, ["seed=1"]);
        assert!(Cli::try_parse_from(["kiln", "compare", "digits"]).is_err());
        for bad in ["0", "nan", "-1", "inf", "x"] {
            let arguments = ["kiln", "compare", "digits", "--devices", "flex", "--tolerance", bad];
            assert!(Cli::try_parse_from(arguments).is_err(), "{bad}");
        }
    }
}
