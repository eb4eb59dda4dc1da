//! Reading an image between its pixels, with the roundings of PyTorch's `grid_sample` on processors that fuse a product and
//! a sum: so 8-bit results are the same bytes.

use crate::{Fill, Image, Interpolation, Pixel};

/// `a · b + c`, rounded once (in all but about one of 10⁸ cases), on every processor at the same speed.
#[inline]
pub(crate) fn fma(a: f32, b: f32, c: f32) -> f32 {
    // The product of two f32 is exact in f64.
    (f64::from(a) * f64::from(b) + f64::from(c)) as f32
}

/// The `index`-th of `count` evenly spaced numbers, rounded once and from both ends, as PyTorch's `linspace`.
pub(crate) fn linspace(from: f32, to: f32, index: usize, count: usize) -> f32 {
    if count <= 1 {
        return from;
    }
    let step = (to - from) / (count - 1) as f32;
    if index < count / 2 { fma(step, index as f32, from) } else { fma(-step, (count - 1 - index) as f32, to) }
}

/// Makes an image of `size` = `[height, width]`: `locate` writes the places that a row's pixels are read from, across
/// and down, where −1 and 1 are the edges of the image.
pub(crate) fn sample<T: Pixel>(
    image: &mut Image<T>,
    size: [usize; 2],
    interpolation: Interpolation,
    fill: Fill,
    locate: impl Fn(usize, &mut [f32], &mut [f32]),
) {
    let [channels, height, width] = image.shape();
    let shape = [channels, size[0], size[1]];
    if channels * height * width == 0 || shape.contains(&0) {
        image.rewrite(shape, |_, target| target.fill(T::default()));
        return;
    }
    let mut places = vec![0.0f32; 2 * size[1]];
    let (xs, ys) = places.split_at_mut(size[1]);
    image.rewrite(shape, |source, target| {
        let grid = Grid { height, width, plane: height * width };
        for y in 0..size[0] {
            locate(y, xs, ys);
            pixels(xs, width);
            pixels(ys, height);
            let first = y * size[1];
            for (x, (column, row)) in xs.iter().zip(&*ys).enumerate() {
                let place = first + x;
                let planes = source.chunks_exact(grid.plane).zip(target.chunks_exact_mut(size[0] * size[1]));
                match interpolation {
                    Interpolation::Nearest => {
                        let read = grid.nearest(*column, *row);
                        for (channel, (source, target)) in planes.enumerate() {
                            target[place] = read.map_or_else(|| fill.pixel(channel), |place| source[place]);
                        }
                    }
                    Interpolation::Bilinear => {
                        let read = grid.bilinear(*column, *row);
                        for (channel, (source, target)) in planes.enumerate() {
                            let number = read.of(source);
                            target[place] = T::rounded(match fill.number::<T>(channel) {
                                None => number,
                                Some(fill) => (number - fill) * read.share() + fill,
                            });
                        }
                    }
                }
            }
        }
    });
}

/// From −1…1 to places in pixels.
fn pixels(places: &mut [f32], len: usize) {
    let half = len as f32 / 2.0;
    for place in places {
        *place = fma(*place + 1.0, half, -0.5);
    }
}

/// The largest integer that is not greater; `f32::floor` is a function call where the processor's baseline lacks it.
#[inline]
fn floor(place: f32) -> isize {
    let whole = place as i32;
    (whole - i32::from(whole as f32 > place)) as isize
}

/// The size of what is read.
struct Grid {
    height: usize,
    width: usize,
    plane: usize,
}

/// Four pixels and their weights; a pixel that is outside has the weight 0.
struct Four {
    places: [usize; 4],
    weights: [f32; 4],
}

impl Grid {
    /// The pixel that is nearest to a place, half to even.
    #[inline]
    fn nearest(&self, x: f32, y: f32) -> Option<usize> {
        // Adding and taking away 1.5 · 2²³ rounds half to even; what is not a number fails the comparisons.
        const SHIFT: f32 = 12_582_912.0;
        let (x, y) = ((x + SHIFT) - SHIFT, (y + SHIFT) - SHIFT);
        let inside = x >= 0.0 && x < self.width as f32 && y >= 0.0 && y < self.height as f32;
        inside.then(|| y as usize * self.width + x as usize)
    }

    /// The four pixels around a place.
    #[inline]
    fn bilinear(&self, x: f32, y: f32) -> Four {
        let near = x > -1.0 && x < self.width as f32 && y > -1.0 && y < self.height as f32;
        if !near {
            return Four { places: [0; 4], weights: [0.0; 4] };
        }
        let (left, top) = (floor(x), floor(y));
        let (east, south) = (x - left as f32, y - top as f32);
        let (west, north) = (1.0 - east, 1.0 - south);
        let weights = [west * north, east * north, west * south, east * south];
        let (right, bottom) = (left + 1, top + 1);
        let (width, height) = (self.width as isize, self.height as isize);
        if left >= 0 && right < width && top >= 0 && bottom < height {
            let place = (top * width + left) as usize;
            return Four { places: [place, place + 1, place + self.width, place + self.width + 1], weights };
        }
        let corners = [(left, top), (right, top), (left, bottom), (right, bottom)];
        let mut four = Four { places: [0; 4], weights: [0.0; 4] };
        for (corner, (x, y)) in corners.into_iter().enumerate() {
            if (0..width).contains(&x) && (0..height).contains(&y) {
                four.places[corner] = (y * width + x) as usize;
                four.weights[corner] = weights[corner];
            }
        }
        four
    }
}

impl Four {
    /// The weighted sum of the pixels.
    #[inline]
    fn of<T: Pixel>(&self, source: &[T]) -> f32 {
        let [a, b, c, d] = self.places.map(|place| source[place].number());
        let [p, q, r, s] = self.weights;
        fma(d, s, fma(c, r, fma(b, q, a * p)))
    }

    /// The sum of the weights: how much of the place is inside.
    #[inline]
    fn share(&self) -> f32 {
        let [p, q, r, s] = self.weights;
        p + q + r + s
    }
}
