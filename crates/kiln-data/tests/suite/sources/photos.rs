//! Image files of every kind against Pillow, and what they become by resizing against Pillow and torchvision.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use kiln_core::{ErrorKind, Explain};
use kiln_data::source::images::read_images;
use kiln_data::{DataConfig, DataError, ImageSettings, ImageSize, Resize};
use kiln_testkit::golden;
use tempfile::TempDir;

use super::message;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/photos").join(name)
}

fn settings(size: [usize; 2], resize: Resize) -> ImageSettings {
    let config =
        DataConfig { size: Some(ImageSize::Sides(size)), resize: Some(resize), ..DataConfig::new("images") };
    config.image_settings()
}

fn read(path: &Path, shape: [usize; 3], settings: &ImageSettings) -> Result<Vec<u8>, DataError> {
    let (features, _) = read_images(path, shape, settings)?;
    Ok(features.as_images().and_then(|images| images.held()).expect("images in memory").to_vec())
}

/// The largest difference between two pixels, and the mean over all.
fn difference(found: &[u8], expected: &[u8]) -> (u8, f64) {
    assert_eq!(found.len(), expected.len());
    let each = || found.iter().zip(expected).map(|(a, b)| a.abs_diff(*b));
    let sum: f64 = each().map(f64::from).sum();
    (each().max().unwrap_or(0), sum / found.len() as f64)
}

/// Decoders of JPEG round differently: the most that a pixel may be off, and the most on average.
fn tolerance(name: &str) -> (u8, f64) {
    match name {
        "a-png.jpg" => (0, 0.0),
        name if name.ends_with(".jpg") => (4, 0.6),
        _ => (0, 0.0),
    }
}

#[test]
fn files_of_every_kind_are_read_as_pillow_reads_them() {
    let mut kinds = BTreeMap::new();
    for (name, expected) in golden("photos").iter() {
        let Some(name) = name.strip_prefix("photos/") else { continue };
        let shape: [usize; 3] = expected.shape().to_vec().try_into().unwrap();
        let found =
            read(&file(name), shape, &ImageSettings::default()).unwrap_or_else(|error| panic!("{error}"));
        let (most, mean) = difference(&found, expected.as_slice::<u8>().unwrap());
        let (most_allowed, mean_allowed) = tolerance(name);
        assert!(most <= most_allowed && mean <= mean_allowed, "{name}: {most} at most, {mean} on average");
        *kinds.entry(name.rsplit('.').next().unwrap().to_owned()).or_insert(0) += 1;
    }
    let kinds: Vec<&str> = kinds.keys().map(String::as_str).collect();
    assert_eq!(kinds, ["bmp", "gif", "jpg", "png", "tif", "tiff", "webp"]);
}

#[test]
fn images_are_resized_as_torchvision_and_pillow_do() {
    let mut count = 0;
    for (name, expected) in golden("photos").iter() {
        let Some(rest) = name.strip_prefix("resized/") else { continue };
        let parts: Vec<&str> = rest.split('/').collect();
        let [file_name, mode, _] = parts[..] else { panic!("{name}") };
        let resize: Resize = serde_json::from_value(mode.into()).unwrap();
        let shape: [usize; 3] = expected.shape().to_vec().try_into().unwrap();
        let found = read(&file(file_name), shape, &settings([shape[1], shape[2]], resize)).unwrap();
        let (most, mean) = difference(&found, expected.as_slice::<u8>().unwrap());
        // Pillow keeps 22 bits of its weights, torchvision and kiln those that fit in 16.
        assert!(most <= 1 && mean <= 0.25, "{name}: {most} at most, {mean} on average");
        count += 1;
    }
    assert_eq!(count, 4 * (5 + 5 + 4));
}

#[test]
fn an_image_of_the_size_is_not_touched() {
    let path = file("rgb.png");
    let whole = read(&path, [3, 21, 30], &ImageSettings::default()).unwrap();
    for resize in [Resize::ShorterCrop, Resize::Letterbox, Resize::Stretch] {
        assert_eq!(read(&path, [3, 21, 30], &settings([21, 30], resize)).unwrap(), whole);
    }
    // Grey in colour: three times the same.
    let grey = read(&file("grey.png"), [1, 21, 30], &ImageSettings::default()).unwrap();
    let colour = read(&file("grey.png"), [3, 21, 30], &ImageSettings::default()).unwrap();
    assert_eq!(colour, [grey.as_slice(), &grey, &grey].concat());
}

