//! What somebody is told who tries kiln on a table for the first time.

use crate::common::Place;

/// A table of `rows` rows under `header`.
fn table(header: &str, rows: usize, row: impl Fn(usize) -> String) -> String {
    let rows: String = (0..rows).map(|number| format!("{}\n", row(number))).collect();
    format!("{header}\n{rows}")
}

#[test]
fn numbers_with_a_unit_are_named_and_not_only_left_out() {
    let place = Place::new();
    let text = table("rate,price,area,y", 60, |i| format!("{}%,${i}.5,{i}.25,{}", i % 9, ["a", "b"][i % 2]));
    place.write("sales.csv", text);
    let ran = place.ok("train sales.csv --target y --epochs 1");
    assert!(ran.says("column \"rate\": \"0%\" is a text, not a number; take the unit off"), "{}", ran.stderr);
    assert!(ran.says("column \"price\": \"$0.5\" is a text, not a number"), "{}", ran.stderr);
    assert!(!ran.says("column \"area\""), "{}", ran.stderr);
    // Whoever has decided hears nothing.
    let ran = place.ok("train sales.csv --target y --epochs 1 data.categorical=rate data.ignore=price");
    assert!(!ran.says("take the unit off"), "{}", ran.stderr);
    // What is not used is said by `data info`, too.
    let info = place.ok("data info sales.csv").stdout;
    assert!(info.contains("left out") && info.contains("price (an id: a different text"), "{info}");
}

#[test]
fn scores_of_a_part_without_a_class_say_so() {
    let place = Place::new();
    place.write(
        "fraud.csv",
        table("a,b,fraud", 60, |i| format!("{},{},{}", i % 7, i % 5, ["no", "yes"][i / 58])),
    );
    let ran = place.ok("train fraud.csv --epochs 1");
    assert!(
        ran.says("no test item is of the class \"yes\"; the scores of that part say nothing of it"),
        "{}",
        ran.stderr
    );
    place.write(
        "coin.csv",
        table("a,b,side", 60, |i| format!("{},{},{}", i % 7, i % 5, ["head", "tail"][i % 2])),
    );
    let ran = place.ok("train coin.csv --epochs 1");
    assert!(!ran.says("no test item") && !ran.says("no validation item"), "{}", ran.stderr);
}

#[test]
fn a_search_takes_a_table_and_its_target_as_a_training_does() {
    let place = Place::new();
    place.write(
        "coin.csv",
        table("side,a,b", 60, |i| format!("{},{},{}", ["head", "tail"][i % 2], i % 7, i % 5)),
    );
    let found =
        place.ok("tune coin.csv --target side --epochs 1 optim.lr=log(1e-3,1e-1) --trials 2 --json -q");
    assert!(found.stdout.contains("optim.lr"), "{}", found.stdout);
}

#[test]
fn large_numbers_are_told_apart() {
    let place = Place::new();
    place.write("log.csv", table("t,y", 50, |i| format!("{},{}.5", 1_700_000_000 + i, i)));
    let info = place.ok("data info log.csv").stdout;
    for number in ["1700000000.0", "1700000024.5", "1700000049.0"] {
        assert!(info.contains(number), "{info}");
    }
}

#[test]
fn a_table_with_the_end_of_a_text_file_is_told_how_to_be_read() {
    let place = Place::new();
    place.write("table.txt", table("x z y", 30, |i| format!("{i} {} {}", i % 7, i % 2)));
    place.fails("train table.txt --target y", 2, "data.source=csv --data FILE");
    place.ok("train data.source=csv --data table.txt --target y --epochs 1 -q");
}
