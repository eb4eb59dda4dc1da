//! What a page shows of decisions, of items that are no rows, and of language models.

use std::fs;

use super::report::{has, page};
use crate::common::{Place, train};

/// The numbers that stand behind a word in the heading of a chart.
fn behind(page: &str, word: &str) -> f64 {
    let rest = page.split(word).nth(1).unwrap_or_else(|| panic!("{word:?} is not in the page"));
    let number: String =
        rest.trim_start().chars().take_while(|c| c.is_ascii_digit() || ".e-".contains(*c)).collect();
    number.parse().unwrap_or_else(|_| panic!("{word:?} is followed by {number:?}"))
}

#[test]
fn a_threshold_is_a_point_on_both_curves() {
    let place = Place::new();
    train(&place, "breast-cancer train.epochs=10");
    assert!(!page(&place, "last").contains("as the run keeps it"));
    place.ok("eval last --threshold youden -q");
    let page = page(&place, "last");
    let kept = fs::read_to_string(place.run_dir().join("decision.json")).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    let value = kept["threshold"]["value"].as_f64().unwrap();
    assert!(
        (behind(&page, "called &#34;benign&#34; from a probability of") - value).abs()
            < 1e-3 * value.max(0.1),
        "{kept}"
    );
    for chart in ["ROC curve: area", "Precision-recall curve: average precision"] {
        assert!((0.9..=1.0).contains(&behind(&page, chart)));
        let svg = page.split("<svg").find(|svg| svg.contains(chart)).unwrap();
        // The point, and its name.
        assert_eq!(svg.matches("<circle").count(), 2, "{chart}");
        assert!(svg.contains(">from "), "{chart}");
    }
}

#[test]
fn calibration_is_seen_before_and_after() {
    let place = Place::new();
    train(&place, "digits train.epochs=6");
    let before = behind(&page(&place, "last"), "Calibration: expected error");
    let ece =
        |line: &str| place.ok(&format!("{line} --json")).last_event()["metrics"]["ece"].as_f64().unwrap();
    assert!((before - ece("eval last")).abs() < 1e-4);
    place.ok("eval last --calibrate -q");
    let page = page(&place, "last");
    let after = ece("eval last");
    assert!((behind(&page, "Calibration: expected error") - after).abs() < 1e-4 && after < before);
    assert!((behind(&page, "with its temperature,") - before).abs() < 1e-4);
    has(&page, &[">with its temperature</text>", ">as trained</text>", ">perfect</text>"]);
}

#[test]
fn series_and_labels_have_their_mistakes_too() {
    let place = Place::new();
    let wave = |row: usize| {
        let steps = (0..16)
            .map(|step| (f64::from(step) * if row.is_multiple_of(2) { 0.3 } else { 0.9 } + row as f64).sin());
        let cells: Vec<String> = steps.map(|value| format!("{value:.3}")).collect();
        format!("{},{}\n", cells.join(","), if row.is_multiple_of(2) { "slow" } else { "quick" })
    };
    let names: Vec<String> = (0..16).map(|step| format!("t{step}")).collect();
    place.write("waves.csv", format!("{},class\n{}", names.join(","), (0..80).map(wave).collect::<String>()));
    place.ok("train waves.csv data.wide=true data.target=class model.kind=tcn train.epochs=2 -q");
    let waves = page(&place, "last");
    assert_eq!(waves.matches("<img src=\"data:image/png;base64,").count(), 12);
    has(&waves, &["<h2 id=\"wrong\">", "true: "]);

    let row = |row: usize| format!("{row},{}\n", ["red", "blue", "red|blue", "green"][row % 4]);
    place.write("tags.csv", format!("a,tags\n{}", (0..120).map(row).collect::<String>()));
    place.ok("train tags.csv data.target=tags data.task=multi-label train.epochs=3 -q");
    let tags = page(&place, "last");
    has(
        &tags,
        &[
            "<h2 id=\"labels\">",
            "<h2 id=\"wrong\">",
            "The likelihood of the true labels is smallest",
            "true: ",
        ],
    );
}

#[test]
fn a_language_model_has_its_curves_and_what_it_writes() {
    let place = Place::new();
    let line = |row: usize| format!("line {row} <b>says</b> that {} is {}.\n", row % 7, row % 3);
    place.write("corpus.txt", (0..300).map(line).collect::<String>());
    let small = "model.width=16 model.heads=2 model.blocks=1 model.context=16 corpus.every=4 corpus.length=30 train.epochs=3";
    place.ok(&format!("train tinygpt --data corpus.txt {small} -q"));
    let page = page(&place, "last");
    has(
        &page,
        &[
            "<h2 id=\"written\">",
            "after 12 steps",
            "after 4 steps",
            "Validation perplexity:",
            "<th scope=\"row\">tokens</th>",
        ],
    );
    assert_eq!(page.matches("class=\"text\"").count(), 3);
    assert!(!page.contains("<h2 id=\"measured\">"));
}
