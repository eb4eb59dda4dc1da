//! `kiln train --dry-run`: what would be done, and one batch through the model; nothing is written.

use kiln_core::Weights;
use kiln_report::{Column, Table, human, table};
use kiln_train::{Data, TrainConfig};

use crate::error::CliError;
use crate::job::Job;
use crate::output::{Output, fields};

pub(super) fn run(job: &Job<'_>, out: Output) -> Result<(), CliError> {
    let (config, split) = (job.config(), &job.prepared.split);
    // One step of the real loop, penalties and clipping included, on one batch of the training part.
    let one = TrainConfig { steps: Some(1), overfit_batch: true, ..config.train.clone() };
    let mut trainer = job.trainer().config(one);
    let outcome = trainer.fit(job.model()?, &Data::new(job.train()?))?;
    let loss = outcome.history.last().and_then(|epoch| epoch.train.get("loss")).unwrap_or(f64::NAN);
    let finite = Weights::of(&outcome.model).first_non_finite().is_none();
    let steps = job.steps_per_epoch()?;
    if out.json {
        return out.event(
            "dry_run",
            fields! {
                train: split.train.len(), validation: split.validation.len(), test: split.test.len(),
                parameters: job.summary.parameters, multiply_adds: job.summary.multiply_adds,
                steps_per_epoch: steps, first_loss: loss, finite: finite,
            },
        );
    }
    let mut facts = Table::new([Column::left(""), Column::left("")]);
    facts.row(["data", job.prepared.dataset.name.as_str()]);
    for (name, rows) in [("training", &split.train), ("validation", &split.validation), ("test", &split.test)]
    {
        facts.row([format!("{name} items"), human::count(rows.len() as u64)]);
    }
    facts.row(["device", config.device.as_str()]);
    facts.row(["epochs".to_owned(), format!("{} of {} steps", config.train.epochs, human::count(steps))]);
    facts.row(["loss of the first batch".to_owned(), human::metric(loss)]);
    facts.row(["one step gives finite weights", if finite { "yes" } else { "no" }]);
    out.data(&format!("{}\n{}\n", facts.render(table::colour(&std::io::stdout())), job.summary))?;
    out.say("Nothing was written. Without --dry-run, this trains.");
    Ok(())
}
