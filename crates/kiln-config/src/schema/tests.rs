//! What the types say, as the reading of configurations sees it.

use super::*;

#[test]
fn every_section_is_there_with_all_its_keys() {
    let sections: Vec<&str> = sections().collect();
    assert_eq!(
        sections,
        [
            "data",
            "corpus",
            "augment",
            "mix",
            "model",
            "loss",
            "penalty",
            "constraint",
            "freeze",
            "optim",
            "schedule",
            "momentum_schedule",
            "weight_decay_schedule",
            "dropout_schedule",
            "label_smoothing_schedule",
            "gradient",
            "average",
            "train",
            "early_stopping",
            "checkpoint",
        ]
    );
    let keys = |table: Node| table.settings().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(kinds("model")[..6], ["linear", "mlp", "tabm", "cnn", "resnet", "sequential"]);
    assert_eq!(kinds("penalty.2")[..4], ["l1", "cumulative-l1", "l2", "l2-sp"]);
    assert_eq!(kinds("penalty"), kinds("penalty.0"));
    assert_eq!(kinds("constraint.0"), ["max-norm", "unit-norm", "non-negative", "box"]);
    assert_eq!(keys(tables("checkpoint")[0]), ["every_epochs", "every_steps", "keep"]);
    assert_eq!(
        keys(table("schedule", "cosine").unwrap()),
        ["kind", "end", "scale", "warmup", "warmup_start"]
    );
    assert!(tables("train")[0].setting("clip_norm").is_some() && tables("nothing").is_empty());
}

#[test]
fn sections_are_lists_or_optional_or_switches() {
    let lists = sections().filter(|section| is_list(section)).collect::<Vec<_>>();
    assert_eq!(lists, ["penalty", "constraint", "freeze"]);
    assert!(["model.layers", "model.layers.2.layers", "model.layers.2.shortcut"].into_iter().all(is_list));
    // Lists of tables that are one value, and what is no list.
    assert!(!["optim.group", "schedule.parts", "layers", "model.layers.2", "model"].into_iter().any(is_list));
    assert_eq!(list_of("model.layers.2.layers.0.filters"), Some(("model.layers.2.layers", "0.filters")));
    assert_eq!((list_of("model.layers"), list_of("model.hidden")), (None, None));
    assert_eq!(header("model.layers.2.layers.0"), "model.layers.layers");
    let optional = sections().filter(|section| is_optional(section)).collect::<Vec<_>>();
    let expected = [
        "corpus",
        "augment",
        "mix",
        "loss",
        "momentum_schedule",
        "weight_decay_schedule",
        "dropout_schedule",
        "label_smoothing_schedule",
        "average",
        "early_stopping",
    ];
    assert_eq!(optional, expected);
    assert!(is_optional("optim.sam") && is_switch("optim.sam") && is_switch("optim.lookahead"));
    assert!(
        is_switch("early_stopping")
            && !is_switch("loss")
            && !is_switch("train")
            && !is_optional("optim.group")
    );
    assert!(!is_optional("penalty.0.schedule") && !is_optional("seed"));
}

#[test]
fn three_sections_have_a_kind_by_default() {
    let kinds: Vec<_> = default_kinds().collect();
    assert_eq!(kinds, [("model", "mlp"), ("optim", "adam"), ("schedule", "constant")]);
}

#[test]
fn a_key_finds_what_it_may_be() {
    assert!(at("train.epochs")[0].is_unsigned() && at("train.epochs").len() == 1);
    assert_eq!(at("optim.lr").len(), kinds("optim").len());
    assert!(at("penalty.3.params").iter().all(|node| node.may_be("string") && node.may_be("object")));
    assert_eq!(at("optim.betas")[0].length(), Some(2));
    assert!(at("model.activation")[0].words().contains(&"relu"));
    assert!(at("lr").is_empty() && at("penalty.x").is_empty());
    // A plateau follows a metric: only the learning rate can.
    assert!(kinds("schedule").contains(&"plateau") && !kinds("momentum_schedule").contains(&"plateau"));
    assert!(!kinds("penalty.0.schedule").contains(&"plateau"));
}
