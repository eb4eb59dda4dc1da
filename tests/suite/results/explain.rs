//! `kiln explain`: attributions of a run's predictions, as events, files and a part of its page.

use std::fs;

use kiln::experiment::{Session, activity, best_weights, job::Job, stored};
use kiln::models::Network;
use serde_json::Value;

use crate::common::{Place, train};

/// The attributions of each item.
fn explained(place: &Place, line: &str) -> Vec<Value> {
    let mut events = place.ok(&format!("explain last {line} --json")).events();
    assert_eq!(events.pop().unwrap()["event"], "sanity", "{line}");
    events
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

#[test]
fn a_table_has_an_attribution_for_each_column() {
    let place = Place::new();
    train(&place, "iris train.epochs=20");
    let found = explained(&place, "--items 0..5");
    assert_eq!(found.len(), 5);
    for item in &found {
        assert_eq!(item["columns"].as_array().unwrap().len(), 4);
        // Integrated gradients sum to the difference of the outputs, which is what they miss by.
        assert!(item["delta"].as_f64().unwrap().abs() < 1e-3, "{item}");
        assert_eq!(numbers(&item["values"]).len(), 4);
    }
    // The class that is named is the one that is explained, and another class has other attributions.
    let of = |class: &str| explained(&place, &format!("--items 0..1 --target {class}"))[0]["values"].clone();
    assert_ne!(of("virginica"), of("setosa"));
    for method in ["gradient", "input-x-gradient", "smooth-grad", "occlusion"] {
        assert_eq!(explained(&place, &format!("--method {method} --most-wrong 3")).len(), 3, "{method}");
    }
    place.ok("explain last --items 0..2 -o why.csv -q");
    let table = fs::read_to_string(place.path().join("why.csv")).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("item,actual,target,output,sepal length (cm),"), "{}", lines[0]);
    assert_eq!((lines.len(), lines[1].split(',').count()), (3, 8));
    place.ok("report last -o page.html -q");
    let page = fs::read_to_string(place.path().join("page.html")).unwrap();
    for piece in
        ["Explained by integrated gradients", "Explained by occlusion", "Sanity check (Adebayo et al. 2018)"]
    {
        assert!(page.contains(piece), "{piece}");
    }
    // Other weights than those that were explained are told apart.
    let record = place.run_dir().join("run.json");
    let text =
        fs::read_to_string(&record).unwrap().replace("\"weights_blake3\": \"", "\"weights_blake3\": \"0");
    fs::write(&record, text).unwrap();
    place.ok("report last -o page.html -q");
    let page = fs::read_to_string(place.path().join("page.html")).unwrap();
    assert!(page.contains("found with other weights than the run keeps now"));
}

#[test]
fn columns_of_categories_count_together() {
    let place = Place::new();
    let bad = "<b onclick=x>&\"\"";
    let row = |row: usize| format!("{},{},{}\n", row % 7, ["red", "green", "blue"][row % 3], row % 2);
    let rows: String = (0..80).map(row).collect();
    place.write("c.csv", format!("\"{bad}\",colour,y\n{rows}"));
    place.ok("train c.csv data.target=y --epochs 3 -q");
    let found = explained(&place, "--items 0..2 --method occlusion");
    assert_eq!(found[0]["columns"], serde_json::json!(["<b onclick=x>&\"", "colour"]));
    place.ok("report last -o page.html -q");
    let page = fs::read_to_string(place.path().join("page.html")).unwrap();
    assert!(!page.contains("<b onclick") && page.contains("&#60;b onclick=x&#62;"));
}

#[test]
fn images_have_pictures_and_maps() {
    let place = Place::new();
    train(&place, "digits model.kind=cnn model.channels=[4,8] train.epochs=2");
    for method in ["grad-cam", "integrated-gradients"] {
        place.ok(&format!("explain last --method {method} --steps 8 -o maps.png -q"));
        assert!(fs::read(place.path().join("maps.png")).unwrap().starts_with(b"\x89PNG"));
    }
    let found = explained(&place, "--method grad-cam --items 0..1 --layer blocks.0");
    let values = numbers(&found[0]["values"]);
    assert_eq!(found[0]["size"], serde_json::json!([8, 8]));
    assert!(values.len() == 64 && values.iter().all(|value| *value >= 0.0));
    place.ok("report last -o page.html -q");
    let page = fs::read_to_string(place.path().join("page.html")).unwrap();
    assert!(page.contains("Explained by grad cam") && page.matches("attributions of item").count() == 9);
    place.fails("explain last --method grad-cam --layer nowhere", 2, "layers with maps: blocks.0, blocks.1");
    place.fails("explain last --method attention-rollout", 2, "no attention");
}

