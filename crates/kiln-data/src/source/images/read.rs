//! Many image files as the images of a data set.

use std::path::{Path, PathBuf};

use kiln_core::{ErrorKind, Explain};
use rayon::prelude::*;

use super::header::Header;
use super::problem::ImageProblem;
use super::settings::{Broken, ImageSettings};
use super::{decode, header};
use crate::cache::CacheFolder;
use crate::form::Decoding;
use crate::{DataConfig, DataError, FileError, Images, SettingError};

/// How image files are read.
pub(crate) struct How {
    pub(crate) settings: ImageSettings,
    pub(crate) broken: Broken,
    pub(crate) cache: Option<CacheFolder>,
}

impl How {
    /// As a configuration says, checked.
    pub(crate) fn of(config: &DataConfig) -> Result<Self, DataError> {
        if config.resize.is_some() && config.size.is_none() {
            return Err(SettingError::ResizeAlone.into());
        }
        let settings = config.image_settings();
        settings.check()?;
        Ok(Self { settings, broken: config.broken.unwrap_or_default(), cache: CacheFolder::of(config)? })
    }
}

/// Images, and the files that are not among them.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) images: Images,
    /// By their number among the files, rising.
    pub(crate) unreadable: Vec<(usize, DataError)>,
}

/// Headers that are read in parallel before the next are looked at.
const HEADERS: usize = 1024;

/// Reads `files`: in colour if one of them is. With [`Broken::Skip`] those that are not there, are no images or are damaged are left
/// out, for which every file that is not in the cache is decoded once; what the operating system refuses is an error even so.
pub(crate) fn read(files: &[PathBuf], how: &How) -> Result<Read, DataError> {
    let How { settings, broken, cache } = how;
    let mut unreadable = Vec::new();
    let mut colour = false;
    let mut first: Option<(&PathBuf, [u32; 2])> = None;
    for (block, files) in files.chunks(HEADERS).enumerate() {
        let headers: Vec<_> = files.par_iter().map(|file| header(file)).collect();
        for (index, (file, found)) in files.iter().zip(headers).enumerate() {
            let found = match found {
                Err(error) if is_left_out(&error, *broken) => {
                    unreadable.push((block * HEADERS + index, error));
                    continue;
                }
                found => found?,
            };
            colour |= found.colour;
            let (first, expected) = *first.get_or_insert((file, found.size));
            if settings.size.is_none() && found.size != expected {
                let problem = ImageProblem::Size { found: found.size, expected, first: first.clone() };
                return Err(DataError::image(file, problem));
            }
        }
        // Nothing more is to be known from headers.
        if settings.size.is_some() && colour && *broken == Broken::Error {
            break;
        }
    }
    let size = match (settings.size, first) {
        (Some(size), _) => size,
        (None, Some((_, [width, height]))) => [height as usize, width as usize],
        (None, None) => [0, 0],
    };
    let shape = [if colour { 3 } else { 1 }, size[0], size[1]];
    let mut lost = unreadable.iter().map(|(index, _)| *index).peekable();
    let readable: Vec<usize> = (0..files.len()).filter(|index| lost.next_if_eq(index).is_none()).collect();
    let kept = readable.iter().map(|&index| files[index].clone()).collect();
    let (images, damaged) = of_files(kept, settings, shape, cache.as_ref(), *broken)?;
    unreadable.extend(damaged.into_iter().map(|(place, error)| (readable[place], error)));
    unreadable.sort_by_key(|(index, _)| *index);
    Ok(Read { images, unreadable })
}

/// Reads `files`, which messages about all of them call `root`, for a model that takes images of `shape`, `[channels, height, width]`:
/// grey images become colour where it takes colours.
pub(super) fn read_for_model(
    root: &Path,
    files: Vec<PathBuf>,
    settings: &ImageSettings,
    shape: [usize; 3],
) -> Result<Images, DataError> {
    let [channels, height, width] = shape;
    if channels != 1 && channels != 3 {
        return Err(DataError::image(root, ImageProblem::Channels { channels }));
    }
    let expected = [width as u32, height as u32];
    let check = |file: &PathBuf| {
        let Header { size: found, colour } = header(file)?;
        if settings.size.is_none() && found != expected {
            return Err(DataError::image(file, ImageProblem::ModelSize { found, expected }));
        }
        if colour && channels == 1 {
            return Err(DataError::image(file, ImageProblem::Colour));
        }
        Ok(())
    };
    let checked: Vec<Result<(), DataError>> = files.par_iter().map(check).collect();
    checked.into_iter().collect::<Result<(), DataError>>()?;
    of_files(files, settings, shape, None, Broken::Error).map(|(images, _)| images)
}

/// The images of files, now or when they are asked for, and the files that are left out.
fn of_files(
    files: Vec<PathBuf>,
    settings: &ImageSettings,
    shape: [usize; 3],
    cache: Option<&CacheFolder>,
    broken: Broken,
) -> Result<(Images, Vec<(usize, DataError)>), DataError> {
    let settings = *settings;
    // All that pixels depend on beside the files and the shape.
    let text = format!("upright, on white, {:?}", settings.size.map(|_| settings.resize));
    let how = Decoding { text: &text, is_unchanged: settings.size.is_none() };
    let skips = |error: &DataError| is_left_out(error, broken);
    let skips: Option<&dyn Fn(&DataError) -> bool> = if broken == Broken::Skip { Some(&skips) } else { None };
    Images::of_files(files, shape, &how, cache, skips, move |file, pixels| {
        decode(file, &settings, shape[0], pixels)
    })
}

/// Whether a file with this error is left out. A build without a decoder and a file that changes are errors of another kind.
fn is_left_out(error: &DataError, broken: Broken) -> bool {
    let other = match error {
        DataError::File(FileError::Image { problem, .. }) => matches!(**problem, ImageProblem::NotBuilt),
        DataError::File(FileError::Changed { .. }) => true,
        _ => false,
    };
    broken == Broken::Skip && error.kind() == ErrorKind::Data && !other
}
