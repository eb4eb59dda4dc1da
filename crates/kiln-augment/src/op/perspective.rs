//! The view of an image from another side.

use super::sample::{fma, sample};
use crate::{Fill, Image, Interpolation, Pixel};

/// Reads the pixel at (x, y) from `((c₀ x + c₁ y + c₂) / d, (c₃ x + c₄ y + c₅) / d)` with `d = c₆ x + c₇ y + 1`:
/// torchvision's `perspective`, given its `coefficients`.
pub fn perspective<T: Pixel>(
    image: &mut Image<T>,
    coefficients: [f64; 8],
    interpolation: Interpolation,
    fill: Fill,
) {
    let size = [image.height(), image.width()];
    let half = |len: usize| 0.5 * len as f32;
    let c = coefficients.map(|number| number as f32);
    let [a, b, shift_x] = [c[0], c[1], c[2]].map(|number| number / half(size[1]));
    let [d, e, shift_y] = [c[3], c[4], c[5]].map(|number| number / half(size[0]));
    let locate = |y: usize, xs: &mut [f32], ys: &mut [f32]| {
        let row = y as f32 + 0.5;
        for (x, (to_x, to_y)) in xs.iter_mut().zip(ys).enumerate() {
            let column = x as f32 + 0.5;
            let depth = fma(row, c[7], column * c[6]) + 1.0;
            *to_x = (fma(row, b, column * a) + shift_x) / depth - 1.0;
            *to_y = (fma(row, e, column * d) + shift_y) / depth - 1.0;
        }
    };
    sample(image, size, interpolation, fill, locate);
}

/// The coefficients that bring the four points `start` to `end`, each (x, y) in pixels; nothing when three of them are
/// on a line.
pub fn perspective_coefficients(start: [[f64; 2]; 4], end: [[f64; 2]; 4]) -> Option<[f64; 8]> {
    // Two equations a point, from the end to the start, as pixels are looked up.
    let mut rows = [[0.0; 9]; 8];
    for (index, ([x, y], [to_x, to_y])) in end.into_iter().zip(start).enumerate() {
        rows[2 * index] = [x, y, 1.0, 0.0, 0.0, 0.0, -to_x * x, -to_x * y, to_x];
        rows[2 * index + 1] = [0.0, 0.0, 0.0, x, y, 1.0, -to_y * x, -to_y * y, to_y];
    }
    for column in 0..8 {
        let pivot = (column..8).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))?;
        rows.swap(column, pivot);
        let lead = rows[column];
        if lead[column].abs() < 1e-9 {
            return None;
        }
        for (index, row) in rows.iter_mut().enumerate() {
            if index != column {
                let factor = row[column] / lead[column];
                row.iter_mut().zip(lead).for_each(|(entry, lead)| *entry -= factor * lead);
            }
        }
    }
    Some(std::array::from_fn(|index| rows[index][8] / rows[index][index]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corners_go_where_they_shall() {
        let start = [[0.0, 0.0], [31.0, 0.0], [31.0, 23.0], [0.0, 23.0]];
        let end = [[3.0, 1.0], [28.0, 4.0], [30.0, 20.0], [2.0, 23.0]];
        let c = perspective_coefficients(start, end).unwrap();
        for ([x, y], [to_x, to_y]) in end.into_iter().zip(start) {
            let depth = c[6] * x + c[7] * y + 1.0;
            assert!(((c[0] * x + c[1] * y + c[2]) / depth - to_x).abs() < 1e-9);
            assert!(((c[3] * x + c[4] * y + c[5]) / depth - to_y).abs() < 1e-9);
        }
        assert_eq!(perspective_coefficients(start, [[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [0.0, 5.0]]), None);
    }
}
