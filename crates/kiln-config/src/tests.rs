//! Configurations that are right, and above all those that are not.

mod errors;
mod follow;
mod layers;
mod presets;
mod schema;
mod sequential;
mod validator;

use std::fs;

use kiln_core::Explain;

use super::*;

const GOOD: &str = "[data]\nsource = \"iris\"\n";

fn request(file: &std::path::Path) -> Request {
    Request { config: Some(file.to_str().unwrap().to_owned()), ..Request::default() }
}

/// Resolves and checks the configuration `text` with `overrides`.
fn check(text: &str, overrides: &[&str]) -> Result<Resolved, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my.toml");
    fs::write(&file, text).unwrap();
    let overrides = overrides.iter().map(|text| (*text).to_owned()).collect();
    let resolved = resolve(&Request { overrides, ..request(&file) })?;
    resolved.check()?;
    Ok(resolved)
}

/// `place: message | help`, with the folder of the file left out, and the exit code.
fn complaint(error: &ConfigError) -> (u8, String) {
    let text = match error.place() {
        Some(place) => format!("{}:{}: {error}", place.source.name, place.line()),
        None => error.to_string(),
    };
    let text = match text.find("my.toml") {
        Some(start) => &text[start..],
        None => &text,
    };
    let help = error.help().map(|help| format!(" | {help}")).unwrap_or_default();
    (error.kind().exit_code(), format!("{text}{help}"))
}

fn fails(text: &str, overrides: &[&str]) -> String {
    let error = check(text, overrides).expect_err(text);
    let (code, complaint) = complaint(&error);
    assert_eq!(code, 2, "{complaint}");
    if let Some(place) = error.place() {
        // A place can be drawn when it lies within its text.
        assert!(place.source.text.get(place.span.clone()).is_some(), "{complaint}: {:?}", place.span);
    }
    complaint
}

/// What a file with `GOOD` data and `text` behind it fails with.
#[track_caller]
fn file(text: &str, expected: &str) {
    assert_eq!(fails(&format!("{GOOD}{text}"), &[]), expected);
}

/// What an argument fails with.
#[track_caller]
fn argument(argument: &str, expected: &str) {
    assert_eq!(fails(GOOD, &[argument]), expected);
}
