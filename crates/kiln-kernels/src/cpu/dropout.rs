//! Dropout: which element goes is a function of the seed and of the element's index, whatever its place in memory.

use kiln_core::Seed;
use rayon::prelude::*;

use super::arch::{Vectorize, vectorized};
use super::parallel::cut;

/// Elements that one task works on: an even number, as two neighbours share their random bits.
const CHUNK: usize = cut(32 * 1024, 64);

/// 2³².
const STEPS: f64 = (1u64 << 32) as f64;

/// Which elements go, and by what the others are multiplied.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mask {
    seed: Seed,
    threshold: u32,
    scale: f32,
}

impl Mask {
    /// Drops with `probability` in `[0, 1)`, rounded to a multiple of 2⁻³²; the others are divided by `1 - probability`.
    ///
    /// Element `i` is dropped when the `i`-th 32 random bits of the seed are below `probability · 2³²`.
    pub fn new(probability: f64, seed: Seed) -> Self {
        // At most 2³² - 1, so that a probability just below 1 keeps a finite scale.
        let threshold = (probability * STEPS).round().clamp(0.0, STEPS - 1.0);
        Self { seed, threshold: threshold as u32, scale: (STEPS / (STEPS - threshold)) as f32 }
    }

    /// What the bits are drawn from.
    #[cfg(feature = "wgpu")]
    pub(crate) fn seed(self) -> Seed {
        self.seed
    }

    /// Bits below it drop an element.
    #[cfg(feature = "wgpu")]
    pub(crate) fn threshold(self) -> u32 {
        self.threshold
    }

    /// What the others are multiplied by.
    #[cfg(feature = "wgpu")]
    pub(crate) fn scale(self) -> f32 {
        self.scale
    }

    #[inline(always)]
    fn pick(self, bits: u32) -> f32 {
        if bits < self.threshold { 0.0 } else { self.scale }
    }

    /// The factors of elements `2 · pair` and `2 · pair + 1`.
    #[inline(always)]
    pub(crate) fn pair(self, pair: u64) -> [f32; 2] {
        let bits = self.seed.bits(pair);
        [self.pick(bits as u32), self.pick((bits >> 32) as u32)]
    }

    #[inline(always)]
    fn at(self, index: u64) -> f32 {
        let bits = self.seed.bits(index / 2);
        self.pick((bits >> (32 * (index % 2))) as u32)
    }
}

/// `y = x · mask` for elements that lie in memory by their index.
///
/// # Panics
/// When the lengths differ.
pub fn dropout(x: &[f32], mask: Mask, y: &mut [f32]) {
    assert_eq!(x.len(), y.len(), "dropout: x and y must have the same length");
    let chunk = |(n, (x, y))| vectorized(Pairs { mask, first: (n * CHUNK / 2) as u64, x, y });
    if x.len() <= CHUNK {
        chunk((0, (x, y)));
    } else {
        x.par_chunks(CHUNK).zip(y.par_chunks_mut(CHUNK)).enumerate().for_each(chunk);
    }
}

/// Elements in a row, from the first of pair `first` on.
struct Pairs<'a> {
    mask: Mask,
    first: u64,
    x: &'a [f32],
    y: &'a mut [f32],
}

impl Vectorize for Pairs<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { mask, first, x, y } = self;
        let (pairs, last) = y.as_chunks_mut::<2>();
        let (x_pairs, x_last) = x.as_chunks::<2>();
        for (i, (y, x)) in pairs.iter_mut().zip(x_pairs).enumerate() {
            let [a, b] = mask.pair(first + i as u64);
            *y = [x[0] * a, x[1] * b];
        }
        for (y, x) in last.iter_mut().zip(x_last) {
            *y = x * mask.pair(first + pairs.len() as u64)[0];
        }
    }
}

/// The same for images that lie channels-last; `dims` are N, C, H, W, and an element's index counts in that order.
///
/// # Panics
/// When the lengths are not the product of `dims`.
pub fn dropout_channels_last(x: &[f32], [n, c, h, w]: [usize; 4], mask: Mask, y: &mut [f32]) {
    assert_eq!(
        [x.len(), y.len()],
        [n * c * h * w; 2],
        "dropout: x and y must have the length of their shape"
    );
    let pixels = h * w;
    let image = |(n, (x, y))| {
        let first = (n * c * pixels) as u64;
        vectorized(Pixels { mask, first, channels: c, pixels: pixels as u64, x, y });
    };
    let size = c * pixels;
    if size > 0 {
        x.par_chunks(size).zip(y.par_chunks_mut(size)).enumerate().for_each(image);
    }
}

/// An image channels-last; `first` is the index of its first element.
struct Pixels<'a> {
    mask: Mask,
    first: u64,
    channels: usize,
    pixels: u64,
    x: &'a [f32],
    y: &'a mut [f32],
}

impl Vectorize for Pixels<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { mask, first, channels, pixels, x, y } = self;
        for (p, (x, y)) in x.chunks_exact(channels).zip(y.chunks_exact_mut(channels)).enumerate() {
            let mut index = first + p as u64;
            for (x, y) in x.iter().zip(y) {
                *y = x * mask.at(index);
                index += pixels;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_in_memory_changes_nothing() {
        let mask = Mask::new(0.4, Seed::new(3));
        let [n, c, h, w] = [2, 5, 3, 3];
        let x: Vec<f32> = (1..=n * c * h * w).map(|i| i as f32).collect();
        let mut y = vec![f32::NAN; x.len()];
        dropout(&x, mask, &mut y);
        let place = |i: usize| {
            let (pixel, channel, image) = (i % (h * w), i / (h * w) % c, i / (h * w * c));
            (image * h * w + pixel) * c + channel
        };
        let mut last = vec![0.0; x.len()];
        for (i, x) in x.iter().enumerate() {
            last[place(i)] = *x;
        }
        let mut y_last = vec![f32::NAN; x.len()];
        dropout_channels_last(&last, [n, c, h, w], mask, &mut y_last);
        assert!((0..x.len()).all(|i| y_last[place(i)] == y[i]));
        assert!(y.contains(&0.0) && y.iter().any(|y| *y > 0.0));
    }

    #[test]
    fn chunks_and_threads_change_nothing() {
        let mask = Mask::new(0.3, Seed::new(1));
        let x = vec![1.0; 3 * CHUNK + 7];
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut y = vec![f32::NAN; x.len()];
            pool.install(|| dropout(&x, mask, &mut y));
            y
        };
        let expected: Vec<f32> = (0..x.len() as u64).map(|i| mask.at(i)).collect();
        for threads in [1, 2, 3, 8] {
            assert!(run(threads) == expected, "{threads} threads");
        }
    }
}
