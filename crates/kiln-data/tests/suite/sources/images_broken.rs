//! Image folders that are not well formed.

use std::fs;

use kiln_core::ErrorKind;
use kiln_data::DataConfig;
use tempfile::TempDir;

use super::message;

#[test]
fn broken_image_folders_name_the_file() {
    let png = |width, height| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let image = image::GrayImage::new(width, height);
        image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    };
    let good = png(2, 2);
    // Width and height stand behind the signature and the name of the first chunk; the chunk's sum follows them.
    let mut huge = good.clone();
    huge[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    let mut crc = flate2::Crc::new();
    crc.update(&huge[12..29]);
    huge[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    let check = |files: &[(&str, &[u8])], expected: &str| {
        let folder = TempDir::new().unwrap();
        let root = folder.path().join("images");
        for (name, bytes) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let config = DataConfig { path: Some(root), ..DataConfig::new("images") };
        let message = message(&folder, &config.load().unwrap_err(), ErrorKind::Data);
        assert!(message.starts_with(expected), "{message}\n{expected}");
    };
    check(&[("note.txt", b"x")], "images: no folder in here; there must be one for each class");
    check(
        &[("a/1.png", &good)],
        "images: every item is of the class \"a\", so there is nothing to tell apart",
    );
    check(&[("a/1.png", &good), ("b/.x", b"")], "images/b: no image in here");
    check(&[("a/1.png", &good), ("b/1.png", b"")], "images/b/1.png: broken image: ");
    check(&[("a/1.png", &good), ("b/1.png", b"not a png")], "images/b/1.png: broken image: ");
    check(&[("a/1.png", &good), ("b/1.png", &good[..20])], "images/b/1.png: broken image: ");
    check(&[("a/1.png", &good), ("b/1.png", &good[..good.len() - 20])], "images/b/1.png: broken image: ");
    check(&[("a/1.png", &good), ("b/1.jpg", &[0xff, 0xd8, 0xff, 0xe0])], "images/b/1.jpg: broken image: ");
    check(
        &[("a/1.png", &good), ("b/1.png", &huge)],
        "images/b/1.png: 65536x65536 pixels are too many: at most 65535 a side",
    );
    check(
        &[("a/1.png", &good), ("b/1.svg", b"x")],
        "images/b/1.svg: not an image by its name: the formats are PNG, JPEG, WebP, GIF, BMP and TIFF",
    );
    check(
        &[("a/1.png", &good), ("a/x/1.png", &good), ("b/1.png", &good)],
        "images/a/x: a folder among the images",
    );
    check(
        &[("train/a/1.png", &good), ("train/b/1.png", &good), ("test/c/1.png", &good)],
        "images/test/c: the test part has the class \"c\", the training part has not",
    );
    check(
        &[("train/a/1.png", &good), ("train/b/1.png", &good), ("extra/a/1.png", &good)],
        "images/extra: a folder beside train/ that is no part; the parts are train/, val/ and test/",
    );
    check(
        &[
            ("train/a/1.png", &good),
            ("train/b/1.png", &good),
            ("val/a/1.png", &good),
            ("valid/a/1.png", &good),
        ],
        "images/valid: a second folder for the validation part, which is in val/",
    );
    check(
        &[("train/a/1.png", &good), ("train/b/1.png", &good), ("val/c/1.png", &good)],
        "images/val/c: the validation part has the class \"c\", the training part has not",
    );
    check(
        &[("train/a/1.png", &good), ("train/b/1.png", &good), ("test/1.png", &good)],
        "images/test: the images of the test part are in no class folder",
    );
    check(
        &[("val/a/1.png", &good), ("test/b/1.png", &good)],
        "images/val: there is no folder train/ beside it",
    );
    let size = "images/b/1.png: 3x2 pixels, but images/a/1.png is 2x2 (width x height)";
    check(&[("a/1.png", &good), ("a/2.png", &good), ("b/1.png", &png(3, 2))], size);
}
