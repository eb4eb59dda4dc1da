//! Folders of images, one for each class.
//!
//! ```text
//! flowers/daisy/1.png             flowers/train/daisy/1.png
//! flowers/daisy/2.jpg      or     flowers/train/rose/1.png
//! flowers/rose/1.png              flowers/val/daisy/1.png        the fixed validation part (optional)
//!                                 flowers/test/daisy/1.png       the fixed test part (optional)
//! ```
//!
//! PNG, JPEG, WebP, GIF (the first frame), BMP and TIFF. All are of one size, or become so by `data.size` and `data.resize`: see
//! [`ImageSettings`]. If one image has colours, all are read as RGB, otherwise as grey. 16 bits become 8, what is transparent is laid
//! on white, and an orientation that the file names (EXIF) is applied.
//!
//! * Parts are called `train` or `training`; `val`, `valid`, `validation` or `dev`; `test` or `testing`, in small or large letters.
//! * A class is a folder of images. Its name is its path below the part: `dogs/poodle`. A folder that holds one folder and nothing
//!   else, as archives make it, does not count. Classes are in the order of their names, items in the order of theirs.
//! * A CSV file may name the images, with `data.images` for the folder of the paths: then classes, labels or numbers are its columns.
//! * Hidden entries, `__MACOSX`, `Thumbs.db` and the like, and files beside the class folders do not count. Images beside them are
//!   [`Skipped`].

mod folder;
mod header;
mod layout;
mod listed;
mod named;
mod problem;
mod read;
mod settings;
mod table;

#[cfg(feature = "images")]
mod decode;
#[cfg(feature = "images")]
mod jpeg;
#[cfg(not(feature = "images"))]
mod no_decoder;
#[cfg(feature = "images")]
mod orientation;
#[cfg(feature = "images")]
mod placement;
#[cfg(feature = "images")]
mod raster;
#[cfg(feature = "images")]
mod resize;

use std::path::{Path, PathBuf};

#[cfg(feature = "images")]
pub(crate) use decode::{decode, header};
pub(crate) use listed::{Listed, read_listed};
#[cfg(not(feature = "images"))]
pub(crate) use no_decoder::{decode, header};
pub use problem::ImageProblem;
pub use settings::{Broken, ImageSettings, ImageSize, Resize};
pub(crate) use table::load as load_named;

use kiln_core::nearest;

pub(super) use self::folder::EXTENSIONS;
use self::folder::images;
use self::layout::{Class, Layout, part_name};
use self::read::{How, Read, read, read_for_model};
use super::files::name_of;
use super::reader::{NewInputs, Reader, SourceInfo};
use crate::{Arrangement, DataConfig, DataError, Dataset, Features, FileError, Fitted, Skipped, Target};

/// `source = "images"`.
#[derive(Debug)]
pub(super) struct ImageFolder;

impl Reader for ImageFolder {
    fn info(&self) -> SourceInfo {
        let what = "a folder of image files, one folder for each class";
        let settings = &[
            "data.path",
            "data.size",
            "data.resize",
            "data.crop",
            "data.broken",
            "data.cache",
            "data.cache_limit",
        ];
        SourceInfo::format("images", what, settings)
    }

    fn load(&self, config: &DataConfig) -> Result<Dataset, DataError> {
        load_with(config.needed_path()?, &How::of(config)?)
    }

