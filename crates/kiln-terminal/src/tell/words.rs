//! How a path stands in a command.

use std::path::Path;

use kiln_report::human::shell_word;

/// A path as a shell takes it for one word.
pub fn quoted(path: &Path) -> String {
    shell_word(&path.display().to_string())
}

/// ` --data PATH` for the next command, where the data are not where the configuration says.
pub fn data_flag(data: Option<&Path>) -> String {
    data.map(|data| format!(" --data {}", quoted(data))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_a_path_for_one_word() {
        assert_eq!(quoted(Path::new("runs/a-1")), "runs/a-1");
        assert_eq!(data_flag(Some(Path::new("my data/it's.csv"))), " --data 'my data/it'\\''s.csv'");
        assert_eq!(data_flag(None), "");
    }
}
