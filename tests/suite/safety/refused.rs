//! What the operating system refuses is 7: not damaged, not a wrong use, not a run that is not there.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::{limited, trained};
use crate::common::newest_checkpoint;

/// A link to itself, which the system refuses to look at: it stands for a disk that fails and for folders that are closed.
fn closed(path: &Path) {
    let _ = fs::remove_file(path);
    symlink(path, path).unwrap();
}

#[test]
fn files_that_cannot_be_looked_at() {
    let place = trained();
    let run = place.run_dir();
    let kept = |name: &str| (run.join(name), fs::read(run.join(name)).unwrap());
    let last = newest_checkpoint(&run).file_name().unwrap().to_str().unwrap().to_owned();
    for (name, lines) in [
        ("run.toml".to_owned(), vec!["eval last", "resume last", "predict last own.csv", "runs show last"]),
        ("run.json".to_owned(), vec!["eval last", "resume last", "runs show last"]),
        ("metrics.jsonl".to_owned(), vec!["resume last", "runs show last"]),
        (
            format!("checkpoints/{last}/model.safetensors"),
            vec!["eval last", "resume last", "predict last own.csv", "verify last"],
        ),
        (format!("checkpoints/{last}/MANIFEST.json"), vec!["eval last", "resume last", "verify last"]),
        (format!("checkpoints/{last}/state.json"), vec!["eval last", "resume last", "verify last"]),
    ] {
        let (path, bytes) = kept(&name);
        closed(&path);
        for line in lines {
            let ran = place.kiln(line);
            assert_eq!(ran.code, Some(7), "{name}, {line}: {}", ran.stderr);
        }
        fs::remove_file(&path).unwrap();
        fs::write(&path, bytes).unwrap();
    }
    place.ok("resume last -q");
    closed(&place.path().join("my.toml"));
    closed(&place.path().join("my.csv"));
    place.fails("train my.toml", 7, "cannot read my.toml");
    place.fails("config check my.toml", 7, "cannot read my.toml");
    place.fails("train data.source=csv --data my.csv", 7, "my.csv");
    place.fails("predict last my.csv", 7, "my.csv");
    closed(&place.path().join("set"));
    place.fails("train data.source=idx --data set", 7, "set");
    place.fails("train fashion-mnist --data set", 7, "set");
    closed(&place.path().join("closed-runs"));
    place.fails("runs ls --runs-dir closed-runs", 7, "closed-runs");
    place.fails("eval last --runs-dir closed-runs", 7, "closed-runs");
}

#[test]
fn a_run_that_cannot_be_looked_at_is_not_a_run_that_is_not_there() {
    let place = trained();
    let run = place.run_dir();
    // The newest of two: `last` must not quietly mean the one before.
    let newer = place.runs().join("29990101-000000-later-0000");
    fs::create_dir(&newer).unwrap();
    closed(&newer.join("run.toml"));
    place.fails("eval last", 7, "later");
    place.fails("eval later", 7, "later");
    place.ok(&format!("eval {}", run.display()));
    let ls = place.ok("runs ls");
    assert!(ls.stdout.contains("unreadable") && ls.stdout.contains("done"), "{}", ls.stdout);
    // A folder that is no run of kiln's by its name does not stand in the way.
    fs::remove_dir_all(&newer).unwrap();
    let other = place.runs().join("lost+found");
    fs::create_dir(&other).unwrap();
    closed(&other.join("run.toml"));
    place.ok("eval last");
    place.fails("eval lost+found", 7, "lost+found");
}

/// A file that can be looked at and not read.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fails_while_it_is_read() {
    let place = trained();
    for name in ["my.toml", "my.csv", "set/train-images-idx3-ubyte", "photos/a/1.png", "photos/b/1.png"] {
        fs::create_dir_all(place.path().join(name).parent().unwrap()).unwrap();
        symlink("/proc/self/mem", place.path().join(name)).unwrap();
    }
    place.write("set/train-labels-idx1-ubyte", b"\0\0\x08\x01\0\0\0\x02\0\x01");
    place.fails("train my.toml", 7, "my.toml");
    place.fails("train data.source=csv --data my.csv", 7, "my.csv");
    place.fails("predict last my.csv", 7, "my.csv");
    place.fails("train data.source=idx --data set", 7, "train-images-idx3-ubyte");
    place.fails("train data.source=images --data photos", 7, "1.png");
}

#[test]
fn no_file_descriptor_left() {
    let place = trained();
    // The program needs a few to start; whichever it is that is missing, it is not the run's fault.
    for limit in 4..16 {
        let ran = limited(&place, &format!("ulimit -n {limit}"), "eval last");
        let fine = match ran.code {
            Some(0 | 7) => true,
            // The system cannot even load the program.
            Some(126 | 127) => true,
            _ => false,
        };
        assert!(fine, "{limit}: {:?} {}", ran.code, ran.stderr);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn threads_that_cannot_be_started_are_an_error() {
    let place = trained();
    // Room for the program, and not for the stack of a thread.
    let none = "ulimit -v 16000000; export RUST_MIN_STACK=32000000000";
    for line in [
        "train iris --threads 3 train.epochs=1",
        "train iris --threads 3 train.epochs=1 --dry-run",
        "eval last --threads 3",
        "predict last own.csv --threads 3",
        "cv iris --folds 2 --threads 3 train.epochs=1",
        "tune iris optim.lr=log(1e-3,1e-1) --trials 2 --workers 2 --threads 3",
        "path wine model.kind=linear --threads 3",
        "lr-find iris --threads 3",
        "compare iris --devices flex --threads 3",
    ] {
        limited(&place, none, &line.replace('(', "\\(").replace(')', "\\)"))
            .failed(7, "cannot start 3 threads");
    }
    let before = place.run_dirs().len();
    let ran = limited(&place, none, "data info iris");
    assert_eq!(ran.code, Some(0), "what needs no thread does without: {}", ran.stderr);
    assert_eq!(place.run_dirs().len(), before);
}
