//! `kiln eval`.

use kiln_experiment::run::find;
use kiln_experiment::{EvaluateSettings, Interrupt, evaluate};
use kiln_report::{Column, Table, confusion, human, table};

use crate::args::{Eval, Global};
use crate::configuration::session;
use crate::error::CliError;
use crate::observe::Terminal;
use crate::output::{Output, fields};

pub(super) fn run(arguments: &Eval, global: &Global, out: Output) -> Result<(), CliError> {
    let path = find(&arguments.run, &global.runs_dir())?;
    let settings = EvaluateSettings {
        session: session(global, Interrupt::default()),
        part: arguments.part.into(),
        views: arguments.views.tta,
    };
    let found = evaluate(&path, &settings, &Terminal::new(global, out))?;
    let part = settings.part.name();
    if out.json {
        return out.event(
            "eval",
            fields! {
                part: part, items: found.items, tta: arguments.views.tta.map(|views| views.to_string()),
                metrics: found.metrics, classes: found.classes, confusion: found.confusion
            },
        );
    }
    let mut facts = Table::new([Column::left("metric"), Column::right(part)]);
    for (name, value) in found.metrics.iter() {
        facts.row([name.to_owned(), human::metric(value)]);
    }
    let mut text = facts.render(table::colour(&std::io::stdout()));
    if let (Some(names), Some(matrix)) = (&found.classes, &found.confusion) {
        text.push_str(&format!("\n{}", confusion(names, matrix)));
    }
    out.data(&text)
}
