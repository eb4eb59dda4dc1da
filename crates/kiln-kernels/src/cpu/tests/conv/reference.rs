//! Convolutions as plain loops in f64, and shapes to try.

use crate::cpu::conv::tiles;
use crate::cpu::parallel::cut;
use crate::cpu::tests::{Random, affordable, at, close, garbage, norm};
use crate::cpu::{ConvShape, Order};

/// Largest error of the direct algorithm: of an element's own `Σ |products|`.
const DIRECT: f64 = 1e-6;
/// Largest error of Winograd's: of the largest `Σ |products|` in the tensor.
pub(super) const WINOGRAD: f64 = 2e-6;

/// A convolution that Winograd's algorithm may take.
pub(super) fn winograd_shape(random: &mut Random) -> ConvShape {
    affordable(random, |random| {
        let shape = draw_winograd(random);
        (shape, shape.flops())
    })
}

fn draw_winograd(random: &mut Random) -> ConvShape {
    // One side in three is long, so that there are wide layers but few products in all.
    let [c, k] = random.one_of(&[[16, 70], [16, 16], [35, 33], [19, 140], [17, 24], [48, 16]]);
    let least = cut(16, 3);
    let side = |random: &mut Random| random.size(3, 11);
    ConvShape {
        n: random.size(1, 3),
        c: random.size(least, c),
        h: side(random),
        w: side(random),
        k: random.size(least, k),
        r: 3,
        s: 3,
        stride: [1, 1],
        padding: [random.size(0, 3), random.size(0, 3)],
        dilation: [1, 1],
        groups: 1,
    }
}

/// A 3×3 kernel of stride 1 over one channel, mostly with whole vectors of output channels.
pub(super) fn grey_shape(random: &mut Random) -> ConvShape {
    ConvShape {
        n: random.size(1, 3),
        c: 1,
        h: random.size(3, 13),
        w: random.size(3, 13),
        k: random.one_of(&[8, 16, 24, 32, 48, 144]),
        r: 3,
        s: 3,
        stride: [1, 1],
        padding: [random.size(0, 3), random.size(0, 3)],
        dilation: [1, 1],
        groups: 1,
    }
}

/// Any convolution: odd sizes, single pixels and channels, groups, strides, gaps and borders.
pub(super) fn any_shape(random: &mut Random) -> ConvShape {
    affordable(random, |random| {
        let shape = draw(random);
        (shape, shape.flops())
    })
}

fn draw(random: &mut Random) -> ConvShape {
    let groups = random.one_of(&[1, 1, 1, 2, 3]);
    let per = |random: &mut Random| random.one_of(&[1, 1, 2, 3, 5, 8, 16, 17, 33]);
    let mut shape = ConvShape {
        n: random.size(1, 3),
        c: groups * per(random),
        h: random.size(1, 13),
        w: random.size(1, 13),
        k: groups * per(random),
        r: random.size(1, 4),
        s: random.size(1, 4),
        stride: [random.size(1, 3), random.size(1, 3)],
        padding: [random.size(0, 3), random.size(0, 3)],
        dilation: [random.size(1, 2), random.size(1, 2)],
        groups,
    };
    if random.size(0, 1) == 0 {
        shape.stride = [1, 1];
        shape.dilation = [1, 1];
    }
    if random.size(0, 9) == 0 {
        (shape.k, shape.groups, shape.c) = (random.size(60, 150), 1, random.size(1, 20));
    }
    shape.h = shape.h.max(((shape.r - 1) * shape.dilation[0] + 1).saturating_sub(2 * shape.padding[0]));
    shape.w = shape.w.max(((shape.s - 1) * shape.dilation[1] + 1).saturating_sub(2 * shape.padding[1]));
    shape
}

