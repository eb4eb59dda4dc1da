//! Convolutions.

use super::{Random, at, close, garbage, norm, on_any_threads, on_every_arch};
use crate::cpu::{
    Act, ConvShape, Order, conv2d, conv2d_input_grad, conv2d_relu_pool, conv2d_relu_pool_grad,
    conv2d_weight_grad,
};

/// Of `Σ |products|`.
const DIRECT: f64 = 1e-6;
/// Of the largest `Σ |products|`.
const WINOGRAD: f64 = 2e-6;

fn shape(random: &mut Random) -> ConvShape {
    let winograd = random.size(0, 3) == 0;
    if winograd {
        let side = |random: &mut Random| random.size(3, 11);
        return ConvShape {
            n: random.size(1, 4),
            c: random.size(16, 70),
            h: side(random),
            w: side(random),
            k: random.size(16, 140),
            r: 3,
            s: 3,
            stride: [1, 1],
            padding: [random.size(0, 3), random.size(0, 3)],
            dilation: [1, 1],
            groups: 1,
        };
    }
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
fn products(shape: &ConvShape, mut each: impl FnMut(usize, usize, usize)) {
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
fn to(order: Order, n: usize, size: [usize; 3], x: &[f32]) -> Vec<f32> {
    let mut out = garbage(x.len());
    each_place(n, size, |place| out[at(order, size, place)] = x[at(Order::Nchw, size, place)]);
    out
}

fn from(order: Order, n: usize, size: [usize; 3], x: &[f32]) -> Vec<f32> {
    let mut out = garbage(x.len());
    each_place(n, size, |place| out[at(Order::Nchw, size, place)] = x[at(order, size, place)]);
    out
}

fn each_place(n: usize, [c, h, w]: [usize; 3], mut each: impl FnMut([usize; 4])) {
    for place in 0..n * c * h * w {
        each([place / (c * h * w), place / (h * w) % c, place / w % h, place % w]);
    }
}

struct Case {
    shape: ConvShape,
    x: Vec<f32>,
    w: Vec<f32>,
    bias: Vec<f32>,
    /// Exact result before activation, and `Σ |products| + |bias|`.
    y: Vec<f64>,
    y_scale: Vec<f64>,
}

impl Case {
    fn new(random: &mut Random, shape: ConvShape) -> Self {
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

    fn winograd(&self) -> bool {
        let shape = &self.shape;
        (shape.r, shape.s, shape.stride, shape.dilation, shape.groups) == (3, 3, [1, 1], [1, 1], 1)
            && shape.c.min(shape.k) >= 16
    }

    fn close(&self, what: &str, a: &[f32], b: &[f64], scale: &[f64]) {
        let what = &format!("{what} of {:?}", self.shape);
        if self.winograd() {
            close(what, a, b, &norm(scale), WINOGRAD)
        } else {
            close(what, a, b, scale, DIRECT)
        }
    }

    /// The exact gradients for x, w and bias of `g`, with their scales.
    fn gradients(&self, g: &[f64]) -> [(Vec<f64>, Vec<f64>); 3] {
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

#[test]
fn forward_and_gradients() {
    on_every_arch(240, |random| {
        let shape = shape(random);
        let case = Case::new(random, shape);
        let shape = &case.shape;
        let (x_size, y_size) = ([shape.c, shape.h, shape.w], [shape.k, shape.ho(), shape.wo()]);
        let [x_order, y_order, g_order] = [random.order(), random.order(), random.order()];
        let x = to(x_order, shape.n, x_size, &case.x);

        let relu = random.size(0, 1) == 1;
        let act = if relu { Act::Relu } else { Act::None };
        let mut y = garbage(case.y.len());
        conv2d(shape, &x, x_order, &case.w, Some(&case.bias), act, &mut y, y_order);
        let exact: Vec<f64> = case.y.iter().map(|&y| if relu { y.max(0.0) } else { y }).collect();
        case.close("y", &from(y_order, shape.n, y_size, &y), &exact, &case.y_scale);

        let g = random.numbers(case.y.len());
        let exact = case.gradients(&g.iter().map(|&g| f64::from(g)).collect::<Vec<_>>());
        let g = to(g_order, shape.n, y_size, &g);
        let mut dx = garbage(case.x.len());
        conv2d_input_grad(shape, &g, g_order, &case.w, &mut dx, y_order);
        case.close("dx", &from(y_order, shape.n, x_size, &dx), &exact[0].0, &exact[0].1);

        let (mut dw, mut db) = (garbage(case.w.len()), garbage(shape.k));
        conv2d_weight_grad(shape, &x, x_order, &g, g_order, &mut dw, Some(&mut db));
        case.close("dw", &dw, &exact[1].0, &exact[1].1);
        case.close("db", &db, &exact[2].0, &exact[2].1);
    });
}

#[test]
fn block_forward_and_gradients() {
    on_every_arch(160, |random| {
        let shape = shape(random);
        let case = Case::new(random, shape);
        let shape = &case.shape;
        let (n, k, h2, w2) = (shape.n, shape.k, shape.ho() / 2, shape.wo() / 2);
        let (x_size, y_size, pooled) =
            ([shape.c, shape.h, shape.w], [k, shape.ho(), shape.wo()], [k, h2, w2]);
        let [x_order, y_order, g_order, dx_order] =
            [random.order(), random.order(), random.order(), random.order()];
        let x = to(x_order, n, x_size, &case.x);
        let len = n * k * h2 * w2;
        let (mut y, mut index) = (garbage(len), vec![99; len]);
        conv2d_relu_pool(shape, &x, x_order, &case.w, &case.bias, &mut y, y_order, &mut index);
        let y = from(y_order, n, pooled, &y);

        // The index leads to a value that is y and the maximum, both within rounding.
        let bound = 2.0 * WINOGRAD * case.y_scale.iter().fold(0.0, |a: f64, &b| a.max(b));
        let (g, mut spread) = (random.numbers(len), vec![0.0; case.y.len()]);
        each_place(n, pooled, |[n, k, i, j]| {
            let window = [0, 1, 2, 3].map(|t| at(Order::Nchw, y_size, [n, k, 2 * i + t / 2, 2 * j + t % 2]));
            let max = window.iter().fold(0.0, |max: f64, &i| max.max(case.y[i]));
            let place = at(Order::Nchw, pooled, [n, k, i, j]);
            assert!((f64::from(y[place]) - max).abs() <= bound, "y of {shape:?}");
            match index[at(Order::Nhwc, pooled, [n, k, i, j])] {
                4 => assert!(y[place] == 0.0),
                won => {
                    assert!(won < 4 && y[place] > 0.0);
                    assert!((case.y[window[usize::from(won)]] - max).abs() <= bound, "index of {shape:?}");
                    spread[window[usize::from(won)]] = f64::from(g[place]);
                }
            }
        });

        let exact = case.gradients(&spread);
        let g = to(g_order, n, pooled, &g);
        let (mut dx, mut dw, mut db) = (garbage(x.len()), garbage(case.w.len()), garbage(k));
        let into = Some((&mut dx[..], dx_order));
        conv2d_relu_pool_grad(shape, &x, x_order, &case.w, &g, g_order, &index, into, &mut dw, Some(&mut db));
        case.close("dx", &from(dx_order, n, x_size, &dx), &exact[0].0, &exact[0].1);
        case.close("dw", &dw, &exact[1].0, &exact[1].1);
        case.close("db", &db, &exact[2].0, &exact[2].1);
    });
}

fn square(n: usize, c: usize, side: usize, k: usize, groups: usize) -> ConvShape {
    ConvShape {
        n,
        c,
        h: side,
        w: side,
        k,
        r: 3,
        s: 3,
        stride: [1, 1],
        padding: [1, 1],
        dilation: [1, 1],
        groups,
    }
}

#[test]
fn winograd_is_accurate_with_many_channels() {
    let mut random = Random::new(1);
    let case = Case::new(&mut random, square(1, 256, 6, 64, 1));
    let mut y = garbage(case.y.len());
    conv2d(&case.shape, &case.x, Order::Nchw, &case.w, Some(&case.bias), Act::None, &mut y, Order::Nchw);
    close("y", &y, &case.y, &norm(&case.y_scale), WINOGRAD);
}

#[test]
fn equal_bits_on_any_threads() {
    let strided = ConvShape { stride: [2, 2], ..square(9, 24, 17, 40, 1) };
    for shape in [
        square(37, 1, 28, 32, 1),
        square(21, 32, 14, 64, 1),
        square(20, 20, 12, 150, 1),
        square(18, 24, 15, 36, 2),
        strided,
    ] {
        let mut random = Random::new(7);
        let (x, w, bias) =
            (random.numbers(shape.x_len()), random.numbers(shape.weight_len()), random.numbers(shape.k));
        let g = random.numbers(shape.y_len());
        let pooled = shape.n * shape.k * (shape.ho() / 2) * (shape.wo() / 2);
        on_any_threads(|| {
            let (mut y, mut dx) = (garbage(g.len()), garbage(x.len()));
            let (mut dw, mut db) = (garbage(w.len()), garbage(shape.k));
            conv2d(&shape, &x, Order::Nhwc, &w, Some(&bias), Act::Relu, &mut y, Order::Nhwc);
            conv2d_input_grad(&shape, &g, Order::Nhwc, &w, &mut dx, Order::Nhwc);
            conv2d_weight_grad(&shape, &x, Order::Nhwc, &g, Order::Nhwc, &mut dw, Some(&mut db));
            let (mut p, mut index) = (garbage(pooled), vec![0; pooled]);
            conv2d_relu_pool(&shape, &x, Order::Nhwc, &w, &bias, &mut p, Order::Nhwc, &mut index);
            let (mut dx2, mut dw2, mut db2) = (dx.clone(), dw.clone(), db.clone());
            let into = Some((&mut dx2[..], Order::Nhwc));
            conv2d_relu_pool_grad(
                &shape,
                &x,
                Order::Nhwc,
                &w,
                &p,
                Order::Nhwc,
                &index,
                into,
                &mut dw2,
                Some(&mut db2),
            );
            let index = index.iter().map(|&i| f32::from(i)).collect();
            vec![y, dx, dw, db, p, index, dx2, dw2, db2]
        });
    }
}

#[test]
fn nan_and_infinity_pass() {
    for c in [2, 16] {
        let shape = square(1, c, 6, 16, 1);
        let mut random = Random::new(3);
        let mut x = random.numbers(shape.x_len());
        x[0] = f32::NAN;
        x[35] = f32::INFINITY;
        let w = vec![1.0; shape.weight_len()];
        let bias = vec![0.0; 16];
        let mut y = garbage(shape.y_len());
        conv2d(&shape, &x, Order::Nchw, &w, Some(&bias), Act::Relu, &mut y, Order::Nchw);
        for k in 0..16 {
            assert!(y[36 * k].is_nan() && y[36 * k + 7].is_nan(), "NaN with {c} channels");
            assert!(!y[36 * k + 35].is_finite(), "infinity with {c} channels");
            assert!(y[36 * k + 15].is_finite(), "a finite place with {c} channels");
        }
        let (mut p, mut index) = (garbage(16 * 9), vec![0; 16 * 9]);
        conv2d_relu_pool(&shape, &x, Order::Nchw, &w, &bias, &mut p, Order::Nchw, &mut index);
        assert!(p[0].is_nan() && index[0] == 0);
        let (mut dx, mut dw) = (garbage(x.len()), garbage(w.len()));
        let into = Some((&mut dx[..], Order::Nchw));
        conv2d_relu_pool_grad(&shape, &x, Order::Nchw, &w, &p, Order::Nchw, &index, into, &mut dw, None);
        assert!(dx[0].is_nan() && dw[4].is_nan());
    }
}

#[test]
fn wrong_lengths_panic() {
    let shape = square(2, 3, 5, 4, 1);
    let (x, w, y) = (shape.x_len(), shape.weight_len(), shape.y_len());
    let forward = |shape: ConvShape, x: usize, w: usize, b: usize, y: usize| {
        std::panic::catch_unwind(|| {
            let (x, w, b, mut y) = (garbage(x), garbage(w), garbage(b), garbage(y));
            conv2d(&shape, &x, Order::Nchw, &w, Some(&b), Act::None, &mut y, Order::Nchw);
        })
        .is_err()
    };
    assert!(!forward(shape, x, w, 4, y));
    assert!(forward(shape, x - 1, w, 4, y));
    assert!(forward(shape, x, w + 1, 4, y));
    assert!(forward(shape, x, w, 3, y));
    assert!(forward(shape, x, w, 4, y + 1));
    assert!(forward(ConvShape { groups: 2, ..shape }, x, w, 4, y));
    assert!(forward(ConvShape { h: 0, padding: [0, 0], ..shape }, 0, w, 4, y));
    let backward = |x: usize, g: usize, dw: usize, db: usize| {
        std::panic::catch_unwind(|| {
            let (x, g, mut dw, mut db) = (garbage(x), garbage(g), garbage(dw), garbage(db));
            conv2d_weight_grad(&shape, &x, Order::Nchw, &g, Order::Nchw, &mut dw, Some(&mut db));
            let mut dx = garbage(x.len());
            conv2d_input_grad(&shape, &g, Order::Nchw, &dw, &mut dx, Order::Nchw);
        })
        .is_err()
    };
    assert!(!backward(x, y, w, 4));
    assert!(backward(x + 1, y, w, 4));
    assert!(backward(x, y - 1, w, 4));
    assert!(backward(x, y, w - 1, 4));
    assert!(backward(x, y, w, 5));
}
