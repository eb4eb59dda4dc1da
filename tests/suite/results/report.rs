//! `kiln report`: the page of a run has what the run has, and names are words, whatever they are.

use std::fs;

use crate::common::{Place, train};

/// The page of `line`, after it was written; nothing of it comes from elsewhere.
#[track_caller]
pub(super) fn page(place: &Place, line: &str) -> String {
    place.ok(&format!("report {line} -o page.html"));
    let page = fs::read_to_string(place.path().join("page.html")).unwrap();
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"), "{page}");
    let addresses = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!addresses.contains("http://") && !addresses.contains("https://"), "{line}");
    assert!(!page.contains("NaN") && !page.contains("<script") && !page.contains("None"), "{line}");
    assert_eq!(unclosed(&page), Vec::<String>::new(), "{line}");
    page
}

/// Elements that are not closed, and ends without a beginning.
fn unclosed(page: &str) -> Vec<String> {
    let (mut open, mut wrong) = (Vec::new(), Vec::new());
    for tag in page.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let name = tag.trim_start_matches('/').split(|c: char| c.is_whitespace()).next().unwrap_or_default();
        if tag.starts_with('!') || tag.ends_with('/') || ["meta", "img", "link", "br"].contains(&name) {
            continue;
        }
        if tag.starts_with('/') {
            if open.pop() != Some(name) {
                wrong.push(name.to_owned());
            }
        } else {
            open.push(name);
        }
    }
    wrong.extend(open.into_iter().map(str::to_owned));
    wrong
}

