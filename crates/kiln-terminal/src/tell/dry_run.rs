//! What `kiln train --dry-run` found.

use kiln_config::Resolved;
use kiln_experiment::DryRun;
use kiln_report::{Column, Table, human, table};

use crate::fields;
use crate::output::{Output, Unwritten};

/// The event, or a table and the layers of the model.
pub fn report(found: &DryRun, resolved: &Resolved, out: Output) -> Result<(), Unwritten> {
    let (config, [train, validation, test]) = (&resolved.config, found.items);
    if out.json {
        return out.event(
            "dry_run",
            fields! {
                train: train, validation: validation, test: test,
                parameters: found.summary.parameters, multiply_adds: found.summary.multiply_adds,
                steps_per_epoch: found.steps_per_epoch, first_loss: found.first_loss, finite: found.finite,
            },
        );
    }
    let mut facts = Table::new([Column::left(""), Column::left("")]);
    facts.row(["data", found.data.as_str()]);
    for (name, items) in [("training", train), ("validation", validation), ("test", test)] {
        facts.row([format!("{name} items"), human::count(items as u64)]);
    }
    facts.row(["device", config.device.as_str()]);
    let steps = human::count(found.steps_per_epoch);
    facts.row(["epochs".to_owned(), format!("{} of {steps} steps", found.epochs)]);
    facts.row(["loss of the first batch".to_owned(), human::metric(found.first_loss)]);
    facts.row(["one step gives finite weights", if found.finite { "yes" } else { "no" }]);
    out.data(&format!("{}\n{}\n", facts.render(table::colour(&std::io::stdout())), found.summary))?;
    out.say("Nothing was written. Without --dry-run, this trains.");
    Ok(())
}
