//! Files that are cut off, changed, or made to do harm: an error or a model that predicts, and never a panic.

use std::collections::HashMap;

use kiln_infer::plan::Plan;
use kiln_infer::{CellValue, InferError, Model};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::models::{Zoo, bytes, heads, images, perceptron};

fn all() -> [(Plan, Zoo); 3] {
    [perceptron(), images(), heads()]
}

/// Reads a file and predicts with what it holds, if it is something.
fn try_it(bytes: &[u8]) {
    let Ok(model) = Model::from_bytes(bytes) else { return };
    if let Some([channels, height, width]) = model.image_shape() {
        let size = channels * height * width;
        if size <= 1 << 16 {
            let _ = model.predict_images(&vec![7; 2 * size]);
        }
        return;
    }
    let columns = model.columns().unwrap().len();
    for cell in
        [CellValue::Missing, CellValue::Number(2.5), CellValue::Text("yes"), CellValue::Text("2001-01-01")]
    {
        let row = vec![cell; columns];
        let _ = model.predict_row(&row);
        let _ = model.predict_rows(&[row.clone(), row]);
    }
    // Each column has a kind of its own.
    let cells: [CellValue<'_>; 5] = [31.0.into(), 7.25.into(), 3.0.into(), "yes".into(), "1984-02-29".into()];
    let _ = model.predict_row(&cells[..columns.min(5)]);
}

/// The same file with another plan, given as JSON.
fn with_plan(file: &[u8], plan: &str) -> Vec<u8> {
    let length = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    let mut header: Value = serde_json::from_slice(&file[8..8 + length]).unwrap();
    header["__metadata__"]["kiln.model"] = json!(plan);
    with_header(&header.to_string(), &file[8 + length..])
}

fn with_header(header: &str, rest: &[u8]) -> Vec<u8> {
    let length = header.len().next_multiple_of(8);
    let mut bytes = (length as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(format!("{header:length$}").as_bytes());
    bytes.extend_from_slice(rest);
    bytes
}

fn plan_of(file: &[u8]) -> Value {
    let length = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    let header: Value = serde_json::from_slice(&file[8..8 + length]).unwrap();
    serde_json::from_str(header["__metadata__"]["kiln.model"].as_str().unwrap()).unwrap()
}

/// Every value of a JSON text, by its pointer.
fn pointers(value: &Value, at: &str, to: &mut Vec<String>) {
    to.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| pointers(value, &format!("{at}/{key}"), to))
        }
        // The first and the last of many say enough.
        Value::Array(values) => {
            let ends = [0, values.len().saturating_sub(1)];
            for (place, value) in
                values.iter().enumerate().filter(|(at, _)| values.len() < 40 || ends.contains(at))
            {
                pointers(value, &format!("{at}/{place}"), to);
            }
        }
        _ => {}
    }
}

#[test]
fn whole_files_are_models_and_the_same_bytes_each_time() {
    for (plan, zoo) in all() {
        let file = bytes(&plan, &zoo);
        assert!(Model::from_bytes(&file).is_ok());
        assert_eq!(bytes(&plan, &zoo), file);
        assert_eq!(serde_json::from_value::<Plan>(plan_of(&file)).unwrap(), plan);
        try_it(&with_plan(&file, &plan_of(&file).to_string()));
    }
}

#[test]
fn a_file_that_is_cut_off_is_none() {
    for (plan, zoo) in all() {
        let file = bytes(&plan, &zoo);
        for end in (0..file.len()).step_by(13).chain(file.len() - 9..file.len()) {
            assert!(Model::from_bytes(&file[..end]).is_err(), "{end} of {}", file.len());
        }
    }
}

#[test]
fn every_value_of_a_plan_may_be_another() {
    let others = [
        "null",
        "0",
        "1",
        "2",
        "-1",
        "0.5",
        "1e300",
        "1e999",
        "18446744073709551615",
        "9223372036854775807",
        "4294967296",
        "1000000",
        "\"\"",
        "\"x\"",
        "[]",
        "{}",
        "[0]",
        "true",
    ];
    for (plan, zoo) in all() {
        let file = bytes(&plan, &zoo);
        let plan = plan_of(&file);
        let mut places = Vec::new();
        pointers(&plan, "", &mut places);
        assert!(places.len() > 60);
        for place in &places {
            for other in others {
                let mut changed = plan.clone();
                // A number that JSON has no value for is written as text.
                *changed.pointer_mut(place).unwrap() = json!("@@");
                try_it(&with_plan(&file, &changed.to_string().replace("\"@@\"", other)));
            }
            let mut changed = plan.clone();
            match changed.pointer_mut(place).unwrap() {
                Value::Array(values) => {
                    values.pop();
                    let shorter = changed.to_string();
                    try_it(&with_plan(&file, &shorter));
                    let mut longer = plan.clone();
                    if let Some(Value::Array(values)) = longer.pointer_mut(place) {
                        values.extend(values.clone());
                        values.reverse();
                    }
                    try_it(&with_plan(&file, &longer.to_string()));
                }
                Value::Object(fields) => {
                    for key in fields.keys().cloned().collect::<Vec<_>>() {
                        let mut without = plan.clone();
                        if let Some(Value::Object(fields)) = without.pointer_mut(place) {
                            fields.remove(&key);
                        }
                        try_it(&with_plan(&file, &without.to_string()));
                    }
                }
                _ => {}
            }
        }
    }
}

