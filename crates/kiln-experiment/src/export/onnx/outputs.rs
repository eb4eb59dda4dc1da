//! From raw outputs to what is predicted, as `kiln predict` does.

use kiln_data::Fitted;
use kiln_objective::Loss;
use kiln_train::Decision;

use super::graph::{Elements, Graph, int};
use super::heads::together;
use super::powers;
use crate::error::ExportError;

/// Makes outputs of `raw` ones, `[N, loss.outputs()]`, of a loss of this kind: `label` and `probabilities` of classes, `probabilities` of labels, or `values`
/// in the units of the data.
pub(super) fn outputs(
    graph: &mut Graph,
    raw: String,
    (loss, kind): (&Loss, &str),
    fitted: &Fitted,
    decision: Decision,
) -> Result<(), ExportError> {
    let raw = if graph.has_heads { together(graph, &raw, kind) } else { raw };
    let predicted = predicted(graph, raw, loss, kind)?;
    let names = fitted.output_names();
    if fitted.class_names().is_some() {
        classes(graph, predicted, loss, names, decision);
    } else if fitted.label_names().is_some() {
        let shares = graph.node("Sigmoid", &[&predicted], Vec::new());
        graph.output(&shares, "probabilities", Elements::Float, &[names.len()]);
    } else {
        let scales = fitted.target_scales().unwrap_or_default();
        let columns = |place: usize| scales.iter().map(|scale| scale[place]).collect::<Vec<f64>>();
        let (mean, std) =
            (graph.doubles(&[1, scales.len()], &columns(0)), graph.doubles(&[1, scales.len()], &columns(1)));
        let double = graph.cast(&predicted, Elements::Double);
        let spread = graph.node("Mul", &[&double, &std], Vec::new());
        let values = graph.node("Add", &[&spread, &mean], Vec::new());
        let values = powers::undone(graph, values, fitted.target_powers());
        graph.output(&values, "values", Elements::Double, &[names.len()]);
    }
    Ok(())
}

/// What the loss makes of raw outputs: rates of their logarithms, or the means without the variances.
fn predicted(graph: &mut Graph, raw: String, loss: &Loss, kind: &str) -> Result<String, ExportError> {
    match kind {
        "poisson-nll" => Ok(graph.node("Exp", &[&raw], Vec::new())),
        "gaussian-nll" => {
            let ends = [0, loss.predictions() as i64, 1].map(|end| graph.longs(&[1], &[end]));
            let [start, end, axis] = &ends;
            Ok(graph.node("Slice", &[&raw, start, end, axis], Vec::new()))
        }
        _ if loss.predictions() == loss.outputs() => Ok(raw),
        _ => Err(ExportError::Operation { operation: format!("the loss {kind}") }),
    }
}

fn classes(graph: &mut Graph, mut logits: String, loss: &Loss, names: &[String], decision: Decision) {
    if loss.predictions() == 1 {
        // That of the second class, beside 0.
        let zero = graph.floats(&[], &[0.0]);
        let first = graph.node("Mul", &[&logits, &zero], Vec::new());
        logits = graph.node("Concat", &[&first, &logits], vec![int("axis", 1)]);
    }
    // As exactly as kiln: the softmax is taken in doubles.
    let double = graph.cast(&logits, Elements::Double);
    let temperature = graph.doubles(&[], &[decision.temperature]);
    let tempered = graph.node("Div", &[&double, &temperature], Vec::new());
    let shares = graph.node("Softmax", &[&tempered], vec![int("axis", 1)]);
    let shares = graph.cast(&shares, Elements::Float);
    let place = match (decision.threshold, names.len()) {
        (Some(threshold), 2) => {
            let (second, flat) = (graph.longs(&[], &[1]), graph.doubles(&[], &[threshold]));
            let share = graph.node("Gather", &[&shares, &second], vec![int("axis", 1)]);
            let share = graph.cast(&share, Elements::Double);
            let reached = graph.node("GreaterOrEqual", &[&share, &flat], Vec::new());
            graph.cast(&reached, Elements::Long)
        }
        _ => graph.node("ArgMax", &[&shares], vec![int("axis", 1), int("keepdims", 0)]),
    };
    let texts = graph.texts(names);
    let label = graph.node("Gather", &[&texts, &place], vec![int("axis", 0)]);
    graph.output(&label, "label", Elements::Text, &[]);
    graph.output(&shares, "probabilities", Elements::Float, &[names.len()]);
}
