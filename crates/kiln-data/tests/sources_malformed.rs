//! Broken input: each case is a clear error of the right kind that names the file and the place, and whatever the
//! bytes, nothing panics.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use kiln_core::{ErrorKind, Explain, Seed};
use kiln_data::source::{Wanted, read_inputs};
use kiln_data::{ColumnKind, ColumnSchema, DataConfig, DataError, TaskKind};
use proptest::prelude::*;
use tempfile::TempDir;

/// The message with the folder of the test taken out, and that every error has the right kind.
fn message(folder: &TempDir, error: &DataError, kind: ErrorKind) -> String {
    assert_eq!(error.kind(), kind, "{error}");
    if let Some(place) = error.place() {
        assert!(error.to_string().starts_with(&place.to_string()));
    }
    error.to_string().replace(&format!("{}/", folder.path().display()), "")
}

/// Many rows of one text.
fn rows(text: &str, times: usize) -> String {
    text.repeat(times)
}

#[test]
fn broken_csv_files_say_where_and_what() {
    let hundred = format!("a,b\n{}1,x\n,y\noops,x\n", rows("1,x\n", 100));
    let names: String = (0..1001).map(|i| format!("name{i},{}\n", i % 2)).collect();
    let cases: &[(&[u8], &str)] = &[
        (b"", "t.csv: the file is empty"),
        (b"\n\r\n", "t.csv: the file is empty"),
        (b"\xef\xbb\xbf", "t.csv: the file is empty"),
        (b"a,b\n", "t.csv: the file has a header and no rows"),
        (b"a,b\n1,x\n2,y\n", "t.csv: the file has 2 rows, at least 3 are needed"),
        (b"a,,b\n", "t.csv:1:3: column 2 has no name"),
        (b"a,b,\n", "t.csv:1:5: column 3 has no name"),
        (b"a,\"b\", a\n", "t.csv:1:7: columns 1 and 3 are both called \"a\""),
        (b"\n5.1,3.5,setosa\n", "t.csv:2:1: the first line must name the columns, but \"5.1\" is a number"),
        (b"a,b\xff\n1,2\n", "t.csv:1:3: column 2 of the header is not UTF-8 text"),
        (b"\xff\xfea\0,\0b\0\n\0", "t.csv:1:1: column 1 of the header is not UTF-8 text"),
        (b"a,b\n1,x\n\xc3,y\n", "t.csv:3:1: row 2, column \"a\" is not UTF-8 text"),
        (b"a,b\n1,x\n2\n", "t.csv:3: row 2 has 1 cells, the header has 2"),
        (b"a,b\n1,x\n2,y,z\n", "t.csv:3: row 2 has 3 cells, the header has 2"),
        (b"a,b\n\"1,x\n2\",y,z\n", "t.csv:2: row 1 has 3 cells, the header has 2"),
        (b"a,b\n1,\"x\n2,y\n3,z\n", "t.csv:2: a quoted cell that begins in this row never ends"),
        (
            b"a;b\n1,5;x\n2,5;y\n3;z\n",
            "t.csv:2:1: row 1, column \"a\" is \"1,5\", a number with a decimal comma",
        ),
        (hundred.as_bytes(), "t.csv:104:1: row 103, column \"a\" is \"oops\", not a number"),
        (b"a,b\n1,x\ninf,y\n3,x\n", "t.csv:3:1: row 2, column \"a\" is \"inf\", not a finite number"),
        (b"a,b\n1,x\n2,y\n-1e39,x\n", "t.csv:4:1: row 3, column \"a\" is \"-1e39\", not a finite number"),
        (b"a,b\n1,x\n2,NaN\n3,y\n", "t.csv:3:3: row 2, column \"b\" is missing, and it is the target"),
        (b"a,b\n1,x\n2,\n3,y\n", "t.csv:3:3: row 2, column \"b\" is missing, and it is the target"),
        (
            b"a,b\n1,x\n2,x\n3,x\n",
            "t.csv: every item is of the class \"x\", so there is nothing to tell apart",
        ),
        (
            b"a,b\n1,7\n2,7\n3,7\n",
            "t.csv: every item is of the class \"7\", so there is nothing to tell apart",
        ),
        (b"a,c,b\n,1,x\nNA,2,y\n?,3,x\n", "t.csv: column \"a\" has no value in any row"),
        (b"a\n1\n2\n3\n", "t.csv: there is no column to predict from"),
    ];
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("t.csv");
    for (bytes, expected) in cases {
        fs::write(&path, bytes).unwrap();
        let error = csv(&path).load().unwrap_err();
        assert_eq!(message(&folder, &error, ErrorKind::Data), *expected);
        assert!(error.help().is_some(), "{error}");
    }
    fs::write(&path, format!("name,b\n{names}")).unwrap();
    let expected = "t.csv: column \"name\" has more than 1000 different texts, too many for categories";
    assert_eq!(message(&folder, &csv(&path).load().unwrap_err(), ErrorKind::Data), expected);
}

