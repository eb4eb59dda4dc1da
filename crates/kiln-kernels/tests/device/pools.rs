//! Pools and masks.

use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use kiln_core::Seed;
use kiln_kernels::{Act, conv2d, dropout, max_pool2d, max_pool2d_windows};

use super::{noise, same};

#[test]
fn pools_and_masks() {
    for (dims, size) in [([2, 3, 6, 6], 2), ([1, 17, 7, 9], 2), ([2, 4, 9, 9], 3), ([3, 1, 5, 5], 5)] {
        same::<4, 4>(
            &format!("{dims:?} {size}"),
            noise(10, dims),
            noise(11, [1, 1, 1, 1]),
            noise(11, [1]),
            |x, _, _| max_pool2d(x, size),
        );
        same::<4, 4>(
            &format!("{dims:?}"),
            noise(10, dims),
            noise(11, [1, 1, 1, 1]),
            noise(11, [1]),
            |x, _, _| dropout(max_pool2d(x, 1), 0.3, Seed::new(5)),
        );
    }
    // Windows that overlap, lie apart and begin outside, of images as they come and as a convolution leaves them in memory.
    for (dims, size, stride, padding) in [
        ([2, 3, 9, 7], [3, 3], [2, 2], [1, 1]),
        ([1, 17, 8, 11], [2, 3], [1, 1], [1, 0]),
        ([2, 4, 9, 9], [2, 2], [3, 4], [0, 1]),
    ] {
        let options = MaxPoolOptions::new(size).with_stride(stride).with_padding(padding);
        let windows = |x| max_pool2d_windows(x, options.clone());
        same::<4, 4>(
            &format!("{dims:?} {options:?}"),
            noise(10, dims),
            noise(11, [dims[1], 1, 1, 1]),
            noise(11, [dims[1]]),
            |x, w, b| {
                let last = ConvOptions::new([1; 2], [0; 2], [1; 2], dims[1]);
                windows(x.clone()) + windows(conv2d(x, w, Some(b), last, Act::None))
            },
        );
    }
}
