//! `kiln watch`: a training in progress, seen by a browser.

use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::Place;
use crate::server::Server;

/// Work that does not end by itself.
struct Training(Child);

impl Training {
    /// Starts a training, and waits until it has a folder.
    fn start(place: &Place) -> Self {
        Self::of(place, &["train", "iris", "train.epochs=1000000", "schedule.kind=constant", "-q"])
    }

    fn of(place: &Place, arguments: &[&str]) -> Self {
        let runs = place.run_dirs().len();
        let child = place.command(arguments).spawn().unwrap();
        let began = Instant::now();
        while place.run_dirs().len() == runs {
            assert!(began.elapsed() < Duration::from_secs(60), "no run");
            sleep(Duration::from_millis(5));
        }
        Self(child)
    }

    fn stop(&mut self) {
        assert!(Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap().success());
        assert_eq!(self.0.wait().unwrap().code(), Some(143));
    }
}

impl Drop for Training {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn changes(server: &Server, known: &str) -> Value {
    let answer = server.get(&format!("/changes?{known}"));
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    answer.json()
}

fn sections(found: &Value) -> Vec<(&str, &str)> {
    let all = found["sections"].as_array().unwrap().iter();
    all.map(|section| (section["id"].as_str().unwrap(), section["html"].as_str().unwrap())).collect()
}

/// What a page asks when it has all of `found`.
fn versions(found: &Value) -> String {
    let all = found["sections"].as_array().unwrap().iter();
    let pairs = all.map(|section| {
        format!("{}={}", section["id"].as_str().unwrap(), section["version"].as_str().unwrap())
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// The number of epochs that have ended, as the page says it.
fn epochs(found: &Value) -> u64 {
    let state = found["state"].as_str().unwrap();
    let number = state.strip_prefix("running, ").and_then(|rest| rest.split(' ').next());
    number.unwrap_or_else(|| panic!("{state}")).parse().unwrap()
}

#[test]
fn a_training_in_progress_is_seen_epoch_by_epoch_and_its_end_too() {
    let place = Place::new();
    let mut training = Training::start(&place);
    let server = Server::run(&place, "watch --port 0 --json", "watching");
    assert!(server.address.ip().is_loopback());
    let page = server.get("/");
    let name = place.run_dir().file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(page.text().contains(&format!("<title>{name}</title>")), "{}", page.text());
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{policy}");
    let script = server.get("/watch.js");
    assert_eq!(script.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert!(script.text().contains("changes?"), "{}", script.text());

    let has_curves =
        |found: &Value| sections(found).iter().any(|(id, html)| *id == "training" && html.contains("<svg"));
    server.until("two epochs end", |server| has_curves(&changes(server, "")));
    let first = changes(&server, "");
    assert_eq!(first["order"], serde_json::json!(["summary", "training", "configuration"]));
    server.until("more epochs end", |server| epochs(&changes(server, "")) > epochs(&first));
    let later = changes(&server, &versions(&first));
    // The curves alone have changed.
    let changed: Vec<&str> = sections(&later).iter().map(|(id, _)| *id).collect();
    assert_eq!(changed, ["training"], "{later}");

    training.stop();
    let last = changes(&server, "");
    let state = last["state"].as_str().unwrap();
    assert!(
        state.starts_with("stopped after ") && state.ends_with(&format!("kiln resume {name}")),
        "{state}"
    );
    // Nothing goes on, and so nothing changes.
    assert!(sections(&changes(&server, &versions(&last))).is_empty());
    server.signal("-INT");
    let (status, said) = server.end();
    assert!(status.success() && said.ends_with("stopped\n"), "{status}: {said}");
}

#[test]
fn several_runs_stand_side_by_side_and_one_that_is_over_says_so() {
    let place = Place::new();
    place.ok("train iris train.epochs=3 --name first -q");
    place.ok("cv iris train.epochs=1 --folds 3 --name folds -q");
    let mut training = Training::start(&place);
    let server = Server::run(&place, "watch first last --port 0 --json", "watching");
    server.until("epochs end", |server| changes(server, "")["state"].as_str().unwrap().contains("; "));
    let found = changes(&server, "");
    let state = found["state"].as_str().unwrap();
    assert!(
        state.contains("first") && state.contains("done, after 3 epochs; all of it: kiln report"),
        "{state}"
    );
    assert!(state.contains("running, "), "{state}");
    let all = sections(&found);
    assert!(all.iter().any(|(id, html)| *id == "differences" && html.contains("train.epochs")), "{found}");
    training.stop();
    let server = Server::run(&place, "watch folds --port 0 --json", "watching");
    let page = server.get("/").text();
    assert!(page.contains("Scores over the folds"), "{page}");
}

/// How many have ended, as the page says it.
fn ended(found: &Value) -> u64 {
    let state = found["state"].as_str().unwrap();
    let number = state.strip_prefix("running, ").and_then(|rest| rest.split(' ').next());
    number.and_then(|number| number.replace(',', "").parse().ok()).unwrap_or(0)
}

#[test]
fn searches_paths_and_curves_are_seen_before_they_end() {
    let place = Place::new();
    let small = "schedule.kind=constant";
    for (command, section) in [
        (
            vec!["tune", "iris", small, "train.epochs=2", "optim.lr=log(1e-3,1)", "--trials", "100000", "-q"],
            "budget",
        ),
        (
            vec![
                "curve",
                "validation",
                "iris",
                small,
                "train.epochs=2",
                "--vary",
                "optim.lr=log(1e-4,1)",
                "--points",
                "1000",
                "-q",
            ],
            "progress",
        ),
        (
            vec![
                "path",
                "wine",
                small,
                "--lambdas",
                "5000",
                "--epochs",
                "1",
                "train.epochs=3",
                "--ratio",
                "1e-9",
                "-q",
            ],
            "progress",
        ),
    ] {
        let mut work = Training::of(&place, &command);
        // Two may watch one.
        let server = Server::run(&place, "watch last --port 0 --json", "watching");
        let other = Server::run(&place, "watch last --port 0 --json", "watching");
        server.until("three end", |server| ended(&changes(server, "")) >= 3);
        let shown =
            |found: &Value| sections(found).iter().any(|(id, html)| *id == section && html.contains("<svg"));
        // A path first looks for the strength at which nothing is left, of which there is no score.
        server.until("there is a chart", |server| shown(&changes(server, "")));
        let first = changes(&server, "");
        other.until("the other sees them", |other| ended(&changes(other, "")) >= 3);
        server.until("more end", |server| ended(&changes(server, "")) > ended(&first));
        work.stop();
        let after = server.get("/changes");
        if command[0] == "tune" {
            let state = after.json()["state"].as_str().unwrap().to_owned();
            assert!(state.starts_with("stopped, ") && state.contains("of 100,000"), "{state}");
        } else {
            // What has no end leaves nothing.
            assert_eq!(after.status, 500, "{}", after.text());
        }
        drop((server, other));
        for run in place.run_dirs() {
            std::fs::remove_dir_all(run).unwrap();
        }
    }
    place.ok("curve learning iris train.epochs=1 --folds 2 --sizes 0.5,1.0 -q");
    let server = Server::run(&place, "watch last --port 0 --json", "watching");
    let found = changes(&server, "");
    assert!(found["state"].as_str().unwrap().starts_with("done; all of it: kiln report"), "{found}");
    assert!(sections(&found).iter().any(|(id, _)| *id == "curve"));
}

#[test]
fn what_is_no_page_is_refused_and_so_is_a_name_from_elsewhere() {
    let place = Place::new();
    place.fails("watch last", 2, "last");
    place.ok("train iris train.epochs=2 -q");
    let server = Server::run(&place, "watch --port 0 --json", "watching");
    assert_eq!(server.get("/nothing").status, 404);
    assert_eq!(server.client().request("POST", "/", &[], b"").unwrap().status, 405);
    for host in ["evil.example", "192.0.2.1:8090"] {
        let mut client = server.client();
        client.send(format!("GET / HTTP/1.1\r\nhost: {host}\r\n\r\n")).unwrap();
        let answer = client.answer().unwrap();
        assert_eq!(answer.status, 403);
        assert!(!answer.text().contains("iris"), "{}", answer.text());
    }
    // A run that goes away is an answer, too, and not the end.
    std::fs::remove_dir_all(place.run_dir()).unwrap();
    let answer = server.get("/changes");
    assert_eq!(answer.status, 500);
    assert!(answer.json()["error"].as_str().unwrap().contains("holds no run"), "{}", answer.text());
    assert_eq!(server.get("/watch.js").status, 200);
}

#[test]
fn a_language_model_is_seen_with_what_it_writes() {
    let place = Place::new();
    let line = |row: usize| format!("line {row} says that {} is {}.\n", row % 7, row % 3);
    place.write("corpus.txt", (0..300).map(line).collect::<String>());
    let small = [
        "model.width=16",
        "model.heads=2",
        "model.blocks=1",
        "model.context=16",
        "corpus.every=4",
        "corpus.length=30",
    ];
    let line =
        ["train", "tinygpt", "--data", "corpus.txt", "schedule.kind=constant", "train.epochs=1000000", "-q"];
    let mut training = Training::of(&place, &[&line[..], &small[..]].concat());
    let server = Server::run(&place, "watch --port 0 --json", "watching");
    let written = |found: &Value| -> Option<String> {
        let html = sections(found).into_iter().find(|(id, _)| *id == "written")?.1.to_owned();
        Some(html.split("after ").nth(1)?.split(' ').next()?.to_owned())
    };
    server.until("it writes and has curves", |server| {
        let found = changes(server, "");
        written(&found).is_some()
            && sections(&found).iter().any(|(id, html)| *id == "training" && html.contains("perplexity"))
    });
    let first = changes(&server, "");
    assert_eq!(first["order"], serde_json::json!(["summary", "training", "written", "configuration"]));
    server.until("it writes something else", |server| written(&changes(server, "")) != written(&first));
    training.stop();
    let last = changes(&server, "");
    assert!(last["state"].as_str().unwrap().starts_with("stopped after "), "{last}");
    assert!(sections(&changes(&server, &versions(&last))).is_empty());
}

#[test]
fn an_ensemble_is_a_page_too() {
    let place = Place::new();
    let spaces = "optim.lr=log(1e-3,1) model.hidden=choice([4],[8])";
    place.ok(&format!("tune iris {spaces} train.epochs=2 --trials 3 --ensemble -q"));
    let study = place.run_dir();
    let ensemble = study.join("ensemble");
    let server = Server::run(&place, &format!("watch {} --port 0 --json", ensemble.display()), "watching");
    let found = changes(&server, "");
    assert!(found["state"].as_str().unwrap().starts_with("done; all of it"), "{found}");
    assert_eq!(found["order"], serde_json::json!(["summary", "configuration"]));
}
