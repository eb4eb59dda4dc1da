//! Images in files are those in memory: the same bits, whatever the threads and the cache, or an error.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::files::{Decoding, ImageFiles};
use super::{Form, ImageForm, ImageScaler, Images, Pixels};
use crate::cache::CacheFolder;
use crate::preprocess::FitRows;
use crate::{DataConfig, DataError, Dataset, Features, FileError, ImageSettings, Precision, Target};

const SHAPE: [usize; 3] = [3, 4, 5];

/// Files of "photos", and how often one was decoded.
struct Photos {
    folder: TempDir,
    decoded: Arc<AtomicUsize>,
}

impl Photos {
    /// Photo i is the byte i, many times, and then i again: its pixels follow from both.
    fn new(count: usize, length: usize) -> Self {
        let photos = Self { folder: tempfile::tempdir().unwrap(), decoded: Arc::default() };
        for (row, path) in photos.paths(count).iter().enumerate() {
            fs::write(path, vec![row as u8 + 1; length]).unwrap();
        }
        photos
    }

    fn paths(&self, count: usize) -> Vec<PathBuf> {
        (0..count).map(|row| self.folder.path().join(format!("{row:04}"))).collect()
    }

    fn decode(decoded: &AtomicUsize, path: &Path, pixels: &mut [u8]) -> Result<(), DataError> {
        decoded.fetch_add(1, Ordering::Relaxed);
        let file = fs::read(path).map_err(|error| DataError::read(path, error))?;
        if file[0] == 0 {
            return Err(FileError::NotAFile { path: path.to_owned() }.into());
        }
        let sum: u64 = file.iter().map(|&byte| u64::from(byte)).sum();
        pixels
            .iter_mut()
            .enumerate()
            .for_each(|(i, pixel)| *pixel = ((sum * (i as u64 + 3) * 7919) >> 4) as u8);
        Ok(())
    }

    fn files(&self, count: usize, how: &str, cache: Option<&CacheFolder>) -> Result<Images, DataError> {
        let decoded = Arc::clone(&self.decoded);
        let decode = move |path: &Path, pixels: &mut [u8]| Self::decode(&decoded, path, pixels);
        let files = ImageFiles::new(self.paths(count), SHAPE, &decoding(how), cache, decode)?;
        Ok(Images { pixels: Pixels::Files(files), shape: SHAPE })
    }

    fn held(&self, count: usize) -> Images {
        let decoded = Arc::clone(&self.decoded);
        let decode = move |path: &Path, pixels: &mut [u8]| Self::decode(&decoded, path, pixels);
        let images = Images::of_files(self.paths(count), SHAPE, &decoding(""), None, None, decode).unwrap().0;
        assert!(images.held().is_some());
        images
    }

    /// How often one was decoded since it was last asked.
    fn count(&self) -> usize {
        self.decoded.swap(0, Ordering::Relaxed)
    }
}

/// Only without a word on it are they as in their files.
fn decoding(text: &str) -> Decoding<'_> {
    Decoding { text, is_unchanged: text.is_empty() }
}

fn cache(folder: &TempDir) -> CacheFolder {
    let config = DataConfig { cache: Some(folder.path().to_owned()), ..DataConfig::new("images") };
    CacheFolder::of(&config).unwrap().unwrap()
}

fn fit(images: &Images, rows: &[usize], standardize: bool) -> Result<ImageScaler, DataError> {
    let fit = FitRows::new(rows, None, Precision::Double);
    ImageScaler::fit(images, fit, standardize, ImageSettings::UNCHANGED)
}

fn all(images: &Images, rows: &[usize]) -> Vec<u8> {
    let gathered = images.gather(rows).unwrap();
    (0..rows.len()).flat_map(|place| gathered.image(place).to_vec()).collect()
}

