//! IDX files, the format of MNIST and its kin (<http://yann.lecun.com/exdb/mnist/>), plain or gzip.

mod file;
mod gzip;
mod problem;

use std::fs::DirEntry;
use std::io::Read;
use std::path::{Path, PathBuf};

use kiln_core::file::PathKind;
pub use problem::IdxProblem;

use self::file::{IdxFile, What};
use super::files::{kind, name_of, open, reserve};
use super::reader::{NewInputs, Reader, SourceInfo};
use crate::{DataConfig, DataError, Dataset, Features, FileError, Fitted, Images, Target};

/// `source = "idx"`.
#[derive(Debug)]
pub(super) struct Idx;

impl Reader for Idx {
    fn info(&self) -> SourceInfo {
        SourceInfo::format("idx", "a folder of MNIST's four files, plain or gzip", &["data.path"])
    }

    fn load(&self, config: &DataConfig) -> Result<Dataset, DataError> {
        load(config.needed_path()?)
    }

    fn recognises(&self, path: &Path) -> bool {
        let is_idx = |entry: DirEntry| entry.file_name().to_string_lossy().contains("idx3-ubyte");
        path.read_dir().is_ok_and(|entries| entries.filter_map(Result::ok).any(is_idx))
    }

    fn read_inputs(&self, path: &Path, fitted: &Fitted) -> Option<Result<NewInputs, DataError>> {
        let shape = fitted.input_shape().as_images()?;
        looks_like_idx(path).then(|| read_images(path, shape).map(NewInputs::from))
    }
}

/// Told by the first bytes: no image file begins with two zeros or as gzip does.
fn looks_like_idx(path: &Path) -> bool {
    let mut start = [0; 2];
    // What is no file is left to the reader of images, which says so: a pipe would be waited for.
    let read = open(path).map(|(mut file, _)| file.read_exact(&mut start));
    matches!(read, Ok(Ok(()))) && matches!(start, [0, 0] | [0x1f, 0x8b])
}

/// A file of images and the file of their labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    images: PathBuf,
    labels: PathBuf,
}

/// The files of a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paths {
    train: Pair,
    test: Option<Pair>,
}

impl Paths {
    /// Whether the training images are in `folder`.
    pub(crate) fn are_in(folder: &Path) -> Result<bool, DataError> {
        is_there(folder, "train-images-idx3-ubyte")
    }

    /// The four files of `folder`, all of which must be there.
    pub(crate) fn with_test(folder: &Path) -> Result<Self, DataError> {
        Ok(Self { train: Pair::find(folder, "train")?, test: Some(Pair::find(folder, "t10k")?) })
    }

    /// The files of `folder`, with or without a test part.
    fn find(folder: &Path) -> Result<Self, DataError> {
        let path = folder.to_owned();
        match kind(folder)? {
            PathKind::Folder => {}
            PathKind::Missing => return Err(FileError::NotFound { path }.into()),
            _ => return Err(FileError::NotAFolder { path }.into()),
        }
        let half = |kind| is_there(folder, &format!("t10k-{kind}-ubyte"));
        let has_test = half("images-idx3")? || half("labels-idx1")?;
        let test = if has_test { Some(Pair::find(folder, "t10k")?) } else { None };
        Ok(Self { train: Pair::find(folder, "train")?, test })
    }
}

impl Pair {
    fn find(folder: &Path, part: &str) -> Result<Self, DataError> {
        Ok(Self {
            images: existing(folder, &format!("{part}-images-idx3-ubyte"))?,
            labels: existing(folder, &format!("{part}-labels-idx1-ubyte"))?,
        })
    }

    /// Opens both files and compares their numbers of items.
    fn open(&self) -> Result<(IdxFile, IdxFile), DataError> {
        let images = IdxFile::open(&self.images, What::Images)?;
        let labels = IdxFile::open(&self.labels, What::Labels)?;
        if images.items() == labels.items() {
            return Ok((images, labels));
        }
        let problem = IdxProblem::Counts {
            labels: labels.items(),
            images: images.items(),
            images_path: self.images.clone(),
        };
        Err(DataError::idx(&self.labels, problem))
    }
}

/// The file `name` or `name.gz` in `folder`.
fn existing(folder: &Path, name: &str) -> Result<PathBuf, DataError> {
    let plain = folder.join(name);
    for path in [plain.clone(), folder.join(format!("{name}.gz"))] {
        if kind(&path)? != PathKind::Missing {
            return Ok(path);
        }
    }
    Err(FileError::NotFound { path: plain }.into())
}

