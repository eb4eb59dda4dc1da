//! Texts that are none, folders that hold none, settings that do not go together.

use super::Cases;
use crate::common::Place;

/// Lines of a table of texts; `more` comes at its end.
fn table(more: &str) -> String {
    let line = |row: usize| format!("text number {row},{}\n", ["a", "b"][row % 2]);
    format!("body,y\n{}{more}", (0..20).map(line).collect::<String>())
}

#[test]
fn tables_of_texts() {
    let (mut cases, place) = (Cases::default(), Place::new());
    let long = "word ".repeat(2_000_000);
    let lines = "{\"body\":\"a text\",\"y\":\"a\"}\n{\"body\":\"b text\",\"y\":\"b\"}\n".repeat(5);
    let files: Vec<(&str, Vec<u8>, &str)> = vec![
        ("a.csv", table(&format!("{long},a\n")).into_bytes(), "a.csv:22"),
        ("a.csv", table("\"never closed,a\n").into_bytes(), "a.csv:22"),
        ("a.csv", table("one, comma too many,a\n").into_bytes(), "a.csv:22"),
        (
            "a.csv",
            [table("").as_bytes(), b"caf\xc3\xa9 na\xc3\xafve \xe2\x82\xac,a\nbad \xff\xfe\x81,b\n"].concat(),
            "a.csv",
        ),
        ("a.csv", "body,y\n,a\n,b\n,a\n,b\n,a\n,b\n".into(), "all of them are empty"),
        (
            "a.csv",
            "body,y\none,a\ntwo,b\nthree,a\nfour,b\nfive,a\nsix,b\n".into(),
            "data.tokenizer.min_count",
        ),
        ("a.csv", "body,y\n".into(), "a.csv"),
        ("a.csv", "body,y\none,a\n".into(), "a.csv"),
        ("a.csv", "text,y\none,a\n".into(), ""),
        (
            "a.jsonl",
            format!("{lines}{{\"body\":\"{long}\",\"y\":\"a\"}}\n").into(),
            "a.jsonl:11: the line is longer",
        ),
        (
            "a.jsonl",
            format!("{lines}{{\"body\":[\"a\"],\"y\":\"a\"}}\n").into(),
            "a.jsonl:11: column \"body\" holds a list",
        ),
        ("a.jsonl", [lines.as_bytes(), b"{\"body\":\"\xc3\x28\"}\n"].concat(), "a.jsonl:11"),
        ("a.jsonl", format!("{lines}{{\"body\":\"\\ud800\",\"y\":\"a\"}}\n").into(), "a.jsonl:11"),
    ];
    for (name, bytes, piece) in &files {
        place.write(name, bytes);
        // A column that is not there is a wrong setting.
        let code = if piece.is_empty() { 2 } else { 3 };
        cases.fails(&place, &format!("train {name} data.text=body data.target=y"), code, piece);
    }
    place.write("a.csv", table(""));
    for (settings, piece) in [
        ("data.text=bodi", "did you mean \"body\"?"),
        ("data.text=y", "data.text"),
        ("data.text=body data.longest=0", "data.longest is 0"),
        (
            "data.text=body data.tokenizer.kind=words data.tokenizer.min_count=0",
            "data.tokenizer.min_count is 0",
        ),
        ("data.text=body data.tokenizer.kind=syllables", "syllables"),
        (
            "data.text=body data.tokenizer.kind=bpe data.tokenizer.vocabulary=255",
            "data.tokenizer.vocabulary is 255",
        ),
        ("data.text=body data.tokenizer.kind=file", "path"),
        ("data.text=body data.tokenizer.kind=bytes data.tokenizer.lower=true", "lower"),
        ("data.text=body data.size=9", "csv with data.text"),
        ("data.longest=9", "csv without data.text"),
        ("data.text=body model.kind=bag model.ngrams=9", "model.ngrams is 9"),
        ("data.text=body model.kind=bag model.buckets=0", "model.buckets is 0"),
        ("data.text=body augment.tokens=[{kind=\"mask\",p=2}]", "augment.tokens.0.p is 2"),
        ("data.text=body augment.rows=[{kind=\"jitter\"}]", "is for a table"),
    ] {
        cases.fails(&place, &format!("train a.csv data.target=y {settings}"), 2, piece);
    }
    cases.end(25);
}

#[test]
fn folders_of_texts() {
    let (mut cases, place) = (Cases::default(), Place::new());
    let mut case = |name: &str, files: &[(&str, &[u8])], piece: &str| {
        for (file, bytes) in files {
            place.write(format!("{name}/{file}"), bytes);
        }
        cases.fails(&place, &format!("train data.source=texts --data {name}"), 3, piece);
    };
    case("one", &[("a/1.txt", b"x"), ("a/2.txt", b"y")], "every item is of the class \"a\"");
    case("flat", &[("1.txt", b"x"), ("2.txt", b"y")], "no folder in here");
    case(
        "nested",
        &[("a/1.txt", b"x"), ("b/1.txt", b"x"), ("b/c/1.txt", b"x")],
        "nested/b/c: a folder among the texts",
    );
    case(
        "binary",
        &[("a/1.txt", b"x"), ("b/1.txt", b"ab\xff\x00")],
        "binary/b/1.txt: no text in UTF-8: byte 3",
    );
    case("latin", &[("a/1.txt", b"caf\xe9"), ("b/1.txt", b"x")], "latin/a/1.txt: no text in UTF-8: byte 4");
    case("empty", &[("a/1.txt", b"x"), ("b/.hidden", b"x")], "empty/b: no text in here");
    case(
        "part",
        &[("train/a/1", b"x"), ("train/b/1", b"y"), ("extra/a/1", b"z")],
        "part/extra: a folder beside train/",
    );
    case(
        "class",
        &[("train/a/1", b"x"), ("train/b/1", b"y"), ("test/c/1", b"z")],
        "the test part has the class \"c\"",
    );
    cases.fails(&place, "train data.source=texts --data nowhere", 3, "nowhere does not exist");
    cases.fails(&place, "train data.source=texts", 2, "needs a path");
    cases.end(10);
}
