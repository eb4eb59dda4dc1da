//! Pipes, devices and folders where files are expected.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{make_pipe, trained};
use crate::common::{Place, Ran, train};

/// The process ends by itself within a time that no hang has.
fn must_end(mut child: Child) -> Ran {
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("it hangs");
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ran::of(child.wait_with_output().unwrap())
}

fn start(place: &Place, line: &str) -> Child {
    place.command(&line.split(' ').collect::<Vec<_>>()).spawn().unwrap()
}

const CONFIG: &str = "[data]\nsource = \"csv\"\npath = \"own.csv\"\n[train]\nepochs = 2\n";

#[test]
fn a_configuration_comes_through_a_pipe() {
    let place = trained();
    make_pipe(&place.path().join("pipe"));
    for line in [
        "config check pipe",
        "train pipe -q",
        "tune pipe optim.lr=log(1e-3,1e-1) --trials 2 -q",
        "cv pipe --folds 2 --tune optim.lr=log(1e-3,1e-1) --trials 2 -q",
    ] {
        let path = place.path().join("pipe");
        let writer = thread::spawn(move || {
            File::options().write(true).open(path).unwrap().write_all(CONFIG.as_bytes())
        });
        let ran = must_end(start(&place, line));
        assert_eq!(ran.code, Some(0), "{line}: {}", ran.stderr);
        writer.join().unwrap().unwrap();
    }
    // The path in it counts from the current folder, and the data give the run its name.
    let named = |run: &std::path::PathBuf| run.to_str().unwrap().contains("-own-");
    assert!(place.run_dirs().iter().all(|run| named(run) || run.to_str().unwrap().contains("own")));
}

#[test]
fn large_data_that_are_being_read_are_left_by_the_first_signal() {
    let place = Place::new();
    let row = "0.123456789,0.234567891,0.345678912,0.456789123,0.567891234,0.678912345,0.789123456,1\n";
    place.write("large.csv", format!("a,b,c,d,e,f,g,y\n{}", row.repeat(400_000)));
    let words = ["train", "large.csv", "--target", "y"];
    let mut child = place.command(&words).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(said.next().unwrap().unwrap().contains("reading the data"));
    let terminate = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(terminate.unwrap().success());
    assert_eq!(must_end(child).code, Some(143));
    let more: Vec<String> = said.map(Result::unwrap).collect();
    assert!(more.is_empty() && !place.runs().exists(), "{more:?}");
}

#[test]
fn whoever_waits_for_a_pipe_is_stopped_by_the_first_signal() {
    let place = Place::new();
    make_pipe(&place.path().join("pipe"));
    for line in
        ["train pipe", "cv pipe", "tune pipe optim.lr=log(1e-3,1e-1)", "curve learning pipe", "path pipe"]
    {
        let child = start(&place, line);
        thread::sleep(Duration::from_millis(300));
        // Not Ctrl-C: whoever starts tests in the background has it ignored, and so has the program then.
        let sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(sent.success(), "{line} has ended without reading the pipe");
        let ran = must_end(child);
        assert_eq!(ran.code, None, "{line}: {}", ran.stderr);
    }
    assert!(!place.runs().exists());
}

#[test]
fn data_are_refused_at_once_where_they_are_no_file() {
    let place = trained();
    let trained_on_images = Place::new();
    train(&trained_on_images, "digits train.epochs=1");
    let dir = |place: &Place| place.run_dir().display().to_string();
    let (table, images) = (dir(&place), dir(&trained_on_images));
    make_pipe(&place.path().join("pipe.csv"));
    symlink("/dev/zero", place.path().join("device.csv")).unwrap();
    fs::create_dir(place.path().join("folder.csv")).unwrap();
    for name in ["pipe.csv", "device.csv", "folder.csv"] {
        for line in [
            format!("train data.source=csv --data {name}"),
            format!("predict {table} {name}"),
            format!("predict {images} {name}"),
            format!("eval {table} --data {name}"),
            format!("data info data.source=csv data.path={name}"),
        ] {
            let images_folder = name == "folder.csv" && line.contains(&images);
            // These two read a pipe, and wait for it.
            let reads = name == "pipe.csv" && (line.starts_with("predict") || line.starts_with("eval"));
            if images_folder || reads {
                continue;
            }
            let ran = must_end(start(&place, &line));
            ran.failed(3, name);
        }
    }
    // The files of a set.
    fs::create_dir(place.path().join("set")).unwrap();
    make_pipe(&place.path().join("set/train-images-idx3-ubyte"));
    make_pipe(&place.path().join("set/train-labels-idx1-ubyte"));
    must_end(start(&place, "train data.source=idx --data set")).failed(3, "is a pipe, not a file");
    // Devices and folders as a configuration.
    must_end(start(&place, "train /dev/zero")).failed(2, "/dev/zero is not a file");
    must_end(start(&place, "train folder.csv")).failed(2, "is a folder");
}

#[test]
fn predict_and_eval_read_a_pipe_once() {
    let place = trained();
    let text = fs::read_to_string(place.path().join("own.csv")).unwrap();
    make_pipe(&place.path().join("pipe"));
    let fed = |line: &str, text: &str| {
        let (path, text) = (place.path().join("pipe"), text.to_owned());
        let writer =
            thread::spawn(move || File::options().write(true).open(path)?.write_all(text.as_bytes()));
        let ran = must_end(start(&place, line));
        writer.join().unwrap().unwrap();
        ran
    };
    let ran = fed("predict last pipe --proba", &text);
    assert_eq!((ran.code, ran.stdout), (Some(0), place.ok("predict last own.csv --proba").stdout));
    // Other rows than those of the run, of both classes.
    let some: Vec<&str> = text.lines().take(1).chain(text.lines().skip(21).take(20)).collect();
    let ran = fed("eval last --data pipe --json -q", &format!("{}\n", some.join("\n")));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let found = ran.last_event();
    assert_eq!((found["items"].as_u64(), found["data"].as_str()), (Some(20), Some("pipe")));
    // Errors call it by its name.
    fed("predict last pipe", "other\n1\n").failed(3, "pipe");
    // A table is no configuration, and data of a training are read twice.
    fed("train pipe", &text).failed(2, "data are read more than once");
}

#[test]
fn the_files_of_a_run_are_no_pipes() {
    let place = trained();
    let run = place.run_dir();
    let last = crate::common::newest_checkpoint(&run);
    for (path, line, code) in [
        (run.join("run.json"), "runs show last", 5),
        (run.join("metrics.jsonl"), "runs show last", 5),
        (last.join("model.safetensors"), "verify last", 5),
        (last.join("MANIFEST.json"), "verify last", 5),
        (run.join("run.toml"), "runs show last", 2),
    ] {
        let kept = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        make_pipe(&path);
        let ran = must_end(start(&place, line));
        assert_eq!(ran.code, Some(code), "{}: {}", path.display(), ran.stderr);
        fs::remove_file(&path).unwrap();
        fs::write(&path, kept).unwrap();
    }
}
