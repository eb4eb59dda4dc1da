//! What is answered is what `kiln predict` predicts.

use serde_json::{Map, Value, json};

use crate::common::{Place, exact, train};
use crate::server::Server;

/// Wages by age, job, city and day; cells are missing in every column.
pub(crate) const PEOPLE: &str = "\
age,job,height,city,since,wage
39,clerk,1.80,Ulm,2020-01-05,31
50,,1.75,Bonn,2021-03-01,42
,smith,1.62,Ulm,2019-11-30,23.5
28,clerk,1.91,Bonn,,32.5
44,baker,1.70,Ulm,2022-07-15,24
31,smith,1.68,,2018-02-28,21.5
35,baker,,Bonn,2020-12-24,25
61,clerk,1.55,Ulm,2017-05-05,38
";

const HEADER: &str = "age,job,height,city,since";

/// Rows that the model has not seen: an unknown job, missing cells.
const NEW: [&str; 5] = [
    "33,baker,1.7333,Ulm,2020-02-29",
    ",,1.8,Bonn,",
    "41,clerk,1e0,Ulm,2018-01-01",
    "25,pilot,,Paris,2023-12-31",
    "9007199254740993,smith,1.7,Ulm,2020-01-01",
];

/// A place whose last run predicts the wage.
pub(crate) fn wages() -> Place {
    let place = Place::new();
    place.write("people.csv", PEOPLE);
    place.ok("train people.csv --target wage model.kind=mlp model.hidden=[8] train.epochs=3 -q");
    place
}

/// What `kiln predict` writes for a file, without the number of the row.
#[track_caller]
pub(crate) fn predicted(place: &Place, file: &str, more: &str) -> Vec<Value> {
    let text = place.ok(&format!("predict last {file} --format jsonl {more}")).stdout;
    let line = |line| {
        let mut object: Map<String, Value> = serde_json::from_str(line).unwrap();
        object.remove("row");
        object.remove("file");
        Value::Object(object)
    };
    text.lines().map(line).collect()
}

/// Whether all numbers of two answers differ by this share at most, and all texts are equal.
#[track_caller]
pub(crate) fn assert_close(ours: &Value, theirs: &Value, share: f64) {
    match (ours, theirs) {
        (Value::Number(ours), Value::Number(theirs)) => {
            let (ours, theirs) = (ours.as_f64().unwrap(), theirs.as_f64().unwrap());
            assert!((ours - theirs).abs() <= share * theirs.abs().max(1.0), "{ours} {theirs}");
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            assert!(ours.keys().eq(theirs.keys()), "{ours:?} {theirs:?}");
            ours.values().zip(theirs.values()).for_each(|(ours, theirs)| assert_close(ours, theirs, share));
        }
        (ours, theirs) => assert_eq!(ours, theirs),
    }
}

/// A cell of CSV as JSON has it.
fn cell(text: &str) -> Value {
    match text.parse::<u64>() {
        _ if text.is_empty() => Value::Null,
        Ok(whole) => whole.into(),
        Err(_) => text.parse::<f64>().map_or_else(|_| text.into(), Value::from),
    }
}

