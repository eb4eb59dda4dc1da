//! What is said of how often intervals hold the truth.

use kiln_experiment::conformal::{Coverage, GroupCoverage};
use kiln_report::{Column, Table, human, table};
use serde_json::json;

use crate::output::{Output, Unwritten};

/// The event, or a table with a line for each group.
///
/// # Errors
/// [`Unwritten`].
pub fn report(found: &Coverage, out: Output) -> Result<(), Unwritten> {
    if out.json {
        let fields = json!(found).as_object().cloned().unwrap_or_default();
        return out.event("coverage", fields);
    }
    let percent = (found.level * 1e6).round() / 1e4;
    let mut lines = Table::new([
        Column::left(format!("inside at {percent} %")),
        Column::right("items"),
        Column::right("share"),
        Column::right("95 %"),
        Column::right("size"),
    ]);
    lines.row(line("all", &found.all));
    for group in &found.groups {
        lines.row(line(&group.group, group));
    }
    let calibrated = human::count(found.calibrated as u64);
    let text =
        format!("\n{}\ncalibrated on {calibrated} items", lines.render(table::colour(&std::io::stdout())));
    out.data(&format!("{text}; size is the mean width, of classes how many are in a set\n"))
}

fn line(name: &str, group: &GroupCoverage) -> [String; 5] {
    let [low, high] = group.interval.map(human::metric);
    let sizes: Vec<String> = group.size.iter().map(|size| human::metric(*size)).collect();
    [
        name.to_owned(),
        human::count(group.items as u64),
        human::metric(group.share),
        format!("{low} to {high}"),
        sizes.join(", "),
    ]
}