fn csv(path: &Path) -> DataConfig {
    DataConfig { path: Some(path.to_owned()), ..DataConfig::new("csv") }
}

#[test]
fn settings_that_do_not_fit_are_usage_errors() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("t.csv");
    fs::write(&path, "age,kind\n1,x\n2,y\n3,x\n").unwrap();
    let text = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let some = DataConfig::new;
    let cases: Vec<(DataConfig, &str, &str)> = vec![
        (
            some("digit"),
            "there is no data source \"digit\"",
            "did you mean \"digits\"? `kiln data list` shows every source",
        ),
        (some("zzz"), "there is no data source", "use one of the sources that `kiln data list` shows"),
        (some("csv"), "the data source csv needs a path", "set data.path, or give --data PATH"),
        (some("idx"), "the data source idx needs a path", "set data.path, or give --data PATH"),
        (some("images"), "the data source images needs a path", "set data.path, or give --data PATH"),
        (
            DataConfig { path: Some("x".into()), ..some("iris") },
            "data.path means nothing for the data source iris",
            "leave data.path out, or choose another data.source",
        ),
        (
            DataConfig { target: text(&["x"]), ..some("digits") },
            "data.target means nothing for the data source digits",
            "leave data.target out, or choose another data.source",
        ),
        (
            DataConfig { target: text(&["knid"]), ..csv(&path) },
            "data.target names the column \"knid\", which t.csv does not have",
            "did you mean \"kind\"?",
        ),
        (
            DataConfig { ignore: text(&["zzz"]), ..csv(&path) },
            "data.ignore names the column \"zzz\", which t.csv does not have",
            "set data.ignore to names from the first line",
        ),
        (
            DataConfig { ignore: text(&["age"]), target: text(&["age"]), ..csv(&path) },
            "the column \"age\" is in data.target and in data.ignore",
            "take it out of one of the two",
        ),
    ];
    for (config, expected, help) in cases {
        let error = config.load().unwrap_err();
        let message = message(&folder, &error, ErrorKind::Usage);
        assert!(message.starts_with(expected), "{message}");
        assert_eq!(error.help().as_deref(), Some(help));
    }
    let all = DataConfig { target: text(&["age", "kind"]), ..csv(&path) };
    let message_of_all = message(&folder, &all.load().unwrap_err(), ErrorKind::Data);
    assert_eq!(message_of_all, "t.csv: there is no column to predict from");
    fs::write(&path, "a,b,c\n1,1,x\n2,2,y\n3,1,x\n").unwrap();
    let several = |task| DataConfig { target: text(&["b", "c"]), task, ..csv(&path) };
    let error = several(Some(TaskKind::Classification)).load().unwrap_err();
    let expected = "data.target names 2 columns; only regression predicts several";
    assert_eq!(message(&folder, &error, ErrorKind::Usage), expected);
    let expected = "t.csv:2:5: row 1, column \"c\" is \"x\", not a number";
    for task in [None, Some(TaskKind::Regression)] {
        assert_eq!(message(&folder, &several(task).load().unwrap_err(), ErrorKind::Data), expected);
    }
}

