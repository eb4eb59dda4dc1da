//! Convolutions.

mod layers;
#[cfg(not(miri))]
mod nan;
mod reference;

use super::{Random, close, garbage, norm, on_any_threads, on_every_arch, zeros};
use super::{at, wide};
use crate::cpu::conv::{tiles, winners};
use crate::cpu::{
    Act, ConvShape, Curve, Order, PackedConv, conv_transpose2d, conv2d, conv2d_input_grad, conv2d_relu_pool,
    conv2d_relu_pool_grad, conv2d_weight_grad,
};
use reference::{Case, WINOGRAD, any_shape, each_place, from, grey_shape, to, winograd_shape};

/// Forward pass and all gradients of one shape, in random orders of memory, with and without relu.
fn forward_and_gradients(random: &mut Random, shape: ConvShape) {
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

    // With a weight that was brought into order before: a single image may take another way.
    let packed = PackedConv::new(shape, x_order, case.w.clone(), case.bias.clone(), relu, false);
    let mut y = garbage(case.y.len());
    packed.apply(shape.n, &x, &mut y, &mut []);
    case.close("packed y", &from(Order::Nhwc, shape.n, y_size, &y), &exact, &case.y_scale);
    if !relu {
        packed.then(Curve::HardSwish).apply(shape.n, &x, &mut y, &mut []);
        let curved: Vec<f64> = exact.iter().map(|y| y * (y + 3.0).clamp(0.0, 6.0) / 6.0).collect();
        // Its slope is 1.5 at most.
        let scale: Vec<f64> = case.y_scale.iter().map(|scale| 1.5 * scale).collect();
        case.close("packed hard swish", &from(Order::Nhwc, shape.n, y_size, &y), &curved, &scale);
    }

    let g = random.numbers(case.y.len());
    let exact = case.gradients(&wide(&g));
    let g = to(g_order, shape.n, y_size, &g);
    let mut dx = garbage(case.x.len());
    conv2d_input_grad(shape, &g, g_order, &case.w, &mut dx, y_order);
    case.close("dx", &from(y_order, shape.n, x_size, &dx), &exact[0].0, &exact[0].1);

    // The same as a layer: with a bias, which may come with relu.
    let bias = random.numbers(shape.c);
    conv_transpose2d(shape, &g, g_order, &case.w, Some(&bias), act, &mut dx, y_order);
    let of_pixel = |i: usize| f64::from(bias[i / (shape.h * shape.w) % shape.c]);
    let sum = |i: usize| exact[0].0[i] + of_pixel(i);
    let layer: Vec<f64> = (0..dx.len()).map(|i| if relu { sum(i).max(0.0) } else { sum(i) }).collect();
    let scale: Vec<f64> = (0..dx.len()).map(|i| exact[0].1[i] + of_pixel(i).abs()).collect();
    case.close("transposed", &from(y_order, shape.n, x_size, &dx), &layer, &scale);

    let (mut dw, mut db) = (garbage(case.w.len()), garbage(shape.k));
    conv2d_weight_grad(shape, &x, x_order, &g, g_order, &mut dw, Some(&mut db));
    case.close("dw", &dw, &exact[1].0, &exact[1].1);
    case.close("db", &db, &exact[2].0, &exact[2].1);
}

#[test]
fn any_convolution() {
    on_every_arch(500, |random| {
        let shape = any_shape(random);
        forward_and_gradients(random, shape);
    });
}

/// Winograd's algorithm in all three passes, with each of the sizes of tiles.
#[test]
fn winograd() {
    let met = std::cell::RefCell::new([[0; 3]; 5]);
    on_every_arch(500, |random| {
        let shape = winograd_shape(random);
        for (pass, tile) in tiles(&shape).into_iter().enumerate() {
            met.borrow_mut()[tile][pass] += 1;
        }
        forward_and_gradients(random, shape);
    });
    let met = met.into_inner();
    // A few images are so small that tiles would hang over, and the direct algorithm takes them.
    assert!(cfg!(miri) || [2, 4].iter().all(|&tile| met[tile].iter().all(|&cases| cases >= 50)), "{met:?}");
}

#[test]
fn block_forward_and_gradients() {
    on_every_arch(500, |random| {
        let shape = match random.size(0, 4) {
            0 => winograd_shape(random),
            1 => grey_shape(random),
            _ => any_shape(random),
        };
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
        let (mut packed_y, mut any) = (garbage(len), vec![99; len]);
        let packed = PackedConv::new(shape, x_order, case.w.clone(), case.bias.clone(), true, true);
        packed.apply(n, &x, &mut packed_y, &mut any);
        let (y, won) = (from(y_order, n, pooled, &y), winners(shape, &index));
        let packed_y = from(Order::Nhwc, n, pooled, &packed_y);

        // The index leads to a value that is y and the maximum, both within rounding.
        let bound = 2.0 * WINOGRAD * case.y_scale.iter().fold(0.0, |a: f64, &b| a.max(b));
        let (g, mut spread) = (random.numbers(len), vec![0.0; case.y.len()]);
        each_place(n, pooled, |[n, k, i, j]| {
            let window = [0, 1, 2, 3].map(|t| at(Order::Nchw, y_size, [n, k, 2 * i + t % 2, 2 * j + t / 2]));
            let max = window.iter().fold(0.0, |max: f64, &i| max.max(case.y[i]));
            let place = at(Order::Nchw, pooled, [n, k, i, j]);
            assert!((f64::from(y[place]) - max).abs() <= bound, "y of {shape:?}");
            assert!((f64::from(packed_y[place]) - max).abs() <= bound, "packed y of {shape:?}");
            match won[at(Order::Nhwc, pooled, [n, k, i, j])] {
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
#[cfg_attr(miri, ignore = "too much work for Miri")]
fn winograd_is_accurate_with_many_channels() {
    let mut random = Random::new(1);
    let case = Case::new(&mut random, square(1, 256, 6, 64, 1));
    let mut y = garbage(case.y.len());
    conv2d(&case.shape, &case.x, Order::Nchw, &case.w, Some(&case.bias), Act::None, &mut y, Order::Nchw);
    close("y", &y, &case.y, &norm(&case.y_scale), WINOGRAD);
}

#[test]
#[cfg_attr(miri, ignore = "too much work for Miri")]
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
#[cfg_attr(miri, ignore = "too much work for Miri")]
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
            let (x, w, b, mut y) = (zeros(x), zeros(w), zeros(b), garbage(y));
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
            let (x, g, mut dw, mut db) = (zeros(x), zeros(g), garbage(dw), garbage(db));
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
