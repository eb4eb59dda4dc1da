//! Time series and texts: what is answered is what `kiln predict` predicts, and what is none of them is refused.

use serde_json::{Value, json};

use crate::common::Place;
use crate::predictions::predicted;
use crate::server::Server;

const JSON: &str = "application/json";

/// Waves of two channels and of different lengths, a number missing here and there, as a table of steps.
fn steps(items: std::ops::Range<usize>) -> String {
    let cell = |item: usize, step: usize, channel: usize| {
        number(item, step, channel).map_or(String::new(), |x| x.to_string())
    };
    let row = |item: usize, step: usize| {
        let class = ["slow", "fast"][item % 2];
        format!("w{item:03},{step},{},{},{class}\n", cell(item, step, 0), cell(item, step, 1))
    };
    let series = |item: usize| (0..length(item)).map(move |step| row(item, step)).collect::<String>();
    format!("id,step,x,y,speed\n{}", items.map(series).collect::<String>())
}

fn length(item: usize) -> usize {
    9 + item % 4
}

fn number(item: usize, step: usize, channel: usize) -> Option<f64> {
    let speed = [0.3, 1.1][item % 2] + channel as f64;
    ((item + step + channel) % 9 != 2).then(|| (speed * step as f64 + item as f64).sin())
}

/// The same as a body.
fn record(item: usize) -> Value {
    let channel =
        |channel: usize| (0..length(item)).map(|step| number(item, step, channel)).collect::<Vec<_>>();
    json!({ "series": [channel(0), channel(1)], "id": item })
}

/// Predictions without what a table has beside them.
fn alone(mut predictions: Vec<Value>) -> Value {
    for prediction in &mut predictions {
        prediction.as_object_mut().unwrap().remove("kept");
    }
    predictions.into()
}

/// Each body is refused with this status, a piece of the error, and its row and column.
fn refused(server: &Server, cases: &[(&str, &str, u16, &str, Value, Value)]) {
    let mut client = server.client();
    for (content_type, body, status, piece, row, column) in cases {
        let answer = client.post(content_type, *body).unwrap();
        let refusal = answer.json();
        assert_eq!(answer.status, *status, "{body}: {refusal}");
        assert!(refusal["error"].as_str().unwrap().contains(piece), "{body}: {refusal}");
        assert!(refusal["help"].as_str().is_some_and(|help| !help.is_empty()), "{body}: {refusal}");
        assert_eq!((&refusal["row"], &refusal["column"]), (row, column), "{body}: {refusal}");
    }
}

#[test]
fn series_have_the_bits_of_the_command_and_others_are_refused() {
    let place = Place::new();
    place.write("waves.csv", steps(0..40));
    let data = "waves.csv data.series=id data.time=step data.target=speed";
    place.ok(&format!("train {data} model.kind=gru model.hidden=[6] train.epochs=2 -q"));
    place.write("new.csv", steps(40..46));
    let theirs = alone(predicted(&place, "new.csv", "--proba"));
    let server = Server::start(&place, "");
    let all: Vec<Value> = (40..46).map(record).collect();
    assert_eq!(server.json(json!(all).to_string()).json(), theirs);
    assert_eq!(server.post("text/csv", steps(40..46)).json(), theirs);
    place.write("one.csv", steps(41..42));
    let one = alone(predicted(&place, "one.csv", "--proba"));
    assert_eq!(server.json(record(41).to_string()).json(), one[0]);
    let inputs = json!({ "kind": "series", "channels": ["x", "y"], "longest": 12, "window": null });
    assert_eq!(server.get("/").json()["inputs"], inputs);
    assert_eq!(server.json(server.get("/example").body).status, 200);
    let (no, long) = (Value::Null, vec![0; 1001]);
    let long = json!({ "series": [long, long] }).to_string();
    refused(
        &server,
        &[
            (JSON, "{", 400, "not JSON", no.clone(), no.clone()),
            (JSON, "[]", 422, "no item", no.clone(), no.clone()),
            (JSON, "{\"x\": [1]}", 422, "no \"series\"", no.clone(), no.clone()),
            (JSON, "{\"series\": [[1, \"a\"], [1, 2]]}", 422, "line 1 column", no.clone(), no.clone()),
            (JSON, "{\"series\": [[1e999], [1]]}", 400, "out of range", no.clone(), no.clone()),
            (JSON, "{\"series\": [[1, 2]]}", 422, "row 0 has 1 channels", json!(0), json!("y")),
            (
                JSON,
                "{\"series\": [[1, 2], [1]]}",
                422,
                "row 0 has 1 steps of channel \"y\"",
                json!(0),
                json!("y"),
            ),
            (
                JSON,
                "[{\"series\": [[1], [1]]}, {\"series\": [[], []]}]",
                422,
                "row 1 has no step",
                json!(1),
                no.clone(),
            ),
            (JSON, "{\"series\": [[1e308, 1], [1, 1]]}", 422, "finite", json!(0), json!("x")),
            (JSON, long.as_str(), 422, "at most 1000 are taken", json!(0), no.clone()),
            ("text/csv", "id,step,x\na,1,2\n", 422, "\"y\"", no.clone(), no.clone()),
        ],
    );
    // And the server goes on.
    assert_eq!(server.json(json!(all).to_string()).json(), theirs);
}

