//! A CSV file of the paths of images, with classes, numbers or labels.

use std::fs;

use kiln_core::{ErrorKind, Explain};
use kiln_data::{Broken, DataConfig, Dataset, ImageSize, Target, TaskKind};
use tempfile::TempDir;

use super::{classes, message};

/// A folder `photos` of grey images of one value each, and a table of them.
fn folder(files: &[(&str, u8)], table: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, value) in files {
        let path = folder.path().join("photos").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        image::GrayImage::from_pixel(4, 4, image::Luma([*value])).save(path).unwrap();
    }
    fs::write(folder.path().join("labels.csv"), table).unwrap();
    folder
}

fn config(folder: &TempDir, set: impl FnOnce(&mut DataConfig)) -> DataConfig {
    let mut config = DataConfig {
        path: Some(folder.path().join("labels.csv")),
        images: Some(folder.path().join("photos")),
        ..DataConfig::new("csv")
    };
    set(&mut config);
    config
}

fn values(data: &Dataset) -> Vec<u8> {
    data.features.as_images().unwrap().held().unwrap().iter().step_by(16).copied().collect()
}

const FILES: [(&str, u8); 4] = [("a/1.png", 1), ("a/2.png", 2), ("b/1.png", 3), ("b/2.png", 4)];
const TABLE: &str = "kind,file,age,sunny,calm\ncat,b/2.png,1.5,1,0\ndog,a/1.png,2.5,1,1\ncat,a/2.png,3.5,0,0\ndog,b/1.png,4.5,0,1\n";

#[test]
fn targets_are_those_of_the_table_in_its_order() {
    let folder = folder(&FILES, TABLE);
    let target = |names: &[&str], task| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        config(&folder, |config| (config.target, config.task) = (names, task)).load().unwrap()
    };
    let kinds = target(&["kind"], None);
    assert_eq!(values(&kinds), [4, 1, 2, 3]);
    assert_eq!(classes(&kinds), ([0, 1, 0, 1].as_slice(), ["cat", "dog"].map(str::to_owned).as_slice()));
    let ages = target(&["age"], Some(TaskKind::Regression));
    assert!(matches!(&ages.target, Target::Values { values, .. } if *values == [1.5, 2.5, 3.5, 4.5]));
    let labels = target(&["sunny", "calm"], Some(TaskKind::MultiLabel));
    let Target::Labels { sets, names } = &labels.target else { panic!("{:?}", labels.target) };
    assert_eq!(
        (sets.as_slice(), names.as_slice()),
        (&[vec![0], vec![0, 1], vec![], vec![1]][..], &["sunny", "calm"].map(str::to_owned)[..])
    );
    // A row without a target is left out, and so is its image.
    let gap = TABLE.replace("dog,a/1.png", ",a/1.png");
    fs::write(folder.path().join("labels.csv"), gap).unwrap();
    let three = target(&["kind"], None);
    assert_eq!(values(&three), [4, 2, 3]);
    assert_eq!((0..3).map(|item| three.arrangement.file_row(item)).collect::<Vec<_>>(), [1, 3, 4]);
}

#[test]
fn the_last_column_that_names_no_file_is_the_target() {
    let table = "kind,file\ncat,a/1.png\ndog,a/2.png\ncat,b/1.png\n";
    let folder = folder(&FILES, table);
    let data = config(&folder, |_| {}).load().unwrap();
    assert_eq!(classes(&data).1, ["cat", "dog"]);
    // Without their extension, and with the other slash.
    fs::write(folder.path().join("labels.csv"), "id,kind\na/1,x\na\\2,y\nb/1.png,x\n").unwrap();
    assert_eq!(values(&config(&folder, |_| {}).load().unwrap()), [1, 2, 3]);
}

#[test]
fn files_that_are_not_there_are_named_with_their_row() {
    let table = "file,kind\na/1.png,x\na/9.png,y\nb/1.png,x\nb/2.png,y\n";
    let folder = folder(&FILES, table);
    let error = config(&folder, |_| {}).load().unwrap_err();
    let expected = "photos/a/9.png: there is no such file, but row 2 of labels.csv names it";
    assert_eq!(message(&folder, &error, ErrorKind::Data), expected);
    fs::write(folder.path().join("photos/b/1.png"), "broken").unwrap();
    let data = config(&folder, |config| config.broken = Some(Broken::Skip)).load().unwrap();
    assert_eq!((values(&data), classes(&data).0), (vec![1, 4], [0, 1].as_slice()));
    let skipped: Vec<_> =
        data.arrangement.skipped.iter().map(|file| file.path.file_name().unwrap()).collect();
    assert_eq!(skipped, ["9.png", "1.png"]);
}

#[test]
fn the_column_of_files_must_be_one() {
    let table = "file,mask,kind\na/1.png,b/1.png,x\na/2.png,b/2.png,y\nb/1.png,a/1.png,x\n";
    let folder = folder(&FILES, table);
    let error = config(&folder, |_| {}).load().unwrap_err();
    let expected = "several columns of labels.csv name files: file, mask";
    assert_eq!(message(&folder, &error, ErrorKind::Usage), expected);
    assert_eq!(error.key().as_deref(), Some("data.images"));
    let data = config(&folder, |config| config.ignore = vec!["mask".to_owned()]).load().unwrap();
    assert_eq!(values(&data), [1, 2, 3]);
    let error =
        config(&folder, |config| config.images = Some(folder.path().join("photos/a"))).load().unwrap_err();
    let expected =
        "no column of labels.csv names files in photos/a: the first cell of \"file\" is \"a/1.png\"";
    assert_eq!(message(&folder, &error, ErrorKind::Usage), expected);
    // Without the setting, names are nothing to train on.
    let error = config(&folder, |config| config.images = None).load().unwrap_err();
    assert!(error.help().is_some_and(|help| help.contains("data.images")), "{error}");
}

#[test]
fn photos_of_a_table_may_have_any_size_and_parts() {
    let folder = folder(&FILES, "file,kind\na/1.png,x\na/2.png,y\nb/1.png,x\n");
    fs::write(folder.path().join("more.csv"), "kind,file\ny,b/2.png\n").unwrap();
    image::GrayImage::from_pixel(9, 5, image::Luma([2])).save(folder.path().join("photos/a/2.png")).unwrap();
    let data = config(&folder, |config| {
        config.size = Some(ImageSize::Side(4));
        config.validation_path = Some(folder.path().join("more.csv"));
    });
    let data = data.load().unwrap();
    assert_eq!((values(&data), classes(&data).0), (vec![1, 2, 3, 4], [0, 1, 0, 1].as_slice()));
    assert_eq!(data.arrangement.fixed_validation, [3]);
}
