//! Rows of a table.

use std::sync::Arc;

use burn::tensor::{Int, Tensor, TensorData};
use kiln_core::device::counts::sent;

/// Row `ids[i]` of `table` for each `i`. Its gradient is a sum for each row of the table, in the order of `ids`.
///
/// - `table`: `[V, C]`
///
/// Gives `[ids.len(), C]`.
///
/// # Panics
/// When an id is no row of the table.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_kernels::embedding;
///
/// let table = Tensor::<2>::from_floats([[1.0, 2.0], [3.0, 4.0]], &Device::default());
/// assert_eq!(embedding(table, &[1, 0, 1].into()).into_data(), [[3.0f32, 4.0], [1.0, 2.0], [3.0, 4.0]].into());
/// ```
pub fn embedding(table: Tensor<2>, ids: &Arc<[u32]>) -> Tensor<2> {
    let [rows, _] = table.dims();
    assert!(ids.iter().all(|&id| (id as usize) < rows), "embedding: an id is no row of a table of {rows}");
    #[cfg(feature = "flex")]
    if super::has_kernels(&table) && table.dims()[1] > 0 {
        return Tensor::from_dispatch(crate::autodiff::embedding(table, ids.clone()));
    }
    let ids: Vec<i32> = ids.iter().map(|&id| id as i32).collect();
    let len = ids.len();
    let ids = Tensor::<1, Int>::from_data(sent(TensorData::new(ids, [len])), &table.device());
    table.select(0, ids)
}