#[test]
fn a_forecast_is_made_of_the_last_window() {
    let place = Place::new();
    let rows =
        |months: usize| (0..months).map(|m| format!("{m},{}\n", 100 + m + 9 * (m % 5))).collect::<String>();
    let table = |months: usize| format!("month,sales\n{}", rows(months));
    place.write("sales.csv", table(90));
    let data = "sales.csv data.time=month data.target=sales data.horizon=2 data.window=6";
    place.ok(&format!("train {data} model.kind=tcn model.channels=[4] train.epochs=2 -q"));
    let theirs = predicted(&place, "sales.csv", "");
    let server = Server::start(&place, "");
    let sales: Vec<usize> = (70..90).map(|m| 100 + m + 9 * (m % 5)).collect();
    assert_eq!(server.json(json!({ "series": sales }).to_string()).json(), theirs[0]);
    assert_eq!(server.json(server.get("/example").body).status, 200);
    refused(
        &server,
        &[(
            JSON,
            "{\"series\": [1, 2, 3]}",
            422,
            "row 0 has 3 steps, the model looks at 6",
            json!(0),
            Value::Null,
        )],
    );
}

#[test]
fn texts_have_the_bits_of_the_command_and_others_are_refused() {
    let place = Place::new();
    let line = |row: usize| {
        let (word, label) = [("lovely", "yes"), ("dreadful", "no")][row % 2];
        format!("\"The {word} film number {}\",{label}\n", row % 7)
    };
    place.write("reviews.csv", format!("body,liked\n{}", (0..60).map(line).collect::<String>()));
    place.ok("train reviews.csv data.text=body data.target=liked model.kind=text-cnn train.epochs=2 -q");
    let new = ["a lovely thing", "dreadful, dull", ""];
    let csv = format!("body\n{}", new.map(|text| format!("\"{text}\"\n")).concat());
    place.write("new.csv", &csv);
    let theirs = json!(predicted(&place, "new.csv", "--proba"));
    let server = Server::start(&place, "");
    let named = |name: &str| json!(new.map(|text| json!({ name: text }))).to_string();
    for body in [json!(new).to_string(), named("body"), named("text")] {
        assert_eq!(server.json(&body).json(), theirs, "{body}");
    }
    assert_eq!(server.post("text/csv", &csv).json(), theirs);
    assert_eq!(server.json("{\"text\": \"a lovely thing\"}").status, 200);
    assert_eq!(server.json(server.get("/example").body).status, 200);
    let no = Value::Null;
    refused(
        &server,
        &[
            (JSON, "\"a text", 400, "not JSON", no.clone(), no.clone()),
            (JSON, "[]", 422, "empty", no.clone(), no.clone()),
            (JSON, "{\"words\": \"a\"}", 422, "no column \"body\"", json!(0), json!("body")),
            (JSON, "[\"a\", {\"text\": [1]}]", 422, "a list or an object", json!(1), json!("body")),
            ("text/csv", "words\na\n", 422, "\"body\"", no.clone(), no.clone()),
        ],
    );
}
