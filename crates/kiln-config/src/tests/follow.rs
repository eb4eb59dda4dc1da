//! What follows from the size of the data, and what stays as it was said.

use super::super::*;
use super::{GOOD, check};

const SIZE: DataSize = DataSize { items: 318, validation: 34, image: None, classes: false, numbers: 10 };

fn sized(text: &str, overrides: &[&str], size: &DataSize) -> Resolved {
    let resolved = check(text, overrides).unwrap();
    resolved.sized(size).unwrap_or(resolved)
}

fn keys(resolved: &Resolved) -> Vec<String> {
    resolved.followed().into_iter().map(|followed| followed.key).collect()
}

#[test]
fn a_configuration_that_says_nothing_follows_the_data() {
    let found = sized(GOOD, &[], &SIZE);
    let train = &found.config.train;
    assert_eq!((train.batch_size, train.epochs), (16, 500));
    assert_eq!(found.config.early_stopping.as_ref().map(|early| early.patience), Some(50));
    assert_eq!(found.config.data.refit, Some(true));
    assert_eq!(
        keys(&found),
        [
            "data.refit",
            "model.hidden",
            "model.dropout",
            "average.kind",
            "average.decay",
            "train.epochs",
            "train.batch_size",
            "early_stopping.patience"
        ]
    );
    assert_eq!(found.set_by("train.epochs"), "default for 318 training items");
    assert_eq!(found.set_by("early_stopping.min_delta"), "default");
    // Larger data have fewer and longer epochs.
    let large = sized(
        GOOD,
        &[],
        &DataSize { items: 100_000, validation: 10_000, image: None, classes: false, numbers: 10 },
    );
    let train = &large.config.train;
    assert_eq!((train.batch_size, train.epochs), (256, 26));
    assert_eq!(large.config.data.refit, None);
    assert_eq!(large.config.early_stopping.as_ref().map(|early| early.patience), Some(5));
}

#[test]
fn what_was_filled_in_is_written_down_and_read_back() {
    for overrides in [&[][..], &["early_stopping=false"], &["train.steps=300"], &["train.epochs=7"]] {
        let found = sized(GOOD, overrides, &SIZE);
        assert!(found.open().is_empty(), "{overrides:?}");
        let again = check(&annotated(&found), &[]).unwrap();
        assert_eq!(again.config, found.config, "{overrides:?}");
        // Whatever the data are then.
        let other = DataSize { items: 9, validation: 0, image: None, classes: false, numbers: 10 };
        assert_eq!(again.sized(&other).map(|it| it.config), None, "{overrides:?}");
    }
}

#[test]
fn what_is_open_is_written_down_as_open() {
    for overrides in
        [&[][..], &["early_stopping=false"], &["early_stopping.min_delta=0.1"], &["model.hidden=[3]"]]
    {
        let resolved = check(GOOD, overrides).unwrap();
        let again = check(&annotated(&resolved), &[]).unwrap();
        assert_eq!((again.open(), again.config), (resolved.open(), resolved.config), "{overrides:?}");
        assert!(!annotated(&check(GOOD, overrides).unwrap()).contains("\nepochs = "));
    }
    let text = annotated(&check(GOOD, &[]).unwrap());
    assert!(
        text.contains(
            "# data.validation, data.scale, data.refit, model, average, train.epochs, train.batch_size, train.monitor, early_stopping: follow"
        ),
        "{text}"
    );
}

