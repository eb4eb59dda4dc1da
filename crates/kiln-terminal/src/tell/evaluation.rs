//! What is said of an evaluation.

use kiln_augment::Views;
use kiln_experiment::{ClassReport, Evaluation, Measured};
use kiln_report::{Column, Table, confusion, human, table};

use super::{decision, unseen};
use crate::fields;
use crate::output::{Output, Unwritten};

/// The event, or tables.
pub fn report(found: &Evaluation, views: Option<Views>, out: Output) -> Result<(), Unwritten> {
    unseen::report(&found.unseen, out)?;
    let part = match &found.of {
        Measured::Part(part) => part.name(),
        Measured::File { path, skipped } => {
            let items = human::count(found.items as u64);
            let left = match skipped {
                0 => String::new(),
                some => format!(", without {} that have no target", human::count(*some as u64)),
            };
            let text = "is not what the run was trained on: all of its items are measured";
            out.say(&format!("{} {text}: {items}{left}", path.display()));
            "data"
        }
        _ => "",
    };
    if out.json {
        return event(found, part, views, out);
    }
    let colour = table::colour(&std::io::stdout());
    let mut facts = Table::new([Column::left("metric"), Column::right(part)]);
    for (name, value) in found.metrics.iter() {
        facts.row([name.to_owned(), if value.is_nan() { "–".to_owned() } else { human::metric(value) }]);
    }
    for row in found.decision.iter().flat_map(decision::rows) {
        facts.row(row);
    }
    let mut text = facts.render(colour);
    if let Some([low, high]) = found.accuracy_interval {
        let [low, high] = [low, high].map(human::metric);
        text += &format!("\naccuracy from {low} to {high}: Wilson's 95 % interval\n");
    }
    if !found.per_class.is_empty() {
        text += &format!("\n{}", classes(&found.per_class).render(colour));
    }
    if let (Some(names), Some(matrix)) = (&found.classes, &found.confusion) {
        text += &format!("\n{}", confusion(names, matrix));
    }
    out.data(&text)
}

fn event(found: &Evaluation, part: &str, views: Option<Views>, out: Output) -> Result<(), Unwritten> {
    let (data, skipped) = match &found.of {
        Measured::File { path, skipped } => (Some(path.display().to_string()), Some(*skipped)),
        _ => (None, None),
    };
    out.event(
        "eval",
        fields! {
            part: part, items: found.items, tta: views.map(|views| views.to_string()),
            metrics: found.metrics, classes: found.classes, confusion: found.confusion,
            accuracy_interval: found.accuracy_interval, per_class: found.per_class,
            decision: found.decision, data: data, skipped: skipped,
        },
    )
}

/// A line for each class: scikit-learn's `classification_report`.
fn classes(per_class: &[ClassReport]) -> Table {
    let columns = ["precision", "recall", "f1", "support"].map(Column::right);
    let mut table = Table::new(std::iter::once(Column::left("class")).chain(columns));
    for ClassReport { class, precision, recall, f1, support, .. } in per_class {
        let support =
            if support.fract() == 0.0 { human::count(*support as u64) } else { human::metric(*support) };
        let [precision, recall, f1] = [precision, recall, f1].map(|score| human::metric(*score));
        table.row([class.clone(), precision, recall, f1, support]);
    }
    table
}
