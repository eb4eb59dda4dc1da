//! The squared norm.

use burn::backend::flex::FlexTensor;

use super::{contiguous, tensor};
use crate::cpu;

pub(crate) fn squared_norm(x: &FlexTensor) -> FlexTensor {
    tensor(vec![cpu::squared_norm(contiguous(x).storage()) as f32], [1])
}
