//! Parts of messages.

/// `1 row`, `2 rows`.
pub(super) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("{count} {what}") } else { format!("{count} {what}s") }
}

/// What a message says of columns that are left out, each with its reason; few of them.
pub(super) fn left_out_of(columns: &[String]) -> String {
    const SHOWN: usize = 4;
    if columns.is_empty() {
        return String::new();
    }
    let shown = columns[..columns.len().min(SHOWN)].join(", ");
    match columns.len().saturating_sub(SHOWN) {
        0 => format!("; left out: {shown}"),
        more => format!("; left out: {shown} and {more} more"),
    }
}
