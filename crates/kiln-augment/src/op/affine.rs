//! Affine maps: rotation, shear, translation and scale in one.

use crate::{Fill, Image, Interpolation, Pixel, Warp};

/// An affine map: the image is scaled, sheared, rotated and moved, in this order, around `centre`.
///
/// The default changes nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AffineMap {
    /// Degrees, clockwise, as in torchvision's `affine` (its `rotate` counts the other way round).
    pub angle: f64,
    /// Pixels to the right and down.
    pub translate: [f64; 2],
    /// Factor, positive.
    pub scale: f64,
    /// Degrees along x and along y.
    pub shear: [f64; 2],
    /// The point that stays, in pixels to the right of and below the upper left corner. Default: the middle.
    pub centre: Option<[f64; 2]>,
}

impl Default for AffineMap {
    fn default() -> Self {
        Self { angle: 0.0, translate: [0.0; 2], scale: 1.0, shear: [0.0; 2], centre: None }
    }
}

impl AffineMap {
    /// The map from output to input pixels, as [`Warp::affine`] takes it, for an image of `size` = `[height, width]`:
    /// torchvision's `_get_inverse_affine_matrix`.
    pub fn matrix(&self, size: [usize; 2]) -> [f64; 6] {
        let middle = [size[1] as f64 * 0.5, size[0] as f64 * 0.5];
        let [centre_x, centre_y] = match self.centre {
            Some([x, y]) => [x - middle[0], y - middle[1]],
            None => [0.0; 2],
        };
        let [shear_x, shear_y] = self.shear.map(f64::to_radians);
        let angle = self.angle.to_radians();
        let (moved_x, moved_y) = (centre_x + self.translate[0], centre_y + self.translate[1]);

        let a = (angle - shear_y).cos() / shear_y.cos();
        let b = -(a * shear_x.tan() + angle.sin());
        let c = (angle - shear_y).sin() / shear_y.cos();
        let d = angle.cos() - c * shear_x.tan();
        let [p, q, r, s] = [d, -b, -c, a].map(|entry| entry / self.scale);
        let x = centre_x - p * moved_x - q * moved_y;
        let y = centre_y - r * moved_x - s * moved_y;
        [p, q, x, r, s, y]
    }

    /// The map as a warp for images of `size` = `[height, width]`.
    pub fn warp(&self, size: [usize; 2], interpolation: Interpolation, fill: Fill) -> Warp {
        Warp::affine(size, self.matrix(size), interpolation, fill)
    }
}

/// Applies an affine map: torchvision's `affine`.
pub fn affine<T: Pixel>(image: &mut Image<T>, map: &AffineMap, interpolation: Interpolation, fill: Fill) {
    map.warp([image.height(), image.width()], interpolation, fill).apply(image);
}

/// Turns the image by `angle` degrees counterclockwise around its middle: torchvision's `rotate`.
pub fn rotate<T: Pixel>(image: &mut Image<T>, angle: f64, interpolation: Interpolation, fill: Fill) {
    affine(image, &AffineMap { angle: -angle, ..AffineMap::default() }, interpolation, fill);
}
