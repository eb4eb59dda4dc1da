//! IDX files that are well formed.

use std::fs;

use kiln_data::{Features, source};
use tempfile::TempDir;

use super::{classes, idx_file, load_from, packed};

#[test]
fn idx_files_are_read_plain_and_packed_with_and_without_a_test_part() {
    let idx = |dims: &[u32], contents: &[u8]| idx_file([0, 0, 8, dims.len() as u8], dims, contents);
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("train-images-idx3-ubyte"), idx(&[3, 1, 2], &[1, 2, 3, 4, 5, 6])).unwrap();
    fs::write(at("train-labels-idx1-ubyte.gz"), packed(&idx(&[3], &[0, 2, 0]))).unwrap();
    let train = load_from("idx", folder.path());
    let Features::Images(images) = &train.features else { panic!("a table") };
    assert_eq!((images.held().unwrap(), images.shape), ([1, 2, 3, 4, 5, 6].as_slice(), [1, 1, 2]));
    assert_eq!(classes(&train), ([0, 2, 0].as_slice(), ["0", "1", "2"].map(str::to_owned).as_slice()));
    assert!(train.fixed_test.is_empty());

    let test_images = idx(&[2, 1, 2], &[7, 8, 9, 10]);
    fs::write(at("t10k-images-idx3-ubyte.gz"), packed(&test_images)).unwrap();
    fs::write(at("t10k-labels-idx1-ubyte"), idx(&[2], &[1, 2])).unwrap();
    let both = load_from("idx", folder.path());
    let Features::Images(images) = &both.features else { panic!("a table") };
    assert_eq!(images.held().unwrap(), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert_eq!(
        (classes(&both).0, both.fixed_test.as_slice()),
        ([0, 2, 0, 1, 2].as_slice(), [3, 4].as_slice())
    );
    assert_ne!(train.fingerprint, both.fingerprint);

    let (features, rows) = source::idx::read_images(&at("t10k-images-idx3-ubyte.gz"), [1, 1, 2]).unwrap();
    let Features::Images(images) = features else { panic!("a table") };
    assert_eq!((rows, images.held().unwrap()), (2, [7, 8, 9, 10].as_slice()));
    // Well packed contents, beyond twice the file and 16 MiB, are counted before they are read.
    let zeros = vec![0; 20 << 20];
    fs::write(at("big"), packed(&idx(&[20, 1024, 1024], &zeros))).unwrap();
    let (_, rows) = source::idx::read_images(&at("big"), [1, 1024, 1024]).unwrap();
    assert_eq!(rows, 20);
}
