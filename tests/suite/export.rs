//! Models in the formats of others. The ONNX files that kiln writes are in `tests/golden/onnx`, with what onnxruntime predicts by them for
//! 37 items: `tests/golden/exported.py` writes that. `KILN_GOLDEN=overwrite` writes the files anew.

use std::fs;
use std::path::PathBuf;

use burn::module::Module;
use burn::tensor::{Tensor, TensorData};
use kiln::config::{Flags, Request, resolve};
use kiln::data::{Dataset, MISSING, Values};
use kiln::experiment::job::Job;
use kiln::experiment::{ExportFormat, ExportSettings};
use kiln::models::Network;
use kiln::train::Decision;
use kiln::{Layout, ParamKind, Prediction, Predictor, Weights, params};
use serde_json::{Value, json};

use crate::common::Place;

pub(crate) const ITEMS: usize = 37;

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/onnx")
}

/// A table of everything: numbers, categories, dates, missing cells, three classes.
fn people() -> String {
    let row = |row: usize| {
        let number =
            if row % 11 == 3 { String::new() } else { format!("{}", (row * 37 % 101) as f64 / 8.0 - 3.0) };
        let job = ["smith", "baker", "clerk", "", "pilot"][row * 7 % 5];
        let date = if row % 13 == 5 {
            String::new()
        } else {
            format!("{}-{:02}-{:02}", 1961 + row * 5 % 60, 1 + row * 7 % 12, 1 + row * 11 % 28)
        };
        format!(
            "{number},{job},{date},{},{}\n",
            1_600_000_000 + row * 997,
            ["red", "green", "blue"][row * row % 7 % 3]
        )
    };
    format!("height,job,born,stamp,colour\n{}", (0..120).map(row).collect::<String>())
}

/// First weights, and running statistics that are not those of a new layer: the same on every machine.
pub(crate) fn model(job: &Job<'_>) -> Network {
    let network = job.model().unwrap().valid();
    params::replace(network, |info, flat| {
        if info.kind != ParamKind::Running {
            return flat;
        }
        let width = flat.dims()[0];
        let number = |place: usize| {
            let part = ((place * 5) % 7) as f32;
            if info.path.ends_with("running_mean") { 0.125 * part - 0.25 } else { 0.5 + 0.25 * part }
        };
        let numbers: Vec<f32> = (0..width).map(number).collect();
        Tensor::from_data(TensorData::new(numbers, [width]), &flat.device())
    })
}

/// The first items as onnxruntime takes them.
pub(crate) fn inputs(dataset: &Dataset) -> Value {
    if let Some(images) = dataset.features.as_images() {
        let rows: Vec<usize> = (0..ITEMS).collect();
        let gathered = images.gather(&rows).unwrap();
        let pixels: Vec<u8> = (0..ITEMS).flat_map(|item| gathered.image(item).to_vec()).collect();
        return json!({ "image": { "shape": [ITEMS, images.shape[0], images.shape[1], images.shape[2]], "values": pixels } });
    }
    let columns = dataset.features.as_table().unwrap().iter().map(|column| {
        let number = |x: &f64| if x.is_nan() { Value::Null } else { json!(x) };
        let values: Vec<Value> = match &column.values {
            Values::Numeric(cells) => cells.iter().take(ITEMS).map(number).collect(),
            Values::Dates { days, .. } => days.iter().take(ITEMS).map(number).collect(),
            Values::Categorical { codes, names } => {
                let name = |code: &u32| if *code == MISSING { "" } else { names[*code as usize].as_str() };
                codes.iter().take(ITEMS).map(|code| json!(name(code))).collect()
            }
            _ => unreachable!("held in memory"),
        };
        (column.name.clone(), json!({ "shape": [ITEMS, 1], "values": values }))
    });
    Value::Object(columns.collect())
}

