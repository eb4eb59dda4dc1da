//! Image folders that are well formed.

use std::fs;

use kiln_core::Seed;
use kiln_data::source::images;
use kiln_data::{Broken, DataConfig, Dataset, Features, ImageSettings, ImageSize, Prepared, Source};
use tempfile::TempDir;

use super::{classes, load_from, with};

#[test]
fn image_folders_are_classes_in_the_order_of_names() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    };
    let grey = |value: u8| image::GrayImage::from_pixel(3, 2, image::Luma([value]));
    grey(1).save(at("dog/b.png")).unwrap();
    grey(2).save(at("dog/a.png")).unwrap();
    grey(3).save(at("cat/z.png")).unwrap();
    fs::write(at("cat/.hidden"), "x").unwrap();
    fs::write(at("README.txt"), "x").unwrap();
    let data = load_from("images", folder.path());
    let Features::Images(images) = &data.features else { panic!("a table") };
    assert_eq!(images.shape, [1, 2, 3]);
    assert_eq!(images.held().unwrap(), [[3; 6], [2; 6], [1; 6]].concat());
    assert_eq!(classes(&data), ([0, 1, 1].as_slice(), ["cat", "dog"].map(str::to_owned).as_slice()));

    // One image in colour makes all of them colour, a plane for each channel.
    image::RgbImage::from_pixel(3, 2, image::Rgb([7, 8, 9])).save(at("cat/y.png")).unwrap();
    let data = load_from("images", folder.path());
    let Features::Images(images) = &data.features else { panic!("a table") };
    assert_eq!(images.shape, [3, 2, 3]);
    assert_eq!(images.held().unwrap()[..36], [[7; 6], [8; 6], [9; 6], [3; 6], [3; 6], [3; 6]].concat());

    let (features, rows) = images::read_images(&at("dog"), [1, 2, 3], &ImageSettings::default()).unwrap();
    let Features::Images(images) = features else { panic!("a table") };
    assert_eq!((rows, images.held().unwrap()), (2, [[2; 6], [1; 6]].concat().as_slice()));
    let (_, rows) = images::read_images(&at("dog/a.png"), [3, 2, 3], &ImageSettings::default()).unwrap();
    assert_eq!(rows, 1);
}

#[test]
fn image_folders_may_fix_the_test_part() {
    let folder = TempDir::new().unwrap();
    for (name, value) in
        [("train/a/1.jpg", 0), ("train/b/1.jpeg", 255), ("train/b/2.png", 9), ("test/b/1.png", 5)]
    {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        image::GrayImage::from_pixel(8, 8, image::Luma([value])).save(path).unwrap();
    }
    let data = load_from("images", folder.path());
    let Features::Images(images) = &data.features else { panic!("a table") };
    assert_eq!(images.held().unwrap(), [[0; 64], [255; 64], [9; 64], [5; 64]].concat());
    assert_eq!(classes(&data).0, [0, 1, 1, 1]);
    assert_eq!(data.fixed_test, [3]);
    // A class may be called train.
    fs::remove_dir_all(folder.path().join("test")).unwrap();
    fs::rename(folder.path().join("train/a"), folder.path().join("a")).unwrap();
    let b = folder.path().join("train/b");
    fs::rename(b.join("1.jpeg"), folder.path().join("train/1.jpeg")).unwrap();
    fs::remove_dir_all(b).unwrap();
    assert_eq!(classes(&load_from("images", folder.path())).1, ["a", "train"]);
}

/// Writes grey images of one value each.
fn folder(files: &[(&str, u8)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, value) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        image::GrayImage::from_pixel(4, 4, image::Luma([*value])).save(path).unwrap();
    }
    folder
}

/// The value of each image.
fn values(data: &Dataset) -> Vec<u8> {
    data.features.as_images().unwrap().held().unwrap().iter().step_by(16).copied().collect()
}

fn skipped(data: &Dataset, folder: &TempDir) -> Vec<(String, String)> {
    let name = |path: &std::path::Path| path.strip_prefix(folder.path()).unwrap().display().to_string();
    data.arrangement.skipped.iter().map(|skipped| (name(&skipped.path), skipped.reason.clone())).collect()
}

