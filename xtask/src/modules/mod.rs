//! Circles between the modules of a crate: two modules that use each other are one idea in two files, or two ideas
//! that cannot be read one after the other.
//!
//! A module uses another when its code, or an import that its code needs, names something that the other defines.
//! What a module only passes on (`pub use`) is no use, and an import is followed to the module of the definition.
//! Code for tests does not count.

mod graph;
mod imports;
mod read;

use std::path::Path;

use serde_json::Value;

pub(crate) use read::tokens;

use graph::Knot;

/// Crates that may have circles: none has any left, and none is to come back.
const HAVE_CIRCLES: &[&str] = &[];

/// What is wrong with the packages in the output of `cargo metadata`, one sentence each.
pub(crate) fn check(metadata: &Value) -> Result<Vec<String>, String> {
    let mut wrong = Vec::new();
    for (name, knots) in all(metadata)? {
        let allowed = HAVE_CIRCLES.contains(&name.as_str());
        if allowed && knots.is_empty() {
            wrong.push(format!(
                "{name} has no circle any more: take it off the list in xtask/src/modules/mod.rs"
            ));
        }
        if !allowed {
            let sentence = |Knot { circle, .. }: Knot| {
                format!(
                    "{name}: {} → {}; `cargo xtask circles` shows all of it",
                    circle.join(" → "),
                    circle[0]
                )
            };
            wrong.extend(knots.into_iter().map(sentence));
        }
    }
    Ok(wrong)
}

/// Every use in every circle of the packages: a help for whoever cuts them.
pub(crate) fn show(metadata: &Value) -> Result<String, String> {
    let mut text = String::new();
    for (name, knots) in all(metadata)? {
        for Knot { circle, edges } in knots {
            text += &format!("{name}: {}\n", circle.join(" → "));
            for (from, to) in edges {
                text += &format!("    {from} uses {to}\n");
            }
        }
    }
    Ok(text)
}

/// The knots of each package.
fn all(metadata: &Value) -> Result<Vec<(String, Vec<Knot>)>, String> {
    let mut found = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let mut knots = Vec::new();
        for target in package["targets"].as_array().into_iter().flatten() {
            let is =
                |kind: &str| target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|is| is == kind));
            if is("lib") || is("bin") {
                knots.extend(circles(Path::new(target["src_path"].as_str().unwrap_or_default()))?);
            }
        }
        found.push((package["name"].as_str().unwrap_or_default().to_owned(), knots));
    }
    Ok(found)
}

/// The circles between the modules of the crate whose root is `file`.
fn circles(file: &Path) -> Result<Vec<Knot>, String> {
    Ok(graph::knots(&graph::uses(&read::crate_at(file)?)))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The circles of a crate of these files.
    fn circles_of(name: &str, files: &[(&str, &str)]) -> Vec<String> {
        let folder = std::env::temp_dir().join(format!("kiln-xtask-modules-{name}-{}", std::process::id()));
        for (file, text) in files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let found = circles(&folder.join("lib.rs"));
        fs::remove_dir_all(&folder).unwrap();
        found.unwrap().into_iter().map(|knot| knot.circle.join(" → ")).collect()
    }

    #[test]
    fn modules_that_use_each_other_are_a_circle() {
        let two = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b::B; pub struct A; fn f(_: B) {}"),
            ("b.rs", "pub struct B; fn f() -> super::a::A { crate::a::A }"),
        ];
        assert_eq!(circles_of("two", &two), ["crate::a → crate::b"]);
        let three = [
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "pub fn a() { crate::b::b() }"),
            ("b.rs", "pub fn b() { use super::{c::c}; c() }"),
            ("c.rs", "pub fn c() { assert!(crate::a::a() == ()) }"),
        ];
        assert_eq!(circles_of("three", &three), ["crate::a → crate::b → crate::c"]);
    }

    #[test]
    fn a_child_that_uses_its_parent_while_the_parent_calls_it_is_a_circle() {
        let parent = |code: &'static str| {
            [("lib.rs", "mod a;"), ("a/mod.rs", code), ("a/b.rs", "use super::A; pub fn b(_: A) {}")]
        };
        let calls = parent("mod b; pub struct A; fn f() { b::b(A) }");
        assert_eq!(circles_of("calls", &calls), ["crate::a → crate::a::b"]);
        let declares = parent("mod b; pub use b::b; pub struct A;");
        assert_eq!(circles_of("declares", &declares), Vec::<String>::new());
    }

    #[test]
    fn what_is_passed_on_is_followed_to_where_it_is_defined() {
        let lib = "mod a; mod b; pub use a::A; pub use b::*; fn f() { a::f() }";
        let fine = [
            ("lib.rs", lib),
            ("a.rs", "pub struct A; pub fn f() {}"),
            ("b.rs", "use crate::A; pub struct B(A);"),
        ];
        assert_eq!(circles_of("fine", &fine), Vec::<String>::new());
        let glob = [
            ("lib.rs", lib),
            ("a.rs", "use crate::B; pub struct A(B); pub fn f() {}"),
            ("b.rs", "use crate::A; pub struct B(A);"),
        ];
        assert_eq!(circles_of("glob", &glob), ["crate::a → crate::b"]);
    }

    #[test]
    fn tests_visibility_and_other_crates_are_no_use() {
        let fine = [
            ("lib.rs", "mod a; mod path;"),
            (
                "a.rs",
                "use std::path::Path; pub(in crate::path) struct A; #[cfg(test)] mod tests { use crate::path::P; }",
            ),
            ("path.rs", "use crate::a::A; pub struct P(A); #[cfg(test)] use crate::nothing::X;"),
        ];
        assert_eq!(circles_of("tests", &fine), Vec::<String>::new());
    }

    #[test]
    fn modules_that_a_registry_declares_are_read_and_its_lines_are_no_use() {
        let kinds = [
            ("lib.rs", "mod kinds;"),
            (
                "kinds/mod.rs",
                "crate::registry! { enum K { \"a\" => a::A(X), \"b\" => b::B(Y) } } pub fn shared() {}",
            ),
            ("kinds/a.rs", "use super::shared; fn a() { shared(); crate::kinds::b::b() }"),
            ("kinds/b.rs", "pub fn b() { super::a::a() } #[cfg(test)] mod tests;"),
            ("kinds/b/tests.rs", "use crate::kinds::a;"),
        ];
        assert_eq!(circles_of("registry", &kinds), ["crate::kinds::a → crate::kinds::b"]);
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let folder = std::env::temp_dir().join(format!("kiln-xtask-modules-gone-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("lib.rs"), "mod gone;").unwrap();
        let found = circles(&folder.join("lib.rs"));
        fs::remove_dir_all(&folder).unwrap();
        assert!(found.unwrap_err().starts_with("mod gone: neither"));
    }
}
