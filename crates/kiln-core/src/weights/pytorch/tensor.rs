//! Which part of a tensor is wanted, and whether it is turned.

use burn::tensor::TensorData;

/// What a tensor of Burn's is of one of PyTorch's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// The `index`-th of `of` equal parts of the first dimension.
    pub(super) rows: Option<Rows>,
    /// Whether the two dimensions change places.
    pub(super) turned: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) index: usize,
    pub(super) of: usize,
}

impl Part {
    /// That part of `data`. A tensor that has no such part is left whole: its shape is then reported.
    pub(super) fn of(self, data: &TensorData) -> TensorData {
        let part = match self.rows {
            Some(rows) => cut(data, rows),
            None => data.clone(),
        };
        if self.turned && part.shape().len() == 2 { turn(&part) } else { part }
    }
}

fn cut(data: &TensorData, Rows { index, of }: Rows) -> TensorData {
    let mut dims = data.shape().to_vec();
    let Some(first) = dims.first_mut().filter(|first| first.is_multiple_of(of)) else { return data.clone() };
    *first /= of;
    let bytes = data.as_bytes();
    let length = bytes.len() / of;
    TensorData::from_bytes_vec(bytes[index * length..][..length].to_vec(), dims, data.dtype())
}

fn turn(data: &TensorData) -> TensorData {
    let (rows, columns, size) = (data.shape()[0], data.shape()[1], data.dtype().size());
    let bytes = data.as_bytes();
    let mut turned = Vec::with_capacity(bytes.len());
    for column in 0..columns {
        for row in 0..rows {
            turned.extend_from_slice(&bytes[(row * columns + column) * size..][..size]);
        }
    }
    TensorData::from_bytes_vec(turned, [columns, rows], data.dtype())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_cut_and_turned() {
        let data = TensorData::from([[1.0f32, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]);
        let part = |index, of, turned| Part { rows: Some(Rows { index, of }), turned }.of(&data);
        assert_eq!(part(1, 2, false), TensorData::from([[5.0f32, 6.0], [7.0, 8.0]]));
        assert_eq!(part(0, 2, true), TensorData::from([[1.0f32, 3.0], [2.0, 4.0]]));
        let turned = Part { rows: None, turned: true };
        assert_eq!(turned.of(&data), TensorData::from([[1.0f32, 3.0, 5.0, 7.0], [2.0, 4.0, 6.0, 8.0]]));
        // No third of four rows, and no way to turn a vector: as they are, so that the shape does not fit.
        assert_eq!(part(0, 3, false), data);
        assert_eq!(turned.of(&TensorData::from([1.0f32, 2.0])), TensorData::from([1.0f32, 2.0]));
    }
}
