//! What metrics are called in tables and pictures.

/// What a metric is called in a table.
pub(crate) fn heading(metric: &str) -> String {
    match metric {
        "mse" => "squared error".to_owned(),
        "mae" => "absolute error".to_owned(),
        other => other.replace('_', " "),
    }
}
