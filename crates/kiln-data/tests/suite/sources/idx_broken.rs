//! IDX files that are not well formed.

use std::fs;

use kiln_core::{ErrorKind, Seed};
use kiln_data::DataConfig;
use tempfile::TempDir;

use super::{idx_file, message, packed};

#[test]
fn broken_idx_files_say_where_and_what() {
    const IMAGES: [u8; 4] = [0, 0, 8, 3];
    let good = idx_file(IMAGES, &[2, 1, 2], &[1, 2, 3, 4]);
    let good_labels = idx_file([0, 0, 8, 1], &[2], &[0, 1]);
    let mut bad_sum = packed(&good);
    let sum = bad_sum.len() - 5;
    bad_sum[sum] ^= 1;
    let cut = packed(&idx_file(IMAGES, &[2, 100, 100], &[7; 20_000]))[..40].to_vec();
    let with_garbage = [packed(&good), vec![1, 2, 3, 4]].concat();
    // Packed well enough that the declared bytes could be there, and more than may be allocated on trust; the noise
    // keeps the file from being too short for them.
    let noise: Vec<u8> = (0..4096).map(|i| Seed::new(0).bits(i) as u8).collect();
    let bomb = packed(&idx_file(IMAGES, &[20, 1024, 1024], &[noise, vec![0; 19 << 20]].concat()));
    let all = u32::MAX;
    let cases: Vec<(Vec<u8>, Vec<u8>, &str)> = vec![
        (vec![], good_labels.clone(), "images: truncated: the file ends within its header"),
        (good[..3].to_vec(), good_labels.clone(), "images: truncated: the file ends within its header"),
        (good[..15].to_vec(), good_labels.clone(), "images: truncated: the file ends within its header"),
        (
            good[..19].to_vec(),
            good_labels.clone(),
            "images: truncated: the header declares 4 bytes, the file holds 3",
        ),
        (
            [good.clone(), vec![9]].concat(),
            good_labels.clone(),
            "images: bytes are left over after the 4 bytes that the header declares",
        ),
        (
            idx_file([b'P', b'N', b'G', 3], &[2, 1, 2], &[0; 4]),
            good_labels.clone(),
            "images: not an IDX file: it begins with [50, 4e, 47, 03] instead of two zero bytes",
        ),
        (
            idx_file([0, 0, 0x0d, 3], &[2, 1, 2], &[0; 16]),
            good_labels.clone(),
            "images: the elements have type 0x0d, only 0x08 (unsigned byte) is read",
        ),
        (good_labels.clone(), good_labels.clone(), "images: the file has 1 dimensions, images have 3"),
        (good.clone(), good.clone(), "labels: the file has 3 dimensions, labels have 1"),
        (
            idx_file(IMAGES, &[0, 1, 2], &[]),
            good_labels.clone(),
            "images: the header declares no data: [0, 1, 2]",
        ),
        (
            idx_file(IMAGES, &[2, 0, 2], &[]),
            good_labels.clone(),
            "images: the header declares no data: [2, 0, 2]",
        ),
        (
            idx_file(IMAGES, &[all, all, all], &[1; 4]),
            good_labels.clone(),
            "images: truncated: the header declares 79228162458924105385300197375 bytes, the file holds 4",
        ),
        (
            good.clone(),
            idx_file([0, 0, 8, 1], &[4_000_000_000], &[0; 12]),
            "labels: truncated: the header declares 4000000000 bytes, the file holds 12",
        ),
        (
            good.clone(),
            idx_file([0, 0, 8, 1], &[3], &[0, 1, 0]),
            "labels: 3 labels, but images holds 2 images",
        ),
        (
            good.clone(),
            idx_file([0, 0, 8, 1], &[2], &[1, 1]),
            "labels: every item is of the class \"1\", so there is nothing to tell apart",
        ),
        (
            packed(&idx_file(IMAGES, &[all, all, all], &[1; 4])),
            good_labels.clone(),
            "images: truncated: the header declares 79228162458924105385300197375 bytes, more than a compressed file of this length can hold",
        ),
        (
            bomb,
            good_labels.clone(),
            "images: truncated: the header declares 20971520 bytes, the file holds 19927040",
        ),
        (
            packed(&[good.clone(), vec![9]].concat()),
            good_labels.clone(),
            "images: bytes are left over after the 4 bytes that the header declares",
        ),
        (
            packed(&good[..18]),
            good_labels.clone(),
            "images: truncated: the header declares 4 bytes, the file holds 2",
        ),
        (packed(&good[..9]), good_labels.clone(), "images: truncated: the file ends within its header"),
        (bad_sum, good_labels.clone(), "images: damaged gzip: "),
        (cut, idx_file([0, 0, 8, 1], &[2], &[0, 1]), "images: damaged gzip: "),
        (with_garbage, good_labels.clone(), "images: damaged gzip: "),
        (vec![0x1f, 0x8b, 8], good_labels.clone(), "images: damaged gzip: "),
    ];
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let config = DataConfig { path: Some(folder.path().to_owned()), ..DataConfig::new("idx") };
    let load = || {
        let message = message(&folder, &config.load().unwrap_err(), ErrorKind::Data);
        let message = message.replace("train-images-idx3-ubyte", "images");
        message.replace("train-labels-idx1-ubyte", "labels")
    };
    for (images, labels, expected) in cases {
        fs::write(at("train-images-idx3-ubyte"), images).unwrap();
        fs::write(at("train-labels-idx1-ubyte"), labels).unwrap();
        let message = load();
        // What follows "damaged gzip" is the decompressor's.
        let gzip = expected.ends_with("gzip: ") && message.starts_with(expected);
        assert!(gzip || message == expected, "{message}\n{expected}");
    }
    fs::write(at("train-images-idx3-ubyte"), &good).unwrap();
    fs::write(at("train-labels-idx1-ubyte"), &good_labels).unwrap();
    assert!(config.load().is_ok());
    fs::write(at("t10k-images-idx3-ubyte"), idx_file(IMAGES, &[1, 2, 1], &[1, 2])).unwrap();
    assert!(load().ends_with("t10k-labels-idx1-ubyte does not exist"));
    fs::write(at("t10k-labels-idx1-ubyte"), idx_file([0, 0, 8, 1], &[1], &[2])).unwrap();
    assert!(load().ends_with("the images are [2, 1] pixels (height, width), images needs [1, 2]"));
    fs::write(at("t10k-images-idx3-ubyte"), idx_file(IMAGES, &[1, 1, 2], &[1, 2])).unwrap();
    assert_eq!(load(), "t10k-labels-idx1-ubyte: item 1 has label 2, the classes are 0 to 1");
}
