//! Models of time series and of texts as ONNX. As in `export.rs`, files are in `tests/golden/onnx`, with what onnxruntime predicts by them.

use std::fs;

use kiln::config::{Flags, Request, resolve};
use kiln::data::{Features, Fitted};
use kiln::experiment::ExportFormat;
use kiln::experiment::job::Job;
use kiln::{Predictor, train::Decision};
use serde_json::{Value, json};

use crate::common::Place;
use crate::export::{agree, folder, model};

const ITEMS: usize = 11;

/// Series of 1 to 9 steps in two channels, some numbers missing, one without any in the second, one without a change in the first.
pub(crate) fn steps() -> String {
    let row = |item: usize, step: usize| {
        let x = if item == 4 { 2.5 } else { ((item * 31 + step * 17) % 29) as f64 / 8.0 - 1.0 };
        let y = ((item * 13 + step * 7) % 23) as f64 * 11.0 + 100.0;
        let x = if (item + step) % 5 == 1 && item != 4 { String::new() } else { x.to_string() };
        let y = if item == 5 || (item + step).is_multiple_of(7) { String::new() } else { y.to_string() };
        format!("s{item},{step},{x},{y},{}\n", ["calm", "wild", "odd"][item * item % 7 % 3])
    };
    let series = |item: usize| (0..1 + item * 5 % 9).map(move |step| row(item, step)).collect::<String>();
    format!("id,step,x,y,kind\n{}", (0..40).map(series).collect::<String>())
}

/// Texts of none to nine words, some of them unknown.
pub(crate) fn texts() -> String {
    let word = |row: usize, place: usize| {
        ["red", "green", "blue", "deep", "sea", "sky", "hill"][(row * 11 + place * place * 5) % 7]
    };
    let text = |row: usize| {
        let words: Vec<&str> = (0..row * 7 % 10).map(|place| word(row, place)).collect();
        format!("{}{}", words.join(" "), if row % 4 == 1 { " zzz" } else { "" })
    };
    let line = |row: usize| format!("\"{}\",{}\n", text(row), ["sea", "land"][row * row % 5 % 2]);
    format!("body,where\n{}", (0..40).map(line).collect::<String>())
}

/// The first items as onnxruntime takes them.
fn inputs(features: &Features, fitted: &Fitted) -> Value {
    if let Some(series) = features.as_series() {
        let lengths: Vec<usize> = (0..ITEMS).map(|row| series.steps(row)).collect();
        let (channels, longest) = (series.channels().len(), lengths.iter().copied().max().unwrap());
        let number =
            |row: usize, channel: usize, step: usize| match series.item(row).get(step * channels + channel) {
                Some(number) if number.is_nan() => Value::Null,
                Some(number) => json!(number),
                None => json!(0.0),
            };
        let of = |row: usize| (0..channels).flat_map(move |c| (0..longest).map(move |step| (row, c, step)));
        let values: Vec<Value> = (0..ITEMS).flat_map(of).map(|(row, c, step)| number(row, c, step)).collect();
        let values = json!({ "shape": [ITEMS, channels, longest], "values": values });
        return json!({ "series": values, "lengths": { "shape": [ITEMS], "values": lengths } });
    }
    let (texts, tokenizer) = (features.as_texts().unwrap(), fitted.tokenizer().unwrap());
    let ids: Vec<Vec<u32>> = (0..ITEMS).map(|row| tokenizer.encode(texts.text(row))).collect();
    let lengths: Vec<usize> = ids.iter().map(Vec::len).collect();
    let longest = lengths.iter().copied().max().unwrap();
    let padded =
        |ids: &Vec<u32>| (0..longest).map(|at| ids.get(at).copied().unwrap_or(0)).collect::<Vec<_>>();
    let values: Vec<u32> = ids.iter().flat_map(padded).collect();
    json!({
        "ids": { "shape": [ITEMS, longest], "values": values },
        "lengths": { "shape": [ITEMS], "values": lengths },
    })
}

