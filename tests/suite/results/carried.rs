//! What stands beside a prediction, and in which format.

use std::fs;

use super::{customers, fed, table, trained};
use crate::common::{Place, train};

#[test]
fn predictions_carry_ids_and_rows_in_every_format() {
    let place = Place::new();
    trained(&place, "-q");
    place.write("new.csv", customers(5));
    let ran = place.ok("predict last new.csv --keep id,pays --keep plan --proba");
    let (names, rows) = table(&ran.stdout);
    assert_eq!(names, ["row", "id", "pays", "plan", "prediction", "p_no", "p_yes"]);
    assert_eq!(rows[1][..3], ["2", "c001", "no"].map(str::to_owned));
    assert_eq!((rows[0][3].as_str(), rows[2][3].as_str(), rows.len()), ("basic", "", 5));
    // The format is that of the name, or what is said.
    let line = "predict last new.csv --keep id -q";
    place.ok(&format!("{line} -o out.jsonl"));
    let text = fs::read_to_string(place.path().join("out.jsonl")).unwrap();
    assert!(text.starts_with("{\"row\":1,\"kept\":{\"id\":\"c000\"},\"prediction\":\""), "{text}");
    assert_eq!(place.ok(&format!("{line} --format jsonl")).stdout, text);
    place.ok(&format!("{line} -o out.dat --format jsonl"));
    assert_eq!(fs::read_to_string(place.path().join("out.dat")).unwrap(), text);
    place.ok(&format!("{line} -o out.parquet"));
    let parquet = fs::read(place.path().join("out.parquet")).unwrap();
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    assert!(parquet.windows(4).any(|bytes| bytes == b"c004"));
    let events = place.ok(&format!("{line} -o out.csv --json")).events();
    assert_eq!((&events[0]["event"], &events[0]["items"]), (&"predictions".into(), &5.into()));
    place.fails("predict last new.csv --keep Id", 3, "there is no column \"Id\"");
}

#[test]
fn a_column_that_is_kept_never_takes_the_name_of_a_prediction() {
    let place = Place::new();
    let rows: String = (0..40).map(|i| format!("{i},{}.5\n", 2 * i)).collect();
    place.write("line.csv", format!("x,price\n{rows}"));
    place.ok("train data.source=csv --data line.csv train.epochs=2 -q");
    let (names, rows) = table(&place.ok("predict last line.csv --keep price").stdout);
    assert_eq!(names, ["row", "input_price", "price"]);
    assert_eq!(rows[3][1], "6.5");
    // Numbers have no probabilities.
    let ran = place.fails(
        "predict last line.csv --proba",
        2,
        "--proba is for classes, but the model predicts numbers",
    );
    assert!(ran.stdout.is_empty(), "{}", ran.stdout);
}

#[test]
fn standard_input_is_read_and_called_by_its_name() {
    let place = Place::new();
    trained(&place, "-q");
    place.write("new.csv", customers(4));
    let file = place.ok("predict last new.csv --keep id --proba").stdout;
    let ran = fed(&place, "predict last - --keep id --proba", customers(4).as_bytes());
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), file.as_str()), "{}", ran.stderr);
    let ran = fed(&place, "predict last -", b"age,plan,income\n30,basic,much\n");
    ran.failed(3, "standard input:2");
    assert!(ran.says("is \"much\""), "{}", ran.stderr);
    fed(&place, "predict last -", b"").failed(3, "standard input");
}

#[test]
fn predictions_of_images_carry_the_names_of_their_files() {
    let place = Place::new();
    train(&place, "digits train.epochs=1");
    for (name, grey) in [("b.png", 0), ("a.png", 200)] {
        let path = place.path().join("pictures").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        image::GrayImage::from_pixel(8, 8, image::Luma([grey])).save(path).unwrap();
    }
    let (names, rows) = table(&place.ok("predict last pictures").stdout);
    assert_eq!(names, ["row", "file", "prediction"]);
    assert_eq!([rows[0][1].as_str(), rows[1][1].as_str()], ["a.png", "b.png"]);
    let (_, rows) = table(&place.ok("predict last pictures/b.png").stdout);
    assert_eq!(rows[0][1], "b.png");
    place.fails("predict last pictures --keep id", 2, "--keep is for tables");
}

#[test]
fn a_model_says_what_it_takes_where_it_is_given_something_else() {
    let place = Place::new();
    train(&place, "digits train.epochs=1");
    place.write("table.csv", "a,b\n1,2\n");
    for line in ["predict last table.csv", "eval last --data table.csv"] {
        let ran = place.fails(line, 3, "table.csv is a table, but the model takes images of 1 x 8 x 8");
        assert!(ran.says("give an image, a folder of images"), "{}", ran.stderr);
    }
    let other = Place::new();
    trained(&other, "-q");
    fs::create_dir(other.path().join("pictures")).unwrap();
    let ran = other.fails("predict last pictures", 3, "is a folder, but the model takes a table with");
    assert!(ran.says("\"age\", \"plan\", \"income\""), "{}", ran.stderr);
}
