//! A configuration as TOML, each line with who set it.

use std::fmt::Write;

use toml::Value;

use crate::formula;
use crate::resolve::Resolved;
use crate::run::RunConfig;
use crate::schema;

/// The column of the comments; longer lines push them right.
pub const COMMENT_COLUMN: usize = 36;

/// Every setting with its dotted key, in the order of `run.toml`.
pub fn leaves(config: &RunConfig) -> Vec<(String, Value)> {
    let mut leaves = Vec::new();
    // JSON keeps the order of the fields, TOML knows how numbers are written: each gives what the other lacks.
    let (Ok(order), Ok(values)) = (serde_json::to_value(config), Value::try_from(config)) else {
        return leaves;
    };
    walk("", &order, &values, &mut leaves);
    leaves
}

fn walk(prefix: &str, order: &serde_json::Value, value: &Value, leaves: &mut Vec<(String, Value)>) {
    let below = |key: &str| if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
    match (order, value) {
        // A table within an entry of a list is one value.
        (serde_json::Value::Object(fields), Value::Table(table))
            if !is_setting_of_entry(prefix) && !schema::has_own_names(prefix) =>
        {
            for (key, order) in fields {
                if let Some(value) = table.get(key) {
                    walk(&below(key), order, value, leaves);
                }
            }
        }
        (serde_json::Value::Array(orders), Value::Array(items)) if schema::is_list(prefix) => {
            for (index, (order, item)) in orders.iter().zip(items).enumerate() {
                walk(&below(&index.to_string()), order, item, leaves);
            }
        }
        _ => leaves.push((prefix.to_owned(), value.clone())),
    }
}

/// Whether a key is that of a setting in an entry of a list: `penalty.0.schedule`.
fn is_setting_of_entry(key: &str) -> bool {
    schema::list_of(key).is_some_and(|(_, rest)| rest.matches('.').count() == 1)
}

/// A value as TOML; small and large numbers with an exponent, which TOML knows but the crate never writes.
pub fn literal(value: &Value) -> String {
    match value {
        Value::Float(number) if number.is_finite() => format!("{number:?}"),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Table(table) => {
            let entries: Vec<String> =
                table.iter().map(|(key, value)| format!("{} = {}", name(key), literal(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

/// A name as TOML writes it: in quotes, unless it is of plain letters, digits, `_` and `-`.
fn name(key: &str) -> String {
    let is_bare =
        !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if is_bare { key.to_owned() } else { Value::String(key.to_owned()).to_string() }
}

/// The section of a key, and its name there.
fn parts(key: &str) -> (&str, &str) {
    key.rsplit_once('.').unwrap_or(("", key))
}

/// The same with the keys of a section behind each other: TOML has each section once, and one within another ends it.
fn by_section(mut leaves: Vec<(String, Value)>) -> Vec<(String, Value)> {
    let mut sections: Vec<String> = Vec::new();
    for (key, _) in &leaves {
        let section = parts(key).0;
        if !sections.iter().any(|known| known == section) {
            sections.push(section.to_owned());
        }
    }
    leaves.sort_by_key(|(key, _)| sections.iter().position(|section| section == parts(key).0));
    leaves
}

/// The whole configuration as TOML that reads back to the same run, with who set each value as a comment. What is
/// [open](Resolved::open) is left out.
pub fn annotated(resolved: &Resolved) -> String {
    let open = resolved.open();
    // Where epochs are open it would come back.
    let stays_out = open.epochs
        && resolved.config.early_stopping.is_none()
        && resolved.settings().is_cleared("early_stopping");
    let mut text = String::new();
    let mut section = String::new();
    for (key, value) in by_section(leaves(&resolved.config)) {
        if open.has(&key) {
            continue;
        }
        let (within, name) = parts(&key);
        if section.is_empty() && !within.is_empty() && stays_out {
            text.push_str("early_stopping = false\n");
        }
        if within != section {
            section = within.to_owned();
            let header = match schema::list_of(within) {
                Some(_) => format!("[[{}]]", schema::header(within)),
                None => format!("[{within}]"),
            };
            let _ = write!(text, "\n{header}\n");
        }
        let line = format!("{name} = {}", literal(&value));
        // The name of a file is whatever it is: a line break in it would end the comment.
        let set_by = resolved.set_by(&key).replace(char::is_control, "?");
        let _ = writeln!(text, "{line:COMMENT_COLUMN$} # {set_by}");
    }
    if resolved.config.loss.is_none() {
        text.push_str("\n# loss: cross-entropy for classes, mean squared error for numbers\n");
    }
    if !open.is_empty() {
        let keys: Vec<&str> = open.keys().collect();
        let _ = writeln!(text, "\n# {}: follow from the size of the data", keys.join(", "));
    }
    text.push('\n');
    for line in formula::lines(&resolved.config) {
        let _ = writeln!(text, "# {line}");
    }
    text
}
