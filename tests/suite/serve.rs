//! A run opened from code predicts what `kiln predict` predicts, to the bit, for rows, records, images and threads.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use kiln::data::{CellValue, Images};
use kiln::experiment::ExperimentError;
use kiln::experiment::error::RunError;
use kiln::{Prediction, Predictor, Run};
use kiln_testkit::device;

use crate::common::{Place, exact, train};
use crate::examples::example;

/// Wages by age, job and city; cells are missing in every column.
const PEOPLE: &str = "\
age,job,height,city,wage
39,clerk,1.80,Ulm,31
50,,1.75,Bonn,42
,smith,1.62,Ulm,23.5
28,clerk,1.91,Bonn,32.5
44,baker,1.70,Ulm,24
31,smith,1.68,,21.5
35,baker,,Bonn,25
61,clerk,1.55,Ulm,38
";

/// Rows that the model has not seen: an unknown job, missing cells, white space.
const NEW: [&str; 4] = ["33,baker,1.7333,Ulm", "?,NA,1.8,Bonn", " 41 , clerk,1e0,Ulm", "25,pilot,,Paris"];

/// The numbers that `kiln predict` prints behind the first columns, row by row.
fn printed(place: &Place, line: &str, columns: usize) -> Vec<Vec<f64>> {
    let text = place.ok(line).stdout;
    let number = |cell: &str| cell.parse().unwrap();
    text.lines().skip(1).map(|line| line.split(',').skip(columns).map(number).collect()).collect()
}

fn numbers(predictions: &[Prediction<'_>]) -> Vec<Vec<f64>> {
    // Probabilities are f32 and are printed as such.
    let decimal = |share: &f32| share.to_string().parse().unwrap();
    let of = |prediction: &Prediction<'_>| match prediction.probabilities() {
        Some(shares) => shares.iter().map(decimal).collect(),
        None => prediction.values().unwrap().to_vec(),
    };
    predictions.iter().map(of).collect()
}

#[track_caller]
fn assert_bits(ours: &[Vec<f64>], theirs: &[Vec<f64>]) {
    let bits = |rows: &[Vec<f64>]| -> Vec<Vec<u64>> {
        rows.iter().map(|row| row.iter().map(|x| x.to_bits()).collect()).collect()
    };
    assert_eq!(bits(ours), bits(theirs), "{ours:?} {theirs:?}");
}

fn open(place: &Place) -> Predictor {
    Run::find("last", place.runs()).unwrap().best(&device()).unwrap()
}

/// Flowers near those of iris.
fn flowers() -> Vec<[f64; 4]> {
    let flower = |i: u32| {
        let cell = |by: u32, range: f64| (f64::from(i * by % 23) / 23.0 * range * 10.0).round() / 10.0;
        [4.3 + cell(7, 3.6), 2.0 + cell(5, 2.4), 1.0 + cell(11, 5.9), 0.1 + cell(3, 2.4)]
    };
    (0..40).map(flower).collect()
}

#[test]
fn rows_have_the_bits_of_the_command() {
    let place = Place::new();
    train(&place, "iris train.epochs=5");
    let rows = flowers();
    let header = "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)";
    let line = |row: &[f64; 4]| row.map(|cell| cell.to_string()).join(",");
    let lines: Vec<String> = rows.iter().map(line).collect();
    place.write("new.csv", format!("{header}\n{}\n", lines.join("\n")));
    let theirs = printed(&place, "predict last new.csv --proba", 2);
    let predictor = open(&place);
    assert_bits(&numbers(&predictor.predict_rows(&rows).unwrap()), &theirs);
    let texts: Vec<Vec<&str>> = lines.iter().map(|line| line.split(',').collect()).collect();
    assert_bits(&numbers(&predictor.predict_rows(&texts).unwrap()), &theirs);
    // One by one, against files of one row.
    for (row, line) in rows.iter().zip(&lines).take(4) {
        place.write("one.csv", format!("{header}\n{line}\n"));
        let theirs = printed(&place, "predict last one.csv --proba", 2);
        assert_bits(&numbers(&[predictor.predict_row(row).unwrap()]), &theirs);
    }

    let flower = predictor.predict_row(&[6.9, 3.1, 5.4, 2.1]).unwrap();
    assert_eq!(predictor.class_names().unwrap(), flower.names());
    let shares = flower.probabilities().unwrap();
    assert_eq!(flower.class(), Some(flower.names()[flower.class_index().unwrap()].as_str()));
    assert_eq!(flower.get(flower.class().unwrap()), shares.iter().copied().reduce(f32::max).map(f64::from));
    assert_eq!((flower.values(), flower.get("rose")), (None, None));
    let json: serde_json::Value = serde_json::from_str(&serde_json::to_string(&flower).unwrap()).unwrap();
    assert_eq!(json["prediction"], flower.class().unwrap());
    assert!((json["probabilities"]["setosa"].as_f64().unwrap() - f64::from(shares[0])).abs() < 1e-7);
}

