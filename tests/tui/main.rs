//! `--progress tui`: the program on a pseudo-terminal, which `script` of util-linux makes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

#[path = "../common/mod.rs"]
mod common;

use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use common::Place;

/// What a terminal is told to begin and end the view: another screen, and back.
const VIEW: [&str; 2] = ["\x1b[?1049h", "\x1b[?1049l"];

/// The program on a terminal of 100 x 30 characters.
struct Terminal {
    child: Child,
    shown: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Terminal {
    fn start(place: &Place, arguments: &str) -> Self {
        let line = format!("stty cols 100 rows 30; exec {} {arguments}", env!("CARGO_BIN_EXE_kiln"));
        let mut command = Command::new("script");
        command.args(["-q", "-e", "-c", &line, "/dev/null"]).current_dir(place.path());
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("KILN_")) {
                command.env_remove(name);
            }
        }
        command.env("KILN_DEVICE", common::device()).env("TERM", "xterm-256color").env("SHELL", "/bin/sh");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("util-linux's script");
        let shown = Arc::new(Mutex::new(Vec::new()));
        let (to, mut from) = (Arc::clone(&shown), child.stdout.take().unwrap());
        let reader = spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                to.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
        });
        Self { child, shown, reader: Some(reader) }
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().unwrap()).into_owned()
    }

    #[track_caller]
    fn until(&self, what: &str, is_so: impl Fn(&str) -> bool) {
        let began = Instant::now();
        while !is_so(&self.shown()) {
            assert!(began.elapsed() < Duration::from_secs(60), "never: {what}\n{:?}", self.shown());
            sleep(Duration::from_millis(20));
        }
    }

    fn press(&mut self, keys: &str) {
        let stdin = self.child.stdin.as_mut().unwrap();
        stdin.write_all(keys.as_bytes()).and_then(|()| stdin.flush()).unwrap();
    }

    fn end(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        self.reader.take().unwrap().join().unwrap();
        (status, self.shown())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the view begins and ends in what was shown, which it does once.
#[track_caller]
fn view(shown: &str) -> [usize; 2] {
    VIEW.map(|code| {
        assert_eq!(shown.matches(code).count(), 1, "{shown:?}");
        shown.find(code).unwrap()
    })
}

#[test]
fn a_training_ends_behind_its_view() {
    let place = Place::new();
    let terminal = Terminal::start(&place, "train digits train.epochs=80 --progress tui");
    let (status, shown) = terminal.end();
    assert!(status.success(), "{shown}");
    let [begin, end] = view(&shown);
    // Word by word: what is on the screen already, such as a blank, is not sent.
    let seen = &shown[begin..end];
    for piece in ["Loss", "Accuracy", "Learning", "/80", "steps/s", "q:"] {
        assert!(seen.contains(piece), "{piece}: {seen:?}");
    }
    assert!(seen.chars().any(|c| ('\u{2801}'..='\u{28ff}').contains(&c)), "{seen:?}");
    // The result stands in the terminal that there was before.
    assert!(shown[end..].contains("all epochs done") && shown[end..].contains("kiln eval"), "{shown:?}");
}

#[test]
fn q_goes_back_to_the_bar_and_control_c_stops_as_ever() {
    let place = Place::new();
    let line = "train digits train.epochs=100000 schedule.kind=constant --progress tui";
    let mut terminal = Terminal::start(&place, line);
    terminal.until("the view", |shown| shown.contains("steps/s"));
    terminal.press("q");
    terminal.until("the bar", |shown| {
        let behind = shown.split(VIEW[1]).nth(1).unwrap_or_default();
        behind.contains("training: 100,000 epochs") && behind.contains("validation loss")
    });
    // The terminal is as it was: the key is a signal again.
    terminal.press("\x03");
    let (status, shown) = terminal.end();
    assert_eq!(status.code(), Some(130), "{shown:?}");
    assert!(shown[view(&shown)[1]..].contains("kiln resume"), "{shown:?}");

    // And within the view.
    let mut terminal = Terminal::start(&place, line);
    terminal.until("the view", |shown| shown.contains("steps/s"));
    terminal.press("\x03");
    let (status, shown) = terminal.end();
    assert_eq!(status.code(), Some(130), "{shown:?}");
    assert!(shown[view(&shown)[1]..].contains("kiln resume"), "{shown:?}");
}

#[test]
fn where_there_is_no_terminal_it_says_so_and_writes_lines() {
    let place = Place::new();
    let ran = place.ok("train iris train.epochs=2 --progress tui");
    assert!(ran.says("no curves on the terminal: standard error is no terminal"), "{}", ran.stderr);
    assert!(ran.stderr.contains("epoch 2/2  loss") && !ran.stderr.contains('\x1b'), "{}", ran.stderr);
    // What is quiet stays so.
    assert_eq!(place.ok("train iris train.epochs=1 --progress tui -q").stderr, "");
}
