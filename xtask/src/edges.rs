//! Which crate of the workspace may use which: data flows one way, no back edges.

use serde_json::Value;

/// Every crate and those it may use, in the order of the data's way. For its tests a crate may use `TEST_ONLY` too.
const ALLOWED: &[(&str, &[&str])] = &[
    // Knows nothing of kiln.
    ("kiln-derive", &[]),
    ("kiln-cell", &["kiln-derive"]),
    ("kiln-core", &["kiln-cell", "kiln-derive"]),
    ("kiln-kernels", &["kiln-core"]),
    // Of kiln-kernels those on slices alone.
    ("kiln-infer", &["kiln-cell", "kiln-kernels"]),
    ("kiln-convex", &["kiln-core"]),
    ("kiln-explain", &["kiln-core"]),
    ("kiln-work", &["kiln-core"]),
    ("kiln-ranks", &["kiln-core"]),
    ("kiln-data", &["kiln-cell", "kiln-core", "kiln-derive", "kiln-kernels"]),
    ("kiln-augment", &["kiln-core", "kiln-derive", "kiln-kernels", "kiln-data"]),
    ("kiln-models", &["kiln-core", "kiln-derive", "kiln-kernels", "kiln-data"]),
    ("kiln-optim", &["kiln-core", "kiln-derive", "kiln-kernels"]),
    ("kiln-objective", &["kiln-core", "kiln-derive", "kiln-kernels", "kiln-data", "kiln-optim"]),
    ("kiln-metrics", &["kiln-core"]),
    (
        "kiln-train",
        &[
            "kiln-core",
            "kiln-derive",
            "kiln-kernels",
            "kiln-convex",
            "kiln-data",
            "kiln-augment",
            "kiln-metrics",
            "kiln-models",
            "kiln-objective",
            "kiln-optim",
            "kiln-ranks",
        ],
    ),
    ("kiln-validate", &["kiln-core", "kiln-convex", "kiln-data", "kiln-metrics"]),
    (
        "kiln-config",
        &[
            "kiln-core",
            "kiln-data",
            "kiln-augment",
            "kiln-models",
            "kiln-objective",
            "kiln-optim",
            "kiln-train",
        ],
    ),
    ("kiln-fit", &["kiln-data", "kiln-models", "kiln-train"]),
    (
        "kiln-experiment",
        &[
            "kiln-core",
            "kiln-explain",
            "kiln-ranks",
            "kiln-work",
            "kiln-infer",
            "kiln-kernels",
            "kiln-convex",
            "kiln-data",
            "kiln-augment",
            "kiln-metrics",
            "kiln-models",
            "kiln-objective",
            "kiln-optim",
            "kiln-train",
            "kiln-fit",
            "kiln-validate",
            "kiln-config",
        ],
    ),
    // Plain records only (metrics, epochs): what is shown must not need a tensor.
    ("kiln-report", &["kiln-core"]),
    (
        "kiln-page",
        &[
            "kiln-core",
            "kiln-data",
            "kiln-metrics",
            "kiln-train",
            "kiln-validate",
            "kiln-config",
            "kiln-experiment",
            "kiln-report",
        ],
    ),
    ("kiln-serve", &["kiln-core", "kiln-data", "kiln-experiment"]),
    (
        "kiln-terminal",
        &[
            "kiln-core",
            "kiln-data",
            "kiln-augment",
            "kiln-train",
            "kiln-validate",
            "kiln-config",
            "kiln-experiment",
            "kiln-report",
            "kiln-page",
        ],
    ),
    (
        "kiln-cli",
        &[
            "kiln-core",
            "kiln-convex",
            "kiln-data",
            "kiln-augment",
            "kiln-models",
            "kiln-objective",
            "kiln-optim",
            "kiln-train",
            "kiln-validate",
            "kiln-config",
            "kiln-experiment",
            "kiln-report",
            "kiln-page",
            "kiln-serve",
            "kiln-terminal",
        ],
    ),
    (
        "kiln",
        &[
            "kiln-core",
            "kiln-work",
            "kiln-infer",
            "kiln-convex",
            "kiln-explain",
            "kiln-kernels",
            "kiln-data",
            "kiln-augment",
            "kiln-metrics",
            "kiln-models",
            "kiln-objective",
            "kiln-optim",
            "kiln-train",
            "kiln-validate",
            "kiln-config",
            "kiln-experiment",
            "kiln-report",
            "kiln-page",
            "kiln-serve",
            "kiln-terminal",
            "kiln-cli",
        ],
    ),
    (TEST_ONLY, &["kiln-core", "kiln-objective", "kiln-optim"]),
    ("xtask", &[]),
];

