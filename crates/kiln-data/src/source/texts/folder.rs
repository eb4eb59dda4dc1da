//! Folders of texts, one for each class.

use std::path::{Path, PathBuf};

use super::layout::{Class, Contents, part_name, parts};
use super::problem::TextProblem;
use super::read::read;
use crate::source::files::name_of;
use crate::source::reader::{Reader, SourceInfo};
use crate::{Arrangement, DataConfig, DataError, Dataset, Features, FileError, Target};

/// `source = "texts"`.
#[derive(Debug)]
pub(in crate::source) struct TextFolder;

impl Reader for TextFolder {
    fn info(&self) -> SourceInfo {
        let what = "a folder of texts, one folder for each class";
        SourceInfo::format("texts", what, &["data.path", "data.tokenizer", "data.longest"])
    }

    fn load(&self, config: &DataConfig) -> Result<Dataset, DataError> {
        load(config.needed_path()?)
    }

    /// A folder of folders of which the first file is a text by its name.
    fn recognises(&self, path: &Path) -> bool {
        let first = |path: &Path| -> Option<PathBuf> {
            let inner = Contents::of(path).ok()?;
            // A part has classes in it.
            inner.files.into_iter().next().or_else(|| {
                let (_, class) = inner.folders.into_iter().next()?;
                Contents::of(&class).ok()?.files.into_iter().next()
            })
        };
        let is_text = |path: PathBuf| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("txt"));
        path.is_dir()
            && Contents::of(path).is_ok_and(|contents| {
                contents.folders.iter().find_map(|(_, class)| first(class)).is_some_and(is_text)
            })
    }
}

/// Reads a folder with a folder of texts for each class, or such folders in `train/`, `val/` and `test/`.
///
/// # Errors
/// [`FileError::Text`] for a folder that is otherwise, and for the first text that cannot be read; [`FileError::OneClass`].
fn load(path: &Path) -> Result<Dataset, DataError> {
    let parts = parts(path)?;
    let names: Vec<String> = parts[0].iter().map(|class| class.name.clone()).collect();
    if let [class] = names.as_slice() {
        return Err(FileError::OneClass { path: path.to_owned(), class: class.clone() }.into());
    }
    let (mut files, mut labels, mut ends) = (Vec::new(), Vec::new(), Vec::new());
    for (part, classes) in parts.into_iter().enumerate() {
        for Class { name, folder, files: own } in classes {
            let Some(label) = names.iter().position(|known| *known == name) else {
                let part = part_name(part);
                return Err(DataError::text(&folder, TextProblem::UnknownClass { part, class: name }));
            };
            labels.extend(own.iter().map(|_| label as u32));
            files.extend(own);
        }
        ends.push(files.len());
    }
    let features = Features::Text(read(&files)?);
    let target = Target::Classes { labels, names };
    let (validation, test) = ((ends[0]..ends[1]).collect(), (ends[1]..ends[2]).collect());
    let arrangement = Arrangement { fixed_validation: validation, ..Arrangement::default() };
    Ok(Dataset::with(name_of(path), features, target, test, None).arranged(arrangement))
}
