//! 8-bit images as an input, and what preprocessing makes of them.

use super::graph::{Elements, Graph, int};

/// Scaled pixels, `[N, channels, height, width]`, f32, of an input `image` of bytes of that shape. `tables`: what each value of a
/// pixel becomes, one for each channel.
pub(super) fn images(graph: &mut Graph, shape: [usize; 3], tables: &[[f32; 256]]) -> String {
    let bytes = graph.input("image", Elements::Bytes, &shape);
    let pixels = graph.cast(&bytes, Elements::Int);
    let mut channels = Vec::with_capacity(tables.len());
    for (channel, table) in tables.iter().enumerate() {
        let place = graph.longs(&[1], &[channel as i64]);
        let own = graph.node("Gather", &[&pixels, &place], vec![int("axis", 1)]);
        let table = graph.floats(&[256], table);
        channels.push(graph.node("Gather", &[&table, &own], vec![int("axis", 0)]));
    }
    let channels: Vec<&str> = channels.iter().map(String::as_str).collect();
    graph.node("Concat", &channels, vec![int("axis", 1)])
}
