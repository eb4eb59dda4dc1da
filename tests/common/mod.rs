//! The program, run in a folder of its own.

#![allow(dead_code, reason = "each test program uses a part of this")]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A temporary folder, in which the program runs on the device under test (`KILN_TEST_DEVICE`).
#[derive(Debug)]
pub(crate) struct Place {
    folder: TempDir,
}

/// How a run of the program ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of all runs.
    pub(crate) fn runs(&self) -> PathBuf {
        self.path().join("runs")
    }

    /// Writes a file, and the folders above it.
    pub(crate) fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// The program with `arguments`, not started. No setting of this process's environment reaches it.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kiln"));
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("KILN_")) {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .current_dir(self.path())
            .env("KILN_DEVICE", device())
            .env("NO_COLOR", "1")
            // Without it, graphics drivers complain on standard error.
            .env("XDG_RUNTIME_DIR", self.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command line; words are split at spaces.
    pub(crate) fn kiln(&self, line: &str) -> Ran {
        Ran::of(self.command(&line.split_whitespace().collect::<Vec<_>>()).output().unwrap())
    }

    /// As [`Place::kiln`], and it must succeed.
    #[track_caller]
    pub(crate) fn ok(&self, line: &str) -> Ran {
        let ran = self.kiln(line);
        assert_eq!(ran.code, Some(0), "kiln {line}\n{}", ran.stderr);
        ran
    }

    /// As [`Place::kiln`], and it must fail with `code`, saying `piece` and never that it is a bug.
    #[track_caller]
    pub(crate) fn fails(&self, line: &str, code: i32, piece: &str) -> Ran {
        let ran = self.kiln(line);
        ran.failed(code, piece);
        ran
    }

    /// The folders of the runs, the oldest first.
    pub(crate) fn run_dirs(&self) -> Vec<PathBuf> {
        run_dirs(&self.runs())
    }

    /// The folder of the only run.
    #[track_caller]
    pub(crate) fn run_dir(&self) -> PathBuf {
        let runs = self.run_dirs();
        assert_eq!(runs.len(), 1, "{runs:?}");
        runs[0].clone()
    }
}

/// The runs in `folder`, the oldest first; what is still being made does not count.
pub(crate) fn run_dirs(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut runs: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    runs.retain(|path| !path.file_name().unwrap().to_str().unwrap().starts_with('.'));
    runs.sort();
    runs
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    #[track_caller]
    pub(crate) fn failed(&self, code: i32, piece: &str) {
        let Self { stderr, .. } = self;
        assert_eq!(self.code, Some(code), "{stderr}");
        assert!(self.says(piece), "{piece:?} is not in:\n{stderr}");
        assert!(!stderr.contains("panicked") && !stderr.contains("RUST_BACKTRACE"), "{stderr}");
    }

    /// Whether standard error contains `piece`, however its lines are broken.
    pub(crate) fn says(&self, piece: &str) -> bool {
        // Long messages are wrapped, and a `│` leads the lines that go on.
        let one_line = |text: &str| {
            let words: Vec<_> = text.split_whitespace().filter(|word| *word != "│").collect();
            words.join(" ")
        };
        one_line(&self.stderr).contains(&one_line(piece))
    }

    /// Standard output as JSON lines: that, and nothing else, is what `--json` promises.
    #[track_caller]
    pub(crate) fn events(&self) -> Vec<Value> {
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.stdout.lines().map(parse).collect()
    }

    /// The last event.
    #[track_caller]
    pub(crate) fn last_event(&self) -> Value {
        self.events().pop().expect("no event at all")
    }
}

/// The name of the device under test.
pub(crate) fn device() -> String {
    std::env::var("KILN_TEST_DEVICE").unwrap_or_else(|_| "flex".to_owned())
}

/// Whether the device under test gives the same bits every time; others choose kernels by the clock.
pub(crate) fn exact() -> bool {
    let device = device();
    if !["flex", "cpu", "ndarray"].contains(&device.as_str()) {
        eprintln!("skipped: equal bits are promised on flex and ndarray, this is {device}");
        return false;
    }
    true
}

/// How often a test kills: `KILN_TEST_KILLS`, for whoever has the time for more.
pub(crate) fn kills(default: usize) -> usize {
    std::env::var("KILN_TEST_KILLS").map_or(default, |kills| kills.parse().unwrap())
}

/// The JSON in a file.
#[track_caller]
pub(crate) fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// `metrics.jsonl` of a run, without the one field that may differ between equal runs.
#[track_caller]
pub(crate) fn metrics(run: &Path) -> Vec<Value> {
    let text = fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    let parse = |line| {
        let mut record: Value = serde_json::from_str(line).unwrap();
        let seconds = record.as_object_mut().unwrap().remove("seconds");
        assert!(seconds.unwrap().as_f64().unwrap() >= 0.0);
        record
    };
    text.lines().map(parse).collect()
}

/// The folder of the newest checkpoint of a run.
#[track_caller]
pub(crate) fn newest_checkpoint(run: &Path) -> PathBuf {
    let name = fs::read_to_string(run.join("checkpoints/last")).unwrap();
    run.join("checkpoints").join(name.trim())
}

/// The names of events, in order.
pub(crate) fn names(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event"].as_str().unwrap()).collect()
}

/// Trains quietly and gives back the last event.
#[track_caller]
pub(crate) fn train(place: &Place, rest: &str) -> Value {
    place.ok(&format!("train {rest} --json -q")).last_event()
}