    fn recognises(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn read_inputs(&self, path: &Path, fitted: &Fitted) -> Option<Result<NewInputs, DataError>> {
        let shape = fitted.input_shape().as_images()?;
        Some(read_new(path, shape, &fitted.image_settings()))
    }
}

/// Reads a folder to train on.
///
/// # Errors
/// [`FileError::Image`] naming the first image that is broken or of another size, or the folder that does not fit
/// the layout; [`FileError::OneClass`] for a single class; what [`ImageSettings::check`] says.
pub fn load(folder: &Path, settings: &ImageSettings, broken: Broken) -> Result<Dataset, DataError> {
    settings.check()?;
    load_with(folder, &How { settings: *settings, broken, cache: None })
}

fn load_with(folder: &Path, how: &How) -> Result<Dataset, DataError> {
    let Layout { parts, loose } = Layout::of(folder)?;
    let names: Vec<String> = parts[0].iter().map(|class| class.name.clone()).collect();
    if let [class] = names.as_slice() {
        return Err(FileError::OneClass { path: folder.to_owned(), class: class.clone() }.into());
    }
    let beside = "an image beside the class folders, in none of them";
    let skipped = loose.into_iter().map(|path| Skipped { path, reason: beside.to_owned() });
    let mut items = Items { skipped: skipped.collect(), ..Items::default() };
    for (part, classes) in parts.iter().enumerate() {
        for class in classes {
            items.add(part, class, &names, how.broken)?;
        }
    }
    let Read { images, unreadable } = read(&items.files, how)?;
    items.leave_out(unreadable);
    let mut trained = vec![false; names.len()];
    for (&label, _) in items.labels.iter().zip(&items.parts).filter(|(_, part)| **part == 0) {
        trained[label as usize] = true;
    }
    if let Some(class) = trained.iter().position(|trained| !trained) {
        return Err(DataError::image(&parts[0][class].folder, ImageProblem::NoImages));
    }
    let Items { labels, parts, skipped, .. } = items;
    let rows = |part: usize| (0..parts.len()).filter(|&row| parts[row] == part).collect();
    let target = Target::Classes { labels, names };
    let data = Dataset::with(name_of(folder), Features::Images(images), target, rows(2), None);
    Ok(data.arranged(Arrangement {
        fixed_validation: rows(1),
        from_files: true,
        skipped,
        ..Arrangement::default()
    }))
}

/// Files, each with its class and part, and what is left out.
#[derive(Default)]
struct Items {
    files: Vec<PathBuf>,
    labels: Vec<u32>,
    parts: Vec<usize>,
    skipped: Vec<Skipped>,
}

impl Items {
    fn add(&mut self, part: usize, class: &Class, names: &[String], broken: Broken) -> Result<(), DataError> {
        let label = names.iter().position(|name| *name == class.name).ok_or_else(|| {
            let nearest = nearest(&class.name, names.iter().map(String::as_str));
            let (part, class_name) = (part_name(part), class.name.clone());
            DataError::image(&class.folder, ImageProblem::UnknownClass { part, class: class_name, nearest })
        })?;
        for other in &class.others {
            let error = DataError::image(other, ImageProblem::NotAnImage);
            if broken == Broken::Error {
                return Err(error);
            }
            self.skipped.push(Skipped::of(other, &error));
        }
        self.files.extend_from_slice(&class.images);
        self.labels.resize(self.files.len(), label as u32);
        self.parts.resize(self.files.len(), part);
        Ok(())
    }

    /// Leaves out the files of these numbers, which rise.
    fn leave_out(&mut self, unreadable: Vec<(usize, DataError)>) {
        let mut lost = unreadable.iter().map(|(index, _)| *index).peekable();
        let kept: Vec<usize> =
            (0..self.files.len()).filter(|index| lost.next_if_eq(index).is_none()).collect();
        self.labels = kept.iter().map(|&index| self.labels[index]).collect();
        self.parts = kept.iter().map(|&index| self.parts[index]).collect();
        let named = unreadable.into_iter().map(|(index, error)| Skipped::of(&self.files[index], &error));
        self.skipped.extend(named);
    }
}

/// Reads an image, or a folder of images and nothing else, for a model that takes `shape`, `[channels, height,
/// width]`, and was trained with images read by `settings`. Grey images become RGB where the model takes colours. Gives the images,
/// which are of [`ImageSettings::size`] where there is one, and their number.
///
/// # Errors
/// [`FileError::Image`] naming the first image that is broken, in colour for a model of grey ones, or, without a size in `settings`,
/// of another size.
pub fn read_images(
    path: &Path,
    shape: [usize; 3],
    settings: &ImageSettings,
) -> Result<(Features, usize), DataError> {
    read_new(path, shape, settings).map(|new| (new.features, new.items))
}

/// The same with the files, below the folder.
fn read_new(path: &Path, shape: [usize; 3], settings: &ImageSettings) -> Result<NewInputs, DataError> {
    if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv") || end.eq_ignore_ascii_case("tsv"))
    {
        return Err(DataError::image(path, ImageProblem::Table));
    }
    let files = if path.is_dir() { images(path)? } else { vec![path.to_owned()] };
    let below = |file: &PathBuf| match file.strip_prefix(path) {
        Ok(below) if below.file_name().is_some() => below.to_owned(),
        _ => file.file_name().map_or_else(|| file.clone(), PathBuf::from),
    };
    let names: Vec<PathBuf> = files.iter().map(below).collect();
    let [height, width] = settings.size.unwrap_or([shape[1], shape[2]]);
    let images = read_for_model(path, files, settings, [shape[0], height, width])?;
    Ok(NewInputs {
        features: Features::Images(images),
        items: names.len(),
        files: names,
        names: None,
        are_named: false,
    })
}
