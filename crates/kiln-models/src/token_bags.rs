//! Bags of rows of a table, on the host.

use burn::tensor::{Device, Int, Tensor, TensorData};
use kiln_core::device::counts::sent;
use kiln_kernels::{Act, linear};

/// Which rows of a table each item has, one behind the other; a row may come twice.
pub(crate) struct Bags {
    rows: Vec<u32>,
    /// Where those of each item end.
    ends: Vec<usize>,
}

impl Bags {
    pub(crate) fn new() -> Self {
        Self { rows: Vec::new(), ends: Vec::new() }
    }

    /// Adds an item.
    pub(crate) fn push(&mut self, rows: impl IntoIterator<Item = u32>) {
        self.rows.extend(rows);
        self.ends.push(self.rows.len());
    }

    /// The mean of the rows of each item, `[N, width]`; 0 for an item without any.
    ///
    /// The rows that the batch has are taken out once, and each mean is a sum of them: a product with a matrix that says how often
    /// each item has each. So no row is copied for each token, and the gradient of a row is one sum.
    pub(crate) fn mean(&self, table: Tensor<2>, device: &Device) -> Tensor<2> {
        let mut places = vec![u32::MAX; table.dims()[0]];
        self.rows.iter().for_each(|&row| places[row as usize] = 0);
        let mut used = Vec::new();
        for (row, place) in places.iter_mut().enumerate().filter(|(_, place)| **place == 0) {
            *place = used.len() as u32;
            used.push(row as i32);
        }
        // A product of nothing is no product.
        if used.is_empty() {
            used.push(0);
        }
        let (items, width) = (self.ends.len(), used.len());
        let (mut counts, mut totals) = (vec![0.0f32; items * width], Vec::with_capacity(items));
        let mut start = 0;
        for (counts, &end) in counts.chunks_exact_mut(width).zip(&self.ends) {
            totals.push((end - start).max(1) as f32);
            self.rows[start..end].iter().for_each(|&row| counts[places[row as usize] as usize] += 1.0);
            start = end;
        }
        let used = Tensor::<1, Int>::from_data(sent(TensorData::new(used, [width])), device);
        let rows = table.select(0, used);
        let numbers = |numbers: Vec<f32>, dims: [usize; 2]| {
            Tensor::<2>::from_data(sent(TensorData::new(numbers, dims)), device).cast(rows.dtype())
        };
        let (counts, totals) = (numbers(counts, [items, width]), numbers(totals, [items, 1]));
        linear(counts, rows, None, Act::None) / totals
    }
}
