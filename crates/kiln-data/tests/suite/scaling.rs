//! The scales of columns against pytabkit and scikit-learn, rare categories against scikit-learn (`tests/golden/scaling.py`), and their laws.

use kiln_core::{ErrorKind, Explain, Seed};
use kiln_data::{
    BinsBy, DataConfig, DataError, Dataset, Encode, Features, Fitted, Images, Prepared, Preprocess, Scaling,
    Target,
};
use serde_json::Value;

use crate::common::{batch, classes, dataset, fit_with, inputs, numeric, table, words};

fn golden() -> Value {
    serde_json::from_str(include_str!("../../../../tests/golden/scaling.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        value => vec![value.as_f64().unwrap_or(f64::NAN)],
    }
}

fn scaled(scale: Scaling) -> Preprocess {
    Preprocess { standardize: true, scale, ..Preprocess::default() }
}

fn golden_table(golden: &Value) -> Dataset {
    let columns = golden["numeric"].as_object().unwrap().iter();
    table(columns.map(|(name, cells)| numeric(name, numbers(cells))).collect())
}

/// What becomes of the rows that the golden file shows.
fn shown(golden: &Value, data: &Dataset, preprocess: &Preprocess) -> (Fitted, Vec<f32>) {
    let fitted = fit_with(data, golden["train"].as_u64().unwrap() as usize, preprocess).unwrap();
    let rows: Vec<usize> = numbers(&golden["shown"]).into_iter().map(|row| row as usize).collect();
    let numbers = inputs(&batch(&fitted, data, &rows).unwrap());
    (fitted, numbers)
}

#[test]
fn scales_are_those_of_pytabkit_and_scikit_learn() {
    let golden = golden();
    let data = golden_table(&golden);
    for (scale, name) in
        [(Scaling::RobustSmoothClip, "robust_smooth_clip"), (Scaling::QuantileNormal, "quantile_normal")]
    {
        let (_, ours) = shown(&golden, &data, &scaled(scale));
        let oracle = numbers(&golden[name]);
        assert_eq!(ours.len(), oracle.len());
        for (place, (ours, oracle)) in ours.iter().zip(&oracle).enumerate() {
            let error = (f64::from(*ours) - oracle).abs();
            assert!(error <= 1e-6, "{name} of number {place}: {ours}, oracle {oracle}");
        }
    }
}

#[test]
fn rare_categories_share_a_column_as_in_scikit_learn() {
    let golden = golden();
    let cells: Vec<_> = golden["words"].as_array().unwrap().iter().map(Value::as_str).collect();
    let data = table(vec![words("word", &cells)]);
    let least = golden["min_frequency"].as_u64().unwrap() as usize;
    let (fitted, ours) =
        shown(&golden, &data, &Preprocess { min_frequency: Some(least), ..Preprocess::default() });
    let ours: Vec<f64> = ours.into_iter().map(f64::from).collect();
    assert_eq!(ours, numbers(&golden["infrequent"]));
    let names = fitted.feature_names().unwrap();
    assert_eq!(names.last().unwrap(), "word=infrequent");
    assert_eq!(fitted.feature_groups().last().unwrap().features, 0..names.len());
    // All are known, so that what is unknown is still said.
    assert_eq!(fitted.unseen(&data.features, None)[0].cells, 1);
}

#[test]
fn a_weight_of_two_counts_as_two_rows_of_a_category() {
    let mut data = table(vec![words("w", &[Some("a"), Some("a"), Some("b"), Some("c"), None])]);
    data.weights = Some(vec![1.0, 1.0, 2.0, 1.5, 1.0]);
    let fitted = fit_with(&data, 5, &Preprocess { min_frequency: Some(2), ..Preprocess::default() }).unwrap();
    assert_eq!(fitted.feature_names().unwrap(), ["w=a", "w=b", "w=missing", "w=infrequent"]);
    let rows = inputs(&batch(&fitted, &data, &[2, 3, 4]).unwrap());
    assert_eq!(rows, [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
}

#[test]
fn bins_are_those_of_rtdl_num_embeddings() {
    let golden = golden();
    let mut data = golden_table(&golden);
    let Features::Table(columns) = &mut data.features else { panic!() };
    // A column that is no number has no bins.
    let cells: Vec<_> = golden["words"].as_array().unwrap().iter().map(Value::as_str).collect();
    columns.insert(1, words("word", &cells));
    let count = golden["bins"]["count"].as_u64().unwrap() as usize;
    let (fitted, _) =
        shown(&golden, &data, &Preprocess { bins: Some(count), ..scaled(Scaling::RobustSmoothClip) });
    let bins = fitted.bins().unwrap();
    let oracle: Vec<Vec<f64>> = golden["bins"]["edges"].as_array().unwrap().iter().map(numbers).collect();
    assert_eq!(bins.len(), oracle.len());
    for (ours, oracle) in bins.iter().zip(&oracle) {
        assert_eq!(ours.len(), oracle.len());
        assert!(
            ours.iter().zip(oracle).all(|(a, b)| (f64::from(*a) - b).abs() <= 1e-6),
            "{ours:?} {oracle:?}"
        );
    }
    let text = serde_json::to_string(&fitted).unwrap();
    assert_eq!(serde_json::from_str::<Fitted>(&text).unwrap().bins(), fitted.bins());
    assert!(fit_with(&data, 700, &Preprocess::default()).unwrap().bins().is_none());
}

#[test]
fn what_is_fitted_survives_a_file_and_damage_is_seen() {
    let golden = golden();
    let mut data = golden_table(&golden);
    let Features::Table(columns) = &mut data.features else { panic!() };
    let cells: Vec<_> = golden["words"].as_array().unwrap().iter().map(Value::as_str).collect();
    columns.push(words("word", &cells));
    for scale in [Scaling::RobustSmoothClip, Scaling::QuantileNormal] {
        let preprocess = Preprocess { min_frequency: Some(20), ..scaled(scale) };
        let (fitted, before) = shown(&golden, &data, &preprocess);
        let text = serde_json::to_string(&fitted).unwrap();
        let again: Fitted = serde_json::from_str(&text).unwrap();
        assert_eq!(again, fitted);
        let rows: Vec<usize> = numbers(&golden["shown"]).into_iter().map(|row| row as usize).collect();
        assert_eq!(inputs(&batch(&again, &data, &rows).unwrap()), before);
        // A place that no category has.
        let damaged = text.replace(r#""infrequent":[4,"#, r#""infrequent":[44,"#);
        assert!(damaged != text && serde_json::from_str::<Fitted>(&damaged).is_err());
    }
}

#[test]
fn bins_by_a_tree_are_those_of_rtdl_num_embeddings() {
    let golden: Value =
        serde_json::from_str(include_str!("../../../../tests/golden/bins_by_tree.json")).unwrap();
    let names = ["steps", "counts", "noise"];
    let columns =
        || Features::Table(names.map(|name| numeric(name, numbers(&golden["columns"][name]))).to_vec());
    let bins = golden["bins"].as_u64().unwrap() as usize;
    let preprocess = Preprocess { bins: Some(bins), bins_by: BinsBy::Tree, ..Preprocess::default() };
    for (kind, oracle) in golden["edges"].as_object().unwrap() {
        let target = numbers(&golden["targets"][kind]);
        let labels = || target.iter().map(|label| *label as u32).collect();
        let target = match kind.as_str() {
            "numbers" => Target::Values { values: target.clone(), names: vec!["y".to_owned()] },
            "two" => Target::Classes { labels: labels(), names: ["a", "b"].map(str::to_owned).to_vec() },
            _ => Target::Classes { labels: labels(), names: ["a", "b", "c"].map(str::to_owned).to_vec() },
        };
        let data = dataset(columns(), target);
        let fitted = fit_with(&data, 600, &preprocess).unwrap();
        let ours = fitted.bins().unwrap();
        let oracle: Vec<Vec<f64>> = oracle.as_array().unwrap().iter().map(numbers).collect();
        assert_eq!(
            ours.iter().map(Vec::len).collect::<Vec<_>>(),
            oracle.iter().map(Vec::len).collect::<Vec<_>>(),
            "{kind}"
        );
        for (ours, oracle) in ours.iter().flatten().zip(oracle.iter().flatten()) {
            assert!((f64::from(*ours) - oracle).abs() <= 1e-6, "{kind}: {ours} {oracle}");
        }
    }
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    let data = table(vec![numeric("x", vec![1.0, 2.0, 3.0]), words("w", &[Some("a"), None, Some("b")])]);
    let image = dataset(Features::Images(Images::new(vec![0; 12], [1, 2, 2])), classes(3));
    let refused = |data: &Dataset, preprocess: Preprocess| match fit_with(data, 3, &preprocess) {
        Err(error) => (error.key().map(|key| key.into_owned()), error.kind(), error),
        Ok(_) => panic!("{preprocess:?} is fitted"),
    };
    let plain = Preprocess::default();
    let cases = [
        (&data, Preprocess { scale: Scaling::QuantileNormal, ..plain }, "data.scale"),
        (&data, Preprocess { min_frequency: Some(0), ..plain }, "data.min_frequency"),
        (&data, Preprocess { bins: Some(0), ..plain }, "data.bins"),
        (&image, Preprocess { bins: Some(4), ..plain }, "data.bins"),
        (&data, Preprocess { bins_by: BinsBy::Tree, ..plain }, "data.bins_by"),
        (&data, Preprocess { min_frequency: Some(2), encode: Encode::Target, ..plain }, "data.min_frequency"),
        (&image, scaled(Scaling::RobustSmoothClip), "data.scale"),
        (&image, Preprocess { min_frequency: Some(2), ..plain }, "data.min_frequency"),
    ];
    for (data, preprocess, key) in cases {
        let (found, kind, error) = refused(data, preprocess);
        assert_eq!((found.as_deref(), kind), (Some(key), ErrorKind::Usage), "{error}");
    }
    assert!(fit_with(&data, 3, &Preprocess { min_frequency: Some(1), ..plain }).is_ok());
    let far = table(vec![numeric("x", vec![1.0, 2.0, f64::INFINITY])]);
    let error = fit_with(&far, 3, &scaled(Scaling::QuantileNormal)).unwrap_err();
    assert!(matches!(error, DataError::NotFinite { row: 2, .. }), "{error}");
}

#[test]
fn a_configuration_names_them() {
    let config: DataConfig =
        serde_json::from_str(r#"{"source": "wine", "scale": "quantile-normal", "min_frequency": 3}"#)
            .unwrap();
    assert_eq!((config.scale, config.min_frequency), (Scaling::QuantileNormal, Some(3)));
    let wine = Prepared::load(&config, Seed::new(0)).unwrap();
    let numbers = wine.fitted.input_numbers(&wine.dataset.features, &wine.split.train).unwrap();
    let greatest = numbers.iter().fold(0.0f32, |greatest, z| greatest.max(z.abs()));
    assert!((5.19..5.2).contains(&greatest), "{greatest}");
    let text = serde_json::to_string(&DataConfig::new("wine")).unwrap();
    assert!(!text.contains("scale") && !text.contains("min_frequency"), "{text}");
}
