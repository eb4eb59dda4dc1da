//! Which folders are parts, and which are classes.

use std::path::{Path, PathBuf};

use super::ImageProblem;
use super::folder::{Contents, Entry};
use crate::DataError;

/// The parts, each by the names that its folder may have, in small and large letters.
const PARTS: [(&str, &[&str]); 3] = [
    ("training", &["train", "training"]),
    ("validation", &["val", "valid", "validation", "dev"]),
    ("test", &["test", "testing"]),
];

/// The images of a folder by part and class.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Training, validation and test, classes by name in each; only the first has some where the folder has no parts.
    pub(super) parts: [Vec<Class>; 3],
    /// Images beside class folders.
    pub(super) loose: Vec<PathBuf>,
}

/// A class folder.
#[derive(Debug)]
pub(super) struct Class {
    /// The path of the folder below its part, with `/` between folders.
    pub(super) name: String,
    pub(super) folder: PathBuf,
    /// One or more, by name.
    pub(super) images: Vec<PathBuf>,
    /// Files that are no images.
    pub(super) others: Vec<PathBuf>,
}

/// What messages call a part of [`Layout::parts`]: `test`.
pub(super) fn part_name(part: usize) -> &'static str {
    PARTS.get(part).map_or("", |(name, _)| name)
}

impl Layout {
    /// Of a folder, or of the one folder that it wraps.
    pub(super) fn of(folder: &Path) -> Result<Self, DataError> {
        let mut root = folder.to_owned();
        let mut contents = Contents::of(&root)?;
        // An archive is often unpacked into a folder of its own name.
        while let (true, [only]) = (contents.images.is_empty(), contents.folders.as_slice()) {
            let inner = Contents::of(&only.path)?;
            if part_of(&only.name).is_some() || inner.folders.is_empty() {
                break;
            }
            (root, contents) = (only.path.clone(), inner);
        }
        let mut layout = Self::default();
        if contents.folders.is_empty() {
            return Err(DataError::image(&root, ImageProblem::NoClasses));
        }
        let Some(parts) = parts(&contents)? else {
            layout.add(0, contents)?;
            return Ok(layout);
        };
        for (part, folder) in parts.into_iter().enumerate() {
            let Some(folder) = folder else { continue };
            let contents = Contents::of(&folder.path)?;
            if contents.folders.is_empty() && !contents.images.is_empty() {
                return Err(DataError::image(&folder.path, ImageProblem::NoLabels { part: part_name(part) }));
            }
            layout.add(part, contents)?;
        }
        layout.loose.extend(contents.images);
        Ok(layout)
    }

    /// Adds the class folders of a part.
    fn add(&mut self, part: usize, contents: Contents) -> Result<(), DataError> {
        self.loose.extend(contents.images);
        let classes = &mut self.parts[part];
        for folder in contents.folders {
            collect(folder, classes)?;
        }
        classes.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(())
    }
}

/// The folder of each part; `None` where there are no parts, so that all folders are classes. A class may be called as a part is: then
/// it holds images, not folders.
fn parts(contents: &Contents) -> Result<Option<[Option<Entry>; 3]>, DataError> {
    let (mut found, mut unknown) = (<[Option<Entry>; 3]>::default(), None);
    for entry in &contents.folders {
        let Some(part) = part_of(&entry.name) else {
            unknown = unknown.or(Some(entry));
            continue;
        };
        if let Some(first) = &found[part] {
            let (first, part) = (first.name.clone(), part_name(part));
            return Err(DataError::image(&entry.path, ImageProblem::PartTwice { part, first }));
        }
        found[part] = Some(entry.clone());
    }
    let has_folders = |part: &Option<Entry>| match part {
        Some(entry) => Contents::of(&entry.path).map(|contents| !contents.folders.is_empty()),
        None => Ok(false),
    };
    if has_folders(&found[0])? {
        return match unknown {
            Some(unknown) => Err(DataError::image(&unknown.path, ImageProblem::UnknownPart)),
            None => Ok(Some(found)),
        };
    }
    if unknown.is_none() && found[0].is_none() {
        for part in &found[1..] {
            if let (true, Some(entry)) = (has_folders(part)?, part) {
                return Err(DataError::image(&entry.path, ImageProblem::NoTraining));
            }
        }
    }
    Ok(None)
}

fn part_of(name: &str) -> Option<usize> {
    PARTS.iter().position(|(_, names)| names.iter().any(|known| name.eq_ignore_ascii_case(known)))
}

/// Adds a class, or the classes in its folders.
fn collect(folder: Entry, classes: &mut Vec<Class>) -> Result<(), DataError> {
    let Entry { name, path } = folder;
    let Contents { folders, images, others } = Contents::of(&path)?;
    if let (false, Some(inner)) = (images.is_empty(), folders.first()) {
        return Err(DataError::image(&inner.path, ImageProblem::NestedFolder));
    }
    if !folders.is_empty() {
        return folders.into_iter().try_for_each(|inner| {
            collect(Entry { name: format!("{name}/{}", inner.name), ..inner }, classes)
        });
    }
    if images.is_empty() {
        return Err(match others.first() {
            Some(other) => DataError::image(other, ImageProblem::NotAnImage),
            None => DataError::image(&path, ImageProblem::NoImages),
        });
    }
    classes.push(Class { name, folder: path, images, others });
    Ok(())
}
