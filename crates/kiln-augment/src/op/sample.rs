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
    let mut row = Row::new(if interpolation == Interpolation::Bilinear { size[1] } else { 0 });
    image.rewrite(shape, |source, target| {
        let grid = Grid { height, width, plane: height * width };
        for y in 0..size[0] {
            locate(y, xs, ys);
            pixels(xs, width);
            pixels(ys, height);
            let planes = source.chunks_exact(grid.plane).zip(target.chunks_exact_mut(size[0] * size[1]));
            let planes = planes.map(|(source, target)| (source, &mut target[y * size[1]..][..size[1]]));
            match interpolation {
                Interpolation::Nearest => {
                    for (channel, (source, target)) in planes.enumerate() {
                        for (target, (x, y)) in target.iter_mut().zip(xs.iter().zip(&*ys)) {
                            *target = grid
                                .nearest(*x, *y)
                                .map_or_else(|| fill.pixel(channel), |place| source[place]);
                        }
                    }
                }
                Interpolation::Bilinear => {
                    row.look(xs, ys, &grid);
                    for (channel, (source, target)) in planes.enumerate() {
                        row.read(source, &grid);
                        row.write(target, fill.number::<T>(channel));
                    }
                }
            }
        }
    });
}

/// A row of the result on its way: what is the same for all pixels is done to all of them at once, so that the processor's vectors
/// can; only the reading goes pixel by pixel.
struct Row<T> {
    /// The upper left one of the four pixels that are read, or [`EDGE`].
    places: Vec<u32>,
    weights: [Vec<f32>; 4],
    /// The pixels where not all four lie inside, and which those are.
    edges: Vec<(usize, [usize; 4])>,
    read: [Vec<T>; 4],
}

/// Marks a pixel whose four neighbours do not all lie inside.
const EDGE: u32 = u32::MAX;

impl<T: Pixel> Row<T> {
    fn new(width: usize) -> Self {
        Self {
            places: vec![0; width],
            weights: std::array::from_fn(|_| vec![0.0; width]),
            edges: Vec::new(),
            read: std::array::from_fn(|_| vec![T::default(); width]),
        }
    }

    /// Finds places and weights.
    fn look(&mut self, xs: &[f32], ys: &[f32], grid: &Grid) {
        // A place is counted in f32 and taken from the last bits of a sum, which holds for images of up to 2²³ pixels.
        const ONES: f32 = 8_388_608.0;
        let (right, bottom) = if grid.plane < ONES as usize {
            ((grid.width - 1) as f32, (grid.height - 1) as f32)
        } else {
            (0.0, 0.0)
        };
        let stride = grid.width as f32;
        let [a, b, c, d] = &mut self.weights;
        let weights = a.iter_mut().zip(b).zip(c.iter_mut().zip(d));
        for ((place, ((a, b), (c, d))), (x, y)) in self.places.iter_mut().zip(weights).zip(xs.iter().zip(ys))
        {
            let (left, top) = (whole(*x), whole(*y));
            let (east, south) = (x - left, y - top);
            let (west, north) = (1.0 - east, 1.0 - south);
            (*a, *b, *c, *d) = (west * north, east * north, west * south, east * south);
            let inside = (left >= 0.0) & (left < right) & (top >= 0.0) & (top < bottom);
            let bits = (top * stride + left + ONES).to_bits() & 0x7f_ffff;
            *place = if inside { bits } else { EDGE };
        }
        self.edges.clear();
        for (index, _) in self.places.iter().enumerate().filter(|(_, place)| **place == EDGE) {
            let four = grid.bilinear(xs[index], ys[index]);
            for (weights, weight) in self.weights.iter_mut().zip(four.weights) {
                weights[index] = weight;
            }
            self.edges.push((index, four.places));
        }
    }

    /// Reads the four pixels of every place.
    fn read(&mut self, source: &[T], grid: &Grid) {
        let [a, b, c, d] = &mut self.read;
        let read = a.iter_mut().zip(b.iter_mut()).zip(c.iter_mut().zip(d.iter_mut()));
        for (place, ((a, b), (c, d))) in self.places.iter().zip(read) {
            if *place != EDGE {
                let place = *place as usize;
                let (upper, lower) = (&source[place..place + 2], &source[place + grid.width..][..2]);
                (*a, *b, *c, *d) = (upper[0], upper[1], lower[0], lower[1]);
            }
        }
        for (index, places) in &self.edges {
            (a[*index], b[*index]) = (source[places[0]], source[places[1]]);
            (c[*index], d[*index]) = (source[places[2]], source[places[3]]);
        }
    }

    /// Writes the weighted sums, mixed with the colour of the outside where there is one.
    #[allow(clippy::needless_range_loop, reason = "closures and iterators over nine slices would stay calls")]
    fn write(&self, target: &mut [T], fill: Option<f32>) {
        let len = target.len();
        let [a, b, c, d] = [&self.read[0], &self.read[1], &self.read[2], &self.read[3]];
        let (a, b, c, d) = (&a[..len], &b[..len], &c[..len], &d[..len]);
        let [p, q, r, s] = [&self.weights[0], &self.weights[1], &self.weights[2], &self.weights[3]];
        let (p, q, r, s) = (&p[..len], &q[..len], &r[..len], &s[..len]);
        match fill {
            None => {
                for i in 0..len {
                    let sum = fma(b[i].number(), q[i], a[i].number() * p[i]);
                    let sum = fma(d[i].number(), s[i], fma(c[i].number(), r[i], sum));
                    target[i] = T::rounded(sum);
                }
            }
            Some(fill) => {
                for i in 0..len {
                    let sum = fma(b[i].number(), q[i], a[i].number() * p[i]);
                    let sum = fma(d[i].number(), s[i], fma(c[i].number(), r[i], sum));
                    let share = p[i] + q[i] + r[i] + s[i];
                    target[i] = T::rounded((sum - fill) * share + fill);
                }
            }
        }
    }
}

/// The largest whole number that is not greater, for places in an image: adding and taking away 1.5 · 2²³ rounds.
#[inline]
fn whole(place: f32) -> f32 {
    let rounded = (place + SHIFT) - SHIFT;
    rounded - if rounded > place { 1.0 } else { 0.0 }
}

const SHIFT: f32 = 12_582_912.0;

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
        // Half to even; what is not a number fails the comparisons.
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
