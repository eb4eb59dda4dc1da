//! What a row, a record and an image may be, and what is said of others.

use kiln_infer::{CellValue, InferError, Model};

use crate::models::{bytes, heads, images, perceptron};

fn model((plan, zoo): (kiln_infer::plan::Plan, crate::models::Zoo)) -> Model {
    Model::from_bytes(&bytes(&plan, &zoo)).unwrap()
}

const ROW: [CellValue<'_>; 5] = [
    CellValue::Number(31.0),
    CellValue::Text("7.25"),
    CellValue::Number(3.0),
    CellValue::Text("YES"),
    CellValue::Text("1984-02-29"),
];

#[test]
fn a_row_is_the_same_alone_in_a_record_and_among_others() {
    let model = model(perceptron());
    let one = model.predict_row(&ROW).unwrap();
    assert_eq!(one.names(), ["no", "yes"]);
    let shares = one.probabilities().unwrap();
    assert!((shares[0] + shares[1] - 1.0).abs() < 1e-6);
    assert_eq!(one.class_index(), Some(usize::from(shares[1] >= 0.375)));
    assert_eq!(one.class(), Some(one.names()[one.class_index().unwrap()].as_str()));
    assert_eq!((one.values(), one.get("no"), one.get("x")), (None, Some(f64::from(shares[0])), None));
    let names: Vec<String> = model.columns().unwrap().iter().map(|column| column.name.clone()).collect();
    assert_eq!(names, ["age", "fare", "rank", "paid", "born"]);
    let record: Vec<(&str, CellValue<'_>)> = names.iter().map(String::as_str).zip(ROW).collect();
    assert_eq!(model.predict_record(&record).unwrap(), one);
    let turned: Vec<(&str, CellValue<'_>)> =
        record.iter().rev().copied().chain([("other", CellValue::Missing)]).collect();
    assert_eq!(model.predict_record(&turned).unwrap(), one);
    // Many rows are several batches. Sums of a batch go in the order of those of a row.
    let rows = vec![ROW; 700];
    for prediction in model.predict_rows(&rows).unwrap() {
        for (a, b) in prediction.probabilities().unwrap().iter().zip(shares) {
            assert!((a - b).abs() < 1e-6);
        }
    }
    let records = vec![record; 3];
    assert_eq!(model.predict_records(&records).unwrap().len(), 3);
    assert_eq!(model.predict::<[f64; 5], f64>(&[]).unwrap(), []);
}

#[test]
fn cells_mean_what_they_mean_in_a_file() {
    let model = model(perceptron());
    let with = |place: usize, cell: CellValue<'static>| {
        let mut row = ROW;
        row[place] = cell;
        model.predict_row(&row)
    };
    let missing = with(0, CellValue::Missing).unwrap();
    for cell in [
        CellValue::Number(40.0),
        CellValue::Text(" n/k "),
        CellValue::Text("-999.0"),
        CellValue::Number(f64::NAN),
    ] {
        assert_eq!(with(0, cell).unwrap(), missing, "{cell:?}");
    }
    assert_ne!(with(0, CellValue::Text("NA")), Ok(missing.clone()));
    assert_eq!(with(3, CellValue::Text("maybe")).unwrap(), with(3, CellValue::Missing).unwrap());
    assert_eq!(with(4, CellValue::Text("1984/02/29")).unwrap(), model.predict_row(&ROW).unwrap());
    let said = |place, cell| with(place, cell).unwrap_err().to_string();
    assert_eq!(
        said(0, CellValue::Text("old")),
        "row 0 of column \"age\" is \"old\", expected a finite number"
    );
    assert_eq!(said(3, CellValue::Number(1.0)), "row 0 of column \"paid\" is 1, expected a category");
    assert_eq!(
        said(4, CellValue::Text("29.2.1984")),
        "row 0 of column \"born\" is \"29.2.1984\", expected a date as in the training data"
    );
    assert!(said(0, CellValue::Number(1e300)).contains("too large to be scaled"));
    assert!(said(0, CellValue::Number(f64::INFINITY)).starts_with("row 0 of column \"age\" is infinite"));
    let short = model.predict_rows(&[&ROW[..], &ROW[..4]]).unwrap_err();
    assert_eq!(
        short.to_string(),
        "row 1 has 4 cells where 5 are expected: there is none for column \"born\""
    );
    let long = [&ROW[..], &ROW[..]].concat();
    assert_eq!(model.predict_row(&long).unwrap_err().to_string(), "row 0 has 10 cells where 5 are expected");
    let record = [("age", 1.0), ("age", 2.0)];
    assert!(matches!(model.predict_record(&record), Err(InferError::ColumnTwice { .. })));
    assert!(matches!(model.predict_record(&record[..0]), Err(InferError::NoColumn { .. })));
    assert!(matches!(model.predict_images(&[0; 160]), Err(InferError::Inputs { .. })));
}

#[test]
fn images_are_bytes_one_behind_the_other() {
    let model = model(images());
    assert_eq!((model.image_shape(), model.columns()), (Some([2, 8, 10]), None));
    let pixels: Vec<u8> = (0..37 * 160).map(|at| (at * 31 % 251) as u8).collect();
    let all = model.predict_images(&pixels).unwrap();
    assert_eq!(all.len(), 37);
    assert_eq!(model.target_names().unwrap().len(), 3);
    for (prediction, pixels) in all.iter().zip(pixels.chunks(160)) {
        let one = &model.predict_images(pixels).unwrap()[0];
        for (a, b) in prediction.values().unwrap().iter().zip(one.values().unwrap()) {
            assert!((0.0..=1.0).contains(a) && (a - b).abs() < 1e-6, "{a} {b}");
        }
    }
    assert_ne!(all[0], all[1]);
    assert_eq!(
        model.predict_images(&pixels[1..]).unwrap_err().to_string(),
        "the model takes images of 2 × 8 × 10 bytes, not 5919 bytes"
    );
    assert!(matches!(model.predict_row(&[1.0]), Err(InferError::Inputs { .. })));
}

#[test]
fn heads_are_averaged_and_numbers_are_in_their_units() {
    let model = model(heads());
    let one = model.predict_row(&ROW).unwrap();
    assert_eq!(one.names(), ["price", "size"]);
    assert!(one.values().unwrap().iter().all(|x| x.is_finite()));
    assert_eq!((one.class(), one.probabilities(), model.class_names()), (None, None, None));
    let rows = vec![ROW; 5];
    for prediction in model.predict(&rows).unwrap() {
        for (a, b) in prediction.values().unwrap().iter().zip(one.values().unwrap()) {
            assert!((a - b).abs() <= 1e-6 * b.abs().max(1.0));
        }
    }
}

#[test]
fn threads_share_a_model() {
    fn is_shared<T: Send + Sync>(_: &T) {}
    let model = model(perceptron());
    is_shared(&model);
    let wanted = model.predict_row(&ROW).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..200 {
                    assert_eq!(model.predict_row(&ROW).unwrap(), wanted);
                }
            });
        }
    });
}

#[test]
fn a_folder_is_no_model() {
    let error = Model::load(env!("CARGO_MANIFEST_DIR")).unwrap_err();
    assert!(error.to_string().ends_with("it is a folder"), "{error}");
    assert_eq!(error.help(), "kiln export RUN -o model.kiln writes a model");
    assert!(matches!(Model::load("no such file"), Err(InferError::Io { .. })));
}
