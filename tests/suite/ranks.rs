//! Processes that share the batches of one training come to the bits of one process, also when they are killed on the way.

#![cfg(unix)]

use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::{Place, json, metrics, newest_checkpoint};

/// What is equal at the end: the weights, the epochs, the test.
#[derive(Debug, PartialEq)]
struct End {
    weights: String,
    state: Value,
    metrics: Vec<Value>,
    test: Value,
}

fn end(run: &Path) -> End {
    let record = json(&run.join("run.json"));
    assert_eq!(record["status"], "done", "{record}");
    let mut state = json(&newest_checkpoint(run).join("state.json"));
    state.as_object_mut().unwrap().remove("seconds");
    let weights = record["weights_blake3"].as_str().unwrap().to_owned();
    End { weights, state, metrics: metrics(run), test: record["test"].clone() }
}

fn train(line: &str, ranks: usize) -> End {
    let place = Place::new();
    place.ok(&format!("train {line} --ranks {ranks} --threads 1 -q"));
    end(&place.run_dir())
}

const CNN: &str = "data.source=digits model.kind=cnn model.channels=[4] model.hidden=[8] model.dropout=0.3";
const RESNET: &str = "data.source=digits model.kind=resnet model.width=2 model.dropout=0.2";

#[test]
fn any_number_of_processes_comes_to_the_same_bits() {
    let cases = [
        // A last batch of 13 items: fewer than there are shards.
        (
            "digits train.shards=16 train.batch_size=80 --epochs 2 train.clip_norm=0.5".to_owned(),
            vec![2, 3, 4],
        ),
        (
            format!(
                "{CNN} train.shards=6 train.batch_size=90 train.accumulate=2 --epochs 2 optim.kind=sgd optim.lr=0.1 optim.momentum=0.9"
            ),
            vec![2, 4],
        ),
        (
            format!(
                "{RESNET} train.shards=4 train.batch_size=160 --epochs 1 train.drop_last=true optim.kind=adam average.kind=ema average.decay=0.9"
            ),
            vec![3, 4],
        ),
        // Batch norm over all shards, also in the last batch, where the last ranks have no item.
        (
            format!(
                "{RESNET} train.shards=16 train.sync_batch_norm=true train.batch_size=80 --epochs 1 train.clip_norm=1"
            ),
            vec![2, 3, 4],
        ),
        (
            "digits train.shards=4 train.local_steps=4 train.batch_size=80 --epochs 1 optim.kind=adam"
                .to_owned(),
            vec![2, 3],
        ),
    ];
    for (line, ranks) in cases {
        let one = train(&line, 1);
        for ranks in ranks {
            assert_eq!(train(&line, ranks), one, "{ranks} ranks: {line}");
        }
    }
}

/// A training of some seconds on two ranks, in processes that are started one by one.
const LONG: &str =
    "digits train.shards=4 train.batch_size=64 --epochs 60 checkpoint.every_steps=10 schedule.kind=constant";

fn start(place: &Place, line: &str) -> Child {
    let words: Vec<&str> = line.split_whitespace().chain(["--threads", "1", "--progress", "off"]).collect();
    place.command(&words).stdout(Stdio::null()).spawn().unwrap()
}

/// Waits until a run has a checkpoint, so that there is something to go on from.
fn wait_for_checkpoint(place: &Place) {
    let began = Instant::now();
    while place.run_dirs().first().is_none_or(|run| !run.join("checkpoints/last").exists()) {
        assert!(began.elapsed() < Duration::from_secs(60), "no checkpoint");
        thread::sleep(Duration::from_millis(5));
    }
}

