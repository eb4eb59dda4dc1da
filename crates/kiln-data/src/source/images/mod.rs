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
use super::files::{name_of, reserve};
use super::reader::{Reader, SourceInfo};
use crate::{DataConfig, DataError, Dataset, Features, FileError, Fitted, Images, Target};

/// `source = "images"`.
#[derive(Debug)]
pub(super) struct ImageFolder;

impl Reader for ImageFolder {
    fn info(&self) -> SourceInfo {
        let what = "a folder of PNG and JPEG files, one folder for each class";
        SourceInfo::format("images", what, &["data.path"])
    }

    fn load(&self, config: &DataConfig) -> Result<Dataset, DataError> {
        load(config.needed_path()?)
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
    let features = Features::Images(pixels(folder, &files)?);
    let fixed_test = (train_items..files.len()).collect();
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
    let images = decode_all(path, &files, channels, expected)?;
    Ok((Features::Images(images), files.len()))
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
fn pixels(folder: &Path, files: &[PathBuf]) -> Result<Images, DataError> {
    let mut first: Option<(&PathBuf, [u32; 2])> = None;
    let mut colour = false;
    for file in files {
        let found = header(file)?;
        let (first, expected) = *first.get_or_insert((file, found.size));
        if found.size != expected {
            let problem = ImageProblem::Size { found: found.size, expected, first: first.clone() };
            return Err(DataError::image(file, problem));
        }
        colour |= found.colour;
    }
    let size = first.map_or([0, 0], |(_, size)| size);
    decode_all(folder, files, if colour { 3 } else { 1 }, size)
}

/// Decodes files whose headers are known to be of `size`, `[width, height]`.
fn decode_all(path: &Path, files: &[PathBuf], channels: usize, size: [u32; 2]) -> Result<Images, DataError> {
    let [width, height] = size.map(|side| side as usize);
    let mut pixels = reserve(path, (files.len() * channels * width * height) as u64)?;
    for file in files {
        if decode(file, channels, &mut pixels)? != size {
            return Err(FileError::Changed { path: file.clone() }.into());
        }
    }
    Ok(Images { pixels, shape: [channels, height, width] })
}
