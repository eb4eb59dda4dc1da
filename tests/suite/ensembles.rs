//! Ensembles: runs whose weighted mean is predicted, of presets and of what a search tried.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::common::Place;

/// A table of two numbers, a kind and what is wanted of them with noise.
fn table(classes: bool, rows: u32) -> String {
    let cell = |i: u32, by: u32| f64::from(i * by % 97) / 48.0 - 1.0;
    let row = |i: u32| {
        let (a, b, noise) = (cell(i, 31), cell(i, 57), cell(i * i % 4093, 7));
        let y = match classes {
            true => ["no", "yes"][usize::from(a * b + 0.3 * noise > 0.0)].to_owned(),
            false => (2.0 * a * a - b + 0.3 * noise).to_string(),
        };
        format!("{a},{b},{},{y}\n", ["flat", "house"][(i % 2) as usize])
    };
    format!("a,b,kind,y\n{}", (0..rows).map(row).collect::<String>())
}

fn cells(text: &str) -> Vec<Vec<String>> {
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn json(path: impl AsRef<Path>) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn event(events: &[Value], kind: &str) -> Value {
    events.iter().find(|event| event["event"] == kind).unwrap().clone()
}

/// The members of an ensemble: their folders and weights.
fn members(record: &Value) -> Vec<(String, f64)> {
    let member =
        |member: &Value| (member["run"].as_str().unwrap().to_owned(), member["weight"].as_f64().unwrap());
    record["members"].as_array().unwrap().iter().map(member).collect()
}

#[test]
fn the_best_preset_weighs_bags_and_is_judged_on_the_test_part() {
    let place = Place::new();
    place.write("t.csv", table(false, 240));
    // Few epochs; what the presets choose beside them stays.
    let line = "train t.csv --preset best --bag 2 --repeats 2 train.epochs=4 --json";
    let events = place.ok(line).events();
    let run = place.run_dirs().pop().unwrap();
    let (told, record) = (event(&events, "ensemble"), json(run.join("ensemble.json")));
    let members = members(&record);
    assert_eq!(members.len(), 2);
    assert!((members.iter().map(|(_, weight)| weight).sum::<f64>() - 1.0).abs() < 1e-12);
    let names: Vec<&str> =
        record["members"].as_array().unwrap().iter().map(|member| member["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["good", "fast"]);
    // On the items that chose the weights no member by itself is better.
    let value = record["value"].as_f64().unwrap();
    assert_eq!(
        (told["value"].as_f64(), record["loss"].as_str()),
        (Some(value), Some("relative_squared_error"))
    );
    for member in record["members"].as_array().unwrap() {
        assert!(value <= member["alone"].as_f64().unwrap() + 1e-12);
    }
    // The prediction is the weighted mean of the members'.
    let together = cells(&place.ok("predict last t.csv").stdout);
    let number = |cell: &String| cell.parse::<f64>().unwrap();
    let of_each: Vec<_> = members
        .iter()
        .map(|(member, _)| cells(&place.ok(&format!("predict {} t.csv", run.join(member).display())).stdout))
        .collect();
    for row in 1..=240 {
        let mean: f64 =
            members.iter().zip(&of_each).map(|((_, weight), cells)| weight * number(&cells[row][1])).sum();
        assert!((number(&together[row][1]) - mean).abs() < 1e-5, "{mean}");
    }
    // And so is what it is judged by.
    let held_out = cells(&std::fs::read_to_string(run.join("members/0/predictions.csv")).unwrap());
    let seen: BTreeSet<usize> = held_out[1..].iter().map(|line| line[0].parse().unwrap()).collect();
    let actual = cells(&table(false, 240));
    let tested: Vec<usize> = (1..=240).filter(|row| !seen.contains(row)).collect();
    let off = tested.iter().map(|row| (number(&together[*row][1]) - number(&actual[*row][3])).powi(2));
    let mse = off.sum::<f64>() / tested.len() as f64;
    let test = event(&events, "eval");
    assert_eq!(test["items"].as_u64().unwrap() as usize, tested.len());
    assert!((test["metrics"]["mse"].as_f64().unwrap() - mse).abs() < 1e-5 * mse);
    assert_eq!(place.ok("eval last --json").last_event()["metrics"], test["metrics"]);
    assert_eq!(json(run.join("run.json"))["test"]["mse"], test["metrics"]["mse"]);
    place.fails("predict last t.csv --interval 0.9", 2, "an ensemble has no intervals");
    place.fails("export last -o model.onnx", 2, "is for one model");
    // What is done is not done again, and comes to the same.
    std::fs::write(run.join("ensemble.json"), r#"{"v":1,"loss":"","value":0.0,"items":0,"members":[]}"#)
        .unwrap();
    place.fails("predict last t.csv", 2, "are not all trained");
    place.ok("resume last -q");
    assert_eq!(json(run.join("ensemble.json")), record);
}

#[test]
fn what_a_search_tried_becomes_an_ensemble() {
    let place = Place::new();
    place.write("t.csv", table(true, 300));
    let spaces = "model.hidden=choice([4],[16],[32]) optim.lr=log(1e-3,1e-1)";
    let line = format!("tune t.csv {spaces} train.epochs=8 --trials 5 --ensemble --json");
    let told = event(&place.ok(&line).events(), "ensemble");
    let study = place.run_dirs().pop().unwrap();
    let run = study.join("ensemble");
    let record = json(run.join("ensemble.json"));
    assert_eq!((record["loss"].as_str(), told["value"].clone()), (Some("log_loss"), record["value"].clone()));
    let members = members(&record);
    assert_eq!(members.len(), 5);
    let shown = run.display();
    let together = cells(&place.ok(&format!("predict {shown} t.csv --proba")).stdout);
    let number = |cell: &String| cell.parse::<f64>().unwrap();
    let weighed: Vec<_> = members.iter().filter(|(_, weight)| *weight > 0.0).collect();
    let of_each: Vec<_> = weighed
        .iter()
        .map(|(member, _)| {
            cells(&place.ok(&format!("predict {} t.csv --proba", run.join(member).display())).stdout)
        })
        .collect();
    for row in 1..=300 {
        let mean: f64 =
            weighed.iter().zip(&of_each).map(|((_, weight), cells)| weight * number(&cells[row][3])).sum();
        assert!((number(&together[row][3]) - mean).abs() < 1e-5, "{mean}");
    }
    // The loss that chose is that of the validation part.
    let found = place.ok(&format!("eval {shown} --part validation --json")).last_event();
    let (found, value) = (found["metrics"]["log_loss"].as_f64().unwrap(), record["value"].as_f64().unwrap());
    assert!((found - value).abs() < 1e-4, "{found} {value}");
    let tested = place.ok(&format!("eval {shown} --json")).last_event();
    assert_eq!(tested["part"], "test");
    // Again, with what is there.
    place.ok("tune --resume last --ensemble -q");
    assert_eq!(json(run.join("ensemble.json")), record);
}

#[test]
fn damaged_ensembles_are_errors() {
    let place = Place::new();
    place.write("t.csv", table(false, 80));
    place.ok("train t.csv model.hidden=[4] train.epochs=1 --name one -q");
    place.ok("train t.csv model.hidden=[4] train.epochs=1 --target a --name two -q");
    let runs = place.run_dirs();
    let [one, two] =
        [&runs[0], &runs[1]].map(|run| format!("../{}", run.file_name().unwrap().to_str().unwrap()));
    let folder = place.runs().join("weighed");
    std::fs::create_dir(&folder).unwrap();
    for file in ["run.toml", "run.json"] {
        std::fs::copy(runs[0].join(file), folder.join(file)).unwrap();
    }
    let write = |members: &[(&str, &str)]| {
        let member = |(run, weight): &(&str, &str)| {
            format!(r#"{{"name":"x","run":"{run}","weight":{weight},"alone":0.0}}"#)
        };
        let members = members.iter().map(member).collect::<Vec<_>>().join(",");
        let text = format!(r#"{{"v":1,"loss":"","value":0.0,"items":1,"members":[{members}]}}"#);
        std::fs::write(folder.join("ensemble.json"), text).unwrap();
    };
    write(&[(&one, "0.5"), (&one, "0.5")]);
    place.ok("predict weighed t.csv");
    write(&[(&one, "0.5"), (&two, "0.5")]);
    place.fails("predict weighed t.csv", 5, "its runs predict different things");
    write(&[(&one, "-1.0")]);
    place.fails("predict weighed t.csv", 5, "a weight is -1");
    write(&[(&one, "0.0")]);
    place.fails("predict weighed t.csv", 5, "no run has a weight");
    write(&[("../gone", "1.0")]);
    assert_ne!(place.kiln("predict weighed t.csv").code, Some(0));
    std::fs::write(folder.join("ensemble.json"), "{").unwrap();
    place.fails("predict weighed t.csv", 5, "ensemble.json");
}

#[test]
fn a_preset_that_chooses_nothing_says_so() {
    let place = Place::new();
    for (words, why) in [
        ("train iris --preset good model.hidden=[4] train.epochs=1", "and a model or a solver is said"),
        ("train digits --preset good train.epochs=1", "it is for tables"),
    ] {
        let said = place.ok(words).stderr;
        assert!(said.contains("the preset \"good\" changes nothing here") && said.contains(why), "{said}");
    }
}
