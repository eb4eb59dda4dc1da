//! Where the kernels are kept that were chosen by timing them (feature `autotune`).

use std::path::PathBuf;
use std::sync::Once;

use cubecl::config::cache::CacheConfig;
use cubecl::config::{CubeClRuntimeConfig, RuntimeConfig};

static ONCE: Once = Once::new();

/// Has CubeCL keep them for the user and not for the folder in which the program happens to run: by itself it looks for a `Cargo.toml`
/// above that, and so times everything again for each project. To be called before CubeCL reads its configuration; where a program has set
/// one, that stays.
pub(super) fn for_the_user() {
    ONCE.call_once(|| {
        let read = CubeClRuntimeConfig::from_current_dir().override_from_env();
        CubeClRuntimeConfig::try_set(with_place(read, usual_place()));
    });
}

/// `kiln/kernels` below the user's folder for caches.
fn usual_place() -> Option<PathBuf> {
    Some(dirs::cache_dir()?.join("kiln").join("kernels"))
}

/// A place that a `cubecl.toml` names stays; `target` is what CubeCL takes where it names none.
fn with_place(mut config: CubeClRuntimeConfig, place: Option<PathBuf>) -> CubeClRuntimeConfig {
    if let (CacheConfig::Target, Some(place)) = (&config.environment.path, place) {
        config.environment.path = CacheConfig::Directory(place);
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_a_file_names_stays() {
        let of = |text: &str, place: Option<&str>| {
            let config = with_place(toml::from_str(text).unwrap(), place.map(PathBuf::from));
            config.environment.path.root()
        };
        assert_eq!(of("", Some("/cache/kiln/kernels")), PathBuf::from("/cache/kiln/kernels"));
        let named = "[environment]\npath = { directory = \"/mine\" }";
        assert_eq!(of(named, Some("/cache/kiln/kernels")), PathBuf::from("/mine"));
        let local = std::env::current_dir().unwrap();
        assert_eq!(of("[environment]\npath = \"local\"", Some("/cache/kiln/kernels")), local);
        // Without a folder for caches CubeCL's own rule holds.
        assert_ne!(of("", None), PathBuf::from("/cache/kiln/kernels"));
    }
}
