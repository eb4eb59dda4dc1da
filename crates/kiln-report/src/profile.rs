//! What a step asks of a device.

use kiln_core::device::counts::{Counts, StepCounts};

use crate::event::Compare;
use crate::{Column, Table, human};

/// A table for each device: what the parts of a step ask for, and which kernels are launched.
pub fn profile(results: &[Compare], colour: bool) -> String {
    results.iter().map(|result| one(result, colour)).collect()
}

fn one(result: &Compare, colour: bool) -> String {
    let Some(found) = &result.profile else {
        return format!("\nnothing is counted on {}: only what wgpu is told can be\n", result.device);
    };
    let titles =
        ["launches", "uploads", "of tensors", "read-backs", "read", "held back", "buffers", "pipelines"];
    let titles = titles.map(Column::right);
    let mut rows = Table::new([Column::left(&result.device)].into_iter().chain(titles));
    for (part, counts) in found.parts() {
        rows.row(row(part, counts, found.steps));
    }
    let total = found.total();
    rows.row(row("step", &total, found.steps));
    format!(
        "\n{}\nmean of {} steps; uploads are of tensors and of kernels' parameters\n\n{}",
        rows.render(colour),
        found.steps,
        kernels(found).render(colour)
    )
}

fn row(part: &str, counts: &Counts, steps: u64) -> [String; 9] {
    let a_step = |count: u64| mean(count, steps);
    let bytes = |count: u64| human::bytes(count / steps.max(1));
    [
        part.to_owned(),
        a_step(counts.launches),
        a_step(counts.uploads),
        bytes(counts.tensor_bytes),
        a_step(counts.reads),
        bytes(counts.read_bytes),
        a_step(counts.held_back),
        a_step(counts.buffers),
        a_step(counts.pipelines),
    ]
}

/// The kernels of a step, the most frequent ones first.
fn kernels(found: &StepCounts) -> Table {
    let mut rows = Table::new([Column::left("kernel"), Column::right("launches")]);
    let total = found.total();
    let mut kernels: Vec<_> = total.kernels.iter().collect();
    kernels.sort_by(|a, b| b.1.cmp(a.1));
    for (kernel, count) in kernels {
        rows.row([kernel.clone(), mean(*count, found.steps)]);
    }
    rows
}

/// How many of them a step has: a whole number, or two decimals.
fn mean(count: u64, steps: u64) -> String {
    let steps = steps.max(1);
    if count.is_multiple_of(steps) {
        (count / steps).to_string()
    } else {
        format!("{:.2}", count as f64 / steps as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_has_decimals_only_where_it_needs_them() {
        assert_eq!([mean(80, 20), mean(1, 32), mean(0, 0)], ["4", "0.03", "0"]);
    }
}