#[test]
fn files_that_are_not_there_are_data_errors() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("file"), "x").unwrap();
    let at = |source: &str, name: &str| {
        let config = DataConfig { path: Some(folder.path().join(name)), ..DataConfig::new(source) };
        message(&folder, &config.load().unwrap_err(), ErrorKind::Data)
    };
    assert_eq!(at("csv", "none.csv"), "none.csv does not exist");
    assert!(at("csv", "").ends_with("is not a regular file"));
    assert_eq!(at("csv", "file/t.csv"), "file/t.csv is not a folder");
    assert_eq!(at("idx", "none"), "none does not exist");
    assert_eq!(at("idx", "file"), "file is not a folder");
    assert!(at("idx", "").ends_with("train-images-idx3-ubyte does not exist"));
    assert_eq!(at("images", "none"), "none does not exist");
    assert_eq!(at("images", "file"), "file is not a folder");
    let missing = at("fashion-mnist", "none");
    assert_eq!(missing, "the data set fashion-mnist is not here; looked in none/fashion-mnist, none");
    let config = DataConfig { path: Some("/none".into()), ..DataConfig::new("fashion-mnist") };
    let help = config.load().unwrap_err().help();
    assert_eq!(help.as_deref(), Some("apt-get install dataset-fashion-mnist, or set --data"));
}

#[test]
fn predict_refuses_what_the_model_does_not_take() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("t.csv");
    let schema = [ColumnSchema { name: "size".to_owned(), kind: ColumnKind::Numeric }];
    for (text, expected) in [
        ("a,seize\n1,2\n", "t.csv: there is no column \"size\", which the model was trained with"),
        ("size\nbig\n", "t.csv:2:1: row 1, column \"size\" is \"big\", not a number"),
        ("size\n1\n1e99\n", "t.csv:3:1: row 2, column \"size\" is \"1e99\", not a finite number"),
        ("size\n", "t.csv: the file has a header and no rows"),
    ] {
        fs::write(&path, text).unwrap();
        let error = read_inputs(&path, Wanted::Table(&schema)).unwrap_err();
        assert_eq!(message(&folder, &error, ErrorKind::Data), expected);
    }
    let path = folder.path().join("i.png");
    image::RgbImage::new(4, 2).save(&path).unwrap();
    let error =
        |shape| message(&folder, &read_inputs(&path, Wanted::Images(shape)).unwrap_err(), ErrorKind::Data);
    let size = "i.png: 4x2 pixels, but the model was trained with 2x4 (width x height)";
    assert_eq!(error([3, 4, 2]), size);
    assert_eq!(error([1, 2, 4]), "i.png: a colour image, but the model was trained with grey images");
    assert_eq!(error([2, 2, 4]), "i.png: the model takes images of 2 channels; image files have 1 or 3");
    fs::write(&path, idx([0, 0, 8, 3], &[1, 2, 2], &[0; 4])).unwrap();
    assert_eq!(
        error([1, 2, 4]),
        "i.png: the images are [2, 2] pixels (height, width), the model needs [2, 4]"
    );
    let error = read_inputs(&folder.path().join("none"), Wanted::Images([1, 2, 2])).unwrap_err();
    assert_eq!(message(&folder, &error, ErrorKind::Data), "none does not exist");
}

