//! A search whose workers meet in a database: one table, whoever is killed, and whatever happens to the server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use kiln::Seed;
use serde_json::Value;

use crate::common::{Place, Ran, exact, kills};
use crate::proxy::Proxy;
use crate::server::Server;

fn trials() -> usize {
    std::env::var("KILN_TEST_TRIALS").map_or(16, |trials| trials.parse().unwrap())
}

/// The trials in the order of their numbers, without the one field that differs between equal studies.
fn table(study: &Path) -> String {
    let text = fs::read_to_string(study.join("study.jsonl")).unwrap();
    let mut trials: Vec<Value> =
        text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect();
    trials.iter_mut().for_each(|trial| drop(trial.as_object_mut().unwrap().remove("seconds")));
    trials.sort_by_key(|trial| trial["number"].as_u64());
    trials.iter().map(|trial| format!("{trial}\n")).collect()
}

fn search(more: &str) -> Vec<String> {
    let fixed = format!(
        "tune iris train.epochs=8 train.batch_size=16 optim.kind=sgd model.hidden=[8] --trials {} --lag 8 --pruner asha -q \
         checkpoint.every_steps=20",
        trials()
    );
    let spaces = ["optim.lr=choice(1e30,0.001,0.01,0.05,0.1)", "optim.momentum=uniform(0,0.95)"];
    let words = fixed.split_whitespace().chain(more.split_whitespace()).map(str::to_owned);
    words.chain(spaces.iter().map(|space| (*space).to_owned())).collect()
}

fn begun(place: &Place, address: &str) -> PathBuf {
    let line = format!("--on local --workers 8 --print --lease 3s --store {address}");
    let ran = Ran::of(place.command(&search(&line)).output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    place.run_dir().canonicalize().unwrap()
}

fn worker(place: &Place, study: &Path) -> Child {
    let mut command = place.command(&["tune", "work", study.to_str().unwrap(), "--threads", "1", "-q"]);
    command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap()
}

/// Eight workers, of which some are killed, while `disturb` does what it does.
fn shared(study: &Path, place: &Place, kills: usize, mut disturb: impl FnMut(usize)) {
    let mut crew: Vec<Child> = (0..8).map(|_| worker(place, study)).collect();
    let mut draws = (0u64..).map(|draw| Seed::new(11).uniform(draw));
    for number in 0..kills {
        thread::sleep(Duration::from_secs_f64(0.05 + 0.5 * draws.next().unwrap()));
        disturb(number);
        let which = (draws.next().unwrap() * 8.0) as usize;
        if crew[which].try_wait().unwrap().is_some() {
            break;
        }
        crew[which].kill().unwrap();
        crew[which].wait().unwrap();
        crew[which] = worker(place, study);
    }
    for mut child in crew {
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn one_table_whoever_is_killed_and_whatever_happens_to_the_server() {
    if !exact() {
        return;
    }
    let alone = Place::new();
    let ran = Ran::of(alone.command(&search("")).output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let expected = table(&alone.run_dir());
    assert_eq!(expected.lines().count(), trials());

    let mut server = Server::start();
    let place = Place::new();
    let study = begun(&place, &server.address());
    shared(&study, &place, kills(6), |number| {
        if number % 3 == 1 {
            server.restart();
        }
    });
    assert_eq!(table(&study), expected, "the server was started again");

    let proxy = Proxy::start(server.port());
    let place = Place::new();
    let study = begun(&place, &server.address_at(proxy.port()));
    shared(&study, &place, kills(6), |_| proxy.cut());
    assert!(proxy.cuts() > 3, "{} connections were cut", proxy.cuts());
    assert_eq!(table(&study), expected, "connections were cut");
}
