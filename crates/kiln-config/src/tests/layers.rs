//! What a configuration is made of, and who is named for it.

use std::ffi::OsString;
use std::fs;

use super::super::*;
use super::{GOOD, check, complaint, request};

#[test]
fn every_recipe_is_right_and_prints_as_what_it_is() {
    for name in recipe::names() {
        let resolved = resolve(&Request { config: Some(name.to_owned()), ..Request::default() }).unwrap();
        resolved.check().unwrap();
        assert_eq!(resolved.label, name);
        let again = check(&annotated(&resolved), &[]).unwrap();
        assert_eq!(again.config, resolved.config, "{name}");
    }
}

/// The example of a kind, and the defaults of what it leaves open.
fn example(kind: schema::Node) -> toml::Table {
    let table = |value| toml::Table::try_from(value).unwrap();
    let mut all = table(kind.get("examples").unwrap()[0].clone());
    for (name, setting) in kind.settings() {
        if let Some(default) = setting.get("default").filter(|_| !all.contains_key(name)) {
            all.extend(table(serde_json::json!({ name: default })));
        }
    }
    all
}

#[test]
fn every_kind_prints_as_what_it_is() {
    for section in ["model", "loss", "optim", "schedule", "momentum_schedule", "average", "penalty.0"] {
        for table in schema::tables(section) {
            let kind = table.kind().unwrap();
            let mut settings = example(table);
            // Only the learning rate's schedule can move the momentum too.
            settings.retain(|key, _| key != "cycle_momentum" || section == "schedule");
            let settings = settings.into_iter();
            let settings = settings.map(|(key, value)| format!("{section}.{key}={}", print::literal(&value)));
            let overrides: Vec<String> = settings.collect();
            let overrides: Vec<&str> = overrides.iter().map(String::as_str).collect();
            let resolved =
                check(GOOD, &overrides).unwrap_or_else(|error| panic!("{section} {kind}: {error}"));
            let again = check(&annotated(&resolved), &[]).unwrap();
            assert_eq!(again.config, resolved.config, "{section} {kind}");
        }
    }
}

#[test]
fn the_strongest_layer_wins_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my.toml");
    let text =
        format!("seed = 1\ndevice = \"flex\"\nthreads = 1\n{GOOD}[train]\nepochs = 1\nbatch_size = 1\n");
    fs::write(&file, text).unwrap();
    let variable = |name: &str, value: &str| (OsString::from(name), OsString::from(value));
    let resolved = resolve(&Request {
        environment: vec![
            variable("KILN_SEED", "2"),
            variable("KILN_THREADS", "2"),
            variable("KILN_TRAIN__EPOCHS", "2"),
            variable("KILN_TEST_DEVICE", "wgpu"),
            variable("KILN_DEVICE", ""),
        ],
        overrides: vec!["threads=3".to_owned(), "seed=3".to_owned(), "seed=4".to_owned()],
        flags: Flags { seed: Some(5), ..Flags::default() },
        ..request(&file)
    })
    .unwrap();
    let config = &resolved.config;
    assert_eq!(
        (config.seed, config.threads, config.train.epochs, config.train.batch_size),
        (5, Some(3), 2, 1)
    );
    let origins = ["seed", "threads", "train.epochs", "train.accumulate"].map(|key| resolved.set_by(key));
    assert_eq!(origins, ["--seed", "argument", "KILN_TRAIN__EPOCHS", "default"]);
    assert_eq!(resolved.set_by("device"), format!("file {}:2", file.display()));
    assert_eq!(resolved.set_by("train.batch_size"), format!("file {}:8", file.display()));
}

