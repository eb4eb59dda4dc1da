//! Folders of images, one for each class.
//!
//! ```text
//! flowers/daisy/1.png             flowers/train/daisy/1.png
//! flowers/daisy/2.jpg      or     flowers/train/rose/1.png
//! flowers/rose/1.png              flowers/test/daisy/1.png       the fixed test part (optional)
//! ```
//!
//! PNG and JPEG, all of one size. If one image has colours, all are read as RGB, otherwise as grey. Classes are the
//! folders by name, items are in the order of their names; hidden entries, and files beside the class folders, do
//! not count. An orientation in a JPEG's EXIF data is not applied.

#[cfg(feature = "images")]
mod decode;
mod folder;
mod header;
#[cfg(not(feature = "images"))]
mod no_decoder;
mod problem;

use std::path::{Path, PathBuf};

pub use problem::ImageProblem;

use kiln_core::nearest;

#[cfg(feature = "images")]
use self::decode::{decode, header};
use self::folder::{Entry, folders, images};
use self::header::Header;
#[cfg(not(feature = "images"))]
use self::no_decoder::{decode, header};
use super::files::name_of;
use super::reader::{Reader, SourceInfo};
use crate::cache::CacheFolder;
use crate::{DataConfig, DataError, Dataset, Features, FileError, Fitted, Images, Target};

/// `source = "images"`.
#[derive(Debug)]
pub(super) struct ImageFolder;

impl Reader for ImageFolder {
    fn info(&self) -> SourceInfo {
        let what = "a folder of PNG and JPEG files, one folder for each class";
        SourceInfo::format("images", what, &["data.path", "data.cache", "data.cache_limit"])
    }

    fn load(&self, config: &DataConfig) -> Result<Dataset, DataError> {
        load_with(config.needed_path()?, CacheFolder::of(config)?.as_ref())
    }

    fn recognises(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn read_inputs(&self, path: &Path, fitted: &Fitted) -> Option<Result<(Features, usize), DataError>> {
        let shape = fitted.input_shape().as_images()?;
        Some(read_images(path, shape))
    }
}

/// Reads a folder to train on.
///
/// # Errors
/// [`FileError::Image`] naming the first image that is broken or of another size, or the folder that does not fit
/// the layout; [`FileError::OneClass`] for a single class.
pub fn load(folder: &Path) -> Result<Dataset, DataError> {
    load_with(folder, None)
}

fn load_with(folder: &Path, cache: Option<&CacheFolder>) -> Result<Dataset, DataError> {
    let Parts { train, test } = Parts::of(folder)?;
    let names: Vec<String> = train.iter().map(|class| class.name.clone()).collect();
    if let [class] = names.as_slice() {
        return Err(FileError::OneClass { path: folder.to_owned(), class: class.clone() }.into());
    }
    let mut items = Items::default();
    for (label, class) in train.iter().enumerate() {
        items.add(class, label)?;
    }
    let train_items = items.files.len();
    for class in &test {
        let label = names.iter().position(|name| *name == class.name).ok_or_else(|| {
            let nearest = nearest(&class.name, names.iter().map(String::as_str));
            DataError::image(&class.path, ImageProblem::UnknownClass { class: class.name.clone(), nearest })
        })?;
        items.add(class, label)?;
    }
    let Items { files, labels } = items;
    let fixed_test = (train_items..files.len()).collect();
    let features = Features::Images(pixels(files, cache)?);
    Ok(Dataset::with(name_of(folder), features, Target::Classes { labels, names }, fixed_test, None))
}

/// Files and their classes.
#[derive(Default)]
struct Items {
    files: Vec<PathBuf>,
    labels: Vec<u32>,
}

impl Items {
    fn add(&mut self, class: &Entry, label: usize) -> Result<(), DataError> {
        self.files.extend(images(&class.path)?);
        self.labels.resize(self.files.len(), label as u32);
        Ok(())
    }
}

/// Reads an image, or a folder of images and nothing else, for a model that takes `shape`, `[channels, height,
/// width]`. Grey images become RGB where the model takes colours. Gives the images and their number.
///
/// # Errors
/// [`FileError::Image`] naming the first image that is broken, of another size, or in colour for a model of grey ones.
pub fn read_images(path: &Path, shape: [usize; 3]) -> Result<(Features, usize), DataError> {
    let files = if path.is_dir() { images(path)? } else { vec![path.to_owned()] };
    let [channels, height, width] = shape;
    if channels != 1 && channels != 3 {
        return Err(DataError::image(path, ImageProblem::Channels { channels }));
    }
    let expected = [width as u32, height as u32];
    for file in &files {
        let Header { size: found, colour } = header(file)?;
        if found != expected {
            return Err(DataError::image(file, ImageProblem::ModelSize { found, expected }));
        }
        if colour && channels == 1 {
            return Err(DataError::image(file, ImageProblem::Colour));
        }
    }
    let items = files.len();
    let images = decode_all(files, channels, expected, None)?;
    Ok((Features::Images(images), items))
}

/// The class folders of both parts.
struct Parts {
    train: Vec<Entry>,
    test: Vec<Entry>,
}

impl Parts {
    fn of(folder: &Path) -> Result<Self, DataError> {
        let all = folders(folder)?;
        let part = |name: &str| all.iter().find(|entry| entry.name == name);
        // A class may be called train: then it holds images, not folders.
        let train = match part("train") {
            Some(train) => folders(&train.path)?,
            None => Vec::new(),
        };
        if train.is_empty() {
            return if all.is_empty() {
                Err(DataError::image(folder, ImageProblem::NoClasses))
            } else {
                Ok(Self { train: all, test: Vec::new() })
            };
        }
        if let Some(unknown) = all.iter().find(|entry| entry.name != "train" && entry.name != "test") {
            return Err(DataError::image(&unknown.path, ImageProblem::UnknownPart));
        }
        let test = match part("test") {
            Some(test) => folders(&test.path)?,
            None => Vec::new(),
        };
        Ok(Self { train, test })
    }
}

/// The pixels of all files, which must be of one size.
fn pixels(files: Vec<PathBuf>, cache: Option<&CacheFolder>) -> Result<Images, DataError> {
    let mut first: Option<(&PathBuf, [u32; 2])> = None;
    let mut colour = false;
    for file in &files {
        let found = header(file)?;
        let (first, expected) = *first.get_or_insert((file, found.size));
        if found.size != expected {
            let problem = ImageProblem::Size { found: found.size, expected, first: first.clone() };
            return Err(DataError::image(file, problem));
        }
        colour |= found.colour;
    }
    let size = first.map_or([0, 0], |(_, size)| size);
    decode_all(files, if colour { 3 } else { 1 }, size, cache)
}

/// Decodes files whose headers are known to be of `size`, `[width, height]`, now or when they are asked for.
fn decode_all(
    files: Vec<PathBuf>,
    channels: usize,
    size: [u32; 2],
    cache: Option<&CacheFolder>,
) -> Result<Images, DataError> {
    let [width, height] = size.map(|side| side as usize);
    Images::of_files(files, [channels, height, width], "", cache, move |file, pixels| {
        let mut decoded = Vec::with_capacity(pixels.len());
        if decode(file, channels, &mut decoded)? != size {
            return Err(FileError::Changed { path: file.to_owned() }.into());
        }
        pixels.copy_from_slice(&decoded);
        Ok(())
    })
}
