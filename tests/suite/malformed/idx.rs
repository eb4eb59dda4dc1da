//! IDX files.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::Cases;
use crate::common::Place;

/// An IDX file: the header, then `data`.
fn idx(dims: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, dims.len() as u8];
    bytes.extend(dims.iter().flat_map(|dim| dim.to_be_bytes()));
    bytes.extend(data);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn idx_files() {
    let mut cases = Cases::default();
    let images = idx(&[10, 4, 4], &[7; 160]);
    let labels = idx(&[10], &[0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    let huge = idx(&[u32::MAX, u32::MAX, u32::MAX], &[0; 160]);
    let files: Vec<(Vec<u8>, Vec<u8>, &str)> = vec![
        (b"".to_vec(), labels.clone(), "the file ends within its header"),
        (images[..9].to_vec(), labels.clone(), "the file ends within its header"),
        (b"\x89PNG\r\n\x1a\n".to_vec(), labels.clone(), "not an IDX file"),
        ([&[0, 0, 13, 3], &images[4..]].concat(), labels.clone(), "have type 0x0d, only 0x08"),
        (labels.clone(), labels.clone(), "the file has 1 dimensions, images have 3"),
        (images.clone(), images.clone(), "the file has 3 dimensions, labels have 1"),
        (images[..images.len() - 1].to_vec(), labels.clone(), "declares 160 bytes, the file holds 159"),
        ([images.clone(), vec![0]].concat(), labels.clone(), "bytes are left over after the 160 bytes"),
        (huge.clone(), labels.clone(), "truncated: the header declares"),
        (gzip(&huge), labels.clone(), "truncated: the header declares"),
        (
            idx(&[1 << 20, 1 << 10, 1 << 10], &[]),
            labels.clone(),
            "truncated: the header declares 1099511627776 bytes",
        ),
        (idx(&[0, 4, 4], &[]), labels.clone(), "the header declares no data"),
        (idx(&[10, 0, 4], &[]), labels.clone(), "the header declares no data"),
        (images.clone(), idx(&[9], &[1; 9]), "9 labels, but"),
        (images.clone(), idx(&[10], &[3; 10]), "every item is of the class"),
        (images.clone(), labels[..5].to_vec(), "the file ends within its header"),
        (images.clone(), b"".to_vec(), "the file ends within its header"),
        (gzip(&images)[..20].to_vec(), labels.clone(), "damaged gzip"),
        ([gzip(&images), b"tail".to_vec()].concat(), labels.clone(), "gzip"),
        (b"\x1f\x8b\x08".to_vec(), labels.clone(), "gzip"),
    ];
    for (images, labels, piece) in files {
        let place = Place::new();
        place.write("set/train-images-idx3-ubyte", images);
        place.write("set/train-labels-idx1-ubyte", labels);
        cases.fails(&place, "train data.source=idx --data set", 3, piece);
    }
    let place = Place::new();
    place.write("set/train-images-idx3-ubyte", &images);
    cases.fails(&place, "train data.source=idx --data set", 3, "train-labels-idx1-ubyte");
    place.write("set/train-labels-idx1-ubyte", &labels);
    place.write("set/t10k-images-idx3-ubyte", idx(&[2, 5, 5], &[0; 50]));
    place.write("set/t10k-labels-idx1-ubyte", idx(&[2], &[0, 1]));
    cases.fails(&place, "train data.source=idx --data set", 3, "the images are [5, 5] pixels");
    cases.fails(&place, "train data.source=idx --data nowhere", 3, "nowhere does not exist");
    cases.fails(&place, "train data.source=idx --data set/t10k-labels-idx1-ubyte", 3, "is not a folder");
    cases.end(24);
}