#[test]
fn what_is_said_stays() {
    let cases: [(&str, &[&str]); 10] = [
        ("train.epochs=7", &["train.batch_size"]),
        (
            "train.batch_size=0",
            &[
                "data.refit",
                "model.hidden",
                "model.dropout",
                "average.kind",
                "average.decay",
                "train.epochs",
                "early_stopping.patience",
            ],
        ),
        ("early_stopping=false", &["train.epochs", "train.batch_size"]),
        ("early_stopping.patience=3", &["train.epochs", "train.batch_size"]),
        ("early_stopping=true", &["train.epochs", "train.batch_size", "early_stopping.patience"]),
        (
            "data.refit=false",
            &[
                "model.hidden",
                "model.dropout",
                "average.kind",
                "average.decay",
                "train.epochs",
                "train.batch_size",
                "early_stopping.patience",
            ],
        ),
        ("train.steps=300", &["train.epochs", "train.batch_size"]),
        ("train.overfit_batch=true", &["train.epochs", "train.batch_size"]),
        ("train.kkt_tolerance=0.1", &["train.epochs", "train.batch_size"]),
        ("train.solver=fista", &[]),
    ];
    for (said, followed) in cases {
        let resolved = check(GOOD, &[said]).unwrap();
        let found = sized(GOOD, &[said], &SIZE);
        assert_eq!(keys(&found), followed, "{said}");
        let key = said.split('=').next().unwrap();
        let value = |config: &RunConfig| leaves(config).into_iter().find(|(other, _)| other == key);
        assert_eq!(value(&found.config), value(&resolved.config), "{said}");
    }
    // As many epochs as the steps need: 300 of 20 each.
    assert_eq!(sized(GOOD, &["train.steps=300"], &SIZE).config.train.epochs, 15);
    assert_eq!(sized(GOOD, &["train.batch_size=0"], &SIZE).config.train.epochs, 500);
    assert_eq!(sized(GOOD, &["train.epochs=7"], &SIZE).config.early_stopping, None);
}

#[test]
fn tables_get_a_wider_network_with_dropout() {
    let found = sized(GOOD, &[], &SIZE);
    let text = annotated(&found);
    assert!(text.contains("hidden = [256]") && text.contains("# default for a table"), "{text}");
    for said in ["train.epochs=7", "model.kind=mlp", "model.activation=gelu", "early_stopping=false"] {
        let found = sized(GOOD, &[said], &SIZE);
        assert!(annotated(&found).contains("hidden = [128]"), "{said}");
    }
    assert!(annotated(&sized(GOOD, &[], &DataSize { validation: 0, ..SIZE })).contains("hidden = [128]"));
}

#[test]
fn texts_get_a_bag_of_words_and_its_learning_rate() {
    let found = sized(GOOD, &["data.text=body"], &SIZE);
    assert_eq!(found.config.model.network.name(), "bag");
    assert_eq!(found.set_by("model.kind"), "default for texts");
    let rate = |said: &[&str]| sized(GOOD, said, &SIZE).config.optim.lr();
    assert_eq!((rate(&["data.text=body"]), rate(&["model.kind=bag"])), (0.01, 0.01));
    assert_eq!(rate(&["data.text=body", "optim.weight_decay=0"]), 0.01);
    for said in ["optim.lr=0.1", "optim.kind=adamw", "model.kind=text-cnn", "model.kind=mlp"] {
        assert_ne!(rate(&["data.text=body", said]), 0.01, "{said}");
    }
}

#[test]
fn what_is_done_to_the_weights_leaves_no_average() {
    assert!(sized(GOOD, &[], &SIZE).config.average.is_some());
    for said in ["model.hidden=[3]", "average=false", "train.epochs=3"] {
        assert_eq!(sized(GOOD, &[said], &SIZE).config.average, None, "{said}");
    }
    for section in
        ["[[penalty]]\nkind = \"l1\"\nstrength = 0.1\n", "[[constraint]]\nkind = \"non-negative\"\n"]
    {
        assert_eq!(sized(&format!("{GOOD}{section}"), &[], &SIZE).config.average, None, "{section}");
    }
}