/// Calls `each` with the places in x, w and y of every product, in NCHW.
pub(super) fn products(shape: &ConvShape, mut each: impl FnMut(usize, usize, usize)) {
    let (ho, wo, cg, kg) = (shape.ho(), shape.wo(), shape.c / shape.groups, shape.k / shape.groups);
    for n in 0..shape.n {
        for k in 0..shape.k {
            for i in 0..ho {
                for j in 0..wo {
                    for c in 0..cg {
                        for r in 0..shape.r {
                            for s in 0..shape.s {
                                let y = (i * shape.stride[0] + r * shape.dilation[0])
                                    .wrapping_sub(shape.padding[0]);
                                let x = (j * shape.stride[1] + s * shape.dilation[1])
                                    .wrapping_sub(shape.padding[1]);
                                if y < shape.h && x < shape.w {
                                    each(
                                        ((n * shape.c + k / kg * cg + c) * shape.h + y) * shape.w + x,
                                        ((k * cg + c) * shape.r + r) * shape.s + s,
                                        ((n * shape.k + k) * ho + i) * wo + j,
                                    );
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A tensor in NCHW given in another order, and back.
pub(super) fn to(order: Order, n: usize, size: [usize; 3], x: &[f32]) -> Vec<f32> {
    let mut out = garbage(x.len());
    each_place(n, size, |place| out[at(order, size, place)] = x[at(Order::Nchw, size, place)]);
    out
}

pub(super) fn from(order: Order, n: usize, size: [usize; 3], x: &[f32]) -> Vec<f32> {
    let mut out = garbage(x.len());
    each_place(n, size, |place| out[at(Order::Nchw, size, place)] = x[at(order, size, place)]);
    out
}

pub(super) fn each_place(n: usize, [c, h, w]: [usize; 3], mut each: impl FnMut([usize; 4])) {
    for place in 0..n * c * h * w {
        each([place / (c * h * w), place / (h * w) % c, place / w % h, place % w]);
    }
}

pub(super) struct Case {
    pub(super) shape: ConvShape,
    pub(super) x: Vec<f32>,
    pub(super) w: Vec<f32>,
    pub(super) bias: Vec<f32>,
    /// Exact result before activation, and `Σ |products| + |bias|`.
    pub(super) y: Vec<f64>,
    pub(super) y_scale: Vec<f64>,
}

impl Case {
    pub(super) fn new(random: &mut Random, shape: ConvShape) -> Self {
        let (x, w) = (random.numbers(shape.x_len()), random.numbers(shape.weight_len()));
        let bias = random.numbers(shape.k);
        let pixels = shape.ho() * shape.wo();
        let mut y: Vec<f64> = (0..shape.y_len()).map(|i| f64::from(bias[i / pixels % shape.k])).collect();
        let mut y_scale: Vec<f64> = y.iter().map(|y| y.abs()).collect();
        products(&shape, |ix, iw, iy| {
            let product = f64::from(x[ix]) * f64::from(w[iw]);
            y[iy] += product;
            y_scale[iy] += product.abs();
        });
        Self { shape, x, w, bias, y, y_scale }
    }

    pub(super) fn close(&self, what: &str, a: &[f32], b: &[f64], scale: &[f64]) {
        let what = &format!("{what} of {:?}", self.shape);
        if tiles(&self.shape).contains(&2) || tiles(&self.shape).contains(&4) {
            close(what, a, b, &norm(scale), WINOGRAD)
        } else {
            close(what, a, b, scale, DIRECT)
        }
    }

    /// The exact gradients for x, w and bias of `g`, with their scales.
    pub(super) fn gradients(&self, g: &[f64]) -> [(Vec<f64>, Vec<f64>); 3] {
        let shape = &self.shape;
        let zeros = |len| (vec![0.0; len], vec![0.0; len]);
        let [mut dx, mut dw, mut db] = [zeros(self.x.len()), zeros(self.w.len()), zeros(shape.k)];
        products(shape, |ix, iw, iy| {
            let product = g[iy] * f64::from(self.w[iw]);
            dx.0[ix] += product;
            dx.1[ix] += product.abs();
            let product = g[iy] * f64::from(self.x[ix]);
            dw.0[iw] += product;
            dw.1[iw] += product.abs();
        });
        for (i, g) in g.iter().enumerate() {
            let k = i / (shape.ho() * shape.wo()) % shape.k;
            db.0[k] += g;
            db.1[k] += g.abs();
        }
        [dx, dw, db]
    }
}
