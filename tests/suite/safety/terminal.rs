//! Names come from arguments and data: they must not send commands to a terminal, nor get into the names of files.

use std::fs;

use crate::common::{Place, Ran};

/// What a terminal must not get. Bold titles are for terminals, and tests are none.
#[track_caller]
fn tame(ran: &Ran) {
    for text in [&ran.stdout, &ran.stderr] {
        let control = text.chars().find(|c| c.is_control() && *c != '\n' && *c != '\t');
        assert_eq!(control, None, "{text:?}");
    }
}

#[test]
fn names_are_shown_and_not_obeyed() {
    let place = Place::new();
    let rows: String = (0..40)
        .map(|i| format!("{},{},{}\n", i % 20, i % 3, ["\u{1b}[2Jno", "y\u{9b}31mes\u{7}"][i / 20]))
        .collect();
    let data = format!("a,b\u{1b}]0;x\u{7},y\n{rows}");
    place.write("own.csv", &data);
    let kiln = |words: &[&str]| Ran::of(place.command(words).output().unwrap());
    let name = "na\u{1b}[31mme\r\u{8}";
    let ran =
        kiln(&["train", "data.source=csv", "--data", "own.csv", "train.epochs=2", "--name", name, "-v"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    tame(&ran);
    assert!(ran.says("na\\u{1b}[31mme"), "{}", ran.stderr);
    let run = place.run_dir();
    let folder = run.file_name().unwrap().to_str().unwrap();
    assert!(folder.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{folder:?}");
    for words in [
        &["eval", "last"][..],
        &["eval", "last", "--json"],
        &["runs", "ls"],
        &["runs", "show", "last"],
        &["data", "info", "data.source=csv", "data.path=own.csv"],
        &["data", "check", run.join("run.toml").to_str().unwrap()],
        &["config", "print", run.join("run.toml").to_str().unwrap()],
        &["schedule", "plot", run.join("run.toml").to_str().unwrap()],
        &["resume", "last"],
        &["cv", run.join("run.toml").to_str().unwrap(), "--folds", "2"],
    ] {
        let ran = kiln(words);
        assert_eq!(ran.code, Some(0), "{words:?}: {}", ran.stderr);
        tame(&ran);
    }
    // Into a file go the names as they are: they are data.
    place.ok(&format!("predict {folder} own.csv --proba -o out.csv"));
    let csv = fs::read_to_string(place.path().join("out.csv")).unwrap();
    assert!(csv.contains("\u{1b}[2Jno") && csv.contains("y\u{9b}31mes\u{7}"), "{csv:?}");
    assert_eq!(kiln(&["predict", folder, "own.csv", "--proba"]).stdout, csv);
    // A configuration reads back to the same name.
    let config = fs::read_to_string(run.join("run.toml")).unwrap();
    assert!(!config.contains('\u{1b}'), "{config}");
    assert_eq!(config.parse::<toml::Table>().unwrap()["name"].as_str(), Some(name));
}

#[test]
fn messages_and_charts_are_tame() {
    let place = Place::new();
    let kiln = |words: &[&str]| Ran::of(place.command(words).output().unwrap());
    let rows = "1,2,x\n".repeat(12);
    place.write("my\u{1b}[2J.csv", format!("a,b,y\n{rows}1,\u{1b}[31mtwo,x\n"));
    for words in [
        &[
            "train",
            "data.source=csv",
            "--data",
            "my\u{1b}[2J.csv",
            "data.target=[\"b\"]",
            "data.task=regression",
        ][..],
        &["train", "no\u{1b}[2J.toml"],
        &["train", "iris", "--na\u{1b}[2Jme"],
        &["train", "iris", "optim.l\u{9b}r=3"],
        &["train", "iris", "optim.lr=\u{1b}[2J"],
        &["eval", "la\u{1b}[2Jst"],
        &["runs", "ls", "--runs-dir", "ru\u{1b}[2Jns"],
    ] {
        let ran = kiln(words);
        assert!(words[0] == "runs" || ran.code != Some(0), "{words:?}");
        tame(&ran);
    }
    let ran = kiln(&["schedule", "plot", "iris", "--name", "a\u{1b}[2J", "-o", "rate.svg"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    tame(&ran);
    let svg = fs::read_to_string(place.path().join("rate.svg")).unwrap();
    assert!(!svg.contains('\u{1b}'));
}
