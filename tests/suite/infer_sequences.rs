//! Exported models of time series and of texts in the crate kiln-infer predict what they predict here.

use kiln::Predictor;
use kiln::data::{Features, Series, Texts};
use kiln::train::Decision;
use kiln_infer::{InferError, Model};

use crate::common::Place;
use crate::export_sequences::{job_of, steps, texts};
use crate::infer::{compare, model};

/// A model that was not trained, here and there.
fn pair(data: &str, overrides: &str) -> (Predictor, Model) {
    let place = Place::new();
    let predictor = job_of(&place, data, overrides, |job| Predictor::of_job(job, model(job)));
    let there = Model::from_bytes(&predictor.infer().unwrap()).unwrap();
    (predictor.decide(Decision::default()), there)
}

/// Series of none to 60 steps, some numbers missing, as a list of channels and step by step.
fn series(count: usize) -> (Vec<[Vec<f64>; 2]>, Series) {
    let number = |item: usize, step: usize, channel: usize| match (item * 7 + step * 3 + channel) % 11 {
        0 => f64::NAN,
        _ => ((item * 31 + step * 17 + channel * 5) % 101) as f64 / 8.0 - 4.0 + 100.0 * channel as f64,
    };
    let of = |item: usize| {
        let own = |channel: usize| (0..item * 11 % 61).map(|step| number(item, step, channel)).collect();
        [own(0), own(1)]
    };
    let all: Vec<[Vec<f64>; 2]> = (0..count).map(of).collect();
    let by_step = |[x, y]: &[Vec<f64>; 2]| x.iter().zip(y).flat_map(|(x, y)| [*x, *y]).collect::<Vec<f64>>();
    let series = Series::new(["x", "y"], all.iter().map(by_step));
    (all, series)
}

#[test]
fn models_of_time_series_predict_the_same() {
    let (ours, theirs) = series(300);
    for settings in [
        "model.kind=inception-time model.filters=4 model.kernels=[9,5] model.modules=4",
        "model.kind=inception-time model.filters=4 model.kernels=[3] model.modules=1 data.scale=series",
        "model.kind=tcn model.channels=[6,6,5] model.kernel=4 data.standardize=false",
        "model.kind=lstm model.hidden=[9,5]",
        "model.kind=gru model.hidden=[7]",
        "model.kind=transformer model.width=16 model.heads=2 model.positions=rotary model.context=20",
    ] {
        let (predictor, there) =
            pair(&steps(), &format!("data.series=id data.time=step data.target=kind {settings}"));
        assert_eq!(
            (there.channels().unwrap(), there.window()),
            (&["x".to_owned(), "y".to_owned()][..], None)
        );
        let found = predictor.predict(&Features::Series(theirs.clone())).unwrap();
        compare(settings, &there.predict_series(&ours).unwrap(), &found, 1e-6);
        compare(settings, &there.predict_series(&ours[3..4]).unwrap(), &found[3..4], 1e-6);
    }
}

#[test]
fn a_forecast_is_made_of_the_last_window() {
    let month = |m: usize| 100.0 + m as f64 / 2.0 + 20.0 * (m as f64 / 2.0).sin();
    let rows = |count: usize| (0..count).map(|m| format!("{m},{}\n", month(m))).collect::<String>();
    let data = format!("month,sales\n{}", rows(90));
    let settings =
        "data.time=month data.target=sales data.horizon=3 data.window=8 model.kind=tcn model.channels=[4]";
    let (predictor, there) = pair(&data, settings);
    assert_eq!(there.window(), Some(8));
    let all = |from: usize| vec![vec![(from..90).map(month).collect::<Vec<f64>>()]];
    let series = Series::new(["sales"], [(82..90).map(month).collect()]);
    let found = predictor.predict(&Features::Series(series)).unwrap();
    compare("forecast", &there.predict_series(&all(0)).unwrap(), &found, 1e-6);
    let short = there.predict_series(&all(85)).unwrap_err();
    assert_eq!(short.to_string(), "series 0: it has 5 steps, the model looks at 8");
}

#[test]
fn models_of_texts_predict_the_same() {
    let texts_of = |row: usize| {
        let word = |place: usize| ["Red", "sea", "blue", "zzz", "deep,"][(row * 3 + place * 7) % 5];
        (0..row % 12).map(word).collect::<Vec<_>>().join(" ")
    };
    let all: Vec<String> = (0..200).map(texts_of).collect();
    let features = Features::Text(Texts::new(&all));
    for settings in [
        "model.kind=bag model.width=8",
        "model.kind=bag model.width=8 model.ngrams=3 model.buckets=50 data.longest=6",
        "model.kind=text-cnn model.width=8 model.filters=6 model.kernels=[1,3,5] data.tokenizer.kind=characters",
        "model.kind=lstm model.width=8 model.hidden=[6] data.longest=5",
        "model.kind=gru model.width=8 model.hidden=[6] data.tokenizer.kind=bytes",
        "model.kind=transformer model.width=16 model.heads=2 model.blocks=1 model.feed_forward=swiglu model.norm=rms",
    ] {
        let (predictor, there) = pair(&texts(), &format!("data.text=body data.target=where {settings}"));
        let found = predictor.predict(&features).unwrap();
        compare(settings, &there.predict_texts(&all).unwrap(), &found, 1e-6);
    }
}

#[test]
fn what_a_model_does_not_take_is_refused() {
    let (_, there) = pair(&texts(), "data.text=body data.target=where model.kind=bag");
    let wrong = there.predict_rows(&[[1.0]]).unwrap_err();
    assert_eq!(wrong.to_string(), "the model takes texts, not rows");
    let (_, there) = pair(&steps(), "data.series=id data.time=step data.target=kind model.kind=gru");
    for (series, said) in [
        (vec![vec![1.0]], "series 0: it has 1 channels, expected 2"),
        (vec![vec![1.0], vec![1.0, 2.0]], "series 0: channel \"y\" has 2 steps, others have 1"),
    ] {
        let error = there.predict_series(&[series]).unwrap_err();
        assert_eq!(error.to_string(), said);
        assert!(error.help().contains("Model::channels"));
    }
    let infinite = there.predict_series(&[[[f64::INFINITY], [1.0]]]).unwrap_err();
    assert!(matches!(infinite, InferError::NotFinite { row: 0, .. }), "{infinite}");
}
