//! Mixing with λ and window given.

use kiln_data::TargetNumbers;

/// `λ·x + (1 − λ)·partner` for every item of `size` numbers, the partner being the item before, and of the first the
/// last: torchvision's `MixUp`.
///
/// ```
/// let mut items = [0.0, 4.0, 8.0];
/// kiln_augment::op::mixup(&mut items, 1, 0.75);
/// assert_eq!(items, [2.0, 3.0, 7.0]);
/// ```
pub fn mixup(numbers: &mut [f32], size: usize, lambda: f64) {
    let (own, other) = (lambda as f32, (1.0 - lambda) as f32);
    with_partners(numbers, size, |item, partner| {
        for (number, partner) in item.iter_mut().zip(partner) {
            *number = partner * other + *number * own;
        }
    });
}

/// A window `[top, left, height, width]` of the partner in every item, the partner being the item before, and of the first
/// the last: torchvision's `CutMix`. `shape` is that of an item, `[channels, height, width]`; what of the window is
/// outside of it does nothing.
pub fn cutmix(numbers: &mut [f32], shape: [usize; 3], [top, left, rows, columns]: [usize; 4]) {
    let [_, height, width] = shape;
    let (plane, size) = ((height * width).max(1), shape.iter().product());
    let (bottom, right) = ((top + rows).min(height), (left + columns).min(width));
    if right <= left {
        return;
    }
    with_partners(numbers, size, |item, partner| {
        for (item, partner) in item.chunks_exact_mut(plane).zip(partner.chunks_exact(plane)) {
            for row in top..bottom {
                let cells = row * width + left..row * width + right;
                item[cells.clone()].copy_from_slice(&partner[cells]);
            }
        }
    });
}

/// The window of CutMix: a share `1 − λ` of the area around `centre` (row, column), cut at the edges.
/// `[top, left, height, width]`.
pub fn cut_window([height, width]: [usize; 2], lambda: f64, [row, column]: [usize; 2]) -> [usize; 4] {
    let ratio = 0.5 * (1.0 - lambda).sqrt();
    let side = |length: usize, centre: usize| {
        let half = (ratio * length as f64) as usize;
        let first = centre.saturating_sub(half);
        (first, (centre + half).min(length).saturating_sub(first))
    };
    let ((top, rows), (left, columns)) = (side(height, row), side(width, column));
    [top, left, rows, columns]
}

/// Targets of mixed items: `λ` of the item's own and `1 − λ` of the partner's, classes as shares `[N, classes]`.
pub fn mix_targets(targets: TargetNumbers, lambda: f64) -> TargetNumbers {
    let (mut values, width) = targets.into_shares();
    mixup(&mut values, width, lambda);
    TargetNumbers::Values { values, width }
}

/// Calls `mix` with every item and the one before it as it was: from the last to the first, so that one copy is enough.
fn with_partners(numbers: &mut [f32], size: usize, mut mix: impl FnMut(&mut [f32], &[f32])) {
    let items = numbers.len().checked_div(size).unwrap_or(0);
    if items == 0 {
        return;
    }
    let last = numbers[(items - 1) * size..items * size].to_vec();
    for item in (1..items).rev() {
        let (before, from) = numbers.split_at_mut(item * size);
        mix(&mut from[..size], &before[(item - 1) * size..]);
    }
    mix(&mut numbers[..size], &last);
}
