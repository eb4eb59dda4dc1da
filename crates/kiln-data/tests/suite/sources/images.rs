//! Image folders that are well formed.

use std::fs;

use kiln_data::Features;
use kiln_data::source::images;
use tempfile::TempDir;

use super::{classes, load_from};

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

    let (features, rows) = images::read_images(&at("dog"), [1, 2, 3]).unwrap();
    let Features::Images(images) = features else { panic!("a table") };
    assert_eq!((rows, images.held().unwrap()), (2, [[2; 6], [1; 6]].concat().as_slice()));
    let (_, rows) = images::read_images(&at("dog/a.png"), [3, 2, 3]).unwrap();
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
