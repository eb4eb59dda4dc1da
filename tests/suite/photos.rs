//! Photos of many sizes and kinds, from a folder to predictions.

use image::{ImageFormat, Rgb, RgbImage};

use crate::common::Place;

/// A bright or a dark picture of this size.
fn picture(width: u32, height: u32, bright: bool, format: ImageFormat) -> Vec<u8> {
    let base = if bright { 180 } else { 30 };
    let pixel = |x: u32, y: u32| Rgb([base + (x % 50) as u8, base + (y % 50) as u8, base]);
    let mut bytes = std::io::Cursor::new(Vec::new());
    RgbImage::from_fn(width, height, pixel).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

const KINDS: [(&str, ImageFormat); 4] = [
    ("jpg", ImageFormat::Jpeg),
    ("png", ImageFormat::Png),
    ("bmp", ImageFormat::Bmp),
    ("webp", ImageFormat::WebP),
];

/// Two classes of twelve pictures below `folder`, of sizes that never repeat.
fn pictures(place: &Place, folder: &str) {
    for number in 0..12u32 {
        let (extension, format) = KINDS[number as usize % KINDS.len()];
        for (class, bright) in [("day", true), ("night", false)] {
            let (width, height) = (20 + 3 * number, 60 - 2 * number);
            let name = format!("{folder}/{class}/{number:02}.{extension}");
            place.write(name, picture(width, height, bright, format));
        }
    }
}

const TRAIN: &str =
    "train data.source=images model.kind=cnn model.channels=[4] train.epochs=60 optim.lr=1e-2 --progress off";

#[test]
fn photos_of_any_size_are_trained_on_and_predicted() {
    let place = Place::new();
    pictures(&place, "photos");
    let failed = place.fails(TRAIN, 2, "needs a path");
    assert!(failed.says("--data"));
    let size = place.fails(&format!("{TRAIN} --data photos"), 3, "photos/day/00.jpg is 20x60");
    assert!(size.says("set the size that the model is to see, such as data.size = 224"), "{}", size.stderr);
    for resize in ["shorter-crop", "letterbox", "stretch"] {
        place.ok(&format!("{TRAIN} --data photos data.size=[12,16] data.resize={resize} --name {resize}"));
        // Runs of the same second are not in the order in which they began.
        let run = place.run_dirs().into_iter().find(|run| run.to_string_lossy().contains(resize)).unwrap();
        let record = std::fs::read_to_string(run.join("run.toml")).unwrap();
        assert!(record.contains(resize), "{record}");
    }
    // Any other size and kind.
    place.write("new/a.png", picture(301, 40, true, ImageFormat::Png));
    place.write("new/b.gif", picture(8, 8, false, ImageFormat::Gif));
    place.write("new/Thumbs.db", "x");
    let predicted = place.ok("predict last new");
    let lines: Vec<&str> = predicted.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[1].contains("day") && lines[2].contains("night"), "{lines:?}");
    place.ok("eval last");
    place.ok("verify last");
}

#[test]
fn random_crops_of_a_larger_size_are_trained_on() {
    let place = Place::new();
    pictures(&place, "photos");
    place.write(
        "crops.toml",
        "[data]\nsource = \"images\"\npath = \"photos\"\nsize = 20\ncrop = 16\n\
         [augment]\ntransforms = [{ kind = \"resized-crop\", size = [16, 16] }]\n\
         [model]\nkind = \"cnn\"\nchannels = [4]\n[train]\nepochs = 3\n",
    );
    place.ok("train crops.toml --progress off");
    place.ok("predict last photos/day");
    let wrong = "train crops.toml augment.transforms=[{kind=\"crop\",size=[12,12]}]";
    place.fails(wrong, 2, "makes images of [3, 12, 12] from [3, 20, 20]");
    place.fails(
        "train crops.toml data.crop=21",
        2,
        "data.crop is 21x21, but data.size is 20x20 (height x width)",
    );
    place.fails("train crops.toml data.resize=fit", 2, "data.resize");
    place.fails("train digits data.size=9", 2, "data.size means nothing for the data source digits");
}

