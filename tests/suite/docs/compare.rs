//! Whether what a page shows is what was printed.

use std::sync::LazyLock;

use regex::Regex;

/// Differences of numbers that do not count: processors round differently, and a training makes more of it.
const RELATIVE: f64 = 0.05;
const ABSOLUTE: f64 = 0.02;
/// Of counts, such as the best epoch.
const COUNTS: (f64, f64) = (0.1, 2.0);

/// What is different each time, and what stands in its place.
static VARYING: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        (r"\d{8}-\d{6}-([a-z0-9.-]+?)-[0-9a-f]{4}\b", "RUN-$1"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "DATE"),
        (r"\b[0-9a-f]{64}\b", "HASH"),
        (r"\d+(\.\d+)? (µs|ms|s|min)\b", "TIME"),
        (r"\d+(\.\d+)? [KMG]iB\b", "SIZE"),
        // Times and sizes are as wide as they are, and move what stands beside them.
        (r"[ ─]{2,}", " "),
    ]
    .map(|(pattern, name)| (Regex::new(pattern).unwrap(), name))
    .into()
});

static NUMBER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"-?\d[\d,]*(\.\d+)?(e[+-]?\d+)?|·").unwrap());

/// Whether `printed` is what `shown` says. Blank lines do not count.
pub(crate) fn matches(shown: &[String], printed: &str) -> bool {
    let lines = |text: &mut dyn Iterator<Item = &str>| -> Vec<String> {
        text.map(|line| plain(line.trim())).filter(|line| !line.is_empty()).collect()
    };
    let shown = lines(&mut shown.iter().map(String::as_str));
    lines_match(&shown, &lines(&mut printed.lines()))
}

fn plain(line: &str) -> String {
    VARYING
        .iter()
        .fold(line.to_owned(), |line, (pattern, name)| pattern.replace_all(&line, *name).into_owned())
}

fn lines_match(shown: &[String], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line == "..." => {
            (0..=printed.len()).any(|skipped| lines_match(rest, &printed[skipped..]))
        }
        Some((line, rest)) => printed
            .split_first()
            .is_some_and(|(first, others)| line_matches(line, first) && lines_match(rest, others)),
    }
}

fn line_matches(shown: &str, printed: &str) -> bool {
    if shown.contains("[..]") {
        let pieces: Vec<_> = shown.split("[..]").map(regex::escape).collect();
        return Regex::new(&format!("^{}$", pieces.join(".*"))).unwrap().is_match(printed);
    }
    // The curve itself is not compared, only that there is one.
    let drawn =
        |line: &str| line.chars().any(|c| ('\u{2800}'..='\u{28ff}').contains(&c) || "▐█▌┃├┤│└".contains(c));
    if drawn(shown) || drawn(printed) {
        return drawn(shown) == drawn(printed);
    }
    // What is between the numbers is equal, and the numbers are close.
    if NUMBER.replace_all(shown, "#") != NUMBER.replace_all(printed, "#") {
        return false;
    }
    let numbers = |line| NUMBER.find_iter(line).map(|found| number(found.as_str())).collect::<Vec<_>>();
    numbers(shown).into_iter().zip(numbers(printed)).all(|((shown, whole), (printed, _))| {
        let (relative, absolute) = if whole { COUNTS } else { (RELATIVE, ABSOLUTE) };
        (shown - printed).abs() <= absolute + relative * shown.abs()
    })
}

/// A number and whether it is a whole one; the `·` of a table of counts is 0.
fn number(text: &str) -> (f64, bool) {
    let plain = text.replace(',', "").replace('·', "0");
    (plain.parse().unwrap(), !plain.contains(['.', 'e']))
}

#[test]
fn what_varies_does_not_count_and_what_is_wrong_does() {
    let same = |shown: &[&str], printed: &str| {
        matches(&shown.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>(), printed)
    };
    assert!(same(&["time  878 ms", "loss 0.5370"], "time    1.2 s\nloss 0.5400\n"));
    assert!(same(&["run  runs/20261124-090913-digits-410d"], "run  runs/20261129-112233-digits-0a1b"));
    assert!(same(&["first", "...", "last"], "first\n1\n2\nlast"));
    assert!(same(&["step [..] of 3"], "step 17 of 3"));
    assert!(!same(&["run  runs/20261124-090913-digits-410d"], "run  runs/20261129-112233-iris-0a1b"));
    assert!(!same(&["loss 0.5370"], "loss 0.7000"));
    assert!(same(&["best epoch 39"], "best epoch 38") && same(&["·  1,800"], "1  1,798"));
    assert!(same(&["1,470.16895,18.437567"], "1,470.43277,18.47838"));
    assert!(!same(&["1,470.16895,18.437567"], "1,570.43277,18.47838"));
    assert!(!same(&["best epoch 39"], "best epoch 60"));
    assert!(!same(&["first", "...", "last"], "first\n1"));
    assert!(!same(&["one"], "one\ntwo"));
}