/// Whether there is `name` or `name.gz` in `folder`. Where the system does not say, that is an error.
fn is_there(folder: &Path, name: &str) -> Result<bool, DataError> {
    match existing(folder, name) {
        Ok(_) => Ok(true),
        Err(DataError::File(FileError::NotFound { .. })) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Reads a folder with `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, each plain or with `.gz`; if
/// `t10k-…` is there too, it is the fixed test part. Classes are called by their labels, `0` to the highest one.
///
/// # Errors
/// [`DataError`] when a file is missing, truncated or longer than its header declares, is not IDX of unsigned bytes,
/// or does not go with the others; or when there is one class only.
pub fn load(folder: &Path) -> Result<Dataset, DataError> {
    read(name_of(folder), &Paths::find(folder)?, None)
}

/// Reads images for a model that takes `shape`, `[1, height, width]`. Gives the images and their number.
///
/// # Errors
/// [`DataError`] when it is not a whole IDX file of images of this size.
pub fn read_images(path: &Path, shape: [usize; 3]) -> Result<(Features, usize), DataError> {
    let file = IdxFile::open(path, What::Images)?;
    let [channels, height, width] = shape;
    let found = [file.dims[1], file.dims[2]];
    if channels != 1 || found.map(|side| side as usize) != [height, width] {
        let expected = [height as u32, width as u32];
        let wanted_by = if channels == 1 { "the model" } else { "the model, in colour," }.to_owned();
        return Err(DataError::idx(path, IdxProblem::Size { found, expected, wanted_by }));
    }
    let items = file.items() as usize;
    let mut pixels = reserve(path, file.bytes)?;
    file.read_into(&mut pixels)?;
    Ok((Features::Images(Images::new(pixels, shape)), items))
}

/// Reads the files; `classes` are the names of the classes where they are known.
pub(crate) fn read(name: String, paths: &Paths, classes: Option<&[&str]>) -> Result<Dataset, DataError> {
    // All headers first: nothing is allocated before each is known to be right.
    let mut parts = vec![(&paths.train, paths.train.open()?)];
    if let Some(test) = &paths.test {
        parts.push((test, test.open()?));
    }
    let first = &parts[0].1.0;
    let (size, train_items) = ([first.dims[1], first.dims[2]], first.items() as usize);
    let mut bytes = 0;
    for (pair, (images, _)) in &parts {
        let found = [images.dims[1], images.dims[2]];
        if found != size {
            let wanted_by = paths.train.images.display().to_string();
            return Err(DataError::idx(&pair.images, IdxProblem::Size { found, expected: size, wanted_by }));
        }
        bytes += images.bytes;
    }
    let mut pixels = reserve(&paths.train.images, bytes)?;
    let mut labels = Labels { classes: classes.map(<[_]>::len), all: Vec::new() };
    for (_, (image_file, label_file)) in parts {
        labels.read(label_file)?;
        image_file.read_into(&mut pixels)?;
    }
    let test = (train_items..labels.all.len()).collect();
    let target = labels.finish(classes, &paths.train.labels)?;
    let features = Features::Images(Images::new(pixels, [1, size[0] as usize, size[1] as usize]));
    Ok(Dataset::with(name, features, target, test, None))
}

/// The labels of all parts so far.
struct Labels {
    /// Number of classes: known beforehand, or from the training part on.
    classes: Option<usize>,
    all: Vec<u32>,
}

impl Labels {
    fn read(&mut self, file: IdxFile) -> Result<(), DataError> {
        let path = file.path.clone();
        let mut bytes = reserve(&path, file.bytes)?;
        file.read_into(&mut bytes)?;
        let highest = bytes.iter().copied().max().map_or(0, usize::from);
        let classes = *self.classes.get_or_insert(highest + 1);
        if let Some(item) = bytes.iter().position(|&label| usize::from(label) >= classes) {
            let problem = IdxProblem::Label { item: item + 1, label: bytes[item], last: classes - 1 };
            return Err(DataError::idx(&path, problem));
        }
        self.all.extend(bytes.into_iter().map(u32::from));
        Ok(())
    }

    fn finish(self, names: Option<&[&str]>, path: &Path) -> Result<Target, DataError> {
        let classes = self.classes.unwrap_or_default();
        let names: Vec<String> = match names {
            Some(names) => names.iter().map(|&name| name.to_owned()).collect(),
            None => (0..classes).map(|class| class.to_string()).collect(),
        };
        if let Some(&first) = self.all.first()
            && self.all.iter().all(|&label| label == first)
        {
            let class = names[first as usize].clone();
            return Err(FileError::OneClass { path: path.to_owned(), class }.into());
        }
        Ok(Target::Classes { labels: self.all, names })
    }
}