fn idx(magic: [u8; 4], dims: &[u32], contents: &[u8]) -> Vec<u8> {
    let mut file = magic.to_vec();
    dims.iter().for_each(|dim| file.extend(dim.to_be_bytes()));
    file.extend_from_slice(contents);
    file
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn broken_idx_files_say_where_and_what() {
    const IMAGES: [u8; 4] = [0, 0, 8, 3];
    let good = idx(IMAGES, &[2, 1, 2], &[1, 2, 3, 4]);
    let good_labels = idx([0, 0, 8, 1], &[2], &[0, 1]);
    let mut bad_sum = packed(&good);
    let sum = bad_sum.len() - 5;
    bad_sum[sum] ^= 1;
    let cut = packed(&idx(IMAGES, &[2, 100, 100], &[7; 20_000]))[..40].to_vec();
    let with_garbage = [packed(&good), vec![1, 2, 3, 4]].concat();
    // Packed well enough that the declared bytes could be there, and more than may be allocated on trust; the noise
    // keeps the file from being too short for them.
    let noise: Vec<u8> = (0..4096).map(|i| Seed::new(0).bits(i) as u8).collect();
    let bomb = packed(&idx(IMAGES, &[20, 1024, 1024], &[noise, vec![0; 19 << 20]].concat()));
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
            idx([b'P', b'N', b'G', 3], &[2, 1, 2], &[0; 4]),
            good_labels.clone(),
            "images: not an IDX file: it begins with [50, 4e, 47, 03] instead of two zero bytes",
        ),
        (
            idx([0, 0, 0x0d, 3], &[2, 1, 2], &[0; 16]),
            good_labels.clone(),
            "images: the elements have type 0x0d, only 0x08 (unsigned byte) is read",
        ),
        (good_labels.clone(), good_labels.clone(), "images: the file has 1 dimensions, images have 3"),
        (good.clone(), good.clone(), "labels: the file has 3 dimensions, labels have 1"),
        (idx(IMAGES, &[0, 1, 2], &[]), good_labels.clone(), "images: the header declares no data: [0, 1, 2]"),
        (idx(IMAGES, &[2, 0, 2], &[]), good_labels.clone(), "images: the header declares no data: [2, 0, 2]"),
        (
            idx(IMAGES, &[all, all, all], &[1; 4]),
            good_labels.clone(),
            "images: truncated: the header declares 79228162458924105385300197375 bytes, the file holds 4",
        ),
        (
            good.clone(),
            idx([0, 0, 8, 1], &[4_000_000_000], &[0; 12]),
            "labels: truncated: the header declares 4000000000 bytes, the file holds 12",
        ),
        (good.clone(), idx([0, 0, 8, 1], &[3], &[0, 1, 0]), "labels: 3 labels, but images holds 2 images"),
        (
            good.clone(),
            idx([0, 0, 8, 1], &[2], &[1, 1]),
            "labels: every item is of the class \"1\", so there is nothing to tell apart",
        ),
        (
            packed(&idx(IMAGES, &[all, all, all], &[1; 4])),
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
        (cut, idx([0, 0, 8, 1], &[2], &[0, 1]), "images: damaged gzip: "),
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
    fs::write(at("t10k-images-idx3-ubyte"), idx(IMAGES, &[1, 2, 1], &[1, 2])).unwrap();
    assert!(load().ends_with("t10k-labels-idx1-ubyte does not exist"));
    fs::write(at("t10k-labels-idx1-ubyte"), idx([0, 0, 8, 1], &[1], &[2])).unwrap();
    assert!(load().ends_with("the images are [2, 1] pixels (height, width), images needs [1, 2]"));
    fs::write(at("t10k-images-idx3-ubyte"), idx(IMAGES, &[1, 1, 2], &[1, 2])).unwrap();
    assert_eq!(load(), "t10k-labels-idx1-ubyte: item 1 has label 2, the classes are 0 to 1");
}

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
        "images/b/1.png: 65536x65536 pixels are too many: at most 8192 a side",
    );
    check(
        &[("a/1.png", &good), ("b/1.webp", b"x")],
        "images/b/1.webp: neither a PNG nor a JPEG file, by its name",
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
        &[("train/a/1.png", &good), ("train/b/1.png", &good), ("val/a/1.png", &good)],
        "images/val: a folder beside train/ and test/, which are the only parts known",
    );
    let size = "images/b/1.png: 3x2 pixels, but images/a/1.png is 2x2 (width x height)";
    check(&[("a/1.png", &good), ("a/2.png", &good), ("b/1.png", &png(3, 2))], size);
}

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
            if let Err(error) = (DataConfig { task, ..csv(&path) }).load() {
                prop_assert!(error.to_string().contains("t.csv"));
            }
        }
        let schema = [ColumnSchema { name: "a".to_owned(), kind: ColumnKind::Numeric }];
        let _ = read_inputs(&path, Wanted::Table(&schema));
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
        let _ = read_inputs(&path, Wanted::Images([1, 2, 2]));
    }
}
