//! Bundled sets, and Fashion-MNIST where it is installed.

use std::path::Path;

use kiln_data::source::{self, Availability};
use kiln_data::{DataConfig, Features, Target};

use super::{classes, count, load_from, mean, numbers};

#[test]
fn bundled_tables_are_scikit_learns() {
    // Python, scikit-learn 1.9.1: b = load_…(); b.data.shape, np.bincount(b.target), [round(m, 6) for m in b.data.mean(0)]
    // for diabetes load_diabetes(scaled=False). The test part by class is np.bincount(b.target) // 5.
    type Golden = (&'static str, Vec<usize>, Vec<usize>, &'static [f64]);
    let golden: [Golden; 4] = [
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
            let mean = mean(values.iter().copied());
            // Half a unit of the last printed digit, and the rounding of the sum.
            assert!((mean - golden).abs() < 5e-7 + 1e-13 * golden.abs(), "{name} {}: {mean}", column.name);
        }
        match &data.target {
            Target::Classes { labels, names } => {
                assert_eq!(count(labels.iter().copied(), names.len()), by_class, "{name}");
                let test = data.fixed_test.iter().map(|&row| labels[row]);
                assert_eq!(count(test, names.len()), test_by_class, "{name}");
            }
            Target::Values { values, names } => {
                assert_eq!((values.len(), names.as_slice()), (442, ["progression".to_owned()].as_slice()));
                assert!((mean(values.iter().copied()) - 152.133_484_162_895_94).abs() < 1e-9);
                // Python: np.argsort(b.target, kind="stable")[4::5].size, b.target[…].mean()
                let test = data.fixed_test.iter().map(|&row| values[row]);
                assert_eq!(data.fixed_test.len(), 88);
                assert!((mean(test) - 152.670_454_545_454_53).abs() < 1e-9);
            }
            other => panic!("{name}: {}", other.noun()),
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
    assert_eq!(images.held().unwrap().len(), 1797 * 64);
    // Python: load_digits().images[0][0], .data.sum(), .data.max(), np.bincount(target)
    assert_eq!(images.held().unwrap()[..8], [0, 0, 5, 13, 9, 1, 0, 0]);
    assert_eq!(images.held().unwrap().iter().map(|&pixel| u64::from(pixel)).sum::<u64>(), 561_718);
    assert_eq!(images.held().unwrap().iter().max(), Some(&16));
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
            assert_eq!(info.items, Some(data.target.rows().unwrap()), "{}", info.name);
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
    let data = load_from("fashion-mnist", Path::new("/usr/share/datasets"));
    let Features::Images(images) = &data.features else { panic!("a table") };
    assert_eq!((images.shape, images.held().unwrap().len()), ([1, 28, 28], 70_000 * 784));
    // The published mean and standard deviation of the training part: 0.2860, 0.3530.
    let train = &images.held().unwrap()[..60_000 * 784];
    let mean = mean(train.iter().map(|&pixel| f64::from(pixel) / 255.0));
    assert!((mean - 0.2860).abs() < 5e-5, "{mean}");
    let (labels, names) = classes(&data);
    assert_eq!((names[0].as_str(), names[9].as_str()), ("T-shirt/top", "Ankle boot"));
    assert_eq!(count(labels.iter().copied(), 10), [7000; 10]);
    assert_eq!(labels[..4], [9, 0, 0, 3]);
    assert_eq!(data.fixed_test, (60_000..70_000).collect::<Vec<_>>());
}
