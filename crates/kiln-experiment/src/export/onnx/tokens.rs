//! Texts: the ids of their tokens.

use super::graph::{Elements, Graph};
use super::lengths::begin;
use super::sequence::first;
use crate::error::ExportError;

/// The inputs `ids`, longs `[N, T]`, and `lengths`, longs `[N]`, of which the first `longest` count. Gives longs `[N, T]`, 0 behind the ends.
pub(super) fn tokens(graph: &mut Graph, longest: usize) -> Result<String, ExportError> {
    let ids = graph.sequences("ids", Elements::Long, &[]);
    let lengths = graph.input("lengths", Elements::Long, &[]);
    begin(graph, &ids, 1, &lengths);
    first(graph, &ids, longest)
}