/// Exports the first weights of a configuration, and compares with the committed file and with what onnxruntime predicts by it.
pub(crate) fn check(name: &str, overrides: &[&str], decision: Decision) {
    check_with(name, overrides, decision, ExportSettings::default());
}

fn check_with(name: &str, overrides: &[&str], decision: Decision, settings: ExportSettings) {
    let place = Place::new();
    let table = place.write("people.csv", people());
    let table = format!("data.path={table:?}");
    let people = ["data.source=csv", table.as_str()];
    let source: &[&str] = if overrides[0].starts_with("data.source") { &[] } else { &people };
    let device = std::env::var("KILN_TEST_DEVICE").ok();
    let request = Request {
        overrides: source.iter().chain(overrides).map(|text| (*text).to_owned()).collect(),
        flags: Flags { device, ..Flags::default() },
        ..Request::default()
    };
    let resolved = resolve(&request).unwrap();
    let job = Job::load(&resolved).unwrap();
    let predictor = Predictor::of_job(&job, model(&job)).decide(decision);
    let bytes = predictor.export_with(ExportFormat::Onnx, &settings).unwrap();
    let (file, golden) = (folder().join(format!("{name}.onnx")), folder().join(format!("{name}.json")));
    if std::env::var("KILN_GOLDEN").is_ok_and(|what| what == "overwrite") {
        fs::write(&file, &bytes).unwrap();
        fs::write(&golden, json!({ "inputs": inputs(&job.prepared.dataset) }).to_string()).unwrap();
        return;
    }
    assert!(fs::read(&file).unwrap() == bytes, "kiln writes another {}", file.display());
    let golden: Value = serde_json::from_slice(&fs::read(&golden).unwrap()).unwrap();
    assert_eq!(golden["inputs"], inputs(&job.prepared.dataset));
    let predictions = predictor.predict(&job.prepared.dataset.features).unwrap();
    agree(name, &golden["outputs"], &predictions[..ITEMS]);
}

