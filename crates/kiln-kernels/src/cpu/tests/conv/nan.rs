//! NaN and infinity in a convolution come out where plain arithmetic has them.

use super::super::{arrived, special};
use super::reference::{any_shape, grey_shape, products, winograd_shape};
use super::*;

/// `x ∗ w + bias` with the border's zeros multiplied like any other number: `0 · NaN` is NaN.
fn with_border(shape: &ConvShape, x: &[f32], w: &[f32], bias: &[f32]) -> Vec<f64> {
    let (cg, kg) = (shape.c / shape.groups, shape.k / shape.groups);
    let mut y = Vec::new();
    for place in 0..shape.y_len() {
        let (wo, ho) = (shape.wo(), shape.ho());
        let [n, k, i, j] =
            [place / (shape.k * ho * wo), place / (ho * wo) % shape.k, place / wo % ho, place % wo];
        let mut sum = f64::from(bias[k]);
        for c in 0..cg {
            for r in 0..shape.r {
                for s in 0..shape.s {
                    let row = (i * shape.stride[0] + r * shape.dilation[0]).wrapping_sub(shape.padding[0]);
                    let col = (j * shape.stride[1] + s * shape.dilation[1]).wrapping_sub(shape.padding[1]);
                    let channel = n * shape.c + k / kg * cg + c;
                    let inside = row < shape.h && col < shape.w;
                    let x = if inside { x[(channel * shape.h + row) * shape.w + col] } else { 0.0 };
                    sum += f64::from(x) * f64::from(w[((k * cg + c) * shape.r + r) * shape.s + s]);
                }
            }
        }
        y.push(sum);
    }
    y
}

fn finite(x: &[f32]) -> bool {
    x.iter().all(|x| x.is_finite())
}

#[test]
fn nan_and_infinity_arrive() {
    on_every_arch(300, |random| {
        let fast = random.size(0, 4) == 0;
        let shape = if fast { winograd_shape(random) } else { any_shape(random) };
        let (mut x, mut w) = (random.numbers(shape.x_len()), random.numbers(shape.weight_len()));
        let (mut bias, mut g) = (random.numbers(shape.k), random.numbers(shape.y_len()));
        let into = random.size(0, 3);
        special(random, [&mut x, &mut w, &mut bias, &mut g][into]);
        let [of_y, of_dx, of_dw] = tiles(&shape).map(|tile| tile > 0);
        let (pixels, cg) = (shape.ho() * shape.wo(), shape.c / shape.groups);
        let what = |result| format!("{result} of {shape:?}");
        // Winograd's algorithm spreads what is not finite to neighbours: never to another image or channel.
        let image_of =
            |i: usize, len: usize| !finite(&x[i / len * (x.len() / shape.n)..][..x.len() / shape.n]);
        let filter = |k: usize| !finite(&w[k * cg * shape.r * shape.s..][..cg * shape.r * shape.s]);

        let mut y = garbage(shape.y_len());
        for act in [Act::None, Act::Relu] {
            conv2d(&shape, &x, Order::Nchw, &w, Some(&bias), act, &mut y, Order::Nchw);
            let mut exact = with_border(&shape, &x, &w, &bias);
            if act == Act::Relu {
                exact.iter_mut().for_each(|y| *y = if *y < 0.0 { 0.0 } else { *y });
            }
            let may = |i: usize| of_y && (image_of(i, shape.k * pixels) || filter(i / pixels % shape.k));
            arrived(&what("y"), &y, &exact, may);
        }

        let (mut dx, mut dw, mut db) = (vec![0.0; x.len()], vec![0.0; w.len()], vec![0.0; shape.k]);
        products(&shape, |ix, iw, iy| dx[ix] += f64::from(g[iy]) * f64::from(w[iw]));
        products(&shape, |ix, iw, iy| dw[iw] += f64::from(g[iy]) * f64::from(x[ix]));
        g.iter().enumerate().for_each(|(i, &g)| db[i / pixels % shape.k] += f64::from(g));
        let mut found = garbage(x.len());
        conv2d_input_grad(&shape, &g, Order::Nchw, &w, &mut found, Order::Nchw);
        let image =
            |i: usize| !finite(&g[i / shape.c / shape.h / shape.w * shape.k * pixels..][..shape.k * pixels]);
        // The border of g is multiplied by the weight, too.
        arrived(&what("dx"), &found, &dx, |i| into == 1 || of_dx && image(i));
        let (mut found, mut found_db) = (garbage(w.len()), garbage(shape.k));
        conv2d_weight_grad(&shape, &x, Order::Nchw, &g, Order::Nchw, &mut found, Some(&mut found_db));
        let one = |i: usize| {
            let (k, c) = (i / shape.r / shape.s / cg, i / shape.r / shape.s % cg);
            let of_g = (0..shape.n).any(|n| !finite(&g[(n * shape.k + k) * pixels..][..pixels]));
            let size = shape.h * shape.w;
            of_g || of_dw && (0..shape.n).any(|n| !finite(&x[(n * shape.c + c) * size..][..size]))
        };
        arrived(&what("dw"), &found, &dw, one);
        arrived(&what("db"), &found_db, &db, |_| false);
    });
}

