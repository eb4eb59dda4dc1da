//! What is said of a model in eight bits.

use kiln_experiment::{Evaluation, Int8Export, Measured, OPSET};

/// What became of the layers, of the bytes and of the predictions, for the file `file`.
pub fn words(file: &str, export: &Int8Export) -> String {
    let Int8Export { model, float, int8, .. } = export;
    let (layers, bytes, before, items) =
        (model.layers.len(), model.bytes.len(), model.float_bytes, model.items);
    let what = if layers == 1 { "layer" } else { "layers" };
    let mut said = format!(
        "{file}: ONNX, operator set {OPSET}, {bytes} bytes instead of {before}; {layers} {what} in eight bits, by {items} items of the training part"
    );
    if !model.float.is_empty() {
        said += &format!("\n  as they were: {}", model.float.join(", "));
    }
    let part = match &float.of {
        Measured::Part(part) => part.name(),
        _ => "data",
    };
    said += &format!("\n  {} items of the {part} part:", float.items);
    for name in names(float) {
        if let (Some(before), Some(after)) = (float.metrics.get(name), int8.metrics.get(name)) {
            said +=
                &format!("\n    {name} {after:.4}, in floating point {before:.4}: {:+.4}", after - before);
        }
    }
    said
}

/// The metrics that are said: what people ask first, and the loss.
fn names(found: &Evaluation) -> impl Iterator<Item = &'static str> {
    let known = ["accuracy", "r2", "loss"];
    known.into_iter().filter(move |name| found.metrics.get(name).is_some())
}
