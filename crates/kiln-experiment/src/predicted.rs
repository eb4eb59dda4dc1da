//! What a fold's model predicts for the test items.

use burn::module::Module;
use burn::tensor::Device;
use kiln_data::Prepared;
use kiln_train::Supervised;

use crate::error::ExperimentError;
use crate::fold::PredictionTable;
use crate::predict::probabilities;

/// Predicts the test items of a fold: `actual`, `prediction`, and for classes the probability of each. With several target
/// columns there is `actual` and `prediction` of each.
pub(crate) fn predictions<M: Module>(
    task: &Supervised<M>,
    model: &M,
    prepared: &Prepared,
    device: &Device,
) -> Result<PredictionTable, ExperimentError> {
    let (dataset, rows) = (&prepared.dataset, &prepared.split.test);
    let (target, names) = (&dataset.target, dataset.target.names());
    let columns: Vec<String> = if target.labels().is_some() {
        let known = ["actual".to_owned(), "prediction".to_owned()];
        known.into_iter().chain(names.iter().map(|name| format!("p_{name}"))).collect()
    } else {
        names.iter().flat_map(|name| [format!("actual_{name}"), format!("prediction_{name}")]).collect()
    };
    let mut table = PredictionTable::new(columns);
    let model = model.valid();
    for chunk in rows.chunks(prepared.fitted.input_shape().at_once()) {
        let inputs = prepared.fitted.inputs(&dataset.features, chunk, device)?;
        let outputs = task.predict_logits(&model, inputs);
        for (&row, outputs) in chunk.iter().zip(outputs.chunks((outputs.len() / chunk.len()).max(1))) {
            let cells: Vec<String> = match target.labels() {
                Some(labels) => {
                    let probabilities = probabilities(outputs);
                    let first_of_equals = |best: usize, class: usize| {
                        if probabilities[class] > probabilities[best] { class } else { best }
                    };
                    let best = (0..probabilities.len()).fold(0, first_of_equals);
                    let named = [names[labels[row] as usize].clone(), names[best].clone()];
                    named.into_iter().chain(probabilities.iter().map(f32::to_string)).collect()
                }
                None => {
                    let actual = target.numbers(row);
                    actual.iter().zip(outputs).flat_map(|(a, p)| [a.to_string(), p.to_string()]).collect()
                }
            };
            table.push(dataset.arrangement.file_row(row) - 1, cells);
        }
    }
    Ok(table)
}
