//! Images, archives and tables that are not what they say: an error that names the file, never a panic, and no more memory than
//! twice the file and 64 MiB. Alone in its program, because it looks at the whole process.

#![allow(clippy::unwrap_used, clippy::panic)]

mod archives;
mod cases;
mod images;
mod tables;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use kiln_core::{ErrorKind, Explain, Seed, memory};
use kiln_data::{DataConfig, Prepared};
use tempfile::TempDir;

use cases::{Case, Expected};

/// What a case may take beside twice its file.
const SLACK: u64 = 64 << 20;

/// What went wrong, and how many cases there were.
#[derive(Debug, Default)]
struct Tally {
    refused: usize,
    read: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn run(&mut self, case: &Case) {
        let folder = TempDir::new().unwrap();
        let config = prepare(folder.path(), case);
        let separable = memory::reset_peak_rss();
        let before = memory::peak_rss().unwrap_or_default();
        let result = catch_unwind(AssertUnwindSafe(|| Prepared::load(&config, Seed::new(0)).map(drop)));
        let grown = memory::peak_rss().unwrap_or_default().saturating_sub(before);
        let Case { what, name, bytes, expected } = case;
        let mut complain = |text: String| self.wrong.push(format!("{name}, {what}: {text}"));
        match (&result, expected) {
            (Err(_), _) => complain("a panic".to_owned()),
            (Ok(Ok(())), Expected::Refused) => complain("read without a word".to_owned()),
            (Ok(Ok(())), Expected::Either) => self.read += 1,
            (Ok(Err(error)), _) => {
                let told = error.to_string();
                if error.kind() != ErrorKind::Data || !told.contains(name.as_str()) {
                    complain(format!("{:?}: {told}", error.kind()));
                } else {
                    self.refused += 1;
                }
            }
        }
        let most = 2 * bytes.len() as u64 + SLACK;
        if separable && grown > most {
            self.wrong.push(format!("{name}, {what}: {grown} bytes for a file of {}", bytes.len()));
        }
    }
}

/// Writes the files of a case, and says how they are read: everything is for training, so that all of it is looked at.
fn prepare(folder: &Path, case: &Case) -> DataConfig {
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    let source = case.source();
    let path = match source {
        "images" => {
            write("set/a/good.png", &images::good());
            write("set/b/good.png", &images::good());
            write(&format!("set/b/{}", case.name), &case.bytes);
            folder.join("set")
        }
        "idx" => {
            let labels = [&[0, 0, 8, 1, 0, 0, 0, 4][..], &[0, 1, 0, 1]].concat();
            write("set/train-labels-idx1-ubyte", &labels);
            write(&format!("set/{}", case.name), &case.bytes);
            folder.join("set")
        }
        _ => {
            write(&case.name, &case.bytes);
            folder.join(&case.name)
        }
    };
    let target = case.target().into_iter().map(str::to_owned).collect();
    DataConfig { path: Some(path), target, validation: 0.0, test: 0.0, ..DataConfig::new(source) }
}

#[test]
fn malformed_files_are_named_and_cost_no_more_than_they_weigh() {
    let mut tally = Tally::default();
    let whole = cases::whole();
    for case in &whole {
        let before = tally.wrong.len();
        tally.run(case);
        // What is not damaged is read, or the cases below would prove nothing.
        assert_eq!(tally.wrong.len(), before, "{:?}", tally.wrong);
    }
    assert_eq!((tally.read, tally.refused), (whole.len(), 0));
    let all = cases::all(&whole);
    for case in &all {
        tally.run(case);
    }
    let must = all.iter().filter(|case| case.expected == Expected::Refused).count();
    println!("{} cases, {must} of which must be refused; {} were", all.len(), tally.refused);
    assert!(tally.wrong.is_empty(), "{} of {}:\n{}", tally.wrong.len(), all.len(), tally.wrong.join("\n"));
    assert!(must >= 150, "{must}");
}
