//! What the readers read: bundled sets against scikit-learn, and each format as its users write it.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use kiln_data::source::{self, Availability, Wanted, read_inputs};
use kiln_data::{ColumnKind, ColumnSchema, DataConfig, Dataset, Features, MISSING, Target, TaskKind, Values};
use tempfile::TempDir;

fn load(source: &str, path: &Path) -> Dataset {
    with(source, path, |_| {})
}

fn with(source: &str, path: &Path, set: impl FnOnce(&mut DataConfig)) -> Dataset {
    let mut config = DataConfig { path: Some(path.to_owned()), ..DataConfig::new(source) };
    set(&mut config);
    config.load().unwrap()
}

fn classes(data: &Dataset) -> (&[u32], &[String]) {
    match &data.target {
        Target::Classes { labels, names } => (labels, names),
        Target::Values { .. } => panic!("numbers"),
    }
}

fn count(labels: impl IntoIterator<Item = u32>, classes: usize) -> Vec<usize> {
    let mut counts = vec![0; classes];
    labels.into_iter().for_each(|label| counts[label as usize] += 1);
    counts
}

fn numbers<'a>(data: &'a Features, name: &str) -> &'a [f32] {
    let Features::Table(columns) = data else { panic!("images") };
    match &columns.iter().find(|column| column.name == name).unwrap().values {
        Values::Numeric(values) => values,
        Values::Categorical { .. } => panic!("categories"),
    }
}