#[test]
fn rows_records_and_csv_have_the_bits_of_the_command() {
    let place = wages();
    place.write("new.csv", format!("{HEADER}\n{}\n", NEW.join("\n")));
    let theirs = predicted(&place, "new.csv", "");
    let server = Server::start(&place, "");
    let mut client = server.client();
    let rows: Vec<Vec<Value>> = NEW.iter().map(|line| line.split(',').map(cell).collect()).collect();
    let records: Vec<Value> = rows
        .iter()
        .map(|row| {
            // In the order of the alphabet, with a column that does not count.
            let mut record: Map<String, Value> =
                HEADER.split(',').map(str::to_owned).zip(row.iter().cloned()).collect();
            record.insert("id".to_owned(), json!([1, {"a": 2}]));
            record.into()
        })
        .collect();
    let csv = std::fs::read(place.path().join("new.csv")).unwrap();
    let answers = [
        client.post("application/json", json!(rows).to_string()),
        client.post("application/json; charset=utf-8", json!(records).to_string()),
        client.post("text/csv", csv),
        // A target that is there does not count.
        client.post(
            "text/csv; header=present",
            format!("{HEADER},wage\n{}", NEW.map(|row| format!("{row},7")).join("\r\n")),
        ),
    ];
    for answer in answers.map(Result::unwrap) {
        assert_eq!((answer.status, answer.json()), (200, json!(theirs)));
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    // One by one, and one is no list.
    for (number, line) in NEW.iter().enumerate() {
        place.write("one.csv", format!("{HEADER}\n{line}\n"));
        let theirs = &predicted(&place, "one.csv", "")[0];
        for body in [json!(rows[number]), records[number].clone()] {
            assert_eq!(client.post("application/json", body.to_string()).unwrap().json(), *theirs);
        }
        let list = client.post("application/json", json!([records[number]]).to_string()).unwrap();
        assert_eq!(list.json(), json!([theirs]));
    }
}

#[test]
fn classes_have_the_probabilities_of_the_command() {
    let place = Place::new();
    train(&place, "iris train.epochs=3");
    let rows: Vec<[f64; 4]> = (0..700)
        .map(|row| {
            [
                4.3 + f64::from(row % 37) / 10.0,
                2.0 + f64::from(row % 25) / 10.0,
                1.0 + f64::from(row % 59) / 10.0,
                0.1,
            ]
        })
        .collect();
    let lines: String = rows.iter().map(|row| row.map(|cell| cell.to_string()).join(",") + "\n").collect();
    let header = "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)\n";
    place.write("new.csv", format!("{header}{lines}"));
    let theirs = predicted(&place, "new.csv", "--proba");
    let server = Server::start(&place, "");
    // More than a batch has: they are a batch by themselves.
    let answer = server.json(json!(rows).to_string());
    assert_eq!(answer.json(), json!(theirs));
    let description = server.get("/").json();
    assert_eq!(description["classes"], json!(["setosa", "versicolor", "virginica"]));
    assert_eq!(description["inputs"]["columns"][0], json!({"name": "sepal length (cm)", "kind": "number"}));
    assert_eq!(description["run"], place.run_dir().file_name().unwrap().to_str().unwrap());
}

#[test]
fn many_clients_get_their_own_answers() {
    let place = wages();
    let server = Server::start(&place, "--max-wait 3 --max-batch 16");
    let row = |number: u32| {
        json!([20 + number % 50, "clerk", 1.5 + f64::from(number % 7) / 10.0, "Ulm", "2020-01-01"])
    };
    let alone: Vec<Value> = (0..200).map(|number| server.json(row(number).to_string()).json()).collect();
    std::thread::scope(|scope| {
        for thread in 0..20_u32 {
            let (server, alone) = (&server, &alone);
            scope.spawn(move || {
                let mut client = server.client();
                for number in (thread..200).step_by(7) {
                    let answer = client.post("application/json", row(number).to_string()).unwrap();
                    assert_eq!(answer.status, 200);
                    // Sums of a product may be added up in another order where a batch is larger.
                    let share = if exact() { 1e-6 } else { 1e-4 };
                    assert_close(&answer.json(), &alone[number as usize], share);
                }
            });
        }
    });
    assert!(server.metric("kiln_batch_requests_sum") > server.metric("kiln_batch_requests_count"));
}

#[test]
fn a_decision_that_the_run_keeps_is_used_and_strict_refuses_categories() {
    let place = wages();
    let server = Server::start(&place, "--strict");
    let answer = server.json(r#"{"age": 30, "job": "clerc", "height": 1.7, "city": "Ulm", "since": null}"#);
    let refusal = answer.json();
    assert_eq!((answer.status, &refusal["column"]), (422, &json!("job")));
    assert!(refusal["error"].as_str().unwrap().contains("nearest is \"clerk\""), "{refusal}");
    drop(server);

    place.write("yes.csv", "x,y\n".to_owned() + &"1,no\n2,no\n3,no\n4,yes\n".repeat(20));
    place.ok("train yes.csv --target y train.epochs=3 -q");
    place.ok("eval last --threshold f1 -q");
    let server = Server::start(&place, "");
    place.write("new.csv", "x\n1\n2.5\n4\n");
    let theirs = predicted(&place, "new.csv", "--proba");
    assert_eq!(server.json("[[1], [2.5], [4]]").json(), json!(theirs));
}

#[test]
fn the_mean_of_a_bag_is_served() {
    let place = Place::new();
    place.write("people.csv", PEOPLE.to_owned() + PEOPLE.split_once('\n').unwrap().1);
    place.ok("train people.csv --target wage model.kind=mlp model.hidden=[8] train.epochs=3 --bag 3 -q");
    place.write("new.csv", format!("{HEADER}\n{}\n", NEW.join("\n")));
    let theirs = predicted(&place, "new.csv", "");
    let server = Server::start(&place, "");
    let rows: Vec<Vec<Value>> = NEW.iter().map(|line| line.split(',').map(cell).collect()).collect();
    let answer = server.post("application/json", json!(rows).to_string());
    assert_eq!(answer.status, 200);
    // A table has the digits that the numbers of a model have, and the mean of several has more.
    let wage = |row: &Value| row["prediction"]["wage"].as_f64().unwrap();
    let (ours, theirs) = (answer.json(), json!(theirs));
    let (ours, theirs) = (ours.as_array().unwrap(), theirs.as_array().unwrap());
    assert_eq!(ours.len(), theirs.len());
    for (ours, theirs) in ours.iter().map(wage).zip(theirs.iter().map(wage)) {
        assert!((ours - theirs).abs() <= 1e-7 * theirs.abs(), "{ours} and {theirs}");
    }
}
