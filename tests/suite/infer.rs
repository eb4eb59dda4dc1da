//! Exported models in the crate kiln-infer predict what they predict here: 10,000 items of every model that it runs.

use burn::module::Module;
use burn::tensor::{Tensor, TensorData};
use kiln::config::{Flags, Request, resolve};
use kiln::data::{CellValue, ColumnSchema, Images};
use kiln::experiment::job::Job;
use kiln::models::Network;
use kiln::train::Decision;
use kiln::{ParamKind, Prediction, Predictor, Run, params};
use kiln_infer::Model;
use kiln_testkit::device;

use crate::common::Place;

const ITEMS: usize = 10_000;

const NAMES: [&str; 5] = ["height", "job", "born", "stamp", "paid"];

/// The cells of a row of a table of everything: numbers, categories, dates, missing cells, cells that the training part did not have.
fn cells(row: usize) -> [String; 5] {
    let number =
        if row % 11 == 3 { "NA".to_owned() } else { format!("{}", (row * 37 % 10_007) as f64 / 800.0 - 3.0) };
    let job = ["smith", "baker", "clerk", "", "pilot"][row * 7 % 5];
    let date = format!("{}-{:02}-{:02}", 1961 + row * 5 % 60, 1 + row * 7 % 12, 1 + row * 11 % 28);
    let date = if row % 13 == 5 { "?".to_owned() } else { date };
    let paid = ["true", "false", "TRUE"][row % 3];
    [number, job.to_owned(), date, (1_600_000_000 + row * 997).to_string(), paid.to_owned()]
}

fn people() -> String {
    let row = |row: usize| {
        let [height, job, born, stamp, paid] = cells(row);
        let colour = ["red", "green", "blue"][row * row % 7 % 3];
        format!("{height},{job},{born},{stamp},{paid},{colour},{}\n", (row * 131 % 977) as f64 / 64.0 + 0.25)
    };
    format!("height,job,born,stamp,paid,colour,wage\n{}", (0..240).map(row).collect::<String>())
}

