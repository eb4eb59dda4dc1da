//! Attributions as a table.

use std::borrow::Cow;

use kiln_experiment::explain::Explanation;

/// A line for each item of a table: its place in the data set (from 0), what is true, what is explained, the output, and the attribution of
/// each column. Of images the pixels are the columns, `y_x`. Of token sequences, which have no columns, a line for each token: `place` (from 0), `token`,
/// `attribution`.
pub fn attributions_csv(found: &Explanation) -> String {
    if found.unit.is_some() {
        return of_tokens(found);
    }
    let pixels = |[height, width]: [usize; 2]| -> Vec<String> {
        (0..height).flat_map(|y| (0..width).map(move |x| format!("{y}_{x}"))).collect()
    };
    let columns = found.size.map_or_else(|| found.columns.clone(), pixels);
    let mut text = String::from("item,actual,target,output");
    for column in &columns {
        text.push(',');
        text.push_str(&cell(column));
    }
    text.push('\n');
    for item in &found.items {
        let actual = item.actual.as_deref().unwrap_or_default();
        text.push_str(&format!("{},{},{},{}", item.row, cell(actual), cell(&item.target), item.output));
        for value in &item.values {
            text.push_str(&format!(",{value}"));
        }
        text.push('\n');
    }
    text
}

fn of_tokens(found: &Explanation) -> String {
    let mut text = String::from("item,actual,target,output,place,token,attribution\n");
    for item in &found.items {
        let actual = item.actual.as_deref().unwrap_or_default();
        let front = format!("{},{},{},{}", item.row, cell(actual), cell(&item.target), item.output);
        for (place, (token, value)) in item.tokens.iter().flatten().zip(&item.values).enumerate() {
            text.push_str(&format!("{front},{place},{},{value}\n", cell(token)));
        }
    }
    text
}

/// A cell as RFC 4180 has it.
fn cell(text: &str) -> Cow<'_, str> {
    if text.contains(['"', ',', '\n', '\r']) {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}
