//! Covering a part of the input.

use burn::tensor::{Tensor, TensorData};

use crate::gradient::picked;

/// Occlusion (Zeiler and Fergus: Visualizing and understanding convolutional networks, 2013): by how much the output falls where a window of
/// the input is covered. An input that several windows cover gets their mean. Needs no gradient.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Occlusion {
    /// The size of the window along each axis of an item, without that of the items: `[channels, height, width]` of images.
    pub window: Vec<usize>,
    /// How far the window moves along each axis. Default: its own size. The last window ends at the edge.
    pub stride: Vec<usize>,
    /// What covers. Default 0.
    pub baseline: f64,
}

impl Occlusion {
    /// A window that moves by its own size, at least 1 along each axis.
    pub fn new(window: &[usize]) -> Self {
        let window: Vec<usize> = window.iter().map(|size| (*size).max(1)).collect();
        Self { stride: window.clone(), window, baseline: 0.0 }
    }

    /// Moves by so much along each axis, at least 1.
    #[must_use]
    pub fn stride(mut self, stride: &[usize]) -> Self {
        self.stride = stride.iter().map(|step| (*step).max(1)).collect();
        self
    }

    /// Covers with this number.
    #[must_use]
    pub fn baseline(mut self, baseline: f64) -> Self {
        self.baseline = baseline;
        self
    }

    /// Attributions to the inputs.
    ///
    /// # Panics
    /// As [`gradient`](crate::gradient), and when window and stride do not have a number for each axis of an item.
    pub fn explain<const D: usize>(
        &self,
        model: impl Fn(Tensor<D>) -> Tensor<2>,
        inputs: Tensor<D>,
        targets: &[usize],
    ) -> Tensor<D> {
        let shape: Vec<usize> = inputs.dims()[1..].to_vec();
        assert_eq!(
            (self.window.len(), self.stride.len()),
            (shape.len(), shape.len()),
            "a window has the axes of an item"
        );
        let (items, size) = (inputs.dims()[0], shape.iter().product::<usize>());
        let device = inputs.device();
        let outputs = |inputs: Tensor<D>| -> Vec<f64> {
            picked(model(inputs), targets).inner().into_data().iter::<f64>().collect()
        };
        let before = outputs(inputs.clone());
        let (mut sums, mut covered) = (vec![0.0; items * size], vec![0.0; size]);
        for window in windows(&shape, &self.window, &self.stride) {
            let mut of_item = [1; D];
            of_item[1..].copy_from_slice(&shape);
            let numbers: Vec<f32> = window.iter().map(|is| f32::from(u8::from(*is))).collect();
            let data = TensorData::new(numbers, of_item).convert_dtype(inputs.dtype());
            let mask = Tensor::<D>::from_data(data, (&device, inputs.dtype()));
            let kept = inputs.clone() * mask.clone().neg().add_scalar(1.0);
            let after = outputs(kept + mask.mul_scalar(self.baseline));
            for (place, _) in window.iter().enumerate().filter(|(_, is)| **is) {
                covered[place] += 1.0;
                (0..items).for_each(|item| sums[item * size + place] += before[item] - after[item]);
            }
        }
        // What no window covers has nothing.
        let mean = |(place, sum): (usize, &f64)| sum / f64::max(covered[place % size], 1.0);
        let means: Vec<f64> = sums.iter().enumerate().map(mean).collect();
        let inner = inputs.inner();
        let data = TensorData::new(means, inner.shape()).convert_dtype(inner.dtype());
        Tensor::from_data(data, (&inner.device(), inner.dtype()))
    }
}

/// For each place of the window which numbers of an item it covers.
fn windows(shape: &[usize], window: &[usize], stride: &[usize]) -> Vec<Vec<bool>> {
    let steps = |axis: usize| shape[axis].saturating_sub(window[axis]).div_ceil(stride[axis]) + 1;
    let counts: Vec<usize> = (0..shape.len()).map(steps).collect();
    let place = |mut index: usize, sizes: &[usize]| {
        let mut place = vec![0; sizes.len()];
        for axis in (0..sizes.len()).rev() {
            (place[axis], index) = (index % sizes[axis], index / sizes[axis]);
        }
        place
    };
    let covers = |start: &[usize], at: &[usize]| {
        (0..shape.len()).all(|axis| {
            let first = start[axis] * stride[axis];
            (first..first + window[axis]).contains(&at[axis])
        })
    };
    (0..counts.iter().product())
        .map(|index| {
            let start = place(index, &counts);
            (0..shape.iter().product()).map(|number| covers(&start, &place(number, shape))).collect()
        })
        .collect()
}
