//! Whatever the bytes, nothing panics.

use std::fs;

use kiln_data::{ColumnKind, ColumnSchema, DataConfig, TaskKind, source};
use proptest::prelude::*;
use tempfile::TempDir;

use super::{csv_config, packed};

/// Text that is nearly CSV, so that more than the first check is reached.
fn nearly_csv() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        &b"a"[..],
        b"b",
        b",",
        b",",
        b";",
        b"\t",
        b"\n",
        b"\n",
        b"\r\n",
        b"\"",
        b"1",
        b"2.5",
        b"NA",
        b"inf",
        b"\xff",
        b" ",
        b"1e99",
        b"-3",
        b"\0",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\x1f\x8b\x08",
        b"\x28\xb5\x2f\xfd",
        b"#",
        b"|",
        b"sep=;\n",
        b"1,163",
        b"2.450,5",
        b"\r",
        "\u{e9}\u{a0}".as_bytes(),
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Bytes that begin as IDX does, more often than not.
fn nearly_idx() -> impl Strategy<Value = Vec<u8>> {
    let head = prop::sample::select(vec![&[0, 0, 8, 3][..], &[0, 0, 8, 1], &[0x1f, 0x8b, 8, 0], &[]]);
    let dim = prop::sample::select(vec![0u32, 1, 2, 3, 255, 1 << 16, u32::MAX]);
    let dims = prop::collection::vec(dim, 0..4);
    (head, dims, prop::collection::vec(any::<u8>(), 0..40), any::<bool>()).prop_map(
        |(head, dims, rest, pack)| {
            let mut bytes = head.to_vec();
            dims.iter().for_each(|dim| bytes.extend(dim.to_be_bytes()));
            bytes.extend(rest);
            if pack { packed(&bytes) } else { bytes }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_csv_reader_panic(
        bytes in prop_oneof![nearly_csv(), prop::collection::vec(any::<u8>(), 0..200)],
    ) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("t.csv");
        fs::write(&path, &bytes).unwrap();
        for task in [None, Some(TaskKind::Classification), Some(TaskKind::Regression)] {
            if let Err(error) = (DataConfig { task, ..csv_config(&path) }).load() {
                prop_assert!(error.to_string().contains("t.csv"));
            }
        }
        let schema = [ColumnSchema { name: "a".to_owned(), kind: ColumnKind::Numeric }];
        let _ = source::csv::read_columns(&path, &schema);
    }

    #[test]
    fn no_bytes_make_the_idx_reader_panic(images in nearly_idx(), labels in nearly_idx()) {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("train-images-idx3-ubyte"), &images).unwrap();
        fs::write(folder.path().join("train-labels-idx1-ubyte"), &labels).unwrap();
        let config = DataConfig { path: Some(folder.path().to_owned()), ..DataConfig::new("idx") };
        if let Err(error) = config.load() {
            prop_assert!(error.to_string().contains("ubyte"));
        }
        let path = folder.path().join("train-images-idx3-ubyte");
        let _ = source::idx::read_images(&path, [1, 2, 2]);
    }
}
