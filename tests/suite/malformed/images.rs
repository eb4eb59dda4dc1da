//! Folders of images.

use std::fs;

use image::{ImageFormat, RgbImage};

use super::Cases;
use crate::common::Place;

fn png(side: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    RgbImage::new(side, side).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Two classes of four images.
fn image_folder() -> Place {
    let place = Place::new();
    for class in ["cat", "dog"] {
        for number in 0..4 {
            place.write(format!("set/{class}/{number}.png"), png(6));
        }
    }
    place
}

#[test]
fn image_folders() {
    let mut cases = Cases::default();
    let whole = png(6);
    let mut huge = whole.clone();
    huge[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let files: Vec<(&str, Vec<u8>, &str)> = vec![
        ("set/cat/broken.png", whole[..whole.len() / 2].to_vec(), "broken image"),
        ("set/cat/broken.png", b"".to_vec(), "broken image"),
        ("set/cat/broken.png", b"not an image".to_vec(), "broken image"),
        ("set/cat/broken.jpg", b"\xff\xd8\xff\xe0garbage".to_vec(), "broken image"),
        ("set/cat/huge.png", huge, "huge.png"),
        ("set/cat/other.png", png(7), "7x7 pixels, but"),
        ("set/cat/notes.txt", b"words".to_vec(), "not an image by its name"),
        ("set/cat/deeper/1.png", whole.clone(), "a folder among the images"),
    ];
    for (name, bytes, piece) in files {
        let place = image_folder();
        place.write(name, bytes);
        cases.fails(&place, "train data.source=images --data set", 3, piece);
    }
    let place = Place::new();
    fs::create_dir(place.path().join("set")).unwrap();
    cases.fails(&place, "train data.source=images --data set", 3, "there must be one for each class");
    place.write("set/dog/1.png", &whole);
    fs::create_dir(place.path().join("set/cat")).unwrap();
    cases.fails(&place, "train data.source=images --data set", 3, "no image in here");
    fs::remove_dir_all(place.path().join("set/dog")).unwrap();
    place.write("set/cat/1.png", &whole);
    place.write("set/cat/2.png", &whole);
    place.write("set/cat/3.png", &whole);
    cases.fails(&place, "train data.source=images --data set", 3, "every item is of the class \"cat\"");
    cases.end(11);
}