/// The names of the folders in `runs`, the oldest first.
fn folders(place: &Place) -> Vec<String> {
    place.run_dirs().iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

#[track_caller]
pub(super) fn has(page: &str, pieces: &[&str]) {
    for piece in pieces {
        assert!(page.contains(piece), "{piece:?} is not in the page");
    }
}

#[test]
fn a_run_of_classes_has_its_curves_its_matrix_and_its_mistakes() {
    let place = Place::new();
    let record = train(&place, "iris train.epochs=6 optim.lr=0.02");
    let page = page(&place, "last");
    has(
        &page,
        &["<h2 id=\"summary\">", "<h2 id=\"training\">", "<h2 id=\"confusion\">", "<h2 id=\"ranking\">"],
    );
    has(
        &page,
        &["<h2 id=\"calibration\">", "<h2 id=\"wrong\">", "<h2 id=\"layers\">", "<h2 id=\"configuration\">"],
    );
    // Loss, accuracy and others, rate, ROC, precision-recall, calibration.
    assert!(page.matches("class=\"kiln-chart\"").count() >= 6);
    has(&page, &["ROC curve", "Precision-recall curve", "virginica", "optim.lr", "0.02"]);
    assert!(record["weights_blake3"].is_string());
    // Rows: 30 test items, 10 of each class.
    let cells: Vec<u64> = page
        .split("style=\"--share:")
        .skip(1)
        .map(|cell| cell.split('>').nth(1).unwrap().split('<').next().unwrap().parse().unwrap())
        .collect();
    let items = kiln::experiment::Run::open(place.run_dir()).unwrap().record().unwrap().data.unwrap().test;
    assert_eq!((cells.len(), cells.iter().sum::<u64>()), (9, items));
    // Twelve items with their cells, no pictures.
    assert_eq!(
        (
            page.matches("<li>item ").count() + page.matches("<li><div>item ").count(),
            page.matches("<img").count()
        ),
        (12, 0)
    );
    has(&page, &["petal width (cm): "]);
}

#[test]
fn mistakes_of_images_are_shown() {
    let place = Place::new();
    train(&place, "digits train.epochs=2");
    let page = page(&place, "last");
    assert_eq!(page.matches("<img src=\"data:image/png;base64,").count(), 12);
    assert!(page.len() < 300_000, "{} bytes", page.len());
}

#[test]
fn numbers_have_residuals() {
    let place = Place::new();
    train(&place, "diabetes train.epochs=3");
    let page = page(&place, "last");
    has(&page, &["predicted by true", "residuals", "<circle", "Predicted and true"]);
    assert!(!page.contains("Confusion matrix") && !page.contains("ROC"));
}

#[test]
fn folds_are_points_with_the_interval() {
    let place = Place::new();
    // Long enough that an interval of the loss would go below 0, where no loss is.
    place.ok("cv iris train.epochs=20 --folds 4 -q");
    let page = page(&place, "last");
    has(&page, &["4 folds (stratified)", "Nadeau and Bengio", "Each fold", "virginica", "Confusion matrix"]);
    assert!(page.matches("<circle").count() >= 8);
    let loss = page.split("Test loss: mean ").nth(1).unwrap().split('<').next().unwrap();
    assert!(loss.contains("95 % interval 0 to "), "{loss}");
}

#[test]
fn several_runs_stand_side_by_side() {
    let place = Place::new();
    train(&place, "iris train.epochs=3 --name one");
    train(&place, "iris train.epochs=3 optim.lr=0.5 --name two");
    let page = page(&place, "one two");
    has(&page, &["2 runs", "Settings in which the runs differ", "optim.lr", "0.5", "test accuracy"]);
    assert!(!page.contains("Confusion matrix"));
}

#[test]
fn names_are_words_whatever_they_are() {
    let place = Place::new();
    let bad = "<img src=x onerror=alert(1)>&\"'";
    let quoted = bad.replace('"', "\"\"");
    let row = |row: usize| {
        format!(
            "{},{}\n",
            row,
            if row.is_multiple_of(2) { format!("\"{quoted}\"") } else { "</table></main>".to_owned() }
        )
    };
    let rows: String = (0..60).map(row).collect();
    place.write("bad.csv", format!("\"{quoted}\",\"<b>class</b>\"\n{rows}"));
    place.ok("train bad.csv --epochs 3 --name bad -q");
    let page = page(&place, "last");
    assert!(!page.contains("<img src=x") && !page.contains("<b>class") && !page.contains("</table></main>"));
    has(&page, &["&#60;img src=x onerror=alert(1)&#62;"]);
}

#[test]
fn a_page_says_what_it_cannot_have() {
    let place = Place::new();
    let rows: String = (0..40).map(|row| format!("{row},{}\n", row * 2)).collect();
    place.write("numbers.csv", format!("a,b\n{rows}"));
    place.ok("train numbers.csv --epochs 3 -q");
    fs::remove_file(place.path().join("numbers.csv")).unwrap();
    let page = page(&place, "last");
    has(
        &page,
        &["The weights could not be measured", "numbers.csv", "<h2 id=\"training\">", "<h2 id=\"layers\">"],
    );
    place.fails("report nothing", 2, "nothing");
    place.fails("report last -o page.txt", 2, "does not end in one of .html");
}

#[test]
fn a_search_has_its_trials_its_budget_and_what_matters() {
    let place = Place::new();
    place.ok("tune iris train.epochs=2 --sampler random --trials 12 optim.lr=log(1e-4,1) \
              optim.kind=choice(adamw,sgd) -q");
    let page = page(&place, "last");
    has(
        &page,
        &["<h2 id=\"summary\">", "<h2 id=\"budget\">", "<h2 id=\"settings\">", "<h2 id=\"importance\">"],
    );
    has(
        &page,
        &["12: 12 to their end", "PED-ANOVA", "The best 10 of 12 trials", "All settings of the best trial"],
    );
    // Twelve lines through three axes, the best one above.
    assert_eq!(page.matches("class=\"frame\" stroke-width=\"1\" opacity").count(), 10);
    assert_eq!(page.matches("class=\"bar\"").count(), 2);
    assert!(page.len() < 300_000, "{} bytes", page.len());
    place.ok("tune iris train.epochs=2 --sampler random --trials 3 optim.lr=log(1e-4,1) -q");
    let names = folders(&place);
    let two = self::page(&place, &names.join(" "));
    has(&two, &["2 searches", "The best trial of each search", "The best so far"]);
    // Three trials say nothing of importance.
    has(&self::page(&place, "last"), &["There are too few trials to say"]);
}

#[test]
fn a_path_and_a_curve_have_their_charts_and_their_picks() {
    let place = Place::new();
    place.ok("path diabetes model.kind=linear --lambdas 20 -q");
    let first = page(&place, "last");
    has(
        &first,
        &[
            "λ.min: the best",
            "λ.1se",
            "squared error by the strength of the penalty",
            "coefficients are not zero",
            "model.kind",
        ],
    );
    place.ok("path diabetes model.kind=linear --lambdas 20 --l1-ratio 0.5 -q");
    has(
        &page(&place, &folders(&place).join(" ")),
        &["2 paths", "What each path picks", "squared error along each path"],
    );
    let place = Place::new();
    place.ok("curve learning iris train.epochs=2 --folds 3 --sizes 0.5,1.0 -q");
    has(&page(&place, "last"), &["Means of 3 folds", "in training", "in the test", " band\""]);
    place.ok("curve learning iris train.epochs=3 --folds 3 --sizes 0.5,1.0 -q");
    has(&page(&place, &folders(&place).join(" ")), &["2 curves", "of 2 curves"]);
}

#[test]
fn a_comparison_has_times_and_differences() {
    let place = Place::new();
    place.ok("compare iris --devices flex,flex --steps 4 -q");
    has(
        &page(&place, "last"),
        &[
            "4 timed steps on each device",
            "4 of 4 steps have the loss of flex to the last bit",
            "Time of a training step",
        ],
    );
}

#[test]
fn cross_validations_stand_side_by_side() {
    let place = Place::new();
    place.ok("cv iris train.epochs=2 --folds 4 -q");
    place.ok("cv iris train.epochs=2 optim.lr=0.5 --folds 4 -q");
    let page = page(&place, &folders(&place).join(" "));
    has(
        &page,
        &[
            "2 cross-validations",
            "What the folds allow to conclude",
            "Settings in which they differ",
            "optim.lr",
        ],
    );
}

#[test]
fn kinds_are_not_mixed_and_other_folders_are_refused() {
    let place = Place::new();
    place.ok("path diabetes model.kind=linear --lambdas 5 -q");
    place.ok("curve learning iris train.epochs=1 --folds 2 --sizes 1.0 -q");
    place.fails(&format!("report {}", folders(&place).join(" ")), 2, "write a page for each");
    fs::create_dir(place.path().join("empty")).unwrap();
    place.fails("report empty", 2, "holds no run, cross-validation, search, path, curve or comparison");
    // What is damaged is said, and nothing panics.
    let curve = place.path().join("runs").join(&folders(&place)[1]).join("curve.json");
    fs::write(&curve, "{\"kind\": \"learning\"}").unwrap();
    place.fails("report last", 5, "curve.json is damaged: missing field");
    let path = place.path().join("runs").join(&folders(&place)[0]).join("path.json");
    let text = fs::read_to_string(&path).unwrap().replacen("\"coef\":[", "\"coef\":[1.0,", 1);
    fs::write(&path, text).unwrap();
    place.fails(&format!("report {}", folders(&place)[0]), 5, "not as many numbers each");
}