#[test]
fn a_bad_variable_is_named() {
    let request = Request {
        config: Some("iris".to_owned()),
        environment: vec![(OsString::from("KILN_TRAIN__EPOCHS"), OsString::from("ten"))],
        ..Request::default()
    };
    let error = resolve(&request).unwrap_err();
    assert_eq!(
        complaint(&error),
        (2, r#"environment:1: train.epochs is "ten", it must be a whole number"#.to_owned())
    );
}

#[test]
fn another_kind_drops_what_it_lacks_and_keeps_what_it_shares() {
    let text = format!("{GOOD}[optim]\nkind = \"adam\"\nlr = 0.5\nbetas = [0.8, 0.9]\n");
    let resolved = check(&text, &["optim.momentum=0.9", "optim.kind=sgd"]);
    // The order of arguments counts: momentum came when the kind was still adam, and sgd knows it.
    let kiln_optim::OptimConfig::Sgd(sgd) = resolved.unwrap().config.optim.rule else { panic!("not sgd") };
    assert_eq!((sgd.lr, sgd.momentum), (0.5, 0.9));
}

#[test]
fn an_optimiser_has_groups_and_sections_inside_it() {
    let text = format!(
        "{GOOD}[optim]\nkind = \"sgd\"\nlayer_decay = 0.75\n[[optim.group]]\nparams = \"biases\"\nweight_decay = 0.0\n\
         [[optim.group]]\nparams = [\"output\"]\nlr_factor = 10\n[optim.sam]\nrho = 0.1\n"
    );
    let resolved = check(&text, &["optim.lookahead.k=5", "optim.kind=adam"]).unwrap();
    let optim = &resolved.config.optim;
    assert_eq!((optim.layer_decay, optim.group.len(), optim.group[1].lr_factor), (Some(0.75), 2, 10.0));
    assert_eq!(optim.group[0].weight_decay, Some(0.0));
    assert_eq!(optim.sam, Some(kiln_optim::SamConfig { rho: 0.1, adaptive: false }));
    assert_eq!(optim.lookahead, Some(kiln_optim::LookaheadConfig { k: 5, alpha: 0.5 }));
    let printed = annotated(&resolved);
    assert!(printed.contains("[optim.sam]\nrho = 0.1"), "{printed}");
    assert!(printed.contains("# g is taken at θ + 0.1·g/‖g‖"), "{printed}");
    assert_eq!(check(&printed, &[]).unwrap().config, resolved.config);
    let written = toml::to_string(&resolved.config).unwrap();
    assert_eq!(check(&written, &[]).unwrap().config, resolved.config, "{written}");

    let config = check(&text, &["optim.sam=false", "optim.lookahead=true"]).unwrap().config;
    assert_eq!((config.optim.sam, config.optim.lookahead), (None, Some(Default::default())));
}

#[test]
fn sections_can_be_taken_out() {
    let text = format!(
        "{GOOD}[early_stopping]\npatience = 3\n[loss]\nkind = \"mse\"\n[[penalty]]\nkind = \"l1\"\nstrength = 1\n"
    );
    let config = check(&text, &[]).unwrap().config;
    assert_eq!((config.early_stopping.unwrap().patience, config.penalty.len()), (3, 1));
    let config = check(&text, &["early_stopping=false", "loss=false", "penalty=[]"]).unwrap().config;
    assert_eq!((config.early_stopping, config.loss, config.penalty.len()), (None, None, 0));
    let config = check(GOOD, &["early_stopping=true"]).unwrap().config;
    assert_eq!(config.early_stopping, Some(kiln_train::EarlyStoppingConfig::default()));
    let config =
        check(&text, &["penalty.0.strength=2", "penalty.1.kind=l2", "penalty.1.strength=3"]).unwrap().config;
    assert_eq!(config.penalty.len(), 2);
}

#[test]
fn a_path_in_a_file_counts_from_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my.toml");
    fs::write(&file, "[data]\nsource = \"csv\"\npath = \"in/a.csv\"\nimages = \"photos\"\ncache = \"/c\"\n")
        .unwrap();
    let data = |overrides: &[&str]| {
        let overrides = overrides.iter().map(|text| (*text).to_owned()).collect();
        resolve(&Request { overrides, ..request(&file) }).unwrap().config.data
    };
    let (found, here) = (data(&[]), std::env::current_dir().unwrap());
    assert_eq!(found.path.unwrap(), folder.path().join("in/a.csv"));
    assert_eq!(found.images.unwrap(), folder.path().join("photos"));
    assert_eq!(found.cache.unwrap(), std::path::Path::new("/c"));
    let found = data(&["data.path=b.csv", "data.images=photos", "data.cache=cache"]);
    assert_eq!(found.path.unwrap(), here.join("b.csv"));
    assert_eq!((found.images.unwrap(), found.cache.unwrap()), (here.join("photos"), here.join("cache")));
}

#[test]
fn the_first_argument_may_be_a_setting() {
    let request = Request {
        config: Some("data.source=iris".to_owned()),
        overrides: vec!["train.epochs=3".to_owned()],
        ..Request::default()
    };
    let resolved = resolve(&request).unwrap();
    assert_eq!((resolved.config.train.epochs, resolved.label.as_str()), (3, "iris"));
}

#[test]
fn any_text_prints_as_what_it_is() {
    for name in ["a \"b\" # c", "two\nlines", "tab\t and \\", "'''", "Ä 日本", "\u{7f}\u{1}", "\r\n"] {
        let mut resolved = check(GOOD, &[]).unwrap();
        resolved.config.name = Some(name.to_owned());
        resolved.config.data.target = vec![name.to_owned()];
        let text = annotated(&resolved);
        assert_eq!(check(&text, &[]).unwrap().config, resolved.config, "{text}");
    }
}

#[test]
fn weights_of_classes_are_one_value_whatever_the_classes_are_called() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my.toml");
    let text = "[data]\nsource = \"iris\"\n[loss]\nkind = \"cross-entropy\"\nlabel_smoothing = 0.1\n\
                ignore_index = 7\n[loss.class_weights]\n\"a b.c\" = 2\nsetosa = 0.5\n";
    std::fs::write(&file, text).unwrap();
    let wanted = kiln_objective::ClassWeights::from([("a b.c", 2.0), ("setosa", 0.5)]);
    let weights = |resolved: &Resolved| match resolved.config.loss.clone() {
        Some(kiln_objective::LossConfig::CrossEntropy(loss)) => loss.class_weights,
        other => panic!("{other:?}"),
    };
    let resolved = resolve(&request(&file)).unwrap();
    assert_eq!(weights(&resolved), wanted);
    // As it stands in run.toml, it reads back.
    let printed = annotated(&resolved);
    assert!(printed.contains("class_weights = { \"a b.c\" = 2.0, setosa = 0.5 }"), "{printed}");
    std::fs::write(&file, &printed).unwrap();
    assert_eq!(weights(&resolve(&request(&file)).unwrap()), wanted);
    // An argument adds a class; another value takes the place of all.
    let with = |argument: &str| {
        let overrides = vec![argument.to_owned()];
        weights(&resolve(&Request { overrides, ..request(&file) }).unwrap())
    };
    let more = kiln_objective::ClassWeights::from([("a b.c", 2.0), ("setosa", 3.0)]);
    assert_eq!(with("loss.class_weights.setosa=3"), more);
    assert_eq!(with("loss.class_weights=balanced"), kiln_objective::ClassWeights::Balanced);
    assert_eq!(with("loss.class_weights=[1, 2, 3]"), vec![1.0, 2.0, 3.0].into());
    assert_eq!(with("loss.class_weights={ setosa = 4 }"), [("setosa", 4.0)].into());
}
