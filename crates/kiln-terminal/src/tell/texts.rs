//! What is said of texts, before a model is trained on them.

use kiln_data::TextFacts;
use kiln_report::{Column, Table, human, table};
use serde_json::{Map, Value, json};

use crate::output::{Output, Unwritten};

/// A table with a line for each part; an event for programs.
pub(crate) fn tell(parts: &[(&'static str, TextFacts)], out: Output) -> Result<(), Unwritten> {
    if out.json {
        return out.event("texts", fields(parts));
    }
    let mut text = lines(parts).render(table::colour(&std::io::stderr()));
    text.truncate(text.trim_end().len());
    out.say(&text);
    Ok(())
}

/// The facts of each part under its name.
pub fn fields(parts: &[(&'static str, TextFacts)]) -> Map<String, Value> {
    parts.iter().map(|(part, facts)| ((*part).to_owned(), json!(facts))).collect()
}

/// A line for each part: how many texts, how long they are, what of them the model knows and sees.
pub fn lines(parts: &[(&'static str, TextFacts)]) -> Table {
    let unit = parts.first().map_or("tokens", |(_, facts)| facts.unit);
    let titles = ["texts", "empty", unit, "median", "known", "not known", "cut"];
    let mut table = Table::new(
        [Column::left("part")].into_iter().chain(titles.iter().map(|title| Column::right(*title))),
    );
    for (part, facts) in parts {
        let count = |count: usize| human::count(count as u64);
        table.row([
            (*part).to_owned(),
            count(facts.texts),
            count(facts.empty),
            count(facts.tokens),
            count(facts.median),
            count(facts.vocabulary.saturating_sub(2)),
            format!("{:.1} %", 100.0 * facts.unknown_share()),
            count(facts.cut),
        ]);
    }
    table
}