#[test]
fn records_have_the_bits_of_the_command() {
    let place = Place::new();
    place.write("people.csv", PEOPLE);
    place.write("new.csv", format!("age,job,height,city\n{}\n", NEW.join("\n")));
    place.ok("train data.source=csv --data people.csv model.hidden=[8] train.epochs=3 -q");
    let theirs = printed(&place, "predict last new.csv", 1);
    let predictor = open(&place);
    let cells = |line: &'static str| line.split(',').map(CellValue::from);
    let rows: Vec<Vec<CellValue<'_>>> = NEW.iter().map(|line| cells(line).collect()).collect();
    let ours = predictor.predict_rows(&rows).unwrap();
    assert_bits(&numbers(&ours), &theirs);
    assert_eq!((ours[0].class(), ours[0].get("wage")), (None, Some(theirs[0][0])));
    assert_eq!(predictor.target_names().unwrap(), ["wage"]);
    // By name, in another order.
    let mut records: Vec<Vec<(&str, CellValue<'_>)>> = NEW
        .iter()
        .map(|line| ["age", "job", "height", "city"].into_iter().zip(cells(line)).collect())
        .collect();
    records.iter_mut().for_each(|record| record.reverse());
    assert_bits(&numbers(&predictor.predict_records(&records).unwrap()), &theirs);
    let one = predictor.predict_record(&records[0]).unwrap();
    assert_bits(&numbers(&[one]), &numbers(&[predictor.predict_row(&rows[0]).unwrap()]));
    let error = predictor.predict_record(&records[0][1..]).unwrap_err().to_string();
    assert!(error.contains("no column \"city\""), "{error}");
    let error = predictor.predict_row(&["old", "smith", "1.7", "Ulm"]).unwrap_err().to_string();
    assert!(error.contains("column \"age\" is \"old\""), "{error}");
}

#[test]
fn images_have_the_bits_of_the_command() {
    let place = Place::new();
    train(&place, "digits train.epochs=1");
    std::fs::create_dir(place.path().join("new")).unwrap();
    let mut pixels = Vec::new();
    for number in 0..3u8 {
        let image = image::GrayImage::from_fn(8, 8, |x, y| image::Luma([(x * y) as u8 * 5 * number]));
        image.save(place.path().join(format!("new/{number}.png"))).unwrap();
        pixels.extend(image.iter());
    }
    let images = Images::new(pixels, [1, 8, 8]);
    // Behind the row, the file and the class.
    let theirs = printed(&place, "predict last new --proba", 3);
    let predictor = open(&place);
    assert_bits(&numbers(&predictor.predict_images(images.clone()).unwrap()), &theirs);
    let all = predictor.predict_proba(&kiln::data::Features::Images(images)).unwrap().unwrap();
    let theirs: Vec<f32> = theirs.concat().into_iter().map(|share| share as f32).collect();
    assert_eq!(all, theirs);
    let error = predictor.predict_row(&[1.0]).unwrap_err().to_string();
    assert!(error.contains("its inputs are rows of cells, not images"), "{error}");
}

#[test]
fn threads_share_a_predictor_and_get_the_same_bits() {
    fn shared<T: Send + Sync>(_: &T) {}
    if !exact() {
        return;
    }
    let place = Place::new();
    train(&place, "iris train.epochs=2");
    let (predictor, rows) = (open(&place), flowers());
    shared(&predictor);
    let alone: Vec<Prediction<'_>> = rows.iter().map(|row| predictor.predict_row(row).unwrap()).collect();
    std::thread::scope(|scope| {
        let predict = || {
            let again = || rows.iter().map(|row| predictor.predict_row(row).unwrap()).collect();
            (0..20).map(|_| again()).collect::<Vec<Vec<Prediction<'_>>>>()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(predict)).collect();
        for thread in threads {
            for again in thread.join().unwrap() {
                assert_bits(&numbers(&again), &numbers(&alone));
            }
        }
    });
}

#[test]
fn the_last_weights_are_not_the_best() {
    let place = Place::new();
    train(&place, "iris train.epochs=12 optim.lr=0.3");
    let run = Run::open(place.run_dir()).unwrap();
    let epochs = run.epochs().unwrap();
    let best = run.record().unwrap().best_epoch.unwrap();
    assert!(best < epochs.last().unwrap().epoch, "best epoch {best}");
    let rows = flowers();
    let of = |predictor: Predictor| numbers(&predictor.predict_rows(&rows).unwrap());
    let (best, last) = (of(run.best(&device()).unwrap()), of(run.last(&device()).unwrap()));
    assert_ne!(best, last);
    assert_bits(&best, &of(open(&place)));
}

#[test]
fn what_is_no_run_is_an_error() {
    let place = Place::new();
    assert!(matches!(Run::open(place.path()).unwrap_err(), RunError::NotARun { .. }));
    assert!(matches!(Run::find("last", place.runs()).unwrap_err(), RunError::NotFound { .. }));
    place.ok("cv iris train.epochs=1 --folds 2 -q");
    let cv = Run::find("last", place.runs()).unwrap();
    let error = cv.best(&device()).unwrap_err();
    assert!(matches!(error, ExperimentError::Run(RunError::NoModel { .. })), "{error}");
}

#[test]
#[cfg(not(feature = "serve"))]
fn the_command_says_which_feature_serves() {
    let ran = Place::new().fails("serve last", 2, "this build of kiln has no server");
    assert!(ran.says("--features serve"), "{}", ran.stderr);
}

#[test]
fn the_example_serves_lines_and_connections() {
    let place = Place::new();
    train(&place, "iris train.epochs=20");
    let start = |arguments: &[&str]| {
        let mut command = Command::new(example("serve"));
        command.args(arguments).current_dir(place.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
    };
    let mut child = start(&["last"]);
    child.stdin.take().unwrap().write_all(b"6.9,3.1,5.4,2.1\n6.9,tall,5.4,2.1\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers[0]["prediction"], "virginica", "{text}");
    assert!(answers[1]["error"].as_str().unwrap().contains("column \"sepal width (cm)\""), "{text}");

    let mut child = start(&["last", "127.0.0.1:0"]);
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().rsplit(' ').next().unwrap();
    let connections: Vec<_> = (0..3).map(|_| TcpStream::connect(address).unwrap()).collect();
    for mut connection in connections {
        connection.write_all(b"6.9,3.1,5.4,2.1\n").unwrap();
        let mut answer = String::new();
        BufReader::new(connection).read_line(&mut answer).unwrap();
        assert_eq!(answer.trim(), text.lines().next().unwrap());
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