#[test]
fn every_tensor_may_have_another_shape() {
    for (plan, zoo) in all() {
        let file = bytes(&plan, &zoo);
        let length = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
        let header: HashMap<String, Value> = serde_json::from_slice(&file[8..8 + length]).unwrap();
        for name in header.keys().filter(|name| *name != "__metadata__") {
            let shape: Vec<u64> = serde_json::from_value(header[name]["shape"].clone()).unwrap();
            let turned = shape.iter().rev().copied().collect();
            let flat = vec![shape.iter().product()];
            let more = [&[1][..], &shape].concat();
            let none = shape.iter().map(|_| 0).collect();
            let huge = shape.iter().map(|_| u64::MAX).collect();
            let half = shape.iter().map(|size| 1u64.max(size / 2)).collect();
            let all: [Vec<u64>; 6] = [turned, flat, more, none, huge, half];
            for other in all {
                let mut changed = header.clone();
                changed.get_mut(name).unwrap()["shape"] = json!(other);
                try_it(&with_header(&json!(changed).to_string(), &file[8 + length..]));
            }
            for (key, other) in
                [("dtype", json!("F64")), ("dtype", json!("BOOL")), ("data_offsets", json!([0, 4]))]
            {
                let mut changed = header.clone();
                changed.get_mut(name).unwrap()[key] = other;
                assert!(
                    Model::from_bytes(&with_header(&json!(changed).to_string(), &file[8 + length..]))
                        .is_err()
                );
            }
            let mut without = header.clone();
            let renamed = without.remove(name).unwrap();
            without.insert("other".to_owned(), renamed);
            let error = Model::from_bytes(&with_header(&json!(without).to_string(), &file[8 + length..]))
                .unwrap_err();
            assert_eq!(error.to_string(), format!("the tensor {name:?} is not there"));
        }
    }
}

#[test]
fn a_weight_that_is_no_number_is_named() {
    let (plan, zoo) = perceptron();
    let mut file = bytes(&plan, &zoo);
    let end = file.len();
    file[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    let error = Model::from_bytes(&file).unwrap_err();
    assert!(error.to_string().ends_with("has a number that is not finite"), "{error}");
    assert_eq!(error.help(), "the file is damaged: export the model anew");
}

#[test]
fn a_newer_file_and_other_files_say_so() {
    let (plan, zoo) = perceptron();
    let newer = bytes(&Plan { version: 7, ..plan.clone() }, &zoo);
    assert_eq!(Model::from_bytes(&newer).unwrap_err(), InferError::Version { found: 7 });
    let none = with_header("{}", &[]);
    assert_eq!(
        Model::from_bytes(&none).unwrap_err().to_string(),
        "this is no whole model of kiln: its metadata have no kiln.model"
    );
    for other in [&b""[..], b"PK\x03\x04", &[0xff; 64], &[0; 64]] {
        assert!(matches!(Model::from_bytes(other), Err(InferError::Format { .. })));
    }
    let mut deep = plan;
    for _ in 0..200 {
        deep.network = vec![kiln_infer::plan::Operation::Residual(deep.network)];
    }
    assert!(matches!(Model::from_bytes(&bytes(&deep, &zoo)), Err(InferError::Format { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_may_be_any(which in 0usize..3, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let (plan, zoo) = &all()[which];
        let mut file = bytes(plan, zoo);
        for (place, byte) in changes {
            let len = file.len();
            file[place.index(len)] = byte;
        }
        try_it(&file);
    }

    #[test]
    fn numbers_of_a_plan_may_be_any(which in 0usize..3, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<i64>(), any::<bool>()), 1..6)) {
        let (plan, zoo) = &all()[which];
        let file = bytes(plan, zoo);
        let mut plan = plan_of(&file);
        let mut places = Vec::new();
        pointers(&plan, "", &mut places);
        for (place, number, small) in changes {
            let place = place.get(&places);
            if let Some(value) = plan.pointer_mut(place).filter(|value| value.is_number()) {
                *value = if small { json!(number % 64) } else { json!(number) };
            }
        }
        try_it(&with_plan(&file, &plan.to_string()));
    }
}
