//! The convolutions that networks are made of beside 3×3: depthwise, 1×1, deep and large ones.

use super::*;

/// Every channel by itself, or groups of a few: odd numbers of channels, kernels as large as the image, strides, gaps and borders.
fn depthwise_shape(random: &mut Random) -> ConvShape {
    crate::cpu::tests::affordable(random, |random| {
        let group = random.one_of(&[1, 1, 2, 4, 8]);
        let groups = random.one_of(&[2, 3, 7, 8, 9, 16, 24, 40, 72, 100]).min(120 / group);
        let c = groups * group;
        let kernel = random.one_of(&[1, 2, 3, 3, 5, 7]);
        let mut shape = ConvShape {
            n: random.size(1, 3),
            c,
            h: random.size(1, 19),
            w: random.one_of(&[1, 2, 5, 7, 13, 14, 15, 28, 31]),
            k: c,
            r: kernel,
            s: random.one_of(&[kernel, kernel, 1, 4]),
            stride: random.one_of(&[[1, 1], [1, 1], [2, 2], [2, 1], [3, 2]]),
            padding: [random.size(0, 3), random.size(0, 3)],
            dilation: random.one_of(&[[1, 1], [1, 1], [2, 1]]),
            groups,
        };
        shape.h = shape.h.max(((shape.r - 1) * shape.dilation[0] + 1).saturating_sub(2 * shape.padding[0]));
        shape.w = shape.w.max(((shape.s - 1) * shape.dilation[1] + 1).saturating_sub(2 * shape.padding[1]));
        (shape, shape.flops())
    })
}

/// A product of matrices, whole or at every other pixel.
fn pointwise_shape(random: &mut Random) -> ConvShape {
    crate::cpu::tests::affordable(random, |random| {
        let shape = ConvShape {
            n: random.size(1, 3),
            c: random.one_of(&[4, 5, 8, 16, 33, 70, 140, 300]),
            h: random.size(1, 12),
            w: random.size(1, 12),
            k: random.one_of(&[4, 7, 16, 24, 65, 150, 512]),
            r: 1,
            s: 1,
            stride: random.one_of(&[[1, 1], [1, 1], [2, 2], [3, 1], [2, 5]]),
            padding: [0, 0],
            dilation: [1, 1],
            groups: 1,
        };
        (shape, shape.flops())
    })
}

#[test]
fn depthwise() {
    on_every_arch(300, |random| {
        let shape = depthwise_shape(random);
        forward_and_gradients(random, shape);
    });
}

#[test]
fn pointwise() {
    on_every_arch(200, |random| {
        let shape = pointwise_shape(random);
        forward_and_gradients(random, shape);
    });
}

/// Winograd's algorithm with more weights than pixels, in one group of images and in two.
#[test]
#[cfg_attr(miri, ignore = "too much work for Miri")]
fn many_channels_of_few_pixels() {
    let [one, two] = [square(2, 203, 7, 170, 1), ConvShape { w: 5, ..square(9, 129, 7, 258, 1) }];
    // Three draws of the orders in memory on each instruction set.
    for (shape, draws) in [(one, 3), (two, 1)] {
        on_every_arch(draws * crate::cpu::arch::forced::all().len() as u64, |random| {
            assert!(tiles(&shape).iter().all(|&tile| tile > 0));
            forward_and_gradients(random, shape);
        });
    }
    let mut random = Random::new(3);
    let (x, w, g) =
        (random.numbers(two.x_len()), random.numbers(two.weight_len()), random.numbers(two.y_len()));
    on_any_threads(|| {
        let (mut y, mut dx, mut dw) = (garbage(g.len()), garbage(x.len()), garbage(w.len()));
        conv2d(&two, &x, Order::Nhwc, &w, None, Act::Relu, &mut y, Order::Nhwc);
        conv2d_input_grad(&two, &g, Order::Nhwc, &w, &mut dx, Order::Nhwc);
        conv2d_weight_grad(&two, &x, Order::Nhwc, &g, Order::Nhwc, &mut dw, None);
        vec![y, dx, dw]
    });
}

/// Many channels on small images, with strides, gaps and borders.
#[test]
#[cfg_attr(miri, ignore = "too much work for Miri")]
fn gathered() {
    on_every_arch(36, |random| {
        let shape = ConvShape {
            n: random.size(1, 3),
            c: random.one_of(&[64, 70]),
            h: random.size(3, 10),
            w: random.size(3, 10),
            k: random.one_of(&[64, 75]),
            r: random.size(1, 3),
            s: random.size(1, 3),
            stride: random.one_of(&[[2, 2], [2, 2], [1, 2], [3, 3], [1, 1]]),
            padding: [random.size(0, 2), random.size(0, 2)],
            dilation: random.one_of(&[[1, 1], [1, 1], [2, 1]]),
            groups: 1,
        };
        let fits = (shape.r - 1) * shape.dilation[0] < shape.h + 2 * shape.padding[0];
        if fits {
            forward_and_gradients(random, shape);
        }
    });
}

