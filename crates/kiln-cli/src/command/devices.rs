//! `kiln devices`.

use clap::Args;
use kiln_core::{Explain, device};
use kiln_report::table::colour;
use kiln_report::{Column, Table};
use kiln_terminal::{Output, fields};

use super::Execute;
use crate::args::Global;
use crate::error::CliError;

/// List the devices: which are compiled in, which open, and why the others do not.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Devices {}

const EXAMPLES: &str = "\
Examples:
  kiln devices
  kiln devices --json";

impl Execute for Devices {
    fn run(&self, _: &Global, out: Output) -> Result<u8, CliError> {
        run(out).map(|()| 0)
    }
}

fn run(out: Output) -> Result<(), CliError> {
    let reports = device::list();
    if out.json {
        for report in &reports {
            let error = report.state.as_ref().err();
            out.event(
                "device",
                fields! {
                    device: report.name.to_string(),
                    description: report.description,
                    opens: report.state.is_ok(),
                    reason: error.map(ToString::to_string),
                    help: error.and_then(Explain::help),
                },
            )?;
        }
        return Ok(());
    }
    let mut table = Table::new([Column::left("device"), Column::left("opens"), Column::left("what it is")]);
    for report in &reports {
        let opens = if report.state.is_ok() { "yes" } else { "no" };
        table.row([report.name.to_string(), opens.to_owned(), report.description.clone()]);
        if let Err(error) = &report.state {
            table.row([String::new(), String::new(), error.to_string()]);
            if let Some(help) = error.help() {
                table.row([String::new(), String::new(), help]);
            }
        }
    }
    Ok(out.data(&table.render(colour(&std::io::stdout())))?)
}