#[test]
fn parts_have_the_names_that_people_give_them() {
    for [train, validation, test] in [
        ["train", "val", "test"],
        ["train", "valid", "test"],
        ["training", "validation", "testing"],
        ["Train", "Dev", "TEST"],
    ] {
        let at = |part: &str, file: &str| format!("{part}/{file}");
        let files = [
            (at(train, "a/1.png"), 1),
            (at(train, "b/1.png"), 2),
            (at(validation, "a/1.png"), 3),
            (at(validation, "b/2.png"), 4),
            (at(test, "b/1.png"), 5),
        ];
        let folder = folder(&files.each_ref().map(|(name, value)| (name.as_str(), *value)));
        let data = load_from("images", folder.path());
        assert_eq!(values(&data), [1, 2, 3, 4, 5]);
        assert_eq!(classes(&data).0, [0, 1, 0, 1, 1]);
        assert_eq!(
            (data.arrangement.fixed_validation.as_slice(), &data.fixed_test[..]),
            (&[2, 3][..], &[4][..])
        );
        // The parts do not move with the seed, nor with the shares.
        let config = DataConfig { validation: 0.5, test: 0.5, ..DataConfig::new("images") };
        for seed in 0..3 {
            let parts = Prepared::new(data.clone(), &config, Seed::new(seed)).unwrap();
            assert_eq!(parts.split.train, [0, 1]);
            assert_eq!((parts.split.validation, parts.split.test), (vec![2, 3], vec![4]));
        }
    }
    // Without a test part, a share of the training part becomes one; a validation part of its own stays.
    let files =
        ["train/a/1.png", "train/a/2.png", "train/b/1.png", "train/b/2.png", "val/a/1.png", "val/b/1.png"];
    let folder = folder(&files.map(|name| (name, 0)));
    let data = load_from("images", folder.path());
    let validated = data.fingerprint.clone();
    let config = DataConfig { test: 0.5, ..DataConfig::new("images") };
    let parts = Prepared::new(data, &config, Seed::new(0)).unwrap();
    assert_eq!((parts.validation().unwrap().numbers(), parts.test().unwrap().len()), (&[4, 5][..], 2));
    // A fixed part is a part of the fingerprint.
    fs::rename(folder.path().join("val"), folder.path().join("test")).unwrap();
    let tested = load_from("images", folder.path());
    assert_ne!(validated, tested.fingerprint);
}

#[test]
fn a_class_is_the_path_of_its_folder() {
    let folder = folder(&[
        ("dogs/poodle/1.png", 1),
        ("dogs/husky/1.png", 2),
        ("cats/persian/1.png", 3),
        ("bird/1.png", 4),
        ("bird/2.png", 5),
    ]);
    let data = load_from("images", folder.path());
    let expected = ["bird", "cats/persian", "dogs/husky", "dogs/poodle"].map(str::to_owned);
    assert_eq!(classes(&data), ([0, 0, 1, 2, 3].as_slice(), expected.as_slice()));
    assert_eq!(values(&data), [4, 5, 3, 2, 1]);
    // Parts have paths below them.
    let parts = self::folder(&[("train/x/a/1.png", 1), ("train/x/b/1.png", 2), ("test/x/b/1.png", 3)]);
    let data = load_from("images", parts.path());
    assert_eq!(classes(&data), ([0, 1, 1].as_slice(), ["x/a", "x/b"].map(str::to_owned).as_slice()));
}

#[test]
fn what_archives_and_systems_leave_behind_does_not_count() {
    let folder = folder(&[
        ("flowers/daisy/1.png", 1),
        ("flowers/rose/1.png", 2),
        ("__MACOSX/flowers/daisy/._1.png", 3),
        ("flowers/rose/.hidden/1.png", 3),
        ("flowers/rose/@eaDir/1.png", 3),
    ]);
    for name in
        ["flowers/Thumbs.db", "flowers/rose/Thumbs.db", "flowers/rose/.DS_Store", "flowers/daisy/desktop.ini"]
    {
        fs::write(folder.path().join(name), "x").unwrap();
    }
    let data = load_from("images", folder.path());
    assert_eq!(values(&data), [1, 2]);
    assert_eq!(classes(&data).1, ["daisy", "rose"], "the folder that wraps all does not count");
    assert!(data.arrangement.skipped.is_empty());
}

#[test]
fn images_beside_class_folders_are_named() {
    let folder =
        folder(&[("train/a/1.png", 1), ("train/b/1.png", 2), ("train/loose.png", 3), ("cover.png", 4)]);
    let data = load_from("images", folder.path());
    assert_eq!(values(&data), [1, 2]);
    let reason = "an image beside the class folders, in none of them".to_owned();
    let expected = [("train/loose.png".to_owned(), reason.clone()), ("cover.png".to_owned(), reason)];
    assert_eq!(skipped(&data, &folder), expected);
}

