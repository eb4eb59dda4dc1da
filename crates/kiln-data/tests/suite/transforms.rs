//! Transforms of targets and flags of missing cells against scikit-learn (`tests/golden/power.py`), and what has none.

use kiln_core::Explain;
use kiln_data::{Dataset, Features, Fitted, PowerCurve, Preprocess, Target, TargetNumbers, TargetTransform};
use serde_json::Value;

use crate::common::{batch, classes, dataset, fit_with, inputs, numeric};

fn golden() -> Value {
    serde_json::from_str(include_str!("../../../../tests/golden/power.json")).unwrap()
}

fn list(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap_or(f64::NAN)).collect()
}

fn data(values: &[f64]) -> Dataset {
    let column = numeric("x", values.to_vec());
    let target = Target::Values { values: values.to_vec(), names: vec!["y".to_owned()] };
    dataset(Features::Table(vec![column]), target)
}

fn transformed(kind: TargetTransform) -> Preprocess {
    Preprocess { standardize: true, target_transform: Some(kind), ..Preprocess::default() }
}

fn targets(fitted: &Fitted, data: &Dataset) -> Vec<f32> {
    let rows: Vec<usize> = (0..data.target.rows().unwrap()).collect();
    match fitted.target_numbers(&data.target, &rows).unwrap() {
        TargetNumbers::Values { values, .. } => values,
        other => panic!("{other:?}"),
    }
}

#[test]
fn targets_are_transformed_as_by_scikit_learn_and_come_back() {
    let golden = golden();
    let train = golden["train"].as_u64().unwrap() as usize;
    for case in golden["cases"].as_array().unwrap() {
        let data = data(&list(&case["values"]));
        for (kind, name) in [(TargetTransform::YeoJohnson, "yeo-johnson"), (TargetTransform::Log, "log")] {
            let Some(wanted) = case.get(name) else { continue };
            let fitted = fit_with(&data, train, &transformed(kind)).unwrap();
            let is_log = matches!(fitted.target_powers(), [power] if power.curve == PowerCurve::Log);
            assert_eq!((fitted.target_powers().len(), is_log), (1, kind == TargetTransform::Log));
            let found = targets(&fitted, &data);
            for (found, wanted) in found.iter().zip(list(wanted)) {
                let error = (f64::from(*found) - wanted).abs();
                assert!(
                    error < 1e-6 * wanted.abs().max(1.0),
                    "{} {name}: {found}, not {wanted}",
                    case["name"]
                );
            }
            // Back, through a file: to as many digits as f32 has.
            let stored: Fitted = serde_json::from_str(&serde_json::to_string(&fitted).unwrap()).unwrap();
            assert_eq!(stored, fitted);
            let mut back = stored.unscale(&found);
            for (back, value) in back.iter().zip(list(&case["values"])) {
                assert!((back - value).abs() < 2e-6 * value.abs().max(1.0), "{name}: {back}, not {value}");
            }
            // In shorter decimals, which are the same to the model.
            stored.shorten(&mut back);
            let shown: Vec<usize> = back.iter().map(|number| number.to_string().len()).collect();
            assert!(shown.iter().sum::<usize>() < 12 * shown.len(), "{name}: {shown:?}");
            assert_eq!(targets(&stored, &self::data(&back)), found, "{name}");
        }
    }
}

#[test]
fn what_has_no_transform_is_named() {
    let said = |data: &Dataset, kind| {
        let error = fit_with(data, 3, &transformed(kind)).unwrap_err();
        assert_eq!(error.key().as_deref(), Some("data.target_transform"));
        (error.to_string(), error.help().unwrap())
    };
    let (text, help) = said(&data(&[1.0, 0.0, 2.0, 3.0]), TargetTransform::Log);
    assert!(text.contains("has nothing for 0, which is in row 2 of column \"y\""), "{text}");
    assert!(help.contains("yeo-johnson"));
    let column = numeric("x", vec![1.0, 2.0, 3.0]);
    let words = dataset(Features::Table(vec![column]), classes(3));
    let (text, _) = said(&words, TargetTransform::YeoJohnson);
    assert!(text.ends_with("the target is classes"), "{text}");
    // Fitted, and then a row to judge that has no logarithm.
    let mixed = data(&[1.0, 2.0, 4.0, -1.0]);
    let fitted = fit_with(&mixed, 3, &transformed(TargetTransform::Log)).unwrap();
    assert!(fitted.target_numbers(&mixed.target, &[3]).unwrap_err().to_string().contains("-1"));
    // Numbers that do not differ stay.
    let same = data(&[2.0; 4]);
    let fitted = fit_with(&same, 3, &transformed(TargetTransform::YeoJohnson)).unwrap();
    assert_eq!(fitted.unscale(&targets(&fitted, &same)), [2.0; 4]);
}

#[test]
fn missing_cells_have_a_flag_where_training_had_some() {
    let golden = golden();
    let rows = golden["flags"]["cells"].as_array().unwrap();
    let column = |place: usize| rows.iter().map(|row| row[place].as_f64().unwrap_or(f64::NAN)).collect();
    let columns = (0..3).map(|place| numeric(&format!("x{place}"), column(place))).collect();
    let data = dataset(Features::Table(columns), classes(rows.len()));
    let preprocess = Preprocess { missing_flags: true, ..Preprocess::default() };
    let fitted = fit_with(&data, golden["train"].as_u64().unwrap() as usize, &preprocess).unwrap();
    assert_eq!(fitted.feature_names().unwrap(), ["x0", "x0=missing", "x1", "x2"]);
    assert_eq!(fitted.feature_groups().iter().filter(|group| group.numeric).count(), 3);
    let all: Vec<usize> = (0..rows.len()).collect();
    let found = inputs(&batch(&fitted, &data, &all).unwrap());
    for (found, wanted) in found.chunks(4).zip(golden["flags"]["imputed"].as_array().unwrap()) {
        let wanted = list(wanted);
        // scikit-learn has the flags last.
        for (found, wanted) in [found[0], found[2], found[3], found[1]].iter().zip(&wanted) {
            assert!((f64::from(*found) - wanted).abs() < 1e-6, "{found}, not {wanted}");
        }
    }
    let stored: Fitted = serde_json::from_str(&serde_json::to_string(&fitted).unwrap()).unwrap();
    assert_eq!(stored, fitted);
    let plain = fit_with(&data, 300, &Preprocess::default()).unwrap();
    assert_eq!(plain.feature_names().unwrap(), ["x0", "x1", "x2"]);
}