/// What `of` makes of the job of these data.
pub(crate) fn job_of<T>(place: &Place, data: &str, overrides: &str, of: impl FnOnce(&Job<'_>) -> T) -> T {
    let path = place.write("data.csv", data);
    let path = format!("data.path={path:?}");
    let all = ["data.source=csv", path.as_str(), "data.validation=0.2", "data.test=0.2"];
    let request = Request {
        overrides: all.into_iter().chain(overrides.split_whitespace()).map(str::to_owned).collect(),
        flags: Flags { device: std::env::var("KILN_TEST_DEVICE").ok(), ..Flags::default() },
        ..Request::default()
    };
    of(&Job::load(&resolve(&request).unwrap()).unwrap())
}

fn check(name: &str, data: &str, overrides: &str) {
    job_of(&Place::new(), data, overrides, |job| {
        let features = &job.prepared.dataset.features;
        let predictor = Predictor::of_job(job, model(job)).decide(Decision::default());
        let bytes = predictor.export(ExportFormat::Onnx).unwrap();
        let (file, golden) = (folder().join(format!("{name}.onnx")), folder().join(format!("{name}.json")));
        let given = inputs(features, &job.prepared.fitted);
        if std::env::var("KILN_GOLDEN").is_ok_and(|what| what == "overwrite") {
            fs::write(&file, &bytes).unwrap();
            fs::write(&golden, json!({ "inputs": given }).to_string()).unwrap();
            return;
        }
        assert!(fs::read(&file).unwrap() == bytes, "kiln writes another {}", file.display());
        let golden: Value = serde_json::from_slice(&fs::read(&golden).unwrap()).unwrap();
        assert_eq!(golden["inputs"], given);
        agree(name, &golden["outputs"], &predictor.predict(features).unwrap()[..ITEMS]);
    });
}

const SERIES: &str = "data.series=id data.time=step data.target=kind";

#[test]
fn models_of_time_series_predict_in_onnxruntime_what_they_predict_here() {
    let of = |name: &str, settings: &str| check(name, &steps(), &format!("{SERIES} {settings}"));
    let small = "model.kind=inception-time model.filters=2 model.kernels=[5,3] model.bottleneck=3";
    of("series-inception", &format!("{small} model.modules=4"));
    of("series-inception-own", &format!("{small} model.modules=2 model.residual=false data.scale=series"));
    of("series-tcn", "model.kind=tcn model.channels=[4,4,3] model.kernel=3 data.standardize=false");
    of("series-lstm", "model.kind=lstm model.hidden=[5,3]");
    of("series-gru", "model.kind=gru model.hidden=[5] data.scale=series");
    of(
        "series-transformer",
        "model.kind=transformer model.width=8 model.heads=2 model.blocks=1 model.context=6",
    );
}

#[test]
fn a_forecast_does() {
    let month = |m: usize| format!("{m},{}\n", 100.0 + m as f64 / 2.0 + 20.0 * (m as f64 / 2.0).sin());
    let data = format!("month,sales\n{}", (0..90).map(month).collect::<String>());
    let settings = "data.time=month data.target=sales data.horizon=3 data.window=8";
    check("series-forecast", &data, &format!("{settings} model.kind=tcn model.channels=[4] model.kernel=3"));
}

const TEXTS: &str = "data.text=body data.target=where";

#[test]
fn models_of_texts_do() {
    let of = |name: &str, settings: &str| check(name, &texts(), &format!("{TEXTS} {settings}"));
    of("text-bag", "model.kind=bag model.width=4");
    of("text-bag-runs", "model.kind=bag model.width=4 model.ngrams=3 model.buckets=37 data.longest=6");
    of("text-cnn", "model.kind=text-cnn model.width=4 model.filters=3 model.kernels=[1,3,4]");
    of("text-lstm", "model.kind=lstm model.width=4 model.hidden=[5] data.longest=6");
    of("text-gru", "model.kind=gru model.width=4 model.hidden=[4,3]");
    let encoder = "model.kind=transformer model.width=8 model.heads=2 model.blocks=1";
    of("text-transformer", encoder);
    let modern = "model.positions=rotary model.feed_forward=swiglu model.norm=rms model.context=5";
    of("text-transformer-modern", &format!("{encoder} {modern} data.tokenizer.kind=characters"));
}