/// Never part of what is shipped.
const TEST_ONLY: &str = "kiln-testkit";

/// What a crate may use in its tests, with the reason.
const IN_TESTS: &[(&str, &str, &str)] = &[
    ("kiln-validate", "kiln-train", "scores of a path's folds are compared with scikit-learn's metrics"),
    ("kiln-models", "kiln-explain", "explanations of a transformer are compared with captum's"),
];

/// What is wrong with the edges in the output of `cargo metadata`, one sentence each; nothing if all is well.
pub(crate) fn check(metadata: &Value) -> Vec<String> {
    let packages: Vec<&Value> = metadata["packages"].as_array().into_iter().flatten().collect();
    let members: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    if members.is_empty() {
        return vec!["cargo metadata names no packages".to_owned()];
    }
    let mut wrong = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| *known == name) else {
            wrong.push(format!("{name} is not in the table; add it to xtask/src/edges.rs at its place"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let target = dependency["name"].as_str().unwrap_or_default();
            let for_tests = dependency["kind"] == "dev";
            let fine = !members.contains(&target)
                || allowed.contains(&target)
                || (for_tests && target == TEST_ONLY && name != TEST_ONLY)
                || (for_tests && IN_TESTS.iter().any(|(of, which, _)| *of == name && *which == target));
            if !fine {
                let kind = if for_tests { " in its tests" } else { "" };
                wrong.push(format!("{name} must not use {target}{kind}: data flows the other way"));
            }
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The output of `cargo metadata` for packages with dependencies of a kind (`Value::Null`: normal).
    fn metadata(packages: &[(&str, &[(&str, Value)])]) -> Value {
        let package = |(name, dependencies): &(&str, &[(&str, Value)])| {
            let dependency = |(name, kind): &(&str, Value)| json!({ "name": name, "kind": kind });
            let dependencies: Vec<Value> = dependencies.iter().map(dependency).collect();
            json!({ "name": name, "dependencies": dependencies })
        };
        json!({ "packages": packages.iter().map(package).collect::<Vec<Value>>() })
    }

    #[test]
    fn edges_along_the_data_and_to_other_peoples_crates_are_fine() {
        let normal = Value::Null;
        let fine = metadata(&[
            ("kiln-core", &[("serde", normal.clone()), ("kiln-testkit", json!("dev"))]),
            ("kiln-data", &[("kiln-core", normal.clone())]),
            ("kiln-cli", &[("kiln-data", normal.clone()), ("kiln-report", normal.clone())]),
            ("kiln-report", &[]),
            ("kiln-testkit", &[("kiln-core", normal)]),
        ]);
        assert_eq!(check(&fine), Vec::<String>::new());
    }

    #[test]
    fn back_edges_are_wrong_of_every_kind() {
        for kind in [Value::Null, json!("build"), json!("dev")] {
            let back = metadata(&[("kiln-data", &[]), ("kiln-report", &[("kiln-data", kind.clone())])]);
            assert_eq!(check(&back).len(), 1, "{kind}");
        }
        let back = metadata(&[("kiln-data", &[("kiln-train", Value::Null)]), ("kiln-train", &[])]);
        assert_eq!(check(&back), ["kiln-data must not use kiln-train: data flows the other way"]);
    }

    #[test]
    fn the_testkit_is_for_tests_only() {
        let shipped = metadata(&[("kiln-data", &[("kiln-testkit", Value::Null)]), ("kiln-testkit", &[])]);
        assert_eq!(check(&shipped), ["kiln-data must not use kiln-testkit: data flows the other way"]);
    }

    #[test]
    fn a_new_crate_must_find_its_place_first() {
        let wrong = check(&metadata(&[("kiln-new", &[])]));
        assert_eq!(wrong, ["kiln-new is not in the table; add it to xtask/src/edges.rs at its place"]);
        assert_eq!(check(&json!({})).len(), 1);
    }

    #[test]
    fn the_table_itself_has_no_back_edge() {
        for (place, (name, allowed)) in ALLOWED.iter().enumerate() {
            for target in *allowed {
                let earlier = ALLOWED[..place].iter().any(|(known, _)| known == target);
                assert!(earlier, "{name} uses {target}, which comes after it");
            }
        }
    }
}
