//! Broken configurations, arguments, CSV, IDX and image files, and runs: a clear message and the right exit code,
//! never a panic.

mod configurations;
mod csv;
mod idx;
mod images;
mod runs;
mod series;
mod tables;
mod texts;

use std::fs;
use std::time::{Duration, Instant};

use crate::common::Place;

/// Everything that a case says went wrong, and how many cases there were.
#[derive(Debug, Default)]
struct Cases {
    count: usize,
    wrong: Vec<String>,
}

impl Cases {
    /// Runs a command line that must fail with `code`, say `piece`, and write nothing.
    fn fails(&mut self, place: &Place, line: &str, code: i32, piece: &str) {
        self.count += 1;
        let began = Instant::now();
        let ran = place.kiln(line);
        let bug = ran.stderr.contains("panicked") || ran.stderr.contains("RUST_BACKTRACE");
        let slow = began.elapsed() > Duration::from_secs(20);
        if ran.code != Some(code) || !ran.says(piece) || bug || slow || place.runs().exists() {
            let ran = format!("code {:?}, {:?}\n{}", ran.code, began.elapsed(), ran.stderr);
            let _ = fs::remove_dir_all(place.runs());
            self.wrong.push(format!("kiln {line}\nexpected {code} and {piece:?}, got {ran}"));
        }
    }

    #[track_caller]
    fn end(self, at_least: usize) {
        println!("{} cases", self.count);
        assert!(
            self.wrong.is_empty(),
            "{} of {} cases:\n{}",
            self.wrong.len(),
            self.count,
            self.wrong.join("\n")
        );
        assert!(self.count >= at_least, "{}", self.count);
    }
}
