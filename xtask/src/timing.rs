//! How long each test took: cargo starts test programs through `cargo xtask time-tests`, which notes when the lines of their
//! output come.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// The environment variable that names the file of times.
const LOG: &str = "KILN_TEST_TIMES";

/// Runs a test program with its arguments, passes its output on, and notes its times. Gives its exit code.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Result<i32, String> {
    let failed = |error: std::io::Error| format!("{program}: {error}");
    // `cargo xtask` in such an environment comes here, too, and the test programs that it starts after it.
    if Path::new(program).file_stem().is_some_and(|name| name == "xtask") {
        let status = Command::new(program).args(arguments).status().map_err(failed)?;
        return Ok(status.code().unwrap_or(101));
    }
    let began = Instant::now();
    let mut child = Command::new(program).args(arguments).stdout(Stdio::piped()).spawn().map_err(failed)?;
    let mut ends = Vec::new();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.map_err(failed)?;
            let mut out = std::io::stdout().lock();
            // Whoever reads this may have gone away; the tests still count.
            let _ = out.write_all(&line).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
            if let Some(name) = test_of(&String::from_utf8_lossy(&line)) {
                ends.push((name, began.elapsed().as_secs_f64()));
            }
        }
    }
    let status = child.wait().map_err(failed)?;
    if let Some(log) = std::env::var_os(LOG) {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut file = OpenOptions::new().create(true).append(true).open(log).map_err(failed)?;
        let name = short(program);
        writeln!(file, "{:.2}\t{name}", began.elapsed().as_secs_f64()).map_err(failed)?;
        for (test, seconds) in durations(&ends, threads) {
            writeln!(file, "{seconds:.2}\t{name}\t{test}").map_err(failed)?;
        }
    }
    Ok(status.code().unwrap_or(101))
}

/// The ten slowest programs and the ten slowest tests of a file of times.
pub(crate) fn slowest(log: &Path) -> Result<String, String> {
    let text = fs::read_to_string(log).map_err(|error| format!("{}: {error}", log.display()))?;
    let read = |line: &str| {
        let (seconds, name) = line.split_once('\t')?;
        Some((seconds.parse::<f64>().ok()?, name.replace('\t', " ")))
    };
    let mut lines: Vec<(f64, String)> = text.lines().filter_map(read).collect();
    lines.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (tests, programs): (Vec<_>, Vec<_>) = lines.into_iter().partition(|(_, name)| name.contains(' '));
    let table = |title: &str, lines: &[(f64, String)]| {
        let line = |(seconds, name): &(f64, String)| format!("{seconds:8.1} s  {name}\n");
        format!("the slowest {title}\n{}", lines.iter().take(10).map(line).collect::<String>())
    };
    Ok(table("test programs", &programs) + &table("tests", &tests))
}

/// The test that a line of a test program's output is the end of.
fn test_of(line: &str) -> Option<String> {
    let (name, end) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    let end = end.split([',', ' ']).next()?;
    let name = name.strip_suffix(" - should panic").unwrap_or(name);
    matches!(end, "ok" | "FAILED" | "ignored").then(|| name.to_owned())
}

/// The name of a test program without its hash; two crates may have programs of one name, so with its folder's.
fn short(program: &str) -> String {
    let name =
        Path::new(program).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = name.rsplit_once('-').map_or(name.as_str(), |(name, _)| name).to_owned();
    match std::env::var("CARGO_PKG_NAME") {
        Ok(package) => format!("{package}/{name}"),
        Err(_) => name,
    }
}

/// The seconds of every test, from the times at which they ended. A test program starts its tests in the order of their
/// names, so many at once as there are threads, and the next one when one ends.
fn durations(ends: &[(String, f64)], threads: usize) -> Vec<(String, f64)> {
    let mut names: Vec<&str> = ends.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let mut waiting: VecDeque<&str> = names.into();
    let mut started: BTreeMap<&str, f64> =
        waiting.drain(..threads.min(waiting.len())).map(|name| (name, 0.0)).collect();
    let mut durations = Vec::new();
    for (name, end) in ends {
        let start = started.remove(name.as_str()).unwrap_or(*end);
        durations.push((name.clone(), end - start));
        if let Some(next) = waiting.pop_front() {
            started.insert(next, *end);
        }
    }
    durations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_end_a_test_are_known() {
        assert_eq!(test_of("test a::b ... ok").as_deref(), Some("a::b"));
        assert_eq!(test_of("test c - should panic ... FAILED").as_deref(), Some("c"));
        assert_eq!(test_of("test d ... ignored, runs alone").as_deref(), Some("d"));
        assert_eq!(test_of("test result: ok. 3 passed"), None);
        assert_eq!(test_of("words"), None);
    }

    #[test]
    fn times_follow_from_the_ends() {
        // Two threads: a and b start at once, c when a has ended, d when c has.
        let ends = [("a", 1.0), ("c", 3.0), ("d", 3.5), ("b", 4.0)].map(|(name, end)| (name.to_owned(), end));
        let found = durations(&ends, 2);
        let wanted =
            [("a", 1.0), ("c", 2.0), ("d", 0.5), ("b", 4.0)].map(|(name, time)| (name.to_owned(), time));
        assert_eq!(found, wanted);
    }

    #[test]
    fn the_slowest_come_first() {
        let log = std::env::temp_dir().join(format!("kiln-xtask-times-{}", std::process::id()));
        fs::write(&log, "9.5\tkiln/suite\n1.0\tkiln/suite\tquick\n8.0\tkiln/suite\tslow\n").unwrap();
        let table = slowest(&log);
        fs::remove_file(&log).unwrap();
        let table = table.unwrap();
        let lines: Vec<&str> = table.lines().map(str::trim).collect();
        assert_eq!(
            lines,
            [
                "the slowest test programs",
                "9.5 s  kiln/suite",
                "the slowest tests",
                "8.0 s  kiln/suite slow",
                "1.0 s  kiln/suite quick",
            ]
        );
    }
}
