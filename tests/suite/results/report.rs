//! `kiln report`: the page of a run has what the run has, and names are words, whatever they are.

use std::fs;

use crate::common::{Place, train};

/// The page of `line`, after it was written; nothing of it comes from elsewhere.
#[track_caller]
fn page(place: &Place, line: &str) -> String {
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

#[track_caller]
fn has(page: &str, pieces: &[&str]) {
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
    place.ok("cv iris train.epochs=2 --folds 4 -q");
    let page = page(&place, "last");
    has(&page, &["4 folds (stratified)", "Nadeau and Bengio", "Each fold", "virginica", "Confusion matrix"]);
    assert!(page.matches("<circle").count() >= 8);
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
