//! Fashion-MNIST, which is not bundled: 30 MB, a package in Debian.
//!
//! H. Xiao, K. Rasul, R. Vollgraf (2017), *Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
//! Algorithms*, arXiv:1708.07747; MIT licence.

use std::env;
use std::path::{Path, PathBuf};

use super::idx;
use super::reader::{Availability, Reader, SourceInfo};
use crate::{DataConfig, DataError, Dataset, FileError};

/// The value of `data.source`, and the name of the folder.
const NAME: &str = "fashion-mnist";

const CLASSES: [&str; 10] = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
];

/// Reads the 60 000 training images and the 10 000 test images, which are the fixed test part.
///
/// They are looked for in `path`; without one in the folder that the environment variable `KILN_DATA` names, then in
/// `/usr/share/datasets`. A folder may hold the four files itself or in `fashion-mnist/`.
///
/// # Errors
/// [`FileError::NotInstalled`] when the files are in none of these, else what is wrong with them.
pub fn load(path: Option<&Path>) -> Result<Dataset, DataError> {
    let folder = find(&candidates(path, env::var_os("KILN_DATA").map(PathBuf::from)))?;
    let paths = idx::Paths::with_test(&folder)?;
    idx::read(NAME.to_owned(), &paths, Some(&CLASSES))
}

/// `source = "fashion-mnist"`.
#[derive(Debug)]
pub(super) struct FashionMnist;

impl Reader for FashionMnist {
    fn info(&self) -> SourceInfo {
        info()
    }

    fn load(&self, config: &DataConfig) -> Result<Dataset, DataError> {
        load(config.path.as_deref())
    }
}

fn info() -> SourceInfo {
    let availability = match find(&candidates(None, env::var_os("KILN_DATA").map(PathBuf::from))) {
        Ok(folder) => Availability::Found(folder),
        Err(DataError::File(FileError::NotInstalled { looked, .. })) => Availability::Missing(looked),
        Err(_) => Availability::Missing(Vec::new()),
    };
    SourceInfo {
        name: NAME,
        items: Some(70_000),
        what: "28x28 images of clothes, 10 classes",
        licence: "MIT",
        settings: &["data.path"],
        availability,
    }
}

/// The folders to look in, best first. A path that the user gives is the only one: finding other data than asked for
/// would be worse than finding none.
fn candidates(path: Option<&Path>, kiln_data: Option<PathBuf>) -> Vec<PathBuf> {
    let with_sub_folder = |folder: PathBuf| [folder.join(NAME), folder];
    match path {
        Some(path) => with_sub_folder(path.to_owned()).to_vec(),
        None => kiln_data
            .into_iter()
            .flat_map(with_sub_folder)
            .chain([Path::new("/usr/share/datasets").join(NAME)])
            .collect(),
    }
}

fn find(candidates: &[PathBuf]) -> Result<PathBuf, DataError> {
    for folder in candidates {
        if idx::Paths::are_in(folder)? {
            return Ok(folder.clone());
        }
    }
    Err(FileError::NotInstalled { name: NAME, looked: candidates.to_vec() }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_path_is_the_only_one_and_the_environment_comes_before_the_system() {
        let given = candidates(Some(Path::new("a")), Some(PathBuf::from("b")));
        assert_eq!(given, [Path::new("a/fashion-mnist"), Path::new("a")]);
        let found = candidates(None, Some(PathBuf::from("b")));
        let system = Path::new("/usr/share/datasets/fashion-mnist");
        assert_eq!(found, [Path::new("b/fashion-mnist"), Path::new("b"), system]);
        assert_eq!(candidates(None, None), [system]);
    }
}
