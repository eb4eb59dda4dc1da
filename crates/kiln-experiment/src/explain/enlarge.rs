//! Coarse maps over the pixels of an image.

/// `map`, `[height, width]` of `from`, over an image of `to`: linear between the middles of its cells, as
/// `torch.nn.functional.interpolate(mode="bilinear", align_corners=False)`.
pub(super) fn enlarge(map: &[f32], from: [usize; 2], to: [usize; 2]) -> Vec<f32> {
    let axis = |from: usize, to: usize| -> Vec<(usize, usize, f32)> {
        let place = |at: usize| {
            let middle = ((at as f32 + 0.5) * from as f32 / to as f32 - 0.5).max(0.0);
            let low = (middle as usize).min(from.saturating_sub(1));
            (low, (low + 1).min(from.saturating_sub(1)), middle - low as f32)
        };
        (0..to).map(place).collect()
    };
    let (rows, columns) = (axis(from[0], to[0]), axis(from[1], to[1]));
    let at = |row: usize, column: usize| map.get(row * from[1] + column).copied().unwrap_or_default();
    let mut large = Vec::with_capacity(to[0] * to[1]);
    for (above, below, down) in rows {
        for &(left, right, along) in &columns {
            let line = |row: usize| at(row, left) * (1.0 - along) + at(row, right) * along;
            large.push(line(above) * (1.0 - down) + line(below) * down);
        }
    }
    large
}

#[cfg(test)]
mod tests {
    use super::enlarge;

    #[test]
    fn maps_are_enlarged_as_by_pytorch() {
        // torch 2.15: interpolate(torch.tensor([[[[1., 2.], [3., 5.]]]]), size=(3, 4), mode="bilinear", align_corners=False)
        let wanted = [1.0, 1.25, 1.75, 2.0, 2.0, 2.375, 3.125, 3.5, 3.0, 3.5, 4.5, 5.0];
        let found = enlarge(&[1.0, 2.0, 3.0, 5.0], [2, 2], [3, 4]);
        assert!(found.iter().zip(wanted).all(|(a, b): (&f32, f32)| (a - b).abs() < 1e-6), "{found:?}");
        assert_eq!(enlarge(&[7.0], [1, 1], [2, 2]), [7.0; 4]);
    }
}
