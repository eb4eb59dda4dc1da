//! Against scikit-learn and shap, by `tests/golden/column_importance.py`.

use burn::tensor::DType;
use serde_json::Value;

use super::{data, linear, tensor};
use crate::permutation::by_orders;
use crate::{ExpectedGradients, SampledShapley, exact_shapley, grid, linear_shapley};
use kiln_core::Seed;
use kiln_testkit::{computes_in, device};

fn golden(name: &str) -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/column_importance.json");
    let all: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    all[name].clone()
}

fn list(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn flat(value: &Value) -> Vec<f64> {
    data(value).iter::<f64>().collect()
}

#[track_caller]
fn close(found: f64, wanted: f64, by: f64) {
    assert!((found - wanted).abs() <= by * wanted.abs().max(1.0), "{found}, not {wanted}");
}

#[test]
fn shuffled_columns_matter_as_scikit_learn_says() {
    for case in golden("permutation").as_array().unwrap() {
        let (inputs, actual) = (flat(&case["inputs"]), list(&case["actual"]));
        let (weights, columns) = (list(&case["weights"]), actual.len());
        let width = inputs.len() / columns;
        let score = case["score"].as_str().unwrap();
        let centre = actual.iter().sum::<f64>() / actual.len() as f64;
        let spread: f64 = actual.iter().map(|actual| (actual - centre).powi(2)).sum();
        let losses = |changed: Option<(usize, &[usize])>| {
            let of_item = |item: usize| {
                let cell = |column: usize| match changed {
                    Some((group, order)) if group == column => inputs[order[item] * width + column],
                    _ => inputs[item * width + column],
                };
                let output: f64 = (0..width).map(|column| cell(column) * weights[column]).sum();
                match score {
                    "accuracy" => f64::from(u8::from((output > 0.0) != (actual[item] > 0.5))),
                    _ => (output - actual[item]).powi(2) * actual.len() as f64 / spread,
                }
            };
            Ok::<_, ()>((0..actual.len()).map(of_item).collect())
        };
        let order = |column: usize, repeat: usize, _| {
            let order = case["orders"][column][repeat].as_array().unwrap();
            order.iter().map(|item| item.as_u64().unwrap() as usize).collect()
        };
        let repeats = case["orders"][0].as_array().unwrap().len();
        let found = by_orders(width, repeats, None, order, losses).unwrap();
        for (column, found) in found.iter().enumerate() {
            close(found.mean, case["mean"][column].as_f64().unwrap(), 1e-12);
            close(found.deviation, case["deviation"][column].as_f64().unwrap(), 1e-12);
            for (found, wanted) in found.repeats.iter().zip(list(&case["importances"][column])) {
                close(*found, wanted, 1e-12);
            }
        }
    }
}

/// The error over the items is that of the mean of as many items as their weights say.
#[test]
fn an_item_that_counts_twice_is_two_items() {
    let losses: Vec<f64> = (0..12).map(|item| Seed::new(3).uniform(item)).collect();
    let of = |items: Vec<usize>, weights: Option<&[f64]>| {
        let given = |changed: Option<(usize, &[usize])>| {
            let loss = |item: &usize| if changed.is_none() { 0.0 } else { losses[*item] };
            Ok::<_, ()>(items.iter().map(loss).collect())
        };
        let order = |_, _, items| (0..items).collect();
        by_orders(1, 2, weights, order, given).unwrap().remove(0)
    };
    let twice =
        of((0..12).flat_map(|item| if item < 3 { vec![item; 2] } else { vec![item] }).collect(), None);
    let weights: Vec<f64> = (0..12).map(|item| if item < 3 { 2.0 } else { 1.0 }).collect();
    let weighed = of((0..12).collect(), Some(&weights));
    close(weighed.mean, twice.mean, 1e-12);
    let plain = of((0..12).collect(), None);
    let mean = losses.iter().sum::<f64>() / 12.0;
    let variance = losses.iter().map(|loss| (loss - mean).powi(2)).sum::<f64>() / 11.0;
    close(plain.error, (variance / 12.0).sqrt(), 1e-12);
    assert_eq!(plain.deviation, 0.0);
}

#[test]
fn grids_are_scikit_learns() {
    for case in golden("grids").as_array().unwrap() {
        let found = grid(&list(&case["cells"]), case["resolution"].as_u64().unwrap() as usize);
        let wanted = list(&case["grid"]);
        assert_eq!(found.len(), wanted.len());
        found.iter().zip(wanted).for_each(|(found, wanted)| close(*found, wanted, 1e-12));
    }
    assert!(grid(&[f64::NAN], 5).is_empty());
}

#[test]
fn linear_models_have_shaps_values() {
    let case = golden("linear");
    let (weights, mean) = (flat(&case["weights"]), list(&case["mean"]));
    let found = linear_shapley(&weights, &mean, &flat(&case["inputs"]));
    let wanted = flat(&case["values"]);
    assert_eq!(found.len(), wanted.len());
    found.iter().zip(wanted).for_each(|(found, wanted)| close(*found, wanted, 1e-12));
}

/// The outputs of the golden network for coalitions: the mean over the background, whose columns stand in for those that are not there.
fn value<'a>(case: &'a Value, item: usize) -> impl FnMut(&[Vec<bool>]) -> Result<Vec<f64>, ()> + use<'a> {
    let (inputs, background) = (flat(&case["inputs"]), flat(&case["background"]));
    let layer = |name: &str| {
        let weight = data(&case["weights"][format!("{name}.weight")]);
        (weight.iter::<f64>().collect::<Vec<_>>(), flat(&case["weights"][format!("{name}.bias")]))
    };
    let layers = ["0", "2", "4"].map(layer);
    let forward = move |row: Vec<f64>| {
        let mut x = row;
        for (place, (weight, bias)) in layers.iter().enumerate() {
            let unit = |unit: usize| {
                let row = &weight[unit * x.len()..][..x.len()];
                row.iter().zip(&x).map(|(weight, x)| weight * x).sum::<f64>() + bias[unit]
            };
            let next: Vec<f64> = (0..bias.len()).map(unit).collect();
            x = match place {
                0 => next.iter().map(|x| x.tanh()).collect(),
                1 => next.iter().map(|x| x.max(0.0)).collect(),
                _ => next,
            };
        }
        x
    };
    move |coalitions| {
        let width = coalitions[0].len();
        let mut found = Vec::new();
        for who in coalitions {
            let mut sums = Vec::new();
            for row in background.chunks(width) {
                let cell =
                    |column: usize| if who[column] { inputs[item * width + column] } else { row[column] };
                let outputs = forward((0..width).map(cell).collect());
                sums.resize(outputs.len(), 0.0);
                sums.iter_mut().zip(outputs).for_each(|(sum, output)| *sum += output);
            }
            found.extend(sums.iter().map(|sum| sum / (background.len() / width) as f64));
        }
        Ok(found)
    }
}