/// The same through relu and pooling, where gradients come from squares.
#[test]
fn pooled() {
    on_every_arch(60, |random| {
        let shape = if random.size(0, 1) == 0 { depthwise_shape(random) } else { pointwise_shape(random) };
        let pooled = shape.n * shape.k * (shape.ho() / 2) * (shape.wo() / 2);
        let case = Case::new(random, shape);
        let (mut y, mut index) = (garbage(pooled), vec![0; pooled]);
        conv2d_relu_pool(&shape, &case.x, Order::Nchw, &case.w, &case.bias, &mut y, Order::Nhwc, &mut index);
        let (g, numbers) = (random.numbers(pooled), winners(&shape, &index));
        let mut spread = vec![0.0; case.y.len()];
        let (size, whole) = ([shape.k, shape.ho() / 2, shape.wo() / 2], [shape.k, shape.ho(), shape.wo()]);
        each_place(shape.n, size, |[n, k, i, j]| {
            let place = at(Order::Nhwc, size, [n, k, i, j]);
            let won = usize::from(numbers[place]);
            if won < 4 {
                let to = at(Order::Nchw, whole, [n, k, 2 * i + won % 2, 2 * j + won / 2]);
                spread[to] = f64::from(g[place]);
            }
        });
        let exact = case.gradients(&spread);
        let (mut dx, mut dw, mut db) = (garbage(case.x.len()), garbage(case.w.len()), garbage(shape.k));
        let into = Some((&mut dx[..], Order::Nchw));
        let (x, w, last) = (&case.x, &case.w, Order::Nhwc);
        conv2d_relu_pool_grad(&shape, x, Order::Nchw, w, &g, last, &index, into, &mut dw, Some(&mut db));
        case.close("dx", &dx, &exact[0].0, &exact[0].1);
        case.close("dw", &dw, &exact[1].0, &exact[1].1);
        case.close("db", &db, &exact[2].0, &exact[2].1);
    });
}

/// More than stays in a cache at once: several strips of lines, sums in several pieces, several chunks.
fn large_shapes() -> [ConvShape; 9] {
    let base = square(2, 40, 34, 12, 1);
    [
        ConvShape { stride: [2, 2], ..base },
        ConvShape { r: 4, s: 2, padding: [2, 0], dilation: [1, 3], ..base },
        ConvShape { c: 150, h: 9, w: 7, k: 20, stride: [2, 2], ..base },
        ConvShape { c: 66, h: 12, w: 11, k: 70, stride: [2, 2], ..base },
        // As many pixels as results, but others.
        ConvShape { c: 66, h: 9, w: 9, k: 70, stride: [3, 3], padding: [0, 0], ..base },
        ConvShape { c: 66, h: 3, w: 3, k: 70, r: 1, s: 1, stride: [2, 2], ..base },
        ConvShape { c: 64, k: 64, groups: 64, ..base },
        ConvShape { c: 64, k: 64, groups: 64, stride: [2, 2], r: 5, s: 5, padding: [2, 2], ..base },
        ConvShape { c: 270, k: 36, r: 1, s: 1, padding: [0, 0], stride: [2, 2], h: 29, w: 30, ..base },
    ]
}

#[test]
#[cfg_attr(miri, ignore = "too much work for Miri")]
fn larger_than_a_cache() {
    for shape in large_shapes() {
        on_every_arch(crate::cpu::arch::forced::all().len() as u64, |random| {
            forward_and_gradients(random, shape);
        });
    }
}

#[test]
#[cfg_attr(miri, ignore = "too much work for Miri")]
fn equal_bits_of_layers_on_any_threads() {
    for shape in large_shapes() {
        let shape = ConvShape { n: 5, ..shape };
        let mut random = Random::new(11);
        let (x, w, bias) =
            (random.numbers(shape.x_len()), random.numbers(shape.weight_len()), random.numbers(shape.k));
        let g = random.numbers(shape.y_len());
        on_any_threads(|| {
            let (mut y, mut dx) = (garbage(g.len()), garbage(x.len()));
            let (mut dw, mut db) = (garbage(w.len()), garbage(shape.k));
            conv2d(&shape, &x, Order::Nhwc, &w, Some(&bias), Act::Relu, &mut y, Order::Nhwc);
            conv2d_input_grad(&shape, &g, Order::Nhwc, &w, &mut dx, Order::Nhwc);
            conv2d_weight_grad(&shape, &x, Order::Nhwc, &g, Order::Nhwc, &mut dw, Some(&mut db));
            vec![y, dx, dw, db]
        });
    }
}