#[test]
fn files_that_are_left_out_cost_one_decoding_and_keep_the_cache() {
    let place = tempfile::tempdir().unwrap();
    let (cache, photos) = (cache(&place), Photos::new(6, 20_000));
    for row in [1, 4] {
        fs::write(&photos.paths(6)[row], vec![0; 20_000]).unwrap();
    }
    let others: Vec<PathBuf> = [0, 2, 3, 5].map(|row| photos.paths(6)[row].clone()).to_vec();
    let decode = |path: &Path, pixels: &mut [u8]| Photos::decode(&AtomicUsize::new(0), path, pixels);
    let expected = ImageFiles::new(others, SHAPE, &decoding("x"), None, decode).unwrap();
    let (not_a_file, how) = (|error: &DataError| error.to_string().contains("file"), decoding("x"));
    // All are decoded the first time, and later those alone that could not be.
    for decodings in [6, 2] {
        let Pixels::Files(mut files) = photos.files(6, "x", Some(&cache)).unwrap().pixels else { panic!() };
        let lost = files.undecodable(60);
        assert_eq!(lost.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [1, 4]);
        assert!(lost.iter().all(|(_, error)| not_a_file(error)));
        files.leave_out(&[1, 4], &how);
        assert_eq!(photos.count(), decodings);
        let images = |files: ImageFiles| Images { pixels: Pixels::Files(files), shape: SHAPE };
        assert!(files == expected);
        assert_eq!(all(&images(files), &[0, 1, 2, 3]), all(&images(expected.clone()), &[0, 1, 2, 3]));
        assert_eq!(photos.count(), 0);
    }
    // In memory they are decoded once, and the rest moves up.
    let decoded = Arc::clone(&photos.decoded);
    let decode = move |path: &Path, pixels: &mut [u8]| Photos::decode(&decoded, path, pixels);
    let (held, lost) =
        Images::of_files(photos.paths(6), SHAPE, &how, None, Some(&not_a_file), decode).unwrap();
    assert_eq!((lost.len(), photos.count(), held.rows().unwrap()), (2, 6, 4));
    let expected = Images { pixels: Pixels::Files(expected), shape: SHAPE };
    assert_eq!(all(&held, &[0, 1, 2, 3]), all(&expected, &[0, 1, 2, 3]));
}

#[test]
fn files_give_the_bits_of_pixels_in_memory() {
    let photos = Photos::new(40, 9);
    let (held, files) = (photos.held(40), photos.files(40, "", None).unwrap());
    assert_eq!(files.rows().unwrap(), 40);
    let rows = [7, 0, 39, 7, 12];
    assert_eq!(all(&files, &rows), all(&held, &rows));
    let train: Vec<usize> = (0..30).collect();
    for standardize in [true, false] {
        let scaler = fit(&held, &train, standardize).unwrap();
        assert_eq!(fit(&files, &train, standardize).unwrap(), scaler);
        let numbers = |images: &Images| ImageForm::numbers(&scaler, images, &rows, None).unwrap();
        let bits = |numbers: Vec<f32>| numbers.into_iter().map(f32::to_bits).collect::<Vec<_>>();
        assert_eq!(bits(numbers(&files)), bits(numbers(&held)));
    }
    // Rows that count nothing, and others that count more.
    let weights: Vec<f64> = (0..40).map(|row| f64::from(row % 4)).collect();
    let weighted = |images: &Images| {
        ImageScaler::fit(
            images,
            FitRows::new(&train, Some(&weights), Precision::Double),
            true,
            ImageSettings::UNCHANGED,
        )
    };
    assert_eq!(weighted(&files).unwrap(), weighted(&held).unwrap());
    // Any number of threads.
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| all(&files, &rows)), all(&held, &rows));
        let scaler = pool.install(|| fit(&files, &train, true).unwrap());
        assert_eq!(scaler, fit(&held, &train, true).unwrap());
    }
}

#[cfg(unix)]
#[test]
fn what_was_decoded_once_is_read_from_the_cache_by_whoever_comes_later() {
    let (photos, place) = (Photos::new(20, 9), tempfile::tempdir().unwrap());
    let rows: Vec<usize> = (0..20).collect();
    let expected = all(&photos.held(20), &rows);
    photos.count();
    let first = photos.files(20, "shrink", Some(&cache(&place))).unwrap();
    assert_eq!(all(&first, &rows), expected);
    assert_eq!(photos.count(), 20);
    assert_eq!(all(&first, &rows), expected);
    let later = photos.files(20, "shrink", Some(&cache(&place))).unwrap();
    assert_eq!(all(&later, &rows), expected);
    assert_eq!(photos.count(), 0);
    // Other settings, other files: nothing of what is there is right for them.
    assert_eq!(all(&photos.files(20, "stretch", Some(&cache(&place))).unwrap(), &rows), expected);
    assert_eq!(photos.count(), 20);
    fs::write(&photos.paths(20)[3], [9; 9]).unwrap();
    let changed = photos.files(20, "shrink", Some(&cache(&place))).unwrap();
    assert_eq!(all(&changed, &[3]), all(&photos.held(20), &[3]));
}

#[cfg(unix)]
#[test]
fn a_damaged_cache_costs_time_and_nothing_else() {
    let (photos, place) = (Photos::new(6, 9), tempfile::tempdir().unwrap());
    let rows: Vec<usize> = (0..6).collect();
    let expected = all(&photos.held(6), &rows);
    let images = photos.files(6, "", Some(&cache(&place))).unwrap();
    all(&images, &rows);
    let file = fs::read_dir(place.path()).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read(&file).unwrap();
    for damaged in [
        whole[..whole.len() / 2].to_vec(),
        whole.iter().map(|byte| byte ^ 0x10).collect(),
        [&whole[77..], &whole[..77]].concat(),
        Vec::new(),
    ] {
        fs::write(&file, damaged).unwrap();
        assert_eq!(all(&images, &rows), expected);
        assert_eq!(fs::read(&file).unwrap(), whole, "it is whole again");
    }
    fs::remove_file(&file).unwrap();
    assert_eq!(all(&images, &rows), expected);
}

