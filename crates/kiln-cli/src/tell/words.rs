//! How a path stands in a command.

use std::path::Path;

use kiln_report::human::shell_word;

use crate::args::{ConfigArguments, Global};

/// A path as a shell takes it for one word.
pub(crate) fn quoted(path: &Path) -> String {
    shell_word(&path.display().to_string())
}

/// ` --data PATH` for the next command, where the data are not where the configuration says.
pub(crate) fn data_flag(data: Option<&Path>) -> String {
    data.map(|data| format!(" --data {}", quoted(data))).unwrap_or_default()
}

/// The command that trains a configuration, with `changes` in place of what was said of the same settings.
pub(crate) fn train_command(configuration: &ConfigArguments, changes: &[String], global: &Global) -> String {
    let key = |set: &str| set.split('=').next().unwrap_or_default().to_owned();
    let is_changed = |set: &&String| changes.iter().any(|change| key(change) == key(set));
    let kept = configuration.overrides.iter().filter(|set| !is_changed(set));
    let words: Vec<String> =
        configuration.config.iter().chain(kept).chain(changes).map(|text| shell_word(text)).collect();
    let seed = global.seed.map(|seed| format!(" --seed {seed}")).unwrap_or_default();
    format!("kiln train {}{}{seed}", words.join(" "), data_flag(global.data.as_deref()))
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

    #[test]
    fn the_next_command_says_where_the_data_are() {
        let overrides = ["data.source=csv", "optim.lr=1"].map(str::to_owned).to_vec();
        let configuration = ConfigArguments { config: None, overrides };
        let global = Global { data: Some("a b.csv".into()), seed: Some(3), ..Global::default() };
        let command = train_command(&configuration, &["optim.lr=2e-3".to_owned()], &global);
        assert_eq!(command, "kiln train data.source=csv optim.lr=2e-3 --data 'a b.csv' --seed 3");
    }
}
