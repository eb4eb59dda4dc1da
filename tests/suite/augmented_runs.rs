//! Augmentation from the command: what a configuration says happens, and what it says wrongly is told with its place.

use serde_json::Value;

use crate::common::{Place, exact};

const CROP: &str = r#"augment.transforms=[{ kind = "crop", size = [8, 8], padding = 1 }, { kind = "rotate", degrees = [-9, 9] }]"#;

/// The last line of a training that ends well.
fn train(place: &Place, words: &[&str]) -> Value {
    let words = [&["train"], words, &["--json", "--progress", "off", "-q"]].concat();
    let output = place.command(&words).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let last = String::from_utf8(output.stdout).unwrap().lines().last().unwrap().to_owned();
    serde_json::from_str(&last).unwrap()
}

fn refused(place: &Place, words: &[&str]) -> String {
    let words = [&["train"], words].concat();
    let output = place.command(&words).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    said
}

#[test]
fn what_the_configuration_says_is_trained_with_and_repeated() {
    let place = Place::new();
    let plain = train(&place, &["digits", "train.epochs=2"]);
    let mixed = ["digits", "train.epochs=2", CROP, "mix.mixup=0.2", "mix.cutmix=1.0"];
    let first = train(&place, &mixed);
    assert_ne!(plain["weights_blake3"], first["weights_blake3"]);
    if !exact() {
        return;
    }
    // The loader makes batches beside the steps, in however many threads: the same weights.
    let other = train(&place, &[&mixed[..], &["train.prefetch=3"]].concat());
    assert_eq!(first["weights_blake3"], other["weights_blake3"]);
    // And the file that a run leaves behind repeats it.
    let file = format!("{}/run.toml", first["run_dir"].as_str().unwrap());
    assert_eq!(train(&place, &[&file])["weights_blake3"], first["weights_blake3"]);
}

#[test]
fn rows_of_a_table_are_augmented_too() {
    let place = Place::new();
    let rows = r#"augment.rows=[{ kind = "jitter", sigma = 0.2 }, { kind = "swap-noise" }]"#;
    let plain = train(&place, &["wine", "train.epochs=2"]);
    let noisy = train(&place, &["wine", "train.epochs=2", rows]);
    assert_ne!(plain["weights_blake3"], noisy["weights_blake3"]);
}

