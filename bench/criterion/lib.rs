//! What the benches share.

/// Numbers between -1 and 1 whose values do not matter to the clock.
pub fn numbers(len: usize) -> Vec<f32> {
    (0..len).map(|i| ((i * 7919 % 2003) as f32) / 1001.5 - 1.0).collect()
}
