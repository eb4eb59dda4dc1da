//! What probes have found, kept for the next run of the same model on the same machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kiln_core::file::{self, write_durably};

use crate::device_choice::DeviceChoice;

/// More than these are forgotten all at once.
const MOST: usize = 200;

type Choices = BTreeMap<String, DeviceChoice>;

/// `kiln/devices.json` below the user's folder for caches.
pub(super) fn usual_place() -> Option<PathBuf> {
    Some(dirs::cache_dir()?.join("kiln").join("devices.json"))
}

/// What was found under `key`.
pub(super) fn recall(path: &Path, key: &str) -> Option<DeviceChoice> {
    let choice = read(path).remove(key)?;
    Some(DeviceChoice { remembered: true, seconds: 0.0, ..choice })
}

/// Keeps a choice. A folder that cannot be written is no failure: the next run probes again.
pub(super) fn keep(path: &Path, key: String, choice: &DeviceChoice) {
    let mut choices = read(path);
    if choices.len() >= MOST {
        choices.clear();
    }
    choices.insert(key, choice.clone());
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    if let (Ok(()), Ok(bytes)) = (folder, serde_json::to_vec_pretty(&choices)) {
        let _ = write_durably(path, &bytes);
    }
}

/// A file that is not there or damaged holds nothing.
fn read(path: &Path) -> Choices {
    file::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_recalled_and_damage_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kiln/devices.json");
        let choice = DeviceChoice {
            device: "flex".into(),
            candidates: vec![crate::device_choice::DeviceCandidate::took("flex".into(), 1.5)],
            seconds: 1.0,
            remembered: false,
        };
        assert_eq!(recall(&path, "a"), None);
        keep(&path, "a".into(), &choice);
        keep(&path, "b".into(), &choice);
        let found = recall(&path, "a").unwrap();
        assert_eq!((found.remembered, &found.candidates), (true, &choice.candidates));
        for n in 0..MOST {
            keep(&path, n.to_string(), &choice);
        }
        assert_eq!(recall(&path, "a"), None);
        assert!(recall(&path, &(MOST - 1).to_string()).is_some());
        std::fs::write(&path, "{").unwrap();
        assert_eq!(recall(&path, "b"), None);
        // A folder in its place.
        keep(folder.path(), "a".into(), &choice);
    }
}