#[test]
fn fixed_parts_stay_and_broken_files_are_named() {
    let place = Place::new();
    for part in ["Train", "Valid", "Test"] {
        pictures(&place, &format!("photos/{part}"));
    }
    place.write("photos/Train/day/cut.jpg", &picture(40, 40, true, ImageFormat::Jpeg)[..400]);
    place.write("photos/Test/night/notes.txt", "x");
    let train = format!("{TRAIN} --data photos data.size=12");
    place.fails(&train, 3, "not an image by its name");
    std::fs::remove_file(place.path().join("photos/Test/night/notes.txt")).unwrap();
    place.fails(&train, 3, "photos/Train/day/cut.jpg: broken image: the file ends before the image does");
    let ran = place.ok(&format!("{train} data.broken=skip"));
    assert!(ran.says("photos/Train/day/cut.jpg"), "{}", ran.stderr);
    let info = place.ok("data check data.source=images data.size=12 data.broken=skip --data photos");
    for part in ["train", "validation", "test"] {
        let line = info.stdout.lines().find(|line| line.starts_with(part)).unwrap_or_default();
        assert_eq!(line.split_whitespace().nth(1), Some("24"), "{}", info.stdout);
    }
}

/// Tables of the pictures of `photos/`, with their class and two labels.
fn tables(place: &Place) {
    pictures(place, "photos");
    let mut lines = Vec::new();
    for number in 0..12 {
        let (extension, _) = KINDS[number % KINDS.len()];
        for class in ["day", "night"] {
            let size = if number < 6 { "|small" } else { "" };
            lines.push(format!("id{number},{class}/{number:02}.{extension},{class},{class}{size}\n"));
        }
    }
    place.write("all.csv", format!("id,photo,class,tags\n{}", lines.concat()));
    place.write("new/new.csv", "tags,class,photo,id\nday,day,day/00.jpg,a\n,night,night/03.webp,b\n");
}

#[test]
fn a_table_names_the_photos_of_training_prediction_and_evaluation() {
    let place = Place::new();
    tables(&place);
    let train = TRAIN.replace("data.source=images", "all.csv data.images=photos data.size=12");
    place.ok(&format!("{train} data.target=class data.ignore=id,tags"));
    // From any folder: the run knows where the photos are.
    let elsewhere = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ran = place.command(&words).current_dir(place.path().join("new")).output().unwrap();
        crate::common::Ran::of(ran)
    };
    let predicted = elsewhere("predict last --runs-dir ../runs new.csv --keep id");
    assert_eq!(predicted.code, Some(0), "{}", predicted.stderr);
    let lines: Vec<&str> = predicted.stdout.lines().collect();
    assert!(lines[0].starts_with("row,file,id,prediction"), "{lines:?}");
    assert!(lines[1].starts_with("1,day/00.jpg,a,day"), "{lines:?}");
    assert!(lines[2].starts_with("2,night/03.webp,b,night"), "{lines:?}");
    let measured = place.ok("eval last --data new/new.csv");
    assert!(measured.stdout.contains("accuracy"), "{}", measured.stdout);
    // Beside the table is another file of that name: which is meant?
    place.write("new/day/00.jpg", picture(9, 9, false, ImageFormat::Jpeg));
    place.fails("predict last new/new.csv", 3, "row 1 of new/new.csv names it, and new/day/00.jpg as well");
    // All of them are beside the table.
    place.write("far/day/x.png", picture(9, 9, true, ImageFormat::Png));
    place.write("far/far.csv", "photo,n\nday/x.png,1\n");
    let far = place.ok("predict last far/far.csv");
    assert!(
        far.stdout.lines().nth(1).is_some_and(|line| line.starts_with("1,day/x.png,day")),
        "{}",
        far.stdout
    );
    place.write("far/gone.csv", "photo,n\nday/x.png,1\nday/y.png,2\n");
    place.fails("predict last far/gone.csv", 3, "there is no such file, but row 2 of far/gone.csv names it");
}

#[test]
fn photos_have_several_labels_from_a_table() {
    let place = Place::new();
    tables(&place);
    let train = TRAIN.replace("data.source=images", "all.csv data.images=photos data.size=12");
    place.ok(&format!("{train} data.target=tags data.ignore=id,class data.task=multi-label"));
    let predicted = place.ok("predict last photos/day");
    assert_eq!(predicted.stdout.lines().next(), Some("row,file,day,night,small"));
    let probabilities: Vec<f64> = predicted
        .stdout
        .lines()
        .nth(1)
        .unwrap()
        .split(',')
        .skip(2)
        .map(|cell| cell.parse().unwrap())
        .collect();
    assert!(probabilities[0] > 0.5 && probabilities[1] < 0.5, "{probabilities:?}");
    place.ok("eval last");
    // A row without labels is left out.
    let measured = place.ok("eval last --data new/new.csv");
    assert!(measured.stdout.contains("hamming_loss"), "{}", measured.stdout);
}
