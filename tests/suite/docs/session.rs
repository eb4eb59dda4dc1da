//! A page, run from its beginning to its end in one folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::compare::matches;
use super::markdown::{Block, blocks};
use super::root;

/// Runs the page; with `KILN_DOCS=overwrite` writes what is printed into it.
pub(crate) fn run(page: &Path) {
    if std::env::var("KILN_TEST_DEVICE").is_ok_and(|device| device != "flex") {
        eprintln!("skipped: the pages show what flex prints");
        return;
    }
    let text = fs::read_to_string(page).unwrap();
    let session = Session::new(page);
    let mut new: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut wrong = Vec::new();
    // What is replaced moves the lines behind it, so the pieces are kept until the end.
    let mut replaced = Vec::new();
    for block in blocks(page, &text).iter().filter(|block| !block.ignored) {
        match block.language.as_str() {
            "console" => {
                for step in steps(block) {
                    let at = format!("{}:{}", page.display(), step.line);
                    match session.step(&step) {
                        Ok(()) => {}
                        Err((why, printed)) => {
                            wrong.push(format!("{at}: $ {}\n{why}\n{printed}", step.command));
                            replaced.push((step.output_at, step.shown.len(), printed));
                        }
                    }
                }
            }
            "sh" | "bash" => panic!("{}:{}: use `console` and `$ `", page.display(), block.line),
            _ => session.file(page, block),
        }
    }
    if std::env::var("KILN_DOCS").is_ok_and(|what| what == "overwrite") {
        for (at, length, printed) in replaced.into_iter().rev().filter(|(_, length, _)| *length > 0) {
            new.splice(
                at - 1..at - 1 + length,
                printed.trim_end().lines().map(|line| line.trim_end().to_owned()),
            );
        }
        fs::write(page, new.join("\n") + "\n").unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// A command and the output that the page shows.
struct Step {
    command: String,
    shown: Vec<String>,
    line: usize,
    output_at: usize,
}

/// The commands of a block. One that ends with `\` goes on in the next line.
fn steps(block: &Block) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut goes_on = false;
    for (offset, line) in block.lines.iter().enumerate() {
        let number = block.line + offset;
        if let Some(command) = line.strip_prefix("$ ") {
            let command = command.to_owned();
            steps.push(Step { command, shown: Vec::new(), line: number, output_at: number + 1 });
        } else if goes_on {
            let step = steps.last_mut().unwrap();
            step.command = format!("{}\n{line}", step.command);
            step.output_at = number + 1;
        } else if let Some(step) = steps.last_mut() {
            step.shown.push(line.clone());
        } else {
            panic!("line {number}: output before the first command");
        }
        goes_on = line.ends_with('\\') && (goes_on || line.starts_with("$ "));
    }
    for step in &mut steps {
        while step.shown.last().is_some_and(String::is_empty) {
            step.shown.pop();
        }
    }
    steps
}

struct Session {
    folder: TempDir,
}

impl Session {
    /// An empty folder with the guide's files of data, and its folders: where they lie seen from the page.
    fn new(page: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let guide = root().join("docs/guide");
        let place = if page.parent() == Some(&guide) { "" } else { "docs/guide" };
        fs::create_dir_all(folder.path().join(place)).unwrap();
        copy(&guide, &folder.path().join(place));
        Self { folder }
    }

    /// Writes the file that a block shows, so that a command can use it. Settings need a name, because what is not written is not
    /// tried. Rust with a name shows a part of that file of the repository; `rs` does on pages whose Rust is compiled.
    fn file(&self, page: &Path, block: &Block) {
        let text = block.lines.join("\n") + "\n";
        match &block.file {
            Some(name) if name == "Cargo.toml" => {
                toml::from_str::<toml::Table>(&text).unwrap();
            }
            Some(name) if matches!(block.language.as_str(), "rust" | "rs") => {
                let source = fs::read_to_string(root().join(name)).unwrap();
                assert!(
                    source.contains(text.trim()),
                    "{}:{}: {name} has changed",
                    page.display(),
                    block.line
                );
            }
            Some(name) => fs::write(self.folder.path().join(name), text).unwrap(),
            _ => assert!(
                block.language != "toml",
                "{}:{}: give the file a name: ```toml my.toml",
                page.display(),
                block.line
            ),
        }
    }

    /// Runs a command; why it is wrong and what it printed, if it is.
    fn step(&self, step: &Step) -> Result<(), (String, String)> {
        let command = runnable(&step.command);
        let mut shell = Command::new("sh");
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(|n| n.starts_with("KILN_")))
        {
            shell.env_remove(name);
        }
        let output = shell
            .args(["-c", &format!("exec 2>&1\n{command}")])
            .current_dir(self.folder.path())
            .env("PATH", path())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        // What shows an error has to fail; 124 is how `timeout` says that it did what it is for.
        let error = |line: &String| line.trim_start().starts_with("× ") || line.starts_with("error:");
        let should_fail = step.shown.iter().any(error);
        let succeeded =
            output.status.success() || (command.starts_with("timeout ") && output.status.code() == Some(124));
        if succeeded == should_fail {
            return Err((format!("it ended with {}", output.status), printed));
        }
        if step.shown.is_empty() || matches(&step.shown, &printed) {
            return Ok(());
        }
        Err((format!("the page shows\n{}\nbut it printed", step.shown.join("\n")), printed))
    }
}

/// Copies all but the pages.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&path, &target);
        } else if path.extension().is_some_and(|extension| extension != "md") {
            fs::copy(&path, target).unwrap();
        }
    }
}

/// The command with what `cargo run` would start, which is built already.
fn runnable(command: &str) -> String {
    if let Some(rest) = command.strip_prefix("cargo run --release --example ") {
        let (name, arguments) = rest.split_once(" -- ").unwrap_or((rest, ""));
        return format!("{} {arguments}", examples().join(name).display());
    }
    command.replacen("cargo run --release -- ", "kiln ", 1)
}

/// `cargo test` builds the examples beside the tests: this program is `<profile>/deps/suite-<hash>`.
fn examples() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("examples")
}

fn path() -> std::ffi::OsString {
    let program = Path::new(env!("CARGO_BIN_EXE_kiln")).parent().unwrap().to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(program).chain(std::env::split_paths(&others))).unwrap()
}
