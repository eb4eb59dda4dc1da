//! Data in the place of a configuration: `kiln train houses.csv`.

use std::path::Path;

use kiln_data::source::{Availability, catalog, recognise};

use crate::recipe;

/// The `key=value` settings that a word stands for which names data: a file or folder that a reader knows, or a data set that
/// needs no path. `None` for anything else: a TOML file, a recipe, the folder of a run.
///
/// ```
/// assert_eq!(kiln_config::data_settings("houses.csv").unwrap(), ["data.source=csv", "data.path=\"houses.csv\""]);
/// assert_eq!(kiln_config::data_settings("iris"), None); // a recipe
/// ```
pub fn data_settings(word: &str) -> Option<Vec<String>> {
    let path = Path::new(word);
    if recipe::find(word).is_some() {
        return None;
    }
    if !path.exists()
        && let Some(set) = catalog().into_iter().find(|set| set.name == word)
        && set.availability != Availability::NeedsPath
    {
        return Some(vec![format!("data.source={}", set.name)]);
    }
    let source =
        recognise(path).filter(|source| !path.is_dir() || *source != "images" || holds_classes(path))?;
    // A quoted text of TOML survives whatever is in the path.
    Some(vec![format!("data.source={source}"), format!("data.path={}", toml::Value::from(word))])
}

/// Whether a folder has folders in it, and no configuration, as that of a run has.
fn holds_classes(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    let mut folders = 0;
    for entry in entries.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            return false;
        }
        folders += usize::from(path.is_dir());
    }
    folders > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_are_told_from_configurations() {
        let folder = tempfile::tempdir().unwrap();
        let named = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        assert_eq!(data_settings("my.toml"), None);
        assert_eq!(data_settings("digits"), None);
        assert_eq!(data_settings("nothing"), None);
        let table = named("a \"b\".csv");
        let settings = data_settings(&table).unwrap();
        assert_eq!(settings[0], "data.source=csv");
        let value: toml::Table =
            format!("x = {}", settings[1].strip_prefix("data.path=").unwrap()).parse().unwrap();
        assert_eq!(value["x"].as_str(), Some(table.as_str()));
        std::fs::create_dir_all(folder.path().join("photos/cat")).unwrap();
        assert_eq!(data_settings(&named("photos")).unwrap()[0], "data.source=images");
        std::fs::create_dir_all(folder.path().join("run/checkpoints")).unwrap();
        std::fs::write(folder.path().join("run/run.toml"), "").unwrap();
        assert_eq!((data_settings(&named("run")), data_settings(&named("photos/cat"))), (None, None));
    }
}