#[test]
fn a_letterbox_is_black_around_the_image() {
    // 30 x 21 in 40 x 60: 28 rows in the middle.
    let pixels = read(&file("rgb.png"), [3, 60, 40], &settings([60, 40], Resize::Letterbox)).unwrap();
    let row = |y: usize| &pixels[y * 40..(y + 1) * 40];
    assert!(row(15).iter().chain(row(44)).all(|pixel| *pixel == 0));
    assert!(row(16).iter().chain(row(43)).any(|pixel| *pixel > 0));
}

#[test]
fn a_jpeg_that_ends_early_is_an_error_and_not_grey() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("cut.jpg");
    for name in ["420.jpg", "progressive.jpg", "exif-6.jpg"] {
        let whole = fs::read(file(name)).unwrap();
        let header = whole.windows(2).rposition(|pair| pair == [0xff, 0xda]).unwrap();
        for length in [whole.len() - 2, (whole.len() + header) / 2, header + 3, header, 20, 3] {
            fs::write(&path, &whole[..length]).unwrap();
            let shape = if name == "exif-6.jpg" { [3, 56, 40] } else { [3, 40, 56] };
            let error = read(&path, shape, &ImageSettings::default()).unwrap_err();
            let text = message(&folder, &error, ErrorKind::Data);
            assert!(text.starts_with("cut.jpg: broken image: "), "{name}, {length}: {text}");
        }
        // What cameras add behind the image does not matter.
        fs::write(&path, [whole.as_slice(), &[0; 100]].concat()).unwrap();
        assert!(read(&path, [3, 8, 8], &settings([8, 8], Resize::Stretch)).is_ok(), "{name}");
    }
}

#[test]
fn a_size_out_of_proportion_to_the_file_is_refused_before_it_is_read() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("huge.jpg");
    let mut bytes = fs::read(file("420.jpg")).unwrap();
    let frame = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    bytes[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    fs::write(&path, bytes).unwrap();
    let error = read(&path, [3, 8, 8], &settings([8, 8], Resize::Stretch)).unwrap_err();
    let text = message(&folder, &error, ErrorKind::Data);
    assert!(text.starts_with("huge.jpg: 65535x65535 pixels are too many"), "{text}");
}

/// What is set, the setting that is wrong, the message.
type Case = (fn(&mut DataConfig), &'static str, &'static str);

#[test]
fn settings_of_images_are_checked() {
    let config = |set: fn(&mut DataConfig)| {
        let mut config = DataConfig { path: Some("none".into()), ..DataConfig::new("images") };
        set(&mut config);
        config.load().unwrap_err()
    };
    let cases: [Case; 6] = [
        (
            |c| c.size = Some(ImageSize::Side(0)),
            "data.size",
            "data.size is 0, it must be at least 1 and at most 65535",
        ),
        (
            |c| c.size = Some(ImageSize::Sides([8, 65_536])),
            "data.size",
            "data.size is 65536, it must be at least 1 and at most 65535",
        ),
        (
            |c| (c.size, c.crop) = (Some(ImageSize::Side(8)), Some(ImageSize::Side(0))),
            "data.crop",
            "data.crop is 0, it must be at least 1 and at most 65535",
        ),
        (
            |c| (c.size, c.crop) = (Some(ImageSize::Side(8)), Some(ImageSize::Sides([8, 9]))),
            "data.crop",
            "data.crop is 8x9, but data.size is 8x8 (height x width)",
        ),
        (
            |c| c.crop = Some(ImageSize::Side(8)),
            "data.crop",
            "data.crop needs data.size: it is a part of an image of that size",
        ),
        (
            |c| c.resize = Some(Resize::Stretch),
            "data.resize",
            "data.resize needs data.size: without it no image is resized",
        ),
    ];
    for (set, key, expected) in cases {
        let error = config(set);
        assert_eq!((error.kind(), error.key().as_deref()), (ErrorKind::Usage, Some(key)), "{error}");
        assert_eq!(error.to_string(), expected);
    }
    for ends in [1, 65_535] {
        let config = DataConfig { size: Some(ImageSize::Side(ends)), ..DataConfig::new("images") };
        assert!(config.image_settings().check().is_ok());
    }
}