#[test]
fn few_items_give_a_fifth_for_validation() {
    let validated = |overrides: &[&str], items| {
        let resolved = check(GOOD, overrides).unwrap();
        resolved.validated(Some(items), None).map(|validated| validated.config.data.validation)
    };
    assert_eq!(validated(&[], 9_999), Some(0.2));
    assert_eq!(validated(&[], 10_000), None);
    for said in ["data.validation=0.1", "data.refit=false", "train.epochs=7", "early_stopping=false"] {
        assert_eq!(validated(&[said], 150), None, "{said}");
    }
    let small = check(GOOD, &[]).unwrap().validated(Some(150), Some(120)).unwrap();
    assert_eq!(keys(&small), ["data.validation"]);
    assert_eq!(small.validated(Some(150), Some(120)).map(|it| it.config), None);
}

#[test]
fn classes_are_judged_by_their_refinement() {
    let classes = DataSize { classes: true, ..SIZE };
    let monitor = |overrides: &[&str], size: &DataSize| sized(GOOD, overrides, size).config.train.monitor;
    assert_eq!(monitor(&[], &classes), "refinement_loss");
    assert_eq!(sized(GOOD, &[], &classes).set_by("train.monitor"), "default for classes");
    for (overrides, size) in [
        (&[][..], SIZE),
        (&[], DataSize { validation: 0, ..classes }),
        (&["train.epochs=7"], classes),
        (&["loss.kind=cross-entropy"], classes),
        (&["early_stopping=true"], classes),
    ] {
        assert_eq!(monitor(overrides, &size), "loss", "{overrides:?}");
    }
    assert_eq!(monitor(&["train.monitor=accuracy"], &classes), "accuracy");
}

#[test]
fn recipes_stay_as_they_are() {
    for name in recipe::names() {
        let resolved = resolve(&Request { config: Some(name.to_owned()), ..Request::default() }).unwrap();
        assert_eq!(resolved.sized(&SIZE).map(|it| keys(&it)), None, "{name}");
    }
}

#[test]
fn without_a_validation_part_nothing_stops_early() {
    let found = sized(GOOD, &[], &DataSize { validation: 0, ..SIZE });
    assert_eq!((found.config.train.epochs, found.config.data.refit), (200, None));
    assert_eq!(found.config.early_stopping, None);
}

#[test]
fn images_get_a_convolutional_network() {
    let images =
        DataSize { items: 54_000, validation: 6_000, image: Some([1, 28, 28]), classes: true, numbers: 0 };
    let found = sized(GOOD, &[], &images);
    assert_eq!(found.config.model.name(), "cnn");
    assert_eq!(found.set_by("model.kind"), "default for images of 28 x 28");
    assert_eq!(found.set_by("model.kernel"), "default");
    for said in ["model.kind=mlp", "model.hidden=[8]", "model.kind=linear"] {
        assert_ne!(sized(GOOD, &[said], &images).config.model.name(), "cnn", "{said}");
    }
    // An empty header says nothing, and single pixels cannot be pooled.
    assert_eq!(sized(&format!("{GOOD}[model]\n"), &[], &images).config.model.name(), "cnn");
    let dots = DataSize { image: Some([3, 1, 1]), ..images };
    assert_eq!(sized(GOOD, &[], &dots).config.model.name(), "mlp");
    assert_eq!(sized(GOOD, &[], &SIZE).config.model.name(), "mlp");
}

#[test]
fn older_searches_keep_their_defaults() {
    let overrides = vec!["data.source=iris".to_owned()];
    let resolved = resolve(&Request { overrides, fixed_defaults: true, ..Request::default() }).unwrap();
    assert_eq!(resolved.sized(&SIZE).map(|it| keys(&it)), None);
    assert!(annotated(&resolved).contains("\nepochs = 20"));
}

#[test]
fn no_batch_has_one_item() {
    for items in 2..400_usize {
        let size =
            DataSize { items, validation: items.div_ceil(9), image: None, classes: false, numbers: 10 };
        let found = sized(GOOD, &[], &size).config.train.batch_size;
        for part in [items, items + size.validation] {
            assert_ne!(part % found, 1, "{items}: {found}");
        }
    }
}
