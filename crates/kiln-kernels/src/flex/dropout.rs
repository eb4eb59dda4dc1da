//! Dropout.

use burn::backend::TensorMetadata;
use burn::backend::flex::FlexTensor;

use super::{Dense, contiguous, garbage, images, like};
use crate::cpu::{self, Mask, Order};

pub(crate) fn dropout(x: &FlexTensor, mask: Mask) -> FlexTensor {
    if x.shape().num_dims() == 4 {
        let x = Dense::new(x);
        if x.order == Order::Nhwc {
            let mut y = garbage(x.values().len());
            cpu::dropout_channels_last(x.values(), x.dims, mask, &mut y);
            return images(y, x.dims, Order::Nhwc);
        }
    }
    let x = contiguous(x);
    let mut y = garbage(x.layout().num_elements());
    cpu::dropout(x.storage(), mask, &mut y);
    like(&x, y)
}
