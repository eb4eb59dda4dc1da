//! What Cargo activates of other people's crates: one build of Burn serves everything, and the library alone needs few of them.

use std::collections::BTreeSet;

/// What of the workspace is selected to be built, as `cargo tree` and the others take it.
pub(crate) type Selection<'a> = &'a [&'a str];

/// Everything, as `cargo test` builds it.
const WORKSPACE: Selection<'_> = &["--workspace", "-e", "normal,build,dev"];
/// The command, as `cargo run` and `cargo install` build it.
const COMMAND: Selection<'_> = &["-p", "kiln", "-e", "normal,build"];
/// What a program builds that embeds the library.
const EMBEDDED: Selection<'_> =
    &["-p", "kiln", "--no-default-features", "--features", "flex", "-e", "normal"];

/// The most crates of others that the library alone may need. Burn brings 146 of them with the features that kiln needs; the others
/// are safetensors, and blake3 with two of its own.
const MOST: usize = 150;

/// The library without the command. The features that the testkit asks for are those of the whole workspace.
pub(crate) const LIBRARY: Selection<'_> =
    &["-p", "kiln", "-p", "kiln-testkit", "--no-default-features", "--features", "kiln/flex"];

/// What is wrong, one sentence each. `tree` gives the output of `cargo tree` for a selection.
pub(crate) fn check(tree: impl Fn(&[&str]) -> Result<String, String>) -> Result<Vec<String>, String> {
    let mut wrong = Vec::new();
    let mut compare = |what: &str, whole: &[&str], part: &[&str], own: bool| {
        let whole = activated(&tree(whole)?);
        let part = activated(&tree(part)?);
        let more = part.into_iter().filter(|package| (own || !package.own) && !whole.contains(package));
        wrong.extend(more.map(|Activated { package, features, .. }| {
            format!("{what} has {package} with the features [{features}], and the workspace has not: it is built twice")
        }));
        Ok::<(), String>(())
    };
    compare("the command", WORKSPACE, COMMAND, true)?;
    compare("the library", WORKSPACE, &[LIBRARY, &["-e", "normal,build"]].concat(), false)?;

    let others = activated(&tree(EMBEDDED)?).into_iter().filter(|found| !found.own);
    let names: BTreeSet<String> = others.map(|found| found.name()).collect();
    if names.len() > MOST {
        let names: Vec<String> = names.into_iter().collect();
        let (found, names) = (names.len(), names.join(" "));
        wrong.push(format!(
            "the library alone needs {found} crates of others, at most {MOST} are allowed: {names}"
        ));
    }
    Ok(wrong)
}

/// A crate, as some selection builds it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Activated {
    /// Name and version.
    package: String,
    /// In the order of the alphabet.
    features: String,
    /// Whether it is one of this workspace.
    own: bool,
}

impl Activated {
    fn name(&self) -> String {
        self.package.split(' ').next().unwrap_or_default().to_owned()
    }
}

/// The crates in the output of `cargo tree --prefix none -f '{p}|{f}'`. One that is built for programs and for macros may be there
/// twice. A feature `default` compiles nothing, but makes another build all the same.
fn activated(tree: &str) -> BTreeSet<Activated> {
    let crates = tree.lines().filter_map(|line| {
        let (package, features) = line.trim_end_matches(" (*)").split_once('|')?;
        let package = package.trim_end_matches(" (proc-macro)");
        // Behind the version there is a path.
        let own = package.ends_with(')');
        let package = package.splitn(3, ' ').take(2).collect::<Vec<_>>().join(" ");
        Some(Activated { package, features: features.to_owned(), own })
    });
    crates.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong when `cargo tree` prints these lines for everything, the command, and the library.
    fn check_of(whole: &str, command: &str, library: &str) -> Vec<String> {
        let answer = |selection: &[&str]| {
            Ok(match selection {
                ["--workspace", ..] => whole,
                ["-p", "kiln", "-p", ..] => library,
                ["-p", "kiln", "-e", ..] => command,
                _ => "kiln v0.1.0 (/a/b)|flex\n",
            }
            .to_owned())
        };
        check(answer).unwrap()
    }

    #[test]
    fn a_build_with_the_same_features_is_shared() {
        let whole =
            "kiln v0.1.0 (/a/b)|cli\nsyn v3.0.0|fold,full\nserde v1.0.0|std (*)\nzero v1.0.0 (proc-macro)|\n";
        let part = "kiln v0.1.0 (/a/b)|\nsyn v3.0.0|fold,full (*)\nzero v1.0.0 (proc-macro)| (*)\n";
        assert_eq!(check_of(whole, whole, part), Vec::<String>::new());
        // The command is the same in both, or it is built twice.
        assert_eq!(check_of(whole, part, whole).len(), 1);
    }

    #[test]
    fn another_feature_is_another_build() {
        let whole = "syn v3.0.0|fold,full\n";
        let wrong = check_of(whole, "syn v3.0.0|full\n", whole);
        assert_eq!(
            wrong,
            [
                "the command has syn v3.0.0 with the features [full], and the workspace has not: it is built twice"
            ]
        );
        assert_eq!(check_of(whole, whole, "syn v3.0.0|\nsyn v2.0.0|\n").len(), 2);
    }

    #[test]
    fn the_library_alone_has_a_bound() {
        let many = |number: usize| (0..number).map(|i| format!("a{i} v1.0.0|\n")).collect::<String>();
        let wrong =
            |number| check(|selection| Ok(if selection == EMBEDDED { many(number) } else { String::new() }));
        assert_eq!(wrong(MOST).unwrap(), Vec::<String>::new());
        assert!(wrong(MOST + 1).unwrap()[0].starts_with("the library alone needs 151 crates"));
    }
}