#[test]
fn unreadable_files_are_left_out_by_name() {
    let folder = folder(&[("a/1.png", 1), ("a/2.png", 2), ("a/4.png", 4), ("b/1.png", 5), ("b/3.png", 6)]);
    let whole = fs::read(folder.path().join("a/4.png")).unwrap();
    fs::write(folder.path().join("a/2.png"), "no image").unwrap();
    fs::write(folder.path().join("a/3.png"), "").unwrap();
    // Its header is whole.
    fs::write(folder.path().join("b/2.png"), &whole[..whole.len() - 20]).unwrap();
    fs::write(folder.path().join("b/labels.txt"), "x").unwrap();
    let skip = |config: &mut DataConfig| config.broken = Some(Broken::Skip);
    for size in [None, Some(ImageSize::Side(4))] {
        let data = with("images", folder.path(), |config| {
            skip(config);
            config.size = size;
        });
        assert_eq!(values(&data), [1, 4, 5, 6]);
        assert_eq!(classes(&data).0, [0, 0, 1, 1]);
        let found = skipped(&data, &folder);
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["b/labels.txt", "a/2.png", "a/3.png", "b/2.png"]);
        assert!(found[0].1.starts_with("not an image by its name"), "{found:?}");
        assert!(found[1..].iter().all(|(_, reason)| reason.starts_with("broken image: ")), "{found:?}");
    }
    // A class of which nothing is left is an error, and so is a broken file that nobody said to skip.
    let mut config = DataConfig { path: Some(folder.path().to_owned()), ..DataConfig::new("images") };
    config.broken = Some(Broken::Error);
    fs::remove_file(folder.path().join("b/labels.txt")).unwrap();
    let error = config.load().unwrap_err().to_string();
    assert!(error.contains("a/2.png: broken image: "), "{error}");
    for name in ["b/1.png", "b/3.png"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    skip(&mut config);
    let error = config.load().unwrap_err().to_string();
    assert!(error.ends_with("b: no image in here"), "{error}");
}

#[test]
fn photos_of_any_size_become_one_size_in_training_and_prediction() {
    let folder = TempDir::new().unwrap();
    for (name, width, height, shade) in [("a/1.png", 9, 5, 10), ("a/2.png", 4, 4, 20), ("b/1.png", 6, 30, 30)]
    {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        image::GrayImage::from_pixel(width, height, image::Luma([shade])).save(path).unwrap();
    }
    let data = with("images", folder.path(), |config| config.size = Some(ImageSize::Side(4)));
    assert_eq!(data.features.as_images().unwrap().shape, [1, 4, 4]);
    assert_eq!(values(&data), [10, 20, 30]);
    let config = DataConfig {
        size: Some(ImageSize::Side(4)),
        crop: Some(ImageSize::Sides([2, 3])),
        validation: 0.0,
        test: 0.0,
        ..DataConfig::new("images")
    };
    let prepared = Prepared::new(data, &config, Seed::new(0)).unwrap();
    assert_eq!(prepared.fitted.input_shape().as_images(), Some([1, 2, 3]), "the model sees the middle");
    let stored = serde_json::to_string(&*prepared.fitted).unwrap();
    let fitted: kiln_data::Fitted = serde_json::from_str(&stored).unwrap();
    let (features, items) =
        images::read_images(&folder.path().join("b"), [1, 2, 3], &fitted.image_settings()).unwrap();
    assert_eq!(features.as_images().unwrap().shape, [1, 4, 4]);
    assert_eq!(fitted.input_numbers(&features, &[0]).unwrap().len(), 6 * items);
}

#[test]
fn the_model_sees_the_middle_of_what_is_kept() {
    let folder = TempDir::new().unwrap();
    for class in ["a", "b"] {
        fs::create_dir(folder.path().join(class)).unwrap();
        let pixels = (0..35).collect();
        image::GrayImage::from_vec(7, 5, pixels)
            .unwrap()
            .save(folder.path().join(class).join("1.png"))
            .unwrap();
    }
    let config = DataConfig {
        path: Some(folder.path().to_owned()),
        size: Some(ImageSize::Sides([5, 7])),
        crop: Some(ImageSize::Sides([2, 4])),
        standardize: false,
        validation: 0.0,
        test: 0.0,
        ..DataConfig::new("images")
    };
    let prepared = Prepared::load(&config, Seed::new(0)).unwrap();
    let numbers = prepared.fitted.input_numbers(&prepared.dataset.features, &[0]).unwrap();
    let bytes: Vec<f32> = numbers.iter().map(|number| (number * 255.0).round()).collect();
    // torchvision: CenterCrop([2, 4]) of 5 x 7 begins at row round(1.5) = 2 and column round(1.5) = 2.
    assert_eq!(bytes, [16.0, 17.0, 18.0, 19.0, 23.0, 24.0, 25.0, 26.0]);
}