#[test]
fn files_that_change_under_a_run_are_an_error_and_a_touch_is_none() {
    let photos = Photos::new(3, 9);
    let images = photos.files(3, "", None).unwrap();
    let paths = photos.paths(3);
    let before = all(&images, &[0]);
    let touched = fs::File::options().write(true).open(&paths[0]).unwrap();
    touched.set_modified(SystemTime::now() + Duration::from_secs(60)).unwrap();
    assert_eq!(all(&images, &[0]), before);
    for (row, contents) in [(0, [7; 9].as_slice()), (1, &[7; 8])] {
        fs::write(&paths[row], contents).unwrap();
        let later = fs::File::options().write(true).open(&paths[row]).unwrap();
        later.set_modified(SystemTime::now() + Duration::from_secs(90)).unwrap();
        let error = images.gather(&[2, row]).unwrap_err();
        let named = |path: &PathBuf| *path == paths[row];
        assert!(matches!(&error, DataError::File(FileError::Changed { path }) if named(path)), "{error}");
    }
    fs::remove_file(&paths[2]).unwrap();
    let error = images.gather(&[2]).unwrap_err();
    assert!(matches!(error, DataError::File(FileError::NotFound { .. })), "{error}");
}

#[test]
fn the_error_is_that_of_the_first_file_whatever_the_threads() {
    let photos = Photos::new(64, 9);
    for broken in [50, 20, 33] {
        fs::write(&photos.paths(64)[broken], [0; 9]).unwrap();
    }
    let rows: Vec<usize> = (0..64).collect();
    let images = photos.files(64, "", None).unwrap();
    for _ in 0..5 {
        assert!(images.gather(&rows).unwrap_err().to_string().contains("0020"));
        assert!(fit(&images, &rows, true).unwrap_err().to_string().contains("0020"));
    }
    fs::remove_file(&photos.paths(64)[9]).unwrap();
    let error = photos.files(64, "", None).unwrap_err();
    assert!(error.to_string().ends_with("0009 does not exist"), "{error}");
}

#[test]
fn the_identity_is_that_of_the_contents_and_the_decoding() {
    const LENGTH: usize = 100_000;
    let identity = |photos: &Photos, how: &str| {
        let Pixels::Files(files) = photos.files(2, how, None).unwrap().pixels else { panic!("held") };
        *files.identity()
    };
    let photos = Photos::new(2, LENGTH);
    let base = identity(&photos, "");
    // The same in another folder, at another time.
    assert_eq!(identity(&Photos::new(2, LENGTH), ""), base);
    assert_ne!(identity(&photos, "stretch"), base);
    assert_ne!(identity(&Photos::new(2, LENGTH + 1), ""), base);
    let path = &photos.paths(2)[1];
    for place in [0, LENGTH / 2, LENGTH - 1] {
        let mut contents = vec![2; LENGTH];
        contents[place] = 3;
        fs::write(path, &contents).unwrap();
        assert_ne!(identity(&photos, ""), base, "{place}");
    }
    // Formats that are not compressed: any byte counts.
    for magic in [b"BM", b"II", b"MM"] {
        let mut contents = vec![2; LENGTH];
        contents[..2].copy_from_slice(magic);
        fs::write(path, &contents).unwrap();
        let plain = identity(&photos, "");
        contents[LENGTH / 3] = 3;
        fs::write(path, &contents).unwrap();
        assert_ne!(identity(&photos, ""), plain);
    }
    // An order is a part of it.
    fs::write(path, [1; 9]).unwrap();
    fs::write(&photos.paths(2)[0], [2; 9]).unwrap();
    assert_ne!(identity(&photos, ""), identity(&Photos::new(2, 9), ""));
}

#[test]
fn files_that_an_older_kiln_held_have_the_fingerprint_that_it_gave_them() {
    let photos = Photos::new(70, 9);
    let fingerprint = |images: Images, precision| {
        let target = Target::Classes { labels: vec![0; 70], names: vec!["a".to_owned()] };
        Dataset::new("photos", Features::Images(images), target).fingerprint_in(precision)
    };
    let held = fingerprint(photos.held(70), Precision::Double);
    assert_eq!(fingerprint(photos.files(70, "", None).unwrap(), Precision::Single), held);
    // It resized none, and now they have one of their own.
    assert_ne!(fingerprint(photos.files(70, "shrink", None).unwrap(), Precision::Single), held);
    assert_ne!(fingerprint(photos.files(70, "", None).unwrap(), Precision::Double), held);
}
