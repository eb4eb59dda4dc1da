//! Moving pixels: what a geometric transform has drawn, before it is carried out.
//!
//! A [`Warp`] says where each output pixel comes from. Two that follow each other become one where that is possible,
//! so that a chain of them reads every pixel once:
//!
//! | first | then | together |
//! |---|---|---|
//! | flip or crop | flip or crop | one copy of rows, the same bits (if the fills agree) |
//! | affine map, flip or plain crop | affine map, flip or plain crop | one affine map, sampled once (if interpolation and fills agree) |
//! | resized crop | flip | one resized crop |
//!
//! Sampled once means sharper than one after the other, and a crop before an affine map cuts nothing off that the map
//! turns back into view. A crop with a mirrored or repeated border does not combine with an affine map.

mod affine;
mod axis;
mod lattice;
mod resize;
mod whole;

pub(crate) use affine::Affine;
pub(crate) use axis::{Axis, reflected};
pub(crate) use lattice::Lattice;
pub(crate) use resize::{Filtered, Resize};

use crate::{Border, Fill, Image, Interpolation, Pixel};

/// Where each output pixel comes from: a flip, a crop, an affine map, a resized crop, or several in one.
///
/// ```
/// use kiln_augment::{Border, Image, Warp};
///
/// // A crop of 2 × 2 with a border of one black pixel, then mirrored: one pass over the pixels.
/// let warp = Warp::crop([2, 2], -1, -1, [2, 2], Border::default());
/// let warp = warp.then(&Warp::flip([2, 2], true, false)).expect("both only copy");
/// let mut image = Image::from_pixels([1, 2, 2], vec![1u8, 2, 3, 4])?;
/// warp.apply(&mut image);
/// assert_eq!(image.pixels(), [0, 0, 1, 0]);
/// # Ok::<(), kiln_augment::AugmentError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Warp(Motion);

#[derive(Debug, Clone, PartialEq)]
enum Motion {
    Identity,
    Lattice(Lattice),
    Affine(Affine),
    Resize(Resize),
}

impl Warp {
    /// Nothing moves.
    pub fn identity() -> Self {
        Self(Motion::Identity)
    }

    /// Left and right, top and bottom change places, or both, or nothing. `size` is `[height, width]`.
    pub fn flip(size: [usize; 2], horizontal: bool, vertical: bool) -> Self {
        let axis = |len, flip| if flip { Axis::reversed(len) } else { Axis::whole(len) };
        let axes = [axis(size[0], vertical), axis(size[1], horizontal)];
        Self(Motion::Lattice(Lattice { axes, fill: Fill::BLACK }))
    }

    /// The window of `window` = `[height, width]` pixels at row `top` and column `left`, which may lie outside an image
    /// of `size` = `[height, width]`; there is `border` then.
    pub fn crop(size: [usize; 2], top: isize, left: isize, window: [usize; 2], border: Border) -> Self {
        let axes =
            [Axis::window(size[0], top, window[0], border), Axis::window(size[1], left, window[1], border)];
        let fill = if let Border::Constant(fill) = border { fill } else { Fill::BLACK };
        Self(Motion::Lattice(Lattice { axes, fill }))
    }

    /// The affine map from output to input pixels `x' = m₀ x + m₁ y + m₂`, `y' = m₃ x + m₄ y + m₅`, with the centre of
    /// the image at (0, 0). `size` is `[height, width]`.
    pub fn affine(size: [usize; 2], matrix: [f64; 6], interpolation: Interpolation, fill: Fill) -> Self {
        Self(Motion::Affine(Affine { input: size, output: size, matrix, interpolation, fill }))
    }

    /// The window of `window` = `[height, width]` pixels at row `top` and column `left`, resized to `size` =
    /// `[height, width]` with a filter as wide as an output pixel (torchvision's `antialias=True`).
    ///
    /// The window is cut to the image it is [applied](Self::apply) to.
    pub fn resized_crop(top: usize, left: usize, window: [usize; 2], size: [usize; 2]) -> Self {
        Self(Motion::Resize(Resize { corner: [top, left], window, size, flip: [false; 2] }))
    }

    /// Rows and columns from where the lattice says.
    pub(crate) fn lattice(lattice: Lattice) -> Self {
        Self(Motion::Lattice(lattice))
    }

    /// `[height, width]` of the result for an image of `size`.
    pub fn output_size(&self, size: [usize; 2]) -> [usize; 2] {
        match &self.0 {
            Motion::Identity => size,
            Motion::Lattice(lattice) => lattice.axes.each_ref().map(Axis::len),
            Motion::Affine(affine) => affine.output,
            Motion::Resize(resize) => resize.size,
        }
    }

    /// This, then `next`, in one; nothing when the two cannot be one.
    pub fn then(&self, next: &Self) -> Option<Self> {
        let kind = match (&self.0, &next.0) {
            (Motion::Identity, other) | (other, Motion::Identity) => other.clone(),
            (Motion::Lattice(first), Motion::Lattice(second)) => Motion::Lattice(first.then(second)?),
            (Motion::Affine(first), Motion::Affine(second)) => Motion::Affine(first.then(second)?),
            (Motion::Affine(first), Motion::Lattice(second)) => {
                Motion::Affine(first.then(&second.affine(first.output, first)?)?)
            }
            (Motion::Lattice(first), Motion::Affine(second)) => {
                Motion::Affine(first.affine(first.axes.each_ref().map(Axis::len), second)?.then(second)?)
            }
            (Motion::Resize(resize), Motion::Lattice(lattice)) => Motion::Resize(resize.flipped(lattice)?),
            _ => return None,
        };
        Some(Self(kind))
    }

    /// Moves the pixels.
    pub fn apply<T: Pixel>(&self, image: &mut Image<T>) {
        match &self.0 {
            Motion::Identity => {}
            Motion::Lattice(lattice) => lattice.apply(image),
            Motion::Affine(affine) => affine.apply(image),
            Motion::Resize(resize) => resize.apply(image),
        }
    }
}
