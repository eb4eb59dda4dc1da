//! What a preset fills in, and what stays as it was said.

use kiln_data::{Reading, Scaling};
use kiln_models::{Activation, FirstValues, ModelConfig};
use kiln_objective::LossConfig;

use super::super::*;
use super::{GOOD, check};

const SIZE: DataSize = DataSize { items: 2_000, validation: 500, image: None, classes: true, numbers: 4 };

fn sized(overrides: &[&str], size: &DataSize) -> Resolved {
    let resolved = check(GOOD, overrides).unwrap();
    let items = size.items + size.validation;
    let resolved = resolved.validated(Some(items), size.image.is_none().then_some(items)).unwrap_or(resolved);
    resolved.sized(size).unwrap_or(resolved)
}

#[test]
fn good_is_realmlp() {
    let found = sized(&["preset=good"], &SIZE);
    let ModelConfig::Mlp(mlp) = &found.config.model.network else { panic!("{:?}", found.config.model) };
    assert_eq!((mlp.hidden.as_slice(), mlp.activation, mlp.dropout), (&[256; 3][..], Activation::Selu, 0.15));
    assert!(mlp.embedding.is_some() && mlp.input_scale && mlp.learned_activation);
    assert_eq!((mlp.first_values, mlp.categories.as_ref().map(|it| it.above)), (FirstValues::Data, Some(8)));
    assert_eq!((found.config.optim.lr(), found.config.train.batch_size), (0.04, 256));
    // 8 steps an epoch.
    assert_eq!((found.config.train.epochs, found.config.data.scale), (256, Scaling::RobustSmoothClip));
    assert!(found.config.early_stopping.is_none() && found.config.weight_decay_schedule.is_some());
    assert_eq!(found.config.dropout_schedule, found.config.weight_decay_schedule);
    let Some(LossConfig::CrossEntropy(loss)) = &found.config.loss else { panic!("{:?}", found.config.loss) };
    assert_eq!(loss.label_smoothing, 0.1);
    // Numbers, none of them an input, and many rows.
    let numbers = DataSize { items: 400_000, classes: false, numbers: 0, ..SIZE };
    let found = sized(&["preset=good"], &numbers);
    let ModelConfig::Mlp(mlp) = &found.config.model.network else { panic!() };
    assert!(mlp.activation == Activation::Mish && mlp.embedding.is_none());
    assert_eq!((found.config.optim.lr(), found.config.train.epochs), (0.2, 32));
    assert!(found.config.loss.is_none());
    // Where one model is trained, best is good.
    assert_eq!(sized(&["preset=best"], &SIZE).config.model, sized(&["preset=good"], &SIZE).config.model);
}

#[test]
fn without_a_preset_the_size_of_a_table_chooses() {
    let mlp = |found: &Resolved| match &found.config.model.network {
        ModelConfig::Mlp(mlp) => (mlp.hidden.clone(), mlp.embedding.is_some(), found.config.data.scale),
        other => panic!("{other:?}"),
    };
    let (small, large) =
        (DataSize { items: 639, validation: 160, ..SIZE }, DataSize { items: 640, validation: 160, ..SIZE });
    let fast = (vec![256], false, Scaling::Standard);
    assert_eq!(mlp(&sized(&[], &small)), fast);
    assert_eq!(mlp(&sized(&["preset=fast"], &large)), fast);
    let found = sized(&[], &large);
    assert_eq!(mlp(&found), (vec![256, 256], true, Scaling::RobustSmoothClip));
    assert_eq!(found.set_by("data.scale"), "default for a table of 800 items");
    assert_eq!(found.set_by("model.embedding.kind"), "default for a table");
    assert_eq!(found.config.train, sized(&["preset=fast"], &large).config.train);
    assert!(found.config.average.is_some() && found.config.early_stopping.is_some());
    // Without numbers there is nothing to embed.
    assert!(!mlp(&sized(&[], &DataSize { numbers: 0, ..large })).1);
    assert_eq!(mlp(&sized(&["data.scale=standard"], &large)), (vec![256, 256], true, Scaling::Standard));
    // What is said of the model or of the length leaves all of it, and images are no table.
    for said in ["model.hidden=[9]", "train.epochs=7", "data.validation=0", "early_stopping=false"] {
        let size = DataSize { validation: if said == "data.validation=0" { 0 } else { 160 }, ..large };
        let (_, embeds, scale) = mlp(&sized(&[said], &size));
        assert_eq!((embeds, scale), (false, Scaling::Standard), "{said}");
    }
    let images = DataSize { image: Some([1, 28, 28]), numbers: 0, ..large };
    assert_eq!(sized(&[], &images).config.data.scale, Scaling::Standard);
}