#[test]
fn smote_makes_an_epoch_longer() {
    let place = Place::new();
    let steps = |words: &[&str]| {
        let words = [&["wine", "train.epochs=2", "train.batch_size=1"], words].concat();
        let end = train(&place, &words);
        let metrics = place.path().join(end["run_dir"].as_str().unwrap()).join("metrics.jsonl");
        let metrics = std::fs::read_to_string(metrics).unwrap();
        let last: Value = serde_json::from_str(metrics.lines().last().unwrap()).unwrap();
        last["step"].as_u64()
    };
    let (plain, balanced) = (steps(&[]), steps(&[r#"augment.rows=[{ kind = "smote" }]"#]));
    assert!(plain.is_some() && balanced > plain, "{plain:?} {balanced:?}");
}

/// Runs the program, which must end with this code, and gives what it says on standard error.
fn ends_with(place: &Place, code: i32, words: &[&str]) -> String {
    let output = place.command(words).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
    said
}

#[test]
fn a_preview_shows_items_and_what_becomes_of_them() {
    let place = Place::new();
    let draw = |name: &str, words: &[&str]| {
        let words =
            [&["augment", "preview", "digits", CROP, "--items", "3", "--variants", "2", "-o", name], words]
                .concat();
        let said = ends_with(&place, 0, &words);
        assert!(said.contains("kiln train digits"), "{said}");
        image::open(place.path().join(name)).unwrap().to_rgb8()
    };
    let sheet = draw("sheet.png", &[]);
    assert_eq!(sheet, draw("again.png", &[]));
    assert_ne!(sheet, draw("other.png", &["--seed", "1"]));
    // Three rows and three columns of pictures of 96 pixels, with lines of text and gaps.
    assert_eq!(sheet.dimensions().0, 6 + 3 * (96 + 6));
    assert!(sheet.dimensions().1 > 3 * 96);
    // The originals come first: digits on a black ground, the first item of class 0 as it is in the file.
    let mixed = draw("mixed.png", &["mix.mixup=1.0"]);
    let column = |sheet: &image::RgbImage, x: u32| -> Vec<image::Rgb<u8>> {
        let (width, height) = (96, sheet.height().min(18 + 96));
        (18..height)
            .flat_map(|row| (x..x + width).map(move |column| (column, row)))
            .map(|(x, y)| *sheet.get_pixel(x, y))
            .collect()
    };
    assert_eq!(column(&sheet, 6), column(&mixed, 6));
    assert_ne!(column(&sheet, 6 + 102), column(&mixed, 6 + 102));
    assert!(!place.path().join("runs").exists(), "a preview leaves no run");
}

#[test]
fn a_preview_that_cannot_be_says_why() {
    let place = Place::new();
    for (words, says) in [
        (&["digits", "-o", "sheet.png"][..], "neither a section augment nor a section mix"),
        (&["digits", CROP, "-o", "sheet.jpg"], "does not end in .png"),
        (&["wine", "mix.mixup=0.2", "-o", "sheet.png"], "a table"),
    ] {
        let said = ends_with(&place, 2, &[&["augment", "preview"], words].concat());
        assert!(said.contains(says), "{words:?}: {said}");
    }
    let said =
        ends_with(&place, 7, &["augment", "preview", "digits", CROP, "-o", "no/such/folder/sheet.png"]);
    assert!(said.contains("cannot write"), "{said}");
}

#[test]
fn views_at_test_time_change_scores_and_predictions() {
    let place = Place::new();
    train(&place, &["digits", "train.epochs=3"]);
    let log_loss = |words: &[&str]| {
        let output = place.command(&[&["eval", "last", "--json"], words].concat()).output().unwrap();
        let event: Value = serde_json::from_slice(&output.stdout).unwrap();
        (event["tta"].clone(), event["metrics"]["log_loss"].as_f64().unwrap())
    };
    let (plain, moved) = (log_loss(&[]), log_loss(&["--tta", "crop=1"]));
    assert!(plain.0.is_null() && moved.0 == "crop=1");
    assert_ne!(plain.1, moved.1);

    // The mean of the probabilities of an image and of its mirror image does not know which is which.
    let folder = place.path().join("new");
    std::fs::create_dir(&folder).unwrap();
    let picture = image::GrayImage::from_fn(8, 8, |x, y| image::Luma([(x * 31 + y * 3) as u8]));
    picture.save(folder.join("a.png")).unwrap();
    image::imageops::flip_horizontal(&picture).save(folder.join("b.png")).unwrap();
    let predict = |words: &[&str]| -> Vec<Vec<f64>> {
        let output =
            place.command(&[&["predict", "last", "new", "--proba"], words].concat()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .skip(1)
            // Row, file and class come first.
            .map(|line| line.split(',').skip(3).map(|cell| cell.parse().unwrap()).collect())
            .collect()
    };
    let (apart, together) = (predict(&[]), predict(&["--tta", "flip"]));
    let close = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4);
    assert!(apart.len() == 2 && !close(&apart[0], &apart[1]));
    assert!(together.len() == 2 && close(&together[0], &together[1]));
    let mean: Vec<f64> = apart[0].iter().zip(&apart[1]).map(|(a, b)| (a + b) / 2.0).collect();
    assert!(close(&together[0], &mean), "{together:?} {mean:?}");

    train(&place, &["wine", "train.epochs=1"]);
    assert!(ends_with(&place, 2, &["eval", "last", "--tta", "flip"]).contains("a table"));
    assert!(ends_with(&place, 2, &["eval", "last", "--tta", "turn"]).contains("no view"));
}

#[test]
fn mistakes_name_their_place() {
    let place = Place::new();
    for (words, names) in [
        (
            &["digits", r#"augment.transforms=[{ kind = "horizontal-flip", p = 2.0 }]"#][..],
            "augment.transforms.0.p",
        ),
        (&["digits", r#"augment.transforms=[{ kind = "horizontal-flop" }]"#], "horizontal-flop"),
        (
            &["digits", r#"augment.transforms=[{ kind = "horizontal-flip", q = 0.5 }]"#],
            "augment.transforms[0].q",
        ),
        (&["digits", r#"augment.transforms=[{ kind = "crop", size = [6, 6] }]"#], "augment.transforms.0"),
        (&["wine", r#"augment.transforms=[{ kind = "horizontal-flip" }]"#], "augment.transforms.0"),
        (&["digits", r#"augment.rows=[{ kind = "jitter" }]"#], "augment.rows.0"),
        (&["digits", "augment.transform=[]"], "augment.transforms"),
        (&["digits", "mix.p=0.5"], "mixup"),
        (&["digits", "mix.mixup=-1.0"], "mix.mixup"),
        (&["wine", "mix.cutmix=1.0"], "images"),
    ] {
        let said = refused(&place, words);
        assert!(said.contains(names), "{words:?}: {said}");
    }
    assert!(!place.path().join("runs").exists(), "a refused training leaves no run");
}
