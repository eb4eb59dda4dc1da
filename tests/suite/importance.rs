//! What mattered to a model, by the command.

use crate::common::Place;

/// `y` is twice `a` less `b`, and a kind; `id` is nothing.
fn table() -> String {
    let cell = |i: u32, by: u32| f64::from(i * by % 97) / 48.0 - 1.0;
    let row = |i: u32| {
        let (a, b, c) = (cell(i, 31), cell(i, 57), cell(i, 13));
        let (kind, more) = [("flat", 0.0), ("house", 1.5)][(i % 2) as usize];
        format!("{a},{b},{c},{kind},{}\n", 2.0 * a - b + more)
    };
    format!("a,b,c,kind,y\n{}", (0..300).map(row).collect::<String>())
}

#[test]
fn columns_matter_as_much_as_they_do() {
    let place = Place::new();
    place.write("t.csv", table());
    place.ok("train data.source=csv --data t.csv model.kind=linear --solver cd -q");
    let events = place.ok("importance last --json --metric mse --shap 20 --dependence a,kind").events();
    let found = events.iter().find(|event| event["event"] == "importance").unwrap();
    let columns = found["columns"].as_array().unwrap();
    let of = |name: &str| {
        columns.iter().find(|column| column["name"] == name).unwrap()["importance"].as_f64().unwrap()
    };
    // Shuffled, a column is off by twice its variance: a by 8 · 1/3, b by 2 · 1/3.
    assert!((of("a") / of("b") - 4.0).abs() < 1.0, "{} {}", of("a"), of("b"));
    assert!(of("c").abs() < 0.05 * of("b"));
    assert_eq!(columns[0]["name"], "a");
    // Dependence of a linear model is a line with its slope.
    let places = found["dependence"][0]["places"].as_array().unwrap();
    let at = |place: usize, name: &str| match name {
        "number" => places[place]["number"].as_f64().unwrap(),
        _ => places[place]["mean"][0].as_f64().unwrap(),
    };
    // Of 60 test items each value is a place.
    let last = places.len() - 1;
    let slope = (at(last, "mean") - at(0, "mean")) / (at(last, "number") - at(0, "number"));
    assert!((slope - 2.0).abs() < 1e-4 && (30..50).contains(&last), "{slope}");
    assert_eq!(found["dependence"][1]["places"].as_array().unwrap().len(), 2);
    // Shapley values of a linear model are exact, proportional to the cell, and sum to the prediction.
    let shap = &found["shapley"];
    assert_eq!((shap["exact"].as_bool(), shap["items"].as_array().unwrap().len()), (Some(true), 20));
    for item in shap["items"].as_array().unwrap() {
        let sum: f64 = item["values"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).sum();
        let [full, base] = [&item["outputs"][0], &shap["base"][0]].map(|number| number.as_f64().unwrap());
        assert!((sum - (full - base)).abs() < 1e-4, "{sum} {full} {base}");
    }
}

#[test]
fn groups_and_files() {
    let place = Place::new();
    place.write("t.csv", table());
    place.ok("train data.source=csv --data t.csv model.hidden=[16] train.epochs=30 -q");
    let text = place
        .ok("importance last --group both=a,b --repeats 3 --dependence a --shap 5 -o out/mattered")
        .stdout;
    assert!(text.contains("\nboth ") && text.contains("mean |SHAP|"), "{text}");
    for name in [
        "importance.csv",
        "importance.svg",
        "importance.json",
        "dependence-1-a.csv",
        "dependence-1-a.svg",
        "shap.csv",
        "shap.svg",
    ] {
        let bytes = std::fs::read_to_string(place.path().join("out/mattered").join(name)).unwrap();
        assert!(!bytes.is_empty() && (!name.ends_with("svg") || bytes.starts_with("<svg")), "{name}");
    }
    let csv = std::fs::read_to_string(place.path().join("out/mattered/importance.csv")).unwrap();
    assert!(
        csv.starts_with(
            "column,columns,importance,lower,upper,deviation,repeat_1,repeat_2,repeat_3\nboth,a|b,"
        ),
        "{csv}"
    );
    place.fails("importance last --group x=a,a", 2, "is in two groups");
    place.fails("importance last --group x=aa", 2, "did you mean \"a\"?");
    place.fails("importance last --metric accuracy", 2, "is not for a target of numbers");
    place.fails("importance last --repeats 0", 2, "--repeats");
    assert_eq!(place.kiln("importance last --group x").code, Some(2));
}

#[test]
fn it_is_kept_with_the_run_and_stands_in_its_page() {
    let place = Place::new();
    let bad = "<b onclick=x>";
    place.write("t.csv", table().replacen("a,b,", &format!("a,{bad},"), 1));
    place.ok("train data.source=csv --data t.csv model.hidden=[16] train.epochs=10 -q");
    place.ok("report last -o page.html -q");
    let page = || std::fs::read_to_string(place.path().join("page.html")).unwrap();
    assert!(!page().contains("What mattered"));
    place.ok("importance last --repeats 3 --dependence a,kind --shap 5 -q");
    place.ok("report last -o page.html -q");
    for piece in [
        "What mattered",
        "what each column adds",
        "y by kind",
        "Partial dependence",
        "permutation importance",
    ] {
        assert!(page().contains(piece), "{piece}");
    }
    assert!(!page().contains(bad) && page().contains("&lt;b onclick") && page().contains("&#60;b onclick"));
    // One item has no interval, which JSON says by null.
    place.write("one.csv", format!("a,{bad},c,kind,y\n0.5,0.5,0.5,flat,1\n"));
    place.ok("importance last --data one.csv --metric mse -q");
    place.ok("report last -o page.html -q");
    assert!(page().contains("among 1 items of the data part") && !page().contains("y by kind"));
    let kept = place.run_dir().join("importance/kept.json");
    std::fs::write(&kept, "{}").unwrap();
    place.fails("report last -o page.html", 5, "kept.json");
}
