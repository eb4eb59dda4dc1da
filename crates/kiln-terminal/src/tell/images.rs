//! What kiln found in a folder or a table of images, before it trains on them.

use kiln_data::Dataset;
use kiln_report::{Column, Table, human, table, visible};
use serde_json::{Map, Value, json};

/// More files than this are counted.
const MOST_FILES: usize = 12;

/// The images, their classes, the parts that are fixed, and the files that were left out, each with its reason. `classes`: the
/// classes in words.
pub(super) fn lines(dataset: &Dataset, classes: Option<String>) -> String {
    let mut facts = Table::new([Column::left(""), Column::left("")]);
    if let (Some(images), Ok(rows)) = (dataset.features.as_images(), dataset.features.rows()) {
        let [channels, height, width] = images.shape;
        let count = human::count(rows as u64);
        facts.row(["images".to_owned(), format!("{count} of {channels} x {height} x {width}")]);
    }
    if let Some(classes) = classes {
        facts.row(["classes".to_owned(), classes]);
    }
    let fixed = [
        ("validation part", dataset.arrangement.fixed_validation.len()),
        ("test part", dataset.fixed_test.len()),
    ];
    for (part, rows) in fixed.into_iter().filter(|(_, rows)| *rows > 0) {
        facts.row([part.to_owned(), format!("{} images, fixed", human::count(rows as u64))]);
    }
    let skipped = &dataset.arrangement.skipped;
    if !skipped.is_empty() {
        let files = if skipped.len() == 1 { "file" } else { "files" };
        facts.row(["left out".to_owned(), format!("{} {files}", human::count(skipped.len() as u64))]);
    }
    let mut text = facts.render(table::colour(&std::io::stderr()));
    text.truncate(text.trim_end().len());
    for file in skipped.iter().take(MOST_FILES) {
        let line = format!("{}: {}", file.path.display(), file.reason);
        text.push_str(&format!("\n  {}", visible::printable(&line)));
    }
    if skipped.len() > MOST_FILES {
        text.push_str(&format!("\n  and {} more", human::count((skipped.len() - MOST_FILES) as u64)));
    }
    text
}

/// The same for programs.
pub(super) fn add_fields(dataset: &Dataset, fields: &mut Map<String, Value>) {
    if let Some(images) = dataset.features.as_images() {
        fields.insert("images".to_owned(), json!(images.shape));
    }
    fields.insert("fixed_validation".to_owned(), json!(dataset.arrangement.fixed_validation.len()));
    fields.insert("fixed_test".to_owned(), json!(dataset.fixed_test.len()));
    let skipped = dataset.arrangement.skipped.iter();
    let skipped =
        skipped.map(|file| json!({ "path": file.path.display().to_string(), "reason": file.reason }));
    fields.insert("skipped_files".to_owned(), skipped.collect());
}