#[test]
fn a_perceptron_has_shaps_values() {
    let case = golden("mlp");
    let wanted = flat(&case["exact"]);
    let outputs = 3;
    let players = wanted.len() / outputs / 6;
    for item in 0..6 {
        let wanted = &wanted[item * players * outputs..][..players * outputs];
        let exact = exact_shapley(players, value(&case, item)).unwrap().unwrap();
        exact.values.iter().zip(wanted).for_each(|(found, wanted)| close(*found, *wanted, 1e-6));
        let sampled =
            SampledShapley::new(Seed::new(5)).orders(64).explain(players, value(&case, item)).unwrap();
        for ((found, error), wanted) in sampled.values.iter().zip(&sampled.errors).zip(wanted) {
            // 90 numbers: four and a half standard errors are passed once in 1,600 such tests.
            assert!((found - wanted).abs() < 4.5 * error + 1e-9, "{found} ± {error}, not {wanted}");
        }
        for output in 0..outputs {
            let sum: f64 = sampled.values.iter().skip(output).step_by(outputs).sum();
            close(sum, sampled.full[output] - sampled.base[output], 1e-12);
        }
    }
    assert!(exact_shapley(17, value(&case, 0)).unwrap().is_none());
}

#[test]
fn expected_gradients_are_shaps_within_the_error_of_sampling() {
    if !computes_in(DType::F64) {
        return;
    }
    let (case, device) = (golden("mlp"), device().autodiff());
    let layers = ["0", "2", "4"].map(|name| linear(&case, name, &device));
    let model = |inputs| {
        layers[2].forward(burn::tensor::activation::relu(layers[1].forward(layers[0].forward(inputs).tanh())))
    };
    let targets: Vec<usize> = (0..6).map(|item| item % 3).collect();
    let (inputs, background) =
        (tensor::<2>(&case["inputs"], &device), tensor::<2>(&case["background"], &device));
    let found =
        ExpectedGradients::new(Seed::new(2)).samples(400).explain(model, inputs, &background, &targets);
    let numbers = |tensor: burn::tensor::Tensor<2>| tensor.into_data().iter::<f64>().collect::<Vec<_>>();
    let (values, errors) = (numbers(found.values), numbers(found.errors));
    let (wanted, theirs) = (flat(&case["expected"]), flat(&case["expected_errors"]));
    for place in 0..wanted.len() {
        let error = errors[place].hypot(theirs[place]);
        assert!(
            (values[place] - wanted[place]).abs() < 4.5 * error,
            "{} ± {error}, not {}",
            values[place],
            wanted[place]
        );
    }
}