fn categories<'a>(data: &'a Features, name: &str) -> (&'a [u32], &'a [String]) {
    let Features::Table(columns) = data else { panic!("images") };
    match &columns.iter().find(|column| column.name == name).unwrap().values {
        Values::Categorical { codes, names } => (codes, names),
        Values::Numeric(_) => panic!("numbers"),
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len() as f64;
    values.sum::<f64>() / n
}

#[test]
fn bundled_tables_are_scikit_learns() {
    // Python, scikit-learn 1.9.1: b = load_…(); b.data.shape, np.bincount(b.target), [round(m, 6) for m in b.data.mean(0)]
    // for diabetes load_diabetes(scaled=False). The test part by class is np.bincount(b.target) // 5.
    let golden: [(&str, Vec<usize>, Vec<usize>, &[f64]); 4] = [
        ("iris", vec![50, 50, 50], vec![10, 10, 10], &[5.843333, 3.057333, 3.758, 1.199333]),
        (
            "wine",
            vec![59, 71, 48],
            vec![11, 14, 9],
            &[
                13.000618, 2.336348, 2.366517, 19.494944, 99.741573, 2.295112, 2.02927, 0.361854, 1.590899,
                5.05809, 0.957449, 2.611685, 746.893258,
            ],
        ),
        (
            "breast-cancer",
            vec![212, 357],
            vec![42, 71],
            &[
                14.127292, 19.289649, 91.969033, 654.889104, 0.09636, 0.104341, 0.088799, 0.048919, 0.181162,
                0.062798, 0.405172, 1.216853, 2.866059, 40.337079, 0.007041, 0.025478, 0.031894, 0.011796,
                0.020542, 0.003795, 16.26919, 25.677223, 107.261213, 880.583128, 0.132369, 0.254265,
                0.272188, 0.114606, 0.290076, 0.083946,
            ],
        ),
        (
            "diabetes",
            vec![],
            vec![],
            &[
                48.5181, 1.468326, 26.375792, 94.647014, 189.140271, 115.43914, 49.788462, 4.070249,
                4.641411, 91.260181,
            ],
        ),
    ];
    for (name, by_class, test_by_class, means) in golden {
        let data = DataConfig::new(name).load().unwrap();
        assert_eq!(data.name, name);
        let Features::Table(columns) = &data.features else { panic!("{name}: images") };
        assert_eq!(columns.len(), means.len());
        for (column, golden) in columns.iter().zip(means) {
            let values = numbers(&data.features, &column.name);
            let mean = mean(values.iter().map(|&value| f64::from(value)));
            // Half a unit of the last printed digit, and f32's rounding of the cells.
            assert!((mean - golden).abs() < 5e-7 + 1e-6 * golden.abs(), "{name} {}: {mean}", column.name);
        }
        match &data.target {
            Target::Classes { labels, names } => {
                assert_eq!(count(labels.iter().copied(), names.len()), by_class, "{name}");
                let test = data.fixed_test.iter().map(|&row| labels[row]);
                assert_eq!(count(test, names.len()), test_by_class, "{name}");
            }
            Target::Values { values, names } => {
                assert_eq!((values.len(), names.as_slice()), (442, ["progression".to_owned()].as_slice()));
                assert!((mean(values.iter().map(|&v| f64::from(v))) - 152.133_484_162_895_94).abs() < 1e-9);
                // Python: np.argsort(b.target, kind="stable")[4::5].size, b.target[…].mean()
                let test = data.fixed_test.iter().map(|&row| f64::from(values[row]));
                assert_eq!(data.fixed_test.len(), 88);
                assert!((mean(test) - 152.670_454_545_454_53).abs() < 1e-9);
            }
        }
        assert!(data.fixed_test.is_sorted());
    }
    let cancer = DataConfig::new("breast-cancer").load().unwrap();
    assert_eq!(classes(&cancer).1, ["malignant", "benign"], "scikit-learn's order, not the alphabet's");
}

#[test]
fn digits_are_scikit_learns_in_eight_bit() {
    let data = DataConfig::new("digits").load().unwrap();
    let Features::Images(images) = &data.features else { panic!("a table") };
    assert_eq!(images.shape, [1, 8, 8]);
    assert_eq!(images.pixels.len(), 1797 * 64);
    // Python: load_digits().images[0][0], .data.sum(), .data.max(), np.bincount(target)
    assert_eq!(images.pixels[..8], [0, 0, 5, 13, 9, 1, 0, 0]);
    assert_eq!(images.pixels.iter().map(|&pixel| u64::from(pixel)).sum::<u64>(), 561_718);
    assert_eq!(images.pixels.iter().max(), Some(&16));
    let (labels, names) = classes(&data);
    assert_eq!(names, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    assert_eq!(labels[..12], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    assert_eq!(count(labels.iter().copied(), 10), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    let test = data.fixed_test.iter().map(|&row| labels[row]);
    assert_eq!(count(test, 10), [35, 36, 35, 36, 36, 36, 36, 35, 34, 36]);
}

#[test]
fn the_catalog_names_what_loads() {
    for info in source::catalog() {
        if info.availability == Availability::Bundled {
            let data = DataConfig::new(info.name).load().unwrap();
            let items = match &data.target {
                Target::Classes { labels, .. } => labels.len(),
                Target::Values { values, .. } => values.len(),
            };
            assert_eq!(info.items, Some(items), "{}", info.name);
            assert!(!info.licence.is_empty());
        }
    }
}

#[test]
fn fashion_mnist_is_read_from_the_debian_package() {
    if !Path::new("/usr/share/datasets/fashion-mnist").exists() {
        eprintln!("skipped: install the package dataset-fashion-mnist to run this test");
        return;
    }
    let data = load("fashion-mnist", Path::new("/usr/share/datasets"));
    let Features::Images(images) = &data.features else { panic!("a table") };
    assert_eq!((images.shape, images.pixels.len()), ([1, 28, 28], 70_000 * 784));
    // The published mean and standard deviation of the training part: 0.2860, 0.3530.
    let train = &images.pixels[..60_000 * 784];
    let mean = mean(train.iter().map(|&pixel| f64::from(pixel) / 255.0));
    assert!((mean - 0.2860).abs() < 5e-5, "{mean}");
    let (labels, names) = classes(&data);
    assert_eq!((names[0].as_str(), names[9].as_str()), ("T-shirt/top", "Ankle boot"));
    assert_eq!(count(labels.iter().copied(), 10), [7000; 10]);
    assert_eq!(labels[..4], [9, 0, 0, 3]);
    assert_eq!(data.fixed_test, (60_000..70_000).collect::<Vec<_>>());
}

#[test]
fn idx_files_are_read_plain_and_packed_with_and_without_a_test_part() {
    let idx = |dims: &[u32], contents: &[u8]| {
        let mut file = vec![0, 0, 8, dims.len() as u8];
        dims.iter().for_each(|dim| file.extend(dim.to_be_bytes()));
        file.extend_from_slice(contents);
        file
    };
    let packed = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("train-images-idx3-ubyte"), idx(&[3, 1, 2], &[1, 2, 3, 4, 5, 6])).unwrap();
    fs::write(at("train-labels-idx1-ubyte.gz"), packed(&idx(&[3], &[0, 2, 0]))).unwrap();
    let train = load("idx", folder.path());
    let Features::Images(images) = &train.features else { panic!("a table") };
    assert_eq!((images.pixels.as_slice(), images.shape), ([1, 2, 3, 4, 5, 6].as_slice(), [1, 1, 2]));
    assert_eq!(classes(&train), ([0, 2, 0].as_slice(), ["0", "1", "2"].map(str::to_owned).as_slice()));
    assert!(train.fixed_test.is_empty());

    let test_images = idx(&[2, 1, 2], &[7, 8, 9, 10]);
    fs::write(at("t10k-images-idx3-ubyte.gz"), packed(&test_images)).unwrap();
    fs::write(at("t10k-labels-idx1-ubyte"), idx(&[2], &[1, 2])).unwrap();
    let both = load("idx", folder.path());
    let Features::Images(images) = &both.features else { panic!("a table") };
    assert_eq!(images.pixels, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert_eq!(
        (classes(&both).0, both.fixed_test.as_slice()),
        ([0, 2, 0, 1, 2].as_slice(), [3, 4].as_slice())
    );
    assert_ne!(train.fingerprint, both.fingerprint);

    let (features, rows) = read_inputs(&at("t10k-images-idx3-ubyte.gz"), Wanted::Images([1, 1, 2])).unwrap();
    let Features::Images(images) = features else { panic!("a table") };
    assert_eq!((rows, images.pixels), (2, vec![7, 8, 9, 10]));
    // Well packed contents, beyond twice the file and 16 MiB, are counted before they are read.
    let zeros = vec![0; 20 << 20];
    fs::write(at("big"), packed(&idx(&[20, 1024, 1024], &zeros))).unwrap();
    let (_, rows) = read_inputs(&at("big"), Wanted::Images([1, 1024, 1024])).unwrap();
    assert_eq!(rows, 20);
}

#[test]
fn csv_columns_are_what_their_cells_are() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("people.csv");
    let text = "\u{feff}age; city ;\"the; note\";size;kind\r\n\
                30;Rome;\"a \"\"b\"\"\";1.5;cat\r\n\
                NA;;x;-2e1;dog\r\n\
                \r\n\
                41;Oslo;x;?;cat\r\n";
    fs::write(&path, text).unwrap();
    let data = load("csv", &path);
    assert_eq!(data.name, "people.csv");
    let age = numbers(&data.features, "age");
    assert!(age[0] == 30.0 && age[1].is_nan() && age[2] == 41.0);
    let size = numbers(&data.features, "size");
    assert!(size[0] == 1.5 && size[1] == -20.0 && size[2].is_nan());
    let strings = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let (codes, names) = categories(&data.features, "city");
    assert_eq!((codes, names), ([1, MISSING, 0].as_slice(), strings(&["Oslo", "Rome"]).as_slice()));
    let (codes, names) = categories(&data.features, "the; note");
    assert_eq!((codes, names), ([0, 1, 1].as_slice(), strings(&["a \"b\"", "x"]).as_slice()));
    assert_eq!(classes(&data), ([0, 1, 0].as_slice(), strings(&["cat", "dog"]).as_slice()));

    // The same contents in another dress are the same data.
    let plain =
        "age,city,the; note,size,kind\n30,Rome,\"a \"\"b\"\"\",1.5,cat\nnan,,x,-20,dog\n41.0,Oslo,x,,cat";
    let other = folder.path().join("other.csv");
    fs::write(&other, plain).unwrap();
    assert_eq!(load("csv", &other).fingerprint, data.fingerprint);
}

#[test]
fn csv_targets_are_found_by_name_and_told_apart() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("t.csv");
    let mut text = "id,x,whole,real,y2\n".to_owned();
    for row in 0..12 {
        text += &format!("id{row},{row}.5,{}.0,{row}.25,{}\n", [3, 10][row % 2], 12 - row);
    }
    fs::write(&path, text).unwrap();
    let ignore = |config: &mut DataConfig| config.ignore = vec!["id".to_owned()];
    let target = |names: &[&str], task: Option<TaskKind>| {
        with("csv", &path, |config| {
            ignore(config);
            config.target = names.iter().map(|&name| name.to_owned()).collect();
            config.task = task;
        })
    };
    let whole = target(&["whole"], None);
    assert_eq!(classes(&whole).1, ["3", "10"], "in the order of the numbers");
    assert_eq!(classes(&whole).0, [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    assert_eq!(target(&["whole"], Some(TaskKind::Classification)).fingerprint, whole.fingerprint);
    let Features::Table(columns) = &whole.features else { panic!("images") };
    assert_eq!(columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["x", "real", "y2"]);

    let Target::Values { values, .. } = target(&["whole"], Some(TaskKind::Regression)).target else {
        panic!("classes")
    };
    assert_eq!(values[..2], [3.0, 10.0]);
    let Target::Values { values, names } = target(&["real", "y2"], None).target else { panic!("classes") };
    assert_eq!((values[..4].to_vec(), names.len()), (vec![0.25, 12.0, 1.25, 11.0], 2));
    // 12 different whole numbers in 12 rows are numbers; the last column is the default.
    assert!(matches!(target(&[], None).target, Target::Values { names, .. } if names == ["y2"]));
    assert_eq!(classes(&target(&["x"], Some(TaskKind::Classification))).1.len(), 12);
}

#[test]
fn predict_finds_the_columns_of_the_model() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("new.csv");
    fs::write(&path, "extra,city,x\n\u{e9},Rome,1\n,Bern,\n,,3\n").unwrap();
    let schema = [
        ColumnSchema { name: "x".to_owned(), kind: ColumnKind::Numeric },
        ColumnSchema {
            name: "city".to_owned(),
            kind: ColumnKind::Categorical(vec!["Oslo".to_owned(), "Rome".to_owned()]),
        },
    ];
    let (features, rows) = read_inputs(&path, Wanted::Table(&schema)).unwrap();
    assert_eq!(rows, 3);
    let Features::Table(columns) = &features else { panic!("images") };
    assert_eq!(columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["x", "city"]);
    let x = numbers(&features, "x");
    assert!(x[0] == 1.0 && x[1].is_nan() && x[2] == 3.0);
    assert_eq!(categories(&features, "city").0, [1, MISSING, MISSING]);
}

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
    let data = load("images", folder.path());
    let Features::Images(images) = &data.features else { panic!("a table") };
    assert_eq!(images.shape, [1, 2, 3]);
    assert_eq!(images.pixels, [[3; 6], [2; 6], [1; 6]].concat());
    assert_eq!(classes(&data), ([0, 1, 1].as_slice(), ["cat", "dog"].map(str::to_owned).as_slice()));

    // One image in colour makes all of them colour, a plane for each channel.
    image::RgbImage::from_pixel(3, 2, image::Rgb([7, 8, 9])).save(at("cat/y.png")).unwrap();
    let data = load("images", folder.path());
    let Features::Images(images) = &data.features else { panic!("a table") };
    assert_eq!(images.shape, [3, 2, 3]);
    assert_eq!(images.pixels[..36], [[7; 6], [8; 6], [9; 6], [3; 6], [3; 6], [3; 6]].concat());

    let (features, rows) = read_inputs(&at("dog"), Wanted::Images([1, 2, 3])).unwrap();
    let Features::Images(images) = features else { panic!("a table") };
    assert_eq!((rows, images.pixels), (2, [[2; 6], [1; 6]].concat()));
    let (_, rows) = read_inputs(&at("dog/a.png"), Wanted::Images([3, 2, 3])).unwrap();
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
    let data = load("images", folder.path());
    let Features::Images(images) = &data.features else { panic!("a table") };
    assert_eq!(images.pixels, [[0; 64], [255; 64], [9; 64], [5; 64]].concat());
    assert_eq!(classes(&data).0, [0, 1, 1, 1]);
    assert_eq!(data.fixed_test, [3]);
    // A class may be called train.
    fs::remove_dir_all(folder.path().join("test")).unwrap();
    fs::rename(folder.path().join("train/a"), folder.path().join("a")).unwrap();
    let b = folder.path().join("train/b");
    fs::rename(b.join("1.jpeg"), folder.path().join("train/1.jpeg")).unwrap();
    fs::remove_dir_all(b).unwrap();
    assert_eq!(classes(&load("images", folder.path())).1, ["a", "train"]);
}
