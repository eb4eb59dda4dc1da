//! What is said of an ensemble: its runs and their weights, and how good their mean is.

use std::path::Path;

use kiln_experiment::Interrupt;
use kiln_experiment::ensemble::{EnsembleEnd, EnsembleReport};
use kiln_report::{Column, Table, human, table};

use super::evaluation;
use super::words::{data_flag, quoted};
use crate::fields;
use crate::output::{Output, Unwritten};

/// The end, and the exit code. `data`: where the data are, if not where the configuration says.
///
/// # Errors
/// [`Unwritten`].
pub fn end(
    end: &EnsembleEnd,
    interrupt: &Interrupt,
    data: Option<&Path>,
    out: Output,
) -> Result<u8, Unwritten> {
    match end {
        EnsembleEnd::Done(report) => {
            whole(report, out)?;
            Ok(0)
        }
        EnsembleEnd::Stopped { run } => {
            out.say(&format!("\nGo on with:\n  kiln resume {}{}", quoted(run), data_flag(data)));
            Ok(interrupt.exit_code().unwrap_or(130))
        }
    }
}

/// The runs, their weights, and what their mean is worth.
///
/// # Errors
/// [`Unwritten`].
pub fn whole(report: &EnsembleReport, out: Output) -> Result<(), Unwritten> {
    let record = &report.record;
    if out.json {
        out.event(
            "ensemble",
            fields! {
                loss: record.loss, value: record.value, items: record.items, members: record.members,
                seconds: report.seconds, run_dir: report.run.display().to_string(),
            },
        )?;
    } else {
        let by = format!("{} by itself", record.loss);
        let mut rows = Table::new([Column::left("member"), Column::right("weight"), Column::right(by)]);
        for member in &record.members {
            rows.row([member.name.clone(), human::metric(member.weight), human::metric(member.alone)]);
        }
        rows.row(["all".to_owned(), "1".to_owned(), human::metric(record.value)]);
        let items = human::count(record.items as u64);
        let text = rows.render(table::colour(&std::io::stdout()));
        out.data(&format!("\n{text}\nweights by {items} items that chose them\n"))?;
    }
    if let Some(test) = &report.test {
        out.say(&format!("\nthe weighted mean on the {} items of the test part", test.items));
        evaluation::report(test, None, out)?;
    }
    let run = report.run.display();
    out.say(&format!(
        "\nIn {run}: ensemble.json\nNext:\n  kiln predict {run} INPUT    the weighted mean\n  kiln eval {run}    how good it is on the \
         test part"
    ));
    Ok(())
}
