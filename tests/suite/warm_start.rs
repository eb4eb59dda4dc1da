//! Trainings that start from weights: of PyTorch's, by name; of a run, with its model and its preprocessing.

use std::fs;
use std::sync::Mutex;

use burn::module::Module;
use burn::tensor::Tensor;
use kiln::config::{Request, Resolved, resolve};
use kiln::data::Inputs;
use kiln::experiment::job::Job;
use kiln::experiment::{Event, Session, best_weights, dry_run, resume, train};
use kiln::{Explain, Weights};
use kiln_testkit::{assert_close, device, golden};

use crate::common::Place;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/start.safetensors");
/// The names that kiln has for those of the file.
const MAP: &str = r#"model.weights_map=[{ from = "^module\\.0\\.", to = "layers.0.linear." },
    { from = "^module\\.1\\.", to = "layers.0.norm." }, { from = "^module\\.3\\.", to = "output." }]"#;

/// The digits and a network for the file, with these changes.
fn digits(overrides: &[&str]) -> Resolved {
    let own = [
        "model.hidden=[16]",
        "model.norm=batch",
        "model.dropout=0",
        "train.epochs=2",
        "schedule.kind=constant",
        "data.validation=0.1",
    ];
    let weights = format!("model.weights={FILE:?}");
    let overrides = own.iter().copied().chain([weights.as_str()]).chain(overrides.iter().copied());
    let overrides = overrides.map(str::to_owned).collect();
    let device = std::env::var("KILN_TEST_DEVICE").ok();
    let flags = kiln::config::Flags { device, ..Default::default() };
    resolve(&Request { config: Some("digits".to_owned()), overrides, flags, ..Request::default() }).unwrap()
}

/// What is said before a training begins.
fn told(resolved: &Resolved) -> Vec<String> {
    let lines = Mutex::new(Vec::new());
    let hear = |event: &Event<'_>| {
        if let Event::StartsFrom(line) | Event::Warning(line) = event {
            lines.lock().unwrap().push((*line).to_owned());
        }
        Ok(())
    };
    dry_run(resolved, &hear).unwrap();
    lines.into_inner().unwrap()
}

fn error(resolved: &Resolved) -> (String, String) {
    let error = Job::load(resolved).map(|_| ()).unwrap_err();
    (error.to_string(), error.help().unwrap_or_default())
}

#[test]
fn a_network_of_pytorch_predicts_what_it_did_there() {
    let resolved = digits(&[MAP]);
    let job = Job::load(&resolved).unwrap();
    let expected = golden("start_outputs");
    let x = Tensor::<2>::from_data(expected.get("x").unwrap().clone(), &device());
    let y = job.model().unwrap().valid().forward(Inputs::Table(x), None);
    assert_close(&y.into_data(), expected.get("y").unwrap(), 1e-5, 1e-5);
    let lines = told(&resolved);
    assert!(lines[0].ends_with("start.safetensors: 7 of 7 tensors"), "{lines:?}");
    assert_eq!(lines[1], "they lie as PyTorch's: in no other way do they fit");
}