#[test]
fn texts_have_tokens_in_colours() {
    let place = Place::new();
    let row = |row: usize| {
        let (word, class) = [("lovely", "yes"), ("dreadful", "no")][row % 2];
        format!("\"A {word} <script>alert({row})</script> film, seen at home.\",{class}\n")
    };
    place.write("films.csv", format!("body,liked\n{}", (0..160).map(row).collect::<String>()));
    let data = "films.csv data.text=body data.target=liked train.epochs=8 optim.lr=0.05 -q";
    for model in ["bag model.ngrams=2 model.buckets=500", "text-cnn", "lstm"] {
        place.ok(&format!("train {data} model.kind={model}"));
        for method in ["gradient", "input-x-gradient", "smooth-grad", "occlusion", "integrated-gradients"] {
            let found = explained(&place, &format!("--method {method} --samples 5 --items 0..3"));
            for item in &found {
                let tokens: Vec<&str> =
                    item["tokens"].as_array().unwrap().iter().map(|token| token.as_str().unwrap()).collect();
                let values = numbers(&item["values"]);
                assert_eq!((tokens[0], tokens.len()), ("a", values.len()), "{item}");
                // The one word that tells. The slope of a mean is the same for all of them.
                let (most, _) =
                    values.iter().enumerate().max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs())).unwrap();
                let is_slope = method == "gradient" || method == "smooth-grad";
                // The recurrent network is too young to have found the word.
                let is_young = model == "lstm";
                assert!(most == 1 || is_slope || is_young, "{model} {method}: {tokens:?} {values:?}");
                // What is not known is written as it stands.
                assert!(["lovely", "dreadful"].contains(&tokens[1]) && tokens.contains(&"<"), "{item}");
                if method == "integrated-gradients" {
                    // Fifty steps are few for gates.
                    let bound = if is_young { 0.5 } else { 0.05 };
                    assert!(item["delta"].as_f64().unwrap().abs() < bound, "{model}: {item}");
                }
            }
        }
        place.ok("explain last --items 0..2 -o why.html -q");
        place.ok("explain last --items 0..2 -o why.csv -q");
        place.ok("report last -o page.html -q");
        for page in ["why.html", "page.html"] {
            let page = fs::read_to_string(place.path().join(page)).unwrap();
            let word =
                page.contains("<b class=\"p9\">lovely</b>") || page.contains("<b class=\"p9\">dreadful</b>");
            let word = word || model == "lstm" && page.contains("<p class=\"tokens\">");
            assert!(word && !page.contains("<script") && page.contains("&#60;"), "{model}");
        }
        let table = fs::read_to_string(place.path().join("why.csv")).unwrap();
        assert!(table.starts_with("item,actual,target,output,place,token,attribution\n"), "{table}");
        assert!(
            table.lines().any(|line| line.contains(",5,\"\"\"\",") || line.contains(",\",\",")),
            "{table}"
        );
    }
    place.fails("explain last --method grad-cam", 2, "grad-cam is for images");
    place.fails("explain last -o why.png", 2, ".csv, .html");
}

#[test]
fn attention_is_rolled_out() {
    let place = Place::new();
    place.write(
        "vit.toml",
        "[data]\nsource = \"digits\"\n[train]\nepochs = 1\n[model]\nkind = \"sequential\"\n\
         [[model.layers]]\nkind = \"patches\"\nsize = 2\nwidth = 8\n\
         [[model.layers]]\nkind = \"residual\"\n[[model.layers.layers]]\nkind = \"attention\"\nheads = 2\n\
         [[model.layers]]\nkind = \"global-avg-pool\"\n",
    );
    place.ok("train vit.toml -q");
    let found = explained(&place, "--method attention-rollout --items 0..2");
    let values = numbers(&found[0]["values"]);
    assert!(values.len() == 64 && values.iter().all(|value| *value > 0.0));
}

#[test]
fn what_cannot_be_explained_is_said() {
    let place = Place::new();
    train(&place, "iris train.epochs=2");
    place.fails("explain last --method saliency", 2, "there is no method \"saliency\"");
    place.fails("explain last --items 500..501", 2, "there is none at 500");
    place.fails("explain last --target rose", 2, "take one of: setosa, versicolor, virginica");
    place.fails("explain last --method grad-cam", 2, "grad-cam is for images");
    place.fails("explain last -o why.png", 2, ".csv");
    place.fails("explain last -o why.txt", 2, ".csv, .html, .png");
    place.ok("cv iris train.epochs=1 --folds 2 -q");
    place.fails("explain last", 2, "has no model of its own");
}

#[test]
fn units_that_give_nothing_are_counted() {
    let place = Place::new();
    train(&place, "digits model.hidden=[64,32] train.epochs=3");
    let session = Session { runs_dir: place.runs(), ..Session::default() };
    let found = activity(&place.run_dir(), &session, &()).unwrap();
    // The same by hand, from all outputs at once.
    let resolved = stored(&place.run_dir(), &session).unwrap();
    let job = Job::load(&resolved).unwrap();
    let weights = best_weights(&place.run_dir(), &()).unwrap();
    let network: Network = weights.saved.weights.apply(job.model().unwrap()).unwrap();
    let rows = job.prepared.validation().unwrap();
    let inputs = weights.fitted.inputs(&rows.dataset().features, rows.numbers(), &job.device).unwrap();
    let mut counts = Vec::new();
    network.forward_observed(inputs, None, &mut |path, output| {
        let [items, units] = output.dims();
        let all: Vec<f32> = output.clone().into_data().iter::<f32>().collect();
        let dead = (0..units).filter(|unit| (0..items).all(|item| all[item * units + unit] == 0.0)).count();
        let zeros = all.iter().filter(|value| **value == 0.0).count() as f64 / all.len() as f64;
        counts.push((path.to_owned(), units, dead, zeros));
    });
    assert_eq!((found.items, found.all, found.layers.len()), (rows.numbers().len(), rows.numbers().len(), 2));
    for (layer, (path, units, dead, zeros)) in found.layers.iter().zip(&counts) {
        assert_eq!((&layer.path, layer.units, layer.dead), (path, *units, *dead));
        assert!((layer.zeros - zeros).abs() < 1e-6 && *zeros > 0.05, "{} {zeros}", layer.zeros);
    }
    place.ok("report last -o page.html -q");
    let page = fs::read_to_string(place.path().join("page.html")).unwrap();
    assert!(page.contains(&format!("measured on all {} items of the validation part", found.all)));
}