fn ended(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_rank_that_is_killed_ends_the_others_and_the_run_goes_on_with_other_ranks() {
    let place = Place::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let rank =
        |rank: usize| start(&place, &format!("train {LONG} --ranks 3 --rank {rank} --head 127.0.0.1:{port}"));
    let (head, second, mut third) = (rank(0), rank(1), rank(2));
    wait_for_checkpoint(&place);
    third.kill().unwrap();
    third.wait().unwrap();
    // Those that are left say so, and end as if they had been interrupted.
    for (child, name) in [(head, "rank 0"), (second, "rank 1")] {
        let (code, said) = ended(child);
        assert_eq!(code, Some(130), "{name}: {said}");
        assert!(said.contains("rank 2 has gone") || said.contains("has ended: rank 2"), "{name}: {said}");
        assert!(!said.contains("panicked"), "{name}: {said}");
    }
    let run = place.run_dir();
    assert_eq!(json(&run.join("run.json"))["status"], "stopped");
    place.ok(&format!("resume {} --ranks 2 --threads 1 -q", run.display()));
    assert_eq!(end(&run), train(LONG, 1));
}

#[test]
fn an_interrupt_of_rank_0_stops_all_and_saves() {
    let place = Place::new();
    let head = start(&place, &format!("train {LONG} --ranks 2"));
    wait_for_checkpoint(&place);
    let id = head.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let (code, said) = ended(head);
    assert_eq!(code, Some(143), "{said}");
    let run = place.run_dir();
    assert_eq!(json(&run.join("run.json"))["status"], "stopped");
    let state = json(&newest_checkpoint(&run).join("state.json"));
    assert!(state["step"].as_u64().unwrap() >= 10 && state["stop"].is_null(), "{state}");
}

#[test]
fn ranks_with_other_settings_are_refused_by_name() {
    let place = Place::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let rank = |rank: usize, line: &str| {
        start(&place, &format!("train {line} --ranks 2 --rank {rank} --head 127.0.0.1:{port}"))
    };
    let children = [rank(0, LONG), rank(1, &format!("{LONG} optim.lr=0.5"))];
    for child in children {
        let (code, said) = ended(child);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("rank 1 is not like rank 0") && said.contains("optim.lr"), "{said}");
    }
}

#[test]
fn what_ranks_cannot_share_is_refused_with_a_remedy() {
    let place = Place::new();
    place.fails("train digits --ranks 3", 2, "3 ranks have only 1 shards to share");
    place.fails(
        "train digits train.shards=2 --ranks 2 --bag 3",
        2,
        "ranks share the batches of one training",
    );
    place.fails(
        "train diabetes model.kind=linear train.shards=2 --solver fista",
        2,
        "nothing to cut into shards",
    );
    place.fails("train digits --ranks 2 --rank 2 --head 127.0.0.1:9", 2, "there is no rank 2 of 2");
}

#[test]
fn processes_that_mpirun_has_started_find_each_other() {
    let line = "digits train.shards=2 --epochs 1";
    let place = Place::new();
    let children: Vec<Child> = (0..2)
        .map(|rank| {
            let words: Vec<&str> = format!("train {line} --threads 1 -q").leak().split(' ').collect();
            let mut command = place.command(&words);
            command.env("OMPI_COMM_WORLD_RANK", rank.to_string()).env("OMPI_COMM_WORLD_SIZE", "2");
            command.env("PMIX_NAMESPACE", "prterun-1@1").stdout(Stdio::null()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let (code, said) = ended(child);
        assert_eq!(code, Some(0), "{said}");
    }
    // The file by which they met is gone.
    assert!(
        !std::fs::read_dir(place.runs())
            .unwrap()
            .any(|entry| { entry.unwrap().file_name().to_string_lossy().starts_with(".ranks") })
    );
    assert_eq!(end(&place.run_dir()), train(line, 1));
}

#[test]
fn a_real_mpirun_starts_four_ranks_that_come_to_the_bits_of_one() {
    let line = "digits train.shards=4 --epochs 2";
    let place = Place::new();
    let kiln = place.command(&["train"]).get_program().to_owned();
    let mut command = std::process::Command::new("mpirun");
    command.args(["--allow-run-as-root", "--oversubscribe", "-n", "4"]).arg(kiln);
    command.args(format!("train {line} --threads 1 -q").split(' '));
    let own = place.command(&["train"]);
    for (name, value) in own.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    if let Some(folder) = own.get_current_dir() {
        command.current_dir(folder);
    }
    // On this machine alone, so that Open MPI does not ask for ssh.
    command.env("OMPI_MCA_plm", "isolated");
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("NOT TESTED: there is no mpirun here (Debian's openmpi-bin)");
            return;
        }
        Err(error) => panic!("mpirun: {error}"),
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(end(&place.run_dir()), train(line, 1));
}