#[test]
fn nan_wins_the_pool_and_its_gradient_comes_back() {
    on_every_arch(200, |random| {
        let shape = match random.size(0, 4) {
            0 => winograd_shape(random),
            1 => grey_shape(random),
            _ => any_shape(random),
        };
        let (h2, w2) = (shape.ho() / 2, shape.wo() / 2);
        let len = shape.n * shape.k * h2 * w2;
        if len == 0 {
            return;
        }
        let (mut x, w, bias) =
            (random.numbers(shape.x_len()), random.numbers(shape.weight_len()), random.numbers(shape.k));
        let place = random.size(0, x.len() - 1);
        x[place] = f32::NAN;
        let (mut y, mut index) = (garbage(len), vec![9; len]);
        let order = random.order();
        conv2d_relu_pool(&shape, &x, Order::Nchw, &w, &bias, &mut y, order, &mut index);
        let exact = with_border(&shape, &x, &w, &bias);
        let (size, numbers) = ([shape.k, h2, w2], winners(&shape, &index));
        each_place(shape.n, size, |[n, k, i, j]| {
            let window = [0, 1, 2, 3].map(|t| {
                exact
                    [at(Order::Nchw, [shape.k, shape.ho(), shape.wo()], [n, k, 2 * i + t % 2, 2 * j + t / 2])]
            });
            if window.iter().any(|y| y.is_nan()) {
                assert!(y[at(order, size, [n, k, i, j])].is_nan(), "NaN lost: {shape:?}");
                let won = numbers[at(Order::Nhwc, size, [n, k, i, j])];
                assert!(won < 4 && (tiles(&shape)[0] > 0 || window[usize::from(won)].is_nan()));
            }
        });
        // A gradient of NaN comes to the bias of its channel alone, unless relu stops it.
        let x = random.numbers(x.len());
        conv2d_relu_pool(&shape, &x, Order::Nchw, &w, &bias, &mut y, Order::Nhwc, &mut index);
        let mut g = random.numbers(len);
        let place = random.size(0, len - 1);
        g[place] = f32::NAN;
        let (mut dw, mut db) = (garbage(w.len()), garbage(shape.k));
        let mut dx = garbage(x.len());
        let into = Some((&mut dx[..], Order::Nchw));
        conv2d_relu_pool_grad(
            &shape,
            &x,
            Order::Nchw,
            &w,
            &g,
            Order::Nhwc,
            &index,
            into,
            &mut dw,
            Some(&mut db),
        );
        for (k, db) in db.iter().enumerate() {
            assert_eq!(
                db.is_nan(),
                winners(&shape, &index)[place] < 4 && k == place % shape.k,
                "db of {shape:?}"
            );
        }
    });
}
