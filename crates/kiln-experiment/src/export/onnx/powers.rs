//! The way back from a curve that target numbers went through.

use kiln_data::{Power, PowerCurve};

use super::graph::{Graph, int};

/// `values`, `[N, columns]`, before their curves; as they are where there are none.
pub(super) fn undone(graph: &mut Graph, values: String, powers: &[Power]) -> String {
    if powers.is_empty() {
        return values;
    }
    let column = |(place, power): (usize, &Power)| {
        let place = graph.longs(&[1], &[place as i64]);
        let z = graph.node("Gather", &[&values, &place], vec![int("axis", 1)]);
        undone_column(graph, &z, power)
    };
    let columns: Vec<String> = powers.iter().enumerate().map(column).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    graph.node("Concat", &columns, vec![int("axis", 1)])
}

fn undone_column(graph: &mut Graph, z: &str, power: &Power) -> String {
    let x = match power.curve {
        PowerCurve::Log => graph.node("Exp", &[z], Vec::new()),
        PowerCurve::YeoJohnson { lambda } => yeo_johnson(graph, z, lambda),
    };
    // An infinite number beyond the end of the curve comes back to it.
    let [low, high] = power.ends.map(|end| graph.doubles(&[], &[end]));
    graph.node("Clip", &[&x, &low, &high], Vec::new())
}

fn yeo_johnson(graph: &mut Graph, z: &str, lambda: f64) -> String {
    let zero = graph.doubles(&[], &[0.0]);
    let above = graph.node("Max", &[z, &zero], Vec::new());
    let negated = graph.node("Neg", &[z], Vec::new());
    let below = graph.node("Max", &[&negated, &zero], Vec::new());
    let above = box_cox(graph, &above, lambda);
    let below = box_cox(graph, &below, 2.0 - lambda);
    graph.node("Sub", &[&above, &below], Vec::new())
}

/// `(1 + λ z)^(1/λ) − 1` of numbers from 0 on, and 0 of 0; infinite where the curve has no such number. Of λ = 0 `eᶻ − 1`.
fn box_cox(graph: &mut Graph, z: &str, lambda: f64) -> String {
    let one = graph.doubles(&[], &[1.0]);
    let power = if lambda.abs() < f64::EPSILON {
        graph.node("Exp", &[z], Vec::new())
    } else {
        let (factor, root, zero) =
            (graph.doubles(&[], &[lambda]), graph.doubles(&[], &[1.0 / lambda]), graph.doubles(&[], &[0.0]));
        let scaled = graph.node("Mul", &[z, &factor], Vec::new());
        let sum = graph.node("Add", &[&scaled, &one], Vec::new());
        // Only where λ is below 0 is this below 0: 0 to a negative power is infinite.
        let base = graph.node("Max", &[&sum, &zero], Vec::new());
        graph.node("Pow", &[&base, &root], Vec::new())
    };
    graph.node("Sub", &[&power, &one], Vec::new())
}