/// First weights, with running statistics that are not those of a new layer, and large enough that classes differ.
pub(crate) fn model(job: &Job<'_>) -> Network {
    let network = job.model().unwrap().valid();
    params::replace(network, |info, flat| {
        if info.kind != ParamKind::Running {
            return if info.path.starts_with("output") { flat.mul_scalar(4.0) } else { flat };
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

/// How far probabilities and numbers may be apart, of the size of a number where that is more than 1.
#[track_caller]
pub(crate) fn compare(
    name: &str,
    ours: &[kiln_infer::Prediction<'_>],
    theirs: &[Prediction<'_>],
    bound: f64,
) {
    assert_eq!(ours.len(), theirs.len());
    let mut most = 0.0f64;
    for (item, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        assert_eq!(ours.names(), theirs.names());
        let numbers = |shares: Option<&[f32]>, values: Option<&[f64]>| -> Vec<f64> {
            match (shares, values) {
                (Some(shares), _) => shares.iter().map(|share| f64::from(*share)).collect(),
                (None, values) => values.unwrap().to_vec(),
            }
        };
        let (a, b) =
            (numbers(ours.probabilities(), ours.values()), numbers(theirs.probabilities(), theirs.values()));
        for (a, b) in a.iter().zip(&b) {
            most = most.max((a - b).abs() / b.abs().max(1.0));
        }
        assert!(most <= bound, "{name}, item {item}: {a:?} {b:?}");
        // Where two classes are as probable as each other to the last digits, either may be the larger.
        let is_close =
            b.iter().filter(|share| b.iter().fold(0.0f64, |most, x| most.max(*x)) - **share < 4.0 * bound);
        assert!(
            ours.class() == theirs.class() || is_close.count() > 1,
            "{name}, item {item}: {ours:?} {theirs:?}"
        );
    }
    println!("{name}: {most:.1e}");
}

/// A model that was not trained, here and there.
fn pair(overrides: &[&str], decision: Decision) -> (Predictor, Model) {
    pair_of(overrides, decision, model)
}

fn pair_of(
    overrides: &[&str],
    decision: Decision,
    network: impl Fn(&Job<'_>) -> Network,
) -> (Predictor, Model) {
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
    let predictor = Predictor::of_job(&job, network(&job)).decide(decision);
    let model = Model::from_bytes(&predictor.infer().unwrap()).unwrap();
    (predictor, model)
}

#[track_caller]
fn check_rows(name: &str, overrides: &[&str], decision: Decision, bound: f64) {
    let (predictor, model) = pair(overrides, decision);
    let columns = predictor.columns().unwrap();
    assert_eq!(
        columns.iter().map(|column| &column.name).collect::<Vec<_>>(),
        model.columns().unwrap().iter().map(|column| &column.name).collect::<Vec<_>>()
    );
    let texts: Vec<[String; 5]> = (0..ITEMS).map(|row| cells(row + 100)).collect();
    // Tables of others have numbers.
    let number = |row: usize, at: usize| CellValue::Number(((row * 37 + at * 11) % 1009) as f64 / 100.0);
    let cell = |row: usize, (at, column): (usize, &ColumnSchema)| {
        let place = NAMES.iter().position(|name| *name == column.name);
        place.map_or_else(|| number(row, at), |place| CellValue::from(&texts[row][place]))
    };
    let row = |row: usize| columns.iter().enumerate().map(|column| cell(row, column)).collect();
    let rows: Vec<Vec<CellValue<'_>>> = (0..ITEMS).map(row).collect();
    compare(name, &model.predict(&rows).unwrap(), &predictor.predict_rows(&rows).unwrap(), bound);
    let one = model.predict_row(&rows[7]).unwrap();
    compare(name, &[one], &[predictor.predict_row(&rows[7]).unwrap()], bound);
}

#[track_caller]
fn check_images(name: &str, (predictor, model): (Predictor, Model), items: usize, bound: f64) {
    let [channels, height, width] = model.image_shape().unwrap();
    let pixels: Vec<u8> =
        (0..items * channels * height * width).map(|at| (at * at % 8191 * 17 / 3 % 17) as u8).collect();
    let images = Images::new(pixels.clone(), [channels, height, width]);
    compare(name, &model.predict_images(&pixels).unwrap(), &predictor.predict_images(images).unwrap(), bound);
    // An image alone may be computed in another way.
    let size = channels * height * width;
    let one = model.predict_images(&pixels[..size]).unwrap();
    let image = Images::new(pixels[..size].to_vec(), [channels, height, width]);
    compare(name, &one, &predictor.predict_images(image).unwrap(), bound);
}

const COLOUR: [&str; 2] = ["data.target=colour", "data.ignore=wage"];
const WAGE: [&str; 2] = ["data.target=wage", "data.ignore=colour"];

#[test]
fn linear_models_predict_the_same() {
    let plain = Decision::default;
    check_rows("linear", &[&COLOUR[..], &["model.kind=linear"]].concat(), plain(), 1e-6);
    check_rows("numbers", &[&WAGE[..], &["model.kind=linear"]].concat(), plain(), 1e-6);
    let poisson = [
        "data.source=diabetes",
        "model.kind=linear",
        "data.standardize=false",
        "loss.kind=poisson-nll",
        "data.select=4",
    ];
    check_rows("poisson", &poisson, plain(), 1e-6);
    let white = ["data.source=wine", "model.kind=linear", "data.pca=3", "data.whiten=true"];
    check_rows("pca", &white, plain().with_temperature(1.75), 1e-6);
}

#[test]
fn perceptrons_predict_the_same() {
    let of = |more: &[&'static str]| [&COLOUR[..], &["model.kind=mlp"], more].concat();
    let plain = Decision::default;
    check_rows("relu", &of(&["model.hidden=[70,33]"]), plain(), 1e-6);
    let scales = "data.scale=quantile-normal";
    check_rows(
        "batch",
        &of(&["model.hidden=[24]", "model.norm=batch", "model.activation=leaky-relu", scales]),
        plain(),
        1e-6,
    );
    let target = "data.encode=target";
    check_rows(
        "layer",
        &of(&["model.hidden=[24]", "model.norm=layer", "model.activation=gelu", target]),
        plain(),
        2e-6,
    );
    let clip = "data.scale=robust-smooth-clip";
    check_rows(
        "tanh",
        &of(&["model.hidden=[24]", "model.activation=tanh", clip]),
        plain().with_temperature(0.75),
        1e-6,
    );
    check_rows("plr", &of(&["model.embedding.kind=plr"]), plain(), 1e-6);
    check_rows("pbld", &of(&["model.embedding.kind=pbld", "model.activation=silu"]), plain(), 1e-6);
    check_rows("piecewise", &of(&["model.embedding.kind=piecewise-linear", "data.bins=12"]), plain(), 1e-6);
    let two = [
        "data.source=breast-cancer",
        "model.kind=mlp",
        "loss.kind=binary-cross-entropy",
        "model.activation=sigmoid",
    ];
    check_rows("two", &two, plain().with_threshold(0.375), 1e-6);
    let gaussian =
        [&WAGE[..], &["model.kind=mlp", "loss.kind=gaussian-nll", "data.missing=[\"NA\",\"?\",\"pilot\"]"]]
            .concat();
    check_rows("gaussian", &gaussian, plain(), 1e-6);
}

#[test]
fn transforms_of_targets_and_flags_of_missing_cells_predict_the_same() {
    let of = |more: &[&'static str]| [&WAGE[..], &["model.kind=mlp"], more].concat();
    let plain = Decision::default;
    let power = ["data.target_transform=yeo-johnson", "data.missing_flags=true", "model.activation=selu"];
    check_rows("yeo-johnson", &of(&power), plain(), 1e-6);
    let scales = "data.scale=quantile-normal";
    let log = ["data.target_transform=log", "data.missing_flags=true", scales, "model.activation=mish"];
    check_rows("log", &of(&log), plain(), 1e-6);
}

#[test]
fn vectors_of_categories_and_residual_blocks_predict_the_same() {
    let of = |more: &[&'static str]| [&COLOUR[..], more].concat();
    let vectors = ["model.kind=mlp", "model.categories.above=2", "model.embedding.kind=pbld"];
    check_rows("categories", &of(&vectors), Decision::default(), 1e-6);
    let blocks = ["model.kind=table-resnet", "model.width=16", "model.units=24", "model.categories.above=2"];
    check_rows("blocks", &of(&blocks), Decision::default(), 2e-6);
}

#[test]
fn layers_of_several_heads_predict_the_same() {
    let of = |target: &[&'static str], more: &[&'static str]| {
        [target, &["model.kind=tabm", "model.heads=4"], more].concat()
    };
    check_rows("tabm", &of(&COLOUR, &["model.hidden=[32,16]"]), Decision::default(), 1e-6);
    let embedding = ["model.embedding.kind=piecewise-linear", "data.bins=8", "model.hidden=[32]"];
    check_rows("tabm numbers", &of(&WAGE, &embedding), Decision::default(), 1e-6);
}

#[test]
fn networks_for_images_predict_the_same() {
    let of = |more: &[&'static str]| pair(&[&["data.source=digits"], more].concat(), Decision::default());
    check_images("digits", of(&["model.kind=mlp", "model.hidden=[256,128]"]), ITEMS, 1e-6);
    let cnn = ["model.kind=cnn", "model.channels=[8,16]", "model.norm=batch"];
    check_images("cnn", of(&cnn), ITEMS, 1e-6);
    let mean = ["model.head=mean", "model.hidden=[]", "model.activation=gelu", "model.convs_per_block=2"];
    check_images("cnn mean", of(&[&cnn[..], &mean].concat()), ITEMS, 1e-6);
    check_images("resnet", of(&["model.kind=resnet", "model.width=8"]), ITEMS, 1e-6);
}

#[test]
fn networks_of_torchvision_predict_the_same() {
    for kind in ["resnet18", "resnet50", "mobilenet-v3-small", "efficientnet-b0"] {
        let kind = format!("model.kind={kind}");
        let plain = |job: &Job<'_>| job.model().unwrap();
        let pair = pair_of(&["data.source=digits", &kind], Decision::default(), plain);
        check_images(&kind, pair, 300, 1e-6);
    }
}

#[test]
fn a_trained_run_is_exported_and_loaded() {
    let place = Place::new();
    place.write("t.csv", people());
    place.ok("train t.csv data.target=colour data.ignore=wage model.hidden=[8] train.epochs=2 --name net -q");
    let said = place.ok("export net -o net.kiln");
    assert!(said.says("net.kiln: a model for kiln-infer, "), "{}", said.stderr);
    let model = Model::load(place.path().join("net.kiln")).unwrap();
    let predictor = Run::find("net", place.runs()).unwrap().best(&device()).unwrap();
    let texts: Vec<[String; 5]> = (0..500).map(cells).collect();
    let columns = model.columns().unwrap();
    let record = |row: usize| {
        columns
            .iter()
            .map(|column| {
                let place = NAMES.iter().position(|name| *name == column.name).unwrap();
                (column.name.as_str(), CellValue::from(&texts[row][place]))
            })
            .collect()
    };
    let records: Vec<Vec<(&str, CellValue<'_>)>> = (0..500).map(record).collect();
    let theirs = predictor.predict_records(&records).unwrap();
    compare("trained", &model.predict_records(&records).unwrap(), &theirs, 1e-6);
}