#[test]
fn what_does_not_fit_is_named_with_what_is_like_it() {
    let (message, help) = error(&digits(&[]));
    for part in ["missing: \"layers.0.linear.weight\"", "left over: \"module.0.weight\""] {
        assert!(message.contains(part), "{message}");
    }
    assert!(help.contains("model.weights_map"), "{help}");
    let slip = MAP.replace("\"output.\"", "\"outptu.\"");
    let (message, _) = error(&digits(&[&slip]));
    assert!(message.contains("missing: \"output.weight\" (like \"outptu.weight\"?)"), "{message}");
    let (message, _) = error(&digits(&[MAP, "model.hidden=[12]"]));
    assert!(message.contains("\"output.weight\" is [16, 10] where the model has [12, 10]"), "{message}");
    let (message, _) = error(&digits(&[r#"model.weights_map=[{ from = "^nets", to = "" }]"#]));
    assert!(message.contains("\"^nets\" matches no tensor"), "{message}");
    // What is told to keep its first values need not be there, nor is what the file holds for it left over.
    let fresh = digits(&[MAP, r#"model.weights_fresh="^output""#]);
    assert!(told(&fresh)[0].ends_with("5 of 7 tensors"));
    let drawn = Job::load(&digits(&[MAP])).unwrap().blueprint.model(&fresh, &device()).unwrap();
    let started = Weights::of(&Job::load(&fresh).unwrap().model().unwrap());
    assert_eq!(started.get("output.weight"), Weights::of(&drawn).get("output.weight"));
}

#[test]
fn another_number_of_classes_begins_a_new_last_layer_and_says_so() {
    let place = Place::new();
    let table = (0..40).map(|row| format!("{},{},{}\n", row % 7, row * row % 5, ["a", "b"][row % 2]));
    let table = place.write("t.csv", format!("x,y,class\n{}", table.collect::<String>()));
    place.ok(&format!("train {} model.hidden=[6] --epochs 2 --name first", table.display()));
    let first = place.run_dirs().remove(0);
    // The same columns, other classes: as many of them would fit, and mean something else.
    let other = fs::read_to_string(&table).unwrap().replace(",b\n", ",c\n");
    let other = place.write("u.csv", other);
    let second = place.ok(&format!("train {} --from first --epochs 2", other.display()));
    for part in [
        "2 of 4 tensors",
        "the preprocessing is that of the run",
        "the last layer begins anew: it predicts \"a\", \"c\", that of the run \"a\", \"b\"",
    ] {
        assert!(second.says(part), "{part}\n{}", second.stderr);
    }
    let three = fs::read_to_string(&table).unwrap().replace("1,1,b", "1,1,c");
    let three = place.write("v.csv", three);
    let weights = fs::read_to_string(first.join("checkpoints/best")).unwrap();
    let weights = first.join("checkpoints").join(weights.trim()).join("model.safetensors");
    let line = format!("train {} --from {} model.hidden=[6] --epochs 2", three.display(), weights.display());
    let third = place.ok(&line);
    assert!(third.says("it has 3 outputs, that of the weights 2"), "{}", third.stderr);
    // A model that the run does not have is asked for: its weights do not fit.
    place.fails(&format!("train {} --from first model.hidden=[5]", table.display()), 5, "of another shape");
    // Other columns are other inputs.
    let wide = place.write("w.csv", "p,q,class\n1,2,a\n2,3,b\n3,4,a\n4,5,b\n5,6,a\n6,7,b\n7,8,a\n8,9,b\n");
    place.fails(&format!("train {} --from first", wide.display()), 3, "was trained on other inputs");
}

#[test]
fn a_run_gives_its_weights_its_model_and_its_preprocessing_and_goes_on_with_the_same() {
    let place = Place::new();
    let session = Session { runs_dir: place.runs(), ..Session::default() };
    let first = train(&digits(&[MAP]), &session, &()).unwrap();
    let flags = kiln::config::Flags { from: Some(first.run.clone()), ..Default::default() };
    let overrides = ["data.source=digits", "train.epochs=2", "seed=3"].map(str::to_owned).to_vec();
    let resolved = resolve(&Request { overrides, flags, ..Request::default() }).unwrap();
    assert_eq!(resolved.set_by("model.hidden"), "the run it starts from");
    let job = Job::load(&resolved).unwrap();
    let best = best_weights(&first.run, &()).unwrap();
    assert_eq!(Weights::of(&job.model().unwrap()).blake3(), best.saved.weights.blake3());
    assert_eq!(job.blueprint.fitted, best.fitted);
    // Another seed is another split of the same data: what is held out was learned from.
    let second = train(&resolved, &session, &()).unwrap();
    let written = fs::read_to_string(second.run.join("run.toml")).unwrap();
    assert!(written.contains("weights_blake3 = "), "{written}");
    assert_eq!(
        resume(&second.run, &session, &()).unwrap().record.weights_blake3,
        second.record.weights_blake3
    );
    // The run it started from goes on, and has other weights.
    let changes = kiln::experiment::Changes::new().set("train.epochs=9");
    kiln::experiment::resume_with(&first.run, &changes, &session, &()).unwrap();
    let error = resume(&second.run, &session, &()).unwrap_err();
    assert!(error.to_string().contains("are not those that the training began with"), "{error}");
    // What it was trained to needs them no more.
    fs::remove_dir_all(&first.run).unwrap();
    place.ok(&format!("eval {}", second.run.display()));
}

#[test]
fn folds_and_trials_start_from_the_weights_too() {
    let place = Place::new();
    place.ok("train iris train.epochs=3 model.hidden=[8] --name base");
    let run = place.run_dirs().remove(0);
    let cv = place.ok(&format!("cv data.source=iris model.weights={run:?} train.epochs=1 --folds 2"));
    assert!(cv.says("split otherwise"), "{}", cv.stderr);
    place.ok(&format!(
        "tune data.source=iris model.weights={run:?} train.epochs=1 optim.lr=log(1e-4,1e-3) --trials 2"
    ));
}

#[test]
fn what_nothing_tells_is_asked_for() {
    let place = Place::new();
    let table: String =
        (0..40).map(|row| format!("{},{},{}\n", row % 7, row * row % 5, ["a", "b"][row % 2])).collect();
    place.write("t.csv", format!("x,y,class\n{table}"));
    // Two inputs and two outputs, without a mark: both ways fit.
    let header = r#"{"output.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"output.bias":{"dtype":"F32","shape":[2],"data_offsets":[16,24]}}"#;
    let file = |last: f32| -> Vec<u8> {
        let numbers = [1.0, 2.0, 3.0, 4.0, 5.0, last].into_iter().flat_map(f32::to_le_bytes);
        (header.len() as u64).to_le_bytes().into_iter().chain(header.bytes()).chain(numbers).collect()
    };
    place.write("square.safetensors", file(6.0));
    let line = "train t.csv model.kind=linear model.weights=square.safetensors --epochs 1";
    let asked = place.fails(line, 2, "does not say how its tensors lie, and their shapes fit both ways");
    assert!(asked.says("model.weights_layout"), "{}", asked.stderr);
    for layout in ["kiln", "pytorch"] {
        let ran = place.ok(&format!("{line} model.weights_layout={layout}"));
        assert!(ran.says("2 of 2 tensors"), "{}", ran.stderr);
    }
    place.write("broken.safetensors", file(f32::NAN));
    let broken =
        "train t.csv model.kind=linear model.weights=broken.safetensors model.weights_layout=kiln --epochs 1";
    place.fails(broken, 5, "the tensor \"output.bias\" holds NaN or infinite values");
    place.ok(&format!("{broken} model.weights_fresh=bias$"));
    place.fails("train t.csv model.weights=nowhere.safetensors", 7, "nowhere.safetensors");
    // Nothing to stay near to.
    let near = "train t.csv penalty.0.kind=l2-sp penalty.0.strength=0.1";
    place.fails(
        near,
        2,
        "penalty.0 pulls weights towards those that the training starts from, and there are none",
    );
}

#[test]
fn a_body_is_frozen_for_an_epoch_and_a_resume_across_the_thaw_is_exact() {
    let place = Place::new();
    let session = Session { runs_dir: place.runs(), ..Session::default() };
    let with = |epochs: &'static str| {
        let near = ["penalty.0.kind=l2-sp", "penalty.0.strength=0.01"];
        [&[MAP, "freeze.0.params=[\"layers\"]", "freeze.0.until=2", epochs][..], &near].concat()
    };
    let body = |weights: &Weights| weights.select("layers").unwrap().blake3();
    let start = Weights::of(&Job::load(&digits(&with("train.epochs=1"))).unwrap().model().unwrap());
    let frozen = train(&digits(&with("train.epochs=2")), &session, &()).unwrap();
    // Batch norm with its running statistics, too.
    assert_eq!(body(&Weights::of(&frozen.outcome.model)), body(&start));
    let whole = train(&digits(&with("train.epochs=4")), &session, &()).unwrap();
    let last = |trained: &kiln::experiment::Trained| trained.outcome.last_weights_blake3.clone();
    let longer = kiln::experiment::Changes::new().set("train.epochs=4");
    let resumed = kiln::experiment::resume_with(&frozen.run, &longer, &session, &()).unwrap();
    assert_eq!(last(&resumed), last(&whole));
    assert_ne!(body(&Weights::of(&whole.outcome.model)), body(&start));
    let lost = digits(&[MAP, "freeze.0.params=[\"layers.7\"]"]);
    let error = dry_run(&lost, &()).unwrap_err();
    assert!(error.to_string().contains("there is nothing to freeze in [\"layers.7\"]"), "{error}");
}

#[test]
fn a_run_with_a_section_in_its_model_goes_on_and_predicts() {
    let place = Place::new();
    let model = "model.kind=mlp model.embedding.kind=plr schedule.kind=constant train.epochs=2";
    place.ok(&format!("train wine {model} --name first -q"));
    place.ok("export first -o net.safetensors");
    place.ok(&format!("train wine {model} model.weights=net.safetensors --name second -q"));
    let run = place.run_dirs().into_iter().find(|run| run.to_string_lossy().contains("second")).unwrap();
    let written = fs::read_to_string(run.join("run.toml")).unwrap();
    assert_eq!(written.matches("\n[model]\n").count(), 1, "{written}");
    place.ok("resume second train.epochs=3 -q");
    place.ok("eval second -q");
}
