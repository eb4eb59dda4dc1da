//! Time series: from numbers as they were measured to the numbers of the model.

use kiln_data::{SeriesScaling, SeriesSteps};

use super::graph::{Elements, Graph, int, ints};
use super::lengths::{begin, masked, steps};
use crate::error::ExportError;

/// The inputs `series`, doubles `[N, C, T]` with NaN for what is missing, and `lengths`, longs `[N]`. Gives floats `[N, C, T]`.
pub(super) fn series(graph: &mut Graph, of: &SeriesSteps) -> Result<String, ExportError> {
    let x = graph.sequences("series", Elements::Double, &[of.channels.len()]);
    let lengths = graph.input("lengths", Elements::Long, &[]);
    let lengths = begin(graph, &x, 2, &lengths);
    let there = graph.wider(&lengths.there, &[1]);
    let (filled, count) = filled(graph, &x, &there);
    let filled = masked(graph, &filled, Elements::Double, &[1])?;
    let scaled = match &of.scale {
        SeriesScaling::None => return Ok(graph.cast(&filled, Elements::Float)),
        SeriesScaling::Channels(scales) => {
            let column = |place: usize| scales.iter().map(|scale| scale[place]).collect::<Vec<f64>>();
            let mean = graph.doubles(&[1, scales.len(), 1], &column(0));
            let std = graph.doubles(&[1, scales.len(), 1], &column(1));
            let centred = graph.node("Sub", &[&filled, &mean], Vec::new());
            graph.node("Div", &[&centred, &std], Vec::new())
        }
        SeriesScaling::Own => by_itself(graph, &filled, &lengths.lengths)?,
        _ => return Err(ExportError::Operation { operation: "this scale of series".to_owned() }),
    };
    // A channel without a number stays 0.
    let most = graph.node("ReduceMax", &[&count], vec![ints("axes", &[2]), int("keepdims", 1)]);
    let none = graph.longs(&[], &[0]);
    let is_known = graph.node("Greater", &[&most, &none], Vec::new());
    let scaled = graph.node("Where", &[&is_known, &scaled, &filled], Vec::new());
    let scaled = masked(graph, &scaled, Elements::Double, &[1])?;
    Ok(graph.cast(&scaled, Elements::Float))
}

/// `x` with the number before it in place of a missing one, and the first one before that; and how many are known up to each step, longs.
///
/// The known numbers of a channel are put one behind the other. The number of a step is that at the place of how many are known.
fn filled(graph: &mut Graph, x: &str, there: &str) -> (String, String) {
    let missing = graph.node("IsNaN", &[x], Vec::new());
    let known = graph.node("Not", &[&missing], Vec::new());
    let known = graph.node("And", &[&known, there], Vec::new());
    let ones = graph.cast(&known, Elements::Long);
    let axis = graph.longs(&[], &[2]);
    let count = graph.node("CumSum", &[&ones, &axis], Vec::new());
    let one = graph.longs(&[], &[1]);
    let place = graph.node("Sub", &[&count, &one], Vec::new());
    // What is missing goes where nothing is read.
    let behind = steps(graph, x, 2);
    let to = graph.node("Where", &[&known, &place, &behind], Vec::new());
    let sizes = graph.node("Shape", &[x], Vec::new());
    let more = graph.longs(&[3], &[0, 0, 1]);
    let sizes = graph.node("Add", &[&sizes, &more], Vec::new());
    let zero = graph.doubles(&[1, 1, 1], &[0.0]);
    let zeros = graph.node("Expand", &[&zero, &sizes], Vec::new());
    let packed = graph.node("ScatterElements", &[&zeros, &to, x], vec![int("axis", 2)]);
    let first = graph.longs(&[], &[0]);
    let from = graph.node("Max", &[&place, &first], Vec::new());
    (graph.node("GatherElements", &[&packed, &from], vec![int("axis", 2)]), count)
}

/// By mean and standard deviation of each channel of each series.
fn by_itself(graph: &mut Graph, x: &str, lengths: &str) -> Result<String, ExportError> {
    let one = graph.longs(&[], &[1]);
    let count = graph.node("Max", &[lengths, &one], Vec::new());
    let count = graph.cast(&count, Elements::Double);
    let count = graph.wider(&count, &[1, 2]);
    let mean_of = |graph: &mut Graph, x: &str| {
        let axes = graph.longs(&[1], &[2]);
        let sum = graph.node("ReduceSum", &[x, &axes], vec![int("keepdims", 1)]);
        graph.node("Div", &[&sum, &count], Vec::new())
    };
    let mean = mean_of(graph, x);
    let centred = graph.node("Sub", &[x, &mean], Vec::new());
    let centred = masked(graph, &centred, Elements::Double, &[1])?;
    let square = graph.node("Mul", &[&centred, &centred], Vec::new());
    let variance = mean_of(graph, &square);
    let std = graph.node("Sqrt", &[&variance], Vec::new());
    // What rounding alone makes is no deviation.
    let sizes = graph.node("Abs", &[x], Vec::new());
    let largest = graph.node("ReduceMax", &[&sizes], vec![ints("axes", &[2]), int("keepdims", 1)]);
    let (rounding, unit) = (graph.doubles(&[], &[10.0 * f64::EPSILON]), graph.doubles(&[], &[1.0]));
    let rounding = graph.node("Mul", &[&largest, &rounding], Vec::new());
    let differs = graph.node("Greater", &[&std, &rounding], Vec::new());
    let std = graph.node("Where", &[&differs, &std, &unit], Vec::new());
    Ok(graph.node("Div", &[&centred, &std], Vec::new()))
}
