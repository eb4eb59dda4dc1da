//! Comparison of tensors within a tolerance.

use burn::tensor::TensorData;

/// Asserts that shapes are equal and that `|actual - expected| <= atol + rtol · |expected|` everywhere.
///
/// Data types may differ: everything is compared in f64. NaN equals NaN, and an infinity equals itself.
///
/// # Panics
/// When they are not close; the message has the worst element, its index, and how many elements are off.
#[track_caller]
pub fn assert_close(actual: &TensorData, expected: &TensorData, rtol: f64, atol: f64) {
    let (shape, wanted) = (actual.shape().to_vec(), expected.shape().to_vec());
    assert_eq!(shape, wanted, "shapes differ: actual {shape:?}, expected {wanted:?}");
    let mut off = 0usize;
    let mut worst = (0usize, 0.0f64, 0.0f64, 0.0f64);
    for (i, (a, e)) in actual.iter::<f64>().zip(expected.iter::<f64>()).enumerate() {
        if a == e || (a.is_nan() && e.is_nan()) {
            continue;
        }
        // How many times the tolerance; an infinity or NaN is further off than any number.
        let ratio = (a - e).abs() / (atol + rtol * e.abs());
        let ratio = if ratio.is_nan() || !e.is_finite() { f64::INFINITY } else { ratio };
        if ratio > 1.0 {
            off += 1;
            if ratio > worst.3 {
                worst = (i, a, e, ratio);
            }
        }
    }
    let (i, a, e, ratio) = worst;
    assert!(
        off == 0,
        "{off} of {} elements are off (rtol {rtol:e}, atol {atol:e}); the worst is {:?}: {a} instead of {e}, \
         {ratio:.1} times the tolerance",
        actual.num_elements(),
        index(i, &shape),
    );
}

/// The position of the `flat`-th element in row-major order.
fn index(mut flat: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (place, &dim) in index.iter_mut().zip(shape).rev() {
        *place = flat % dim;
        flat /= dim;
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(actual: impl Into<TensorData>, expected: impl Into<TensorData>) {
        assert_close(&actual.into(), &expected.into(), 1e-3, 1e-6);
    }

    #[test]
    fn close_numbers_pass_whatever_their_type() {
        close([1.0f32, -2.0, 0.0], [1.0009f64, -2.0, 1e-6]);
        close([f64::NAN, f64::INFINITY], [f64::NAN, f64::INFINITY]);
    }

    #[test]
    #[should_panic(
        expected = "2 of 4 elements are off (rtol 1e-3, atol 1e-6); the worst is [1, 0]: 5 instead of 3"
    )]
    fn the_worst_element_is_named() {
        close([[1.0f32, 2.5], [5.0, 4.0]], [[1.0f32, 2.0], [3.0, 4.0]]);
    }

    #[test]
    #[should_panic(expected = "shapes differ")]
    fn shapes_must_be_equal() {
        close([[1.0f32, 2.0]], [1.0f32, 2.0]);
    }

    #[test]
    #[should_panic(expected = "1 of 2 elements are off")]
    fn nan_is_not_close_to_a_number() {
        close([1.0f32, f32::NAN], [1.0f32, 2.0]);
    }

    #[test]
    #[should_panic(expected = "1 of 1 elements are off")]
    fn a_number_is_not_close_to_an_infinity() {
        close([1.0f32], [f32::INFINITY]);
    }
}