/// What onnxruntime predicts is what kiln does.
pub(crate) fn agree(name: &str, outputs: &Value, predictions: &[Prediction<'_>]) {
    let numbers = outputs.get("probabilities").or_else(|| outputs.get("values")).unwrap();
    for (item, prediction) in predictions.iter().enumerate() {
        let ours: Vec<f64> = match prediction.probabilities() {
            Some(shares) => shares.iter().map(|share| f64::from(*share)).collect(),
            None => prediction.values().unwrap().to_vec(),
        };
        for (place, ours) in ours.iter().enumerate() {
            let theirs = numbers[item][place].as_f64().unwrap();
            let close = (ours - theirs).abs() <= 1e-5 * theirs.abs().max(1.0);
            assert!(close, "{name}, item {item}: {ours}, {theirs}");
        }
        if let Some(class) = prediction.class() {
            assert_eq!(outputs["label"][item], class, "{name}, item {item}");
        }
    }
}

pub(crate) const MIXED: &str = "data.target=colour";

#[test]
fn linear_models_predict_in_onnxruntime_what_they_predict_here() {
    let plain = Decision::default;
    check("linear", &["data.source=diabetes", "model.kind=linear"], plain());
    check(
        "linear-pca",
        &["data.source=wine", "model.kind=linear", "data.pca=3", "data.whiten=true"],
        plain(),
    );
    check(
        "linear-select",
        &["data.source=diabetes", "model.kind=linear", "data.select=4", "loss.kind=gaussian-nll"],
        plain(),
    );
    check(
        "poisson",
        &["data.source=diabetes", "model.kind=linear", "data.standardize=false", "loss.kind=poisson-nll"],
        plain(),
    );
}

#[test]
fn perceptrons_with_all_kinds_of_columns_do() {
    let norms = ["model.kind=mlp", "model.hidden=[7,5]", "model.norm=layer", "model.activation=gelu"];
    check("mlp-layer", &[&[MIXED][..], &norms].concat(), Decision::default().with_temperature(1.75));
    let norms = ["model.hidden=[6]", "model.norm=batch", "model.activation=leaky-relu", "data.encode=target"];
    check("mlp-batch", &[&[MIXED, "model.kind=mlp"][..], &norms].concat(), Decision::default());
    let clip = ["model.kind=mlp", "model.hidden=[5]", "data.scale=robust-smooth-clip"];
    check("mlp-clip", &[&[MIXED][..], &clip].concat(), Decision::default());
    let two = [
        "data.source=breast-cancer",
        "model.kind=mlp",
        "model.hidden=[4]",
        "model.activation=tanh",
        "loss.kind=binary-cross-entropy",
    ];
    check("mlp-two", &two, Decision::default().with_threshold(0.375));
}

#[test]
fn transforms_of_targets_and_flags_of_missing_cells_do() {
    let small = ["model.kind=mlp", "model.hidden=[5]", "data.missing_flags=true"];
    check("mlp-flags", &[&[MIXED][..], &small].concat(), Decision::default());
    let power = ["data.target=height", "data.target_transform=yeo-johnson", "model.activation=selu"];
    check("mlp-power", &[&power[..], &small].concat(), Decision::default());
    let log = ["data.source=diabetes", "data.target_transform=log", "model.activation=mish"];
    check("mlp-log", &[&log[..], &small].concat(), Decision::default());
}

#[test]
fn networks_for_images_do() {
    let cnn = [
        "data.source=digits",
        "model.kind=cnn",
        "model.channels=[3,4]",
        "model.norm=batch",
        "model.activation=silu",
    ];
    check(
        "cnn-mean",
        &[&cnn[..], &["model.head=mean", "model.hidden=[]", "model.convs_per_block=2"]].concat(),
        Decision::default(),
    );
    let flat = [
        "model.hidden=[5]",
        "model.pool=3",
        "model.channels=[3]",
        "model.norm=none",
        "model.activation=sigmoid",
    ];
    check("cnn-flat", &[&cnn[..], &flat].concat(), Decision::default());
    check("resnet", &["data.source=digits", "model.kind=resnet", "model.width=2"], Decision::default());
}

#[test]
fn batch_norm_is_a_part_of_the_layers_before_it_on_request() {
    let folded = ExportSettings::default().fold_batch_norm(true);
    let check = |name: &str, overrides: &[&str]| check_with(name, overrides, Decision::default(), folded);
    let cnn = [
        "data.source=digits",
        "model.kind=cnn",
        "model.channels=[3,4]",
        "model.norm=batch",
        "model.hidden=[5]",
    ];
    check("fold-cnn", &cnn);
    check("fold-mlp", &[MIXED, "model.kind=mlp", "model.hidden=[6,5]", "model.norm=batch"]);
    // Behind an activation and at the beginning there is nothing to be a part of.
    let listed = "model.layers=[{kind='batch-norm'},{kind='conv',filters=3},{kind='activation'},{kind='batch-norm'},\
                  {kind='residual',shortcut=[{kind='conv',filters=4,kernel=1},{kind='batch-norm'}],layers=[{kind='conv',filters=4,bias=false},{kind='batch-norm'}]},\
                  {kind='global-avg-pool'},{kind='linear',width=6},{kind='batch-norm'}]";
    check("fold-layers", &["data.source=digits", "model.kind=sequential", listed]);
    for (name, norms) in [("fold-cnn", 0), ("fold-mlp", 0), ("fold-layers", 2)] {
        let bytes = fs::read(folder().join(format!("{name}.onnx"))).unwrap();
        let nodes = bytes.windows(18).filter(|part| part == b"BatchNormalization").count();
        assert_eq!(nodes, norms, "{name}");
    }
    let place = Place::new();
    place.ok("train digits train.epochs=1 --quiet");
    place.fails("export last -o a.safetensors --fold-batch-norm", 2, "--fold-batch-norm is for ONNX");
    place.ok("export last -o a.onnx --fold-batch-norm");
}

#[test]
fn listed_layers_do() {
    let maps = "model.layers=[{kind='conv',filters=4,bias=false},{kind='batch-norm'},{kind='activation',function='silu'},{kind='max-pool',size=3,stride=2,padding=1},\
                {kind='residual',projection=true,layers=[{kind='conv',filters=6,stride=2,groups=2},{kind='group-norm',groups=3}]},{kind='activation'},\
                {kind='avg-pool',stride=1},{kind='flatten'},{kind='linear',width=8},{kind='group-norm',groups=2},{kind='activation',function='gelu'},\
                {kind='dropout',probability=0.5}]";
    check("layers-maps", &["data.source=digits", "model.kind=sequential", maps], Decision::default());
    let tokens = "model.layers=[{kind='patches',size=2,width=8},{kind='residual',layers=[{kind='layer-norm'},{kind='attention',heads=2}]},\
                  {kind='residual',layers=[{kind='layer-norm'},{kind='linear',width=12},{kind='activation',function='gelu'},{kind='linear',width=8,bias=false}]},\
                  {kind='residual',projection=true,layers=[{kind='linear',width=6}]},{kind='global-avg-pool'}]";
    check("layers-tokens", &["data.source=digits", "model.kind=sequential", tokens], Decision::default());
    let largest = "model.layers=[{kind='patches',size=4,width=6,positions=false},{kind='activation'},{kind='global-max-pool'}]";
    check("layers-largest", &["data.source=digits", "model.kind=sequential", largest], Decision::default());
}

#[test]
fn a_run_is_exported_with_pytorchs_names_and_starts_a_training_again() {
    let place = Place::new();
    place.ok("train digits train.epochs=2 model.hidden=[12] model.norm=batch --name net --quiet");
    let said = place.ok("export net -o net.safetensors");
    assert!(said.says("net.safetensors: safetensors, as PyTorch has them"), "{}", said.stderr);
    let said = place.ok("export net -o net.onnx");
    assert!(said.says("net.onnx: ONNX, operator set 17"), "{}", said.stderr);
    let file = Weights::read_any(place.path().join("net.safetensors")).unwrap();
    assert!(file.is_marked && file.weights.layout() == Layout::PyTorch);
    let names: Vec<&str> = file.weights.iter().map(|(name, _)| name).collect();
    let norm = ["bias", "num_batches_tracked", "running_mean", "running_var", "weight"];
    let norm: Vec<String> = norm.iter().map(|name| format!("layers.0.norm.{name}")).collect();
    let all = [
        &["layers.0.linear.weight"][..],
        &norm.iter().map(String::as_str).collect::<Vec<_>>(),
        &["output.bias", "output.weight"],
    ];
    assert_eq!(names, all.concat());
    assert_eq!(file.weights.get("output.weight").unwrap().shape().to_vec(), [10, 12]);
    let again = place
        .ok("train digits train.epochs=1 model.hidden=[12] model.norm=batch model.weights=net.safetensors");
    assert!(again.says("7 of 7 tensors"), "{}", again.stderr);
    place.fails("export net -o net.bin", 2, "does not end in one of .onnx, .kiln, .safetensors");
    place.fails("export nothing -o a.onnx", 2, "nothing");
}

#[test]
fn a_column_that_is_called_as_an_output_is_refused() {
    let place = Place::new();
    place.write(
        "t.csv",
        "label,y,class\n1,2,a\n2,3,b\n3,4,a\n4,5,b\n5,6,a\n6,7,b\n7,8,a\n8,9,b\n9,1,a\n1,9,b\n",
    );
    place.ok("train t.csv --epochs 1 --quiet");
    place.fails(
        "export last -o t.onnx",
        2,
        "the column \"label\" has a name that something else in the graph has",
    );
}