#[test]
fn scale_and_model_of_a_table_are_chosen_together() {
    let chosen = |resolved: &Resolved, items, table, size: &DataSize| {
        let validated = resolved.validated(items, Some(table)).unwrap_or_else(|| resolved.clone());
        let found = validated.sized(size).unwrap();
        let ModelConfig::Mlp(mlp) = &found.config.model.network else { panic!("{:?}", found.config.model) };
        (mlp.hidden.len(), found.config.data.scale)
    };
    let resolved = check(GOOD, &[]).unwrap();
    let (small, large) = ((1, Scaling::Standard), (2, Scaling::RobustSmoothClip));
    // A validation part of its own file.
    assert_eq!(chosen(&resolved, None, 900, &SIZE), large);
    assert_eq!(chosen(&resolved, None, 700, &SIZE), small);
    // Rows that calibrate are in neither part of the size, but the table has them.
    let rest = DataSize { items: 560, validation: 140, ..SIZE };
    assert_eq!(chosen(&resolved, Some(900), 900, &rest), large);
    // What an older kiln began goes on with the model that it had.
    let mut old = resolved.clone();
    old.config.data.reading = Reading::of_number(2);
    assert_eq!(chosen(&old, Some(2_500), 2_500, &SIZE), small);
}

#[test]
fn what_is_said_stays() {
    let said =
        ["preset=good", "optim.lr=0.5", "train.epochs=7", "data.scale=standard", "schedule.kind=constant"];
    let found = sized(&said, &SIZE);
    assert_eq!((found.config.optim.lr(), found.config.train.epochs), (0.5, 7));
    assert_eq!(found.config.data.scale, Scaling::Standard);
    assert!(found.config.weight_decay_schedule.is_none() && found.config.dropout_schedule.is_none());
    let ModelConfig::Mlp(mlp) = &found.config.model.network else { panic!() };
    assert_eq!(mlp.hidden, [256; 3]);
    // A model of one's own has none of it.
    let own = sized(&["preset=good", "model.hidden=[9]"], &SIZE);
    let plain = sized(&["model.hidden=[9]"], &SIZE);
    assert_eq!((&own.config.model, &own.config.optim), (&plain.config.model, &plain.config.optim));
    assert_eq!(own.presets_of_best(), [Preset::Good]);
    assert_eq!(check(GOOD, &[]).unwrap().presets_of_best(), [Preset::Good, Preset::Fast]);
    // Nor have images.
    let images = DataSize { image: Some([1, 28, 28]), numbers: 0, ..SIZE };
    assert_eq!(sized(&["preset=good"], &images).config.model, sized(&[], &images).config.model);
}

#[test]
fn what_a_preset_filled_in_is_written_down_and_read_back() {
    for overrides in
        [&["preset=good"][..], &["preset=best", "train.epochs=7"], &["preset=good", "optim.lr=0.5"], &[]]
    {
        let found = sized(overrides, &SIZE);
        let again = check(&annotated(&found), &[]).unwrap();
        assert_eq!(again.config, found.config, "{overrides:?}");
        // And before: what is open comes back.
        let before = check(GOOD, overrides).unwrap();
        assert_eq!(check(&annotated(&before), &[]).unwrap().config, before.config, "{overrides:?}");
        assert_eq!(check(&annotated(&before), &[]).unwrap().open(), before.open(), "{overrides:?}");
    }
    assert!(check(GOOD, &["preset=better"]).unwrap_err().to_string().contains("fast, good, best"));
}
