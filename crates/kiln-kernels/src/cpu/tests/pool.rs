//! Pooling and reordering.

use super::{
    Random, affordable, arrived, at, close, garbage, on_any_threads, on_every_arch, special, wide, zeros,
};
use crate::cpu::*;

fn shape(random: &mut Random) -> PoolShape {
    affordable(random, |random| {
        let shape = draw(random);
        (shape, 4 * shape.y_len() * shape.kernel[0] * shape.kernel[1] + shape.x_len())
    })
}

fn draw(random: &mut Random) -> PoolShape {
    let kernel = [random.size(1, 4), random.size(1, 4)];
    // One in three has windows that lie apart, mostly with pixels behind the last one.
    let apart = random.size(0, 2) == 0;
    let padding = if apart { [0, 0] } else { kernel.map(|kernel| random.size(0, kernel / 2)) };
    PoolShape {
        n: random.size(1, 3),
        c: random.one_of(&[1, 2, 5, 16, 19]),
        h: random.size((kernel[0] - 2 * padding[0]).max(1), 11),
        w: random.size((kernel[1] - 2 * padding[1]).max(1), 11),
        kernel,
        stride: if apart { kernel } else { [random.size(1, 3), random.size(1, 3)] },
        padding,
    }
}

/// Calls `each` with an output's place and the places of its window's elements, and their pixels.
fn windows(shape: &PoolShape, order: Order, mut each: impl FnMut(usize, &[(usize, u32)])) {
    let (x_size, y_size) = ([shape.c, shape.h, shape.w], [shape.c, shape.ho(), shape.wo()]);
    for n in 0..shape.n {
        for c in 0..shape.c {
            for i in 0..shape.ho() {
                for j in 0..shape.wo() {
                    let mut window = Vec::new();
                    for r in 0..shape.kernel[0] {
                        for s in 0..shape.kernel[1] {
                            let y = (i * shape.stride[0] + r).wrapping_sub(shape.padding[0]);
                            let x = (j * shape.stride[1] + s).wrapping_sub(shape.padding[1]);
                            if y < shape.h && x < shape.w {
                                window.push((at(order, x_size, [n, c, y, x]), (y * shape.w + x) as u32));
                            }
                        }
                    }
                    each(at(order, y_size, [n, c, i, j]), &window);
                }
            }
        }
    }
}

#[test]
fn maximum_and_mean() {
    on_every_arch(500, |random| {
        let (shape, order) = (shape(random), random.order());
        let mut x = random.numbers(shape.x_len());
        // Equal maxima.
        x.iter_mut().for_each(|x| *x = (*x * 4.0).round());
        let g = random.numbers(shape.y_len());
        let (mut y, mut index) = (garbage(g.len()), vec![u32::MAX; g.len()]);
        max_pool2d(&shape, &x, order, &mut y, &mut index);
        let mut dx = garbage(x.len());
        max_pool2d_grad(&shape, &g, &index, order, &mut dx);
        let (mut exact, mut scale) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        windows(&shape, order, |place, window| {
            let max = window.iter().map(|&(i, _)| x[i]).fold(f32::NEG_INFINITY, f32::max);
            let &(first, pixel) = window.iter().find(|&&(i, _)| x[i] == max).unwrap();
            assert_eq!((y[place], index[place]), (max, pixel), "{shape:?}");
            exact[first] += f64::from(g[place]);
            scale[first] += f64::from(g[place]).abs();
        });
        close("dx of max", &dx, &exact, &scale, 1e-6);

        let count_padding = random.size(0, 1) == 1;
        avg_pool2d(&shape, &x, order, count_padding, &mut y);
        avg_pool2d_grad(&shape, &g, order, count_padding, &mut dx);
        let (mut mean, mut size) = (vec![0.0; y.len()], vec![0.0; y.len()]);
        (exact, scale) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        windows(&shape, order, |place, window| {
            let len = if count_padding { shape.kernel[0] * shape.kernel[1] } else { window.len() } as f64;
            for &(i, _) in window {
                mean[place] += f64::from(x[i]) / len;
                size[place] += f64::from(x[i]).abs() / len;
                exact[i] += f64::from(g[place]) / len;
                scale[i] += f64::from(g[place]).abs() / len;
            }
        });
        close("mean", &y, &mean, &size, 1e-6);
        close("dx of mean", &dx, &exact, &scale, 1e-6);
    });
}

#[test]
fn nan_and_infinity_arrive() {
    on_every_arch(300, |random| {
        let (shape, order) = (shape(random), random.order());
        let [mut x, mut g] = [shape.x_len(), shape.y_len()].map(|len| random.numbers(len));
        special(random, &mut x);
        special(random, &mut x);
        special(random, &mut g);
        let (mut y, mut index) = (garbage(g.len()), vec![u32::MAX; g.len()]);
        let [mut mean, mut dx, mut dx_mean] = [g.len(), x.len(), x.len()].map(garbage);
        max_pool2d(&shape, &x, order, &mut y, &mut index);
        max_pool2d_grad(&shape, &g, &index, order, &mut dx);
        avg_pool2d(&shape, &x, order, true, &mut mean);
        avg_pool2d_grad(&shape, &g, order, true, &mut dx_mean);
        let mut exact = [g.len(), x.len(), x.len()].map(|len| vec![0.0; len]);
        windows(&shape, order, |place, window| {
            // The first NaN, else the first of the largest.
            let max = window.iter().map(|&(i, _)| x[i]).fold(f32::NEG_INFINITY, f32::max);
            let nan = window.iter().find(|&&(i, _)| x[i].is_nan());
            let &(first, pixel) = nan.or_else(|| window.iter().find(|&&(i, _)| x[i] == max)).unwrap();
            assert_eq!((y[place].to_bits(), index[place]), (x[first].to_bits(), pixel), "{shape:?}");
            exact[1][first] += f64::from(g[place]);
            for &(i, _) in window {
                exact[0][place] += f64::from(x[i]);
                exact[2][i] += f64::from(g[place]);
            }
        });
        for (found, exact) in [&mean, &dx, &dx_mean].into_iter().zip(&exact) {
            arrived("pool", found, exact, |_| false);
        }
    });
}

#[test]
fn whole_images() {
    on_every_arch(500, |random| {
        let size = affordable(random, |random| {
            let size = [random.size(1, 4), random.one_of(&[1, 3, 16, 40]), random.size(1, 70)];
            (size, 10 * size.iter().product::<usize>())
        });
        let [n, c, pixels] = size;
        let order = random.order();
        let place = |image: usize, channel: usize, pixel: usize| {
            at(order, [c, pixels, 1], [image, channel, pixel, 0])
        };
        let (x, g) = (random.numbers(n * c * pixels), random.numbers(n * c));
        let (mut y, mut mean, mut index) = (garbage(n * c), garbage(n * c), vec![9; n * c]);
        global_max_pool(size, &x, order, &mut y, &mut index);
        global_mean_pool(size, &x, order, &mut mean);
        let (mut of_max, mut of_mean) = (garbage(x.len()), garbage(x.len()));
        global_max_pool_grad(size, &g, &index, order, &mut of_max);
        global_mean_pool_grad(size, &g, order, &mut of_mean);
        for i in 0..n * c {
            let all: Vec<usize> = (0..pixels).map(|pixel| place(i / c, i % c, pixel)).collect();
            let max = all.iter().map(|&at| x[at]).fold(f32::NEG_INFINITY, f32::max);
            assert_eq!(y[i], max);
            assert_eq!(x[all[index[i] as usize]], max);
            let sum: f64 = all.iter().map(|&at| f64::from(x[at])).sum();
            assert!((f64::from(mean[i]) - sum / pixels as f64).abs() < 1e-6);
            for (pixel, &at) in all.iter().enumerate() {
                assert_eq!(of_max[at], if pixel as u32 == index[i] { g[i] } else { 0.0 });
                assert!((of_mean[at] - g[i] / pixels as f32).abs() < 1e-6);
            }
        }
    });
}

#[test]
fn nan_is_the_maximum() {
    let shape = PoolShape { n: 1, c: 1, h: 2, w: 4, kernel: [2, 2], stride: [2, 2], padding: [0, 0] };
    for (order, c) in [(Order::Nchw, 1), (Order::Nhwc, 16)] {
        let shape = PoolShape { c, ..shape };
        let plane = [
            f32::INFINITY,
            f32::NAN,
            f32::NEG_INFINITY,
            f32::NEG_INFINITY,
            1.0,
            f32::NAN,
            f32::NEG_INFINITY,
            f32::NEG_INFINITY,
        ];
        let x: Vec<f32> = plane.iter().flat_map(|&x| vec![x; c]).collect();
        let (mut y, mut index) = (garbage(2 * c), vec![9; 2 * c]);
        max_pool2d(&shape, &x, order, &mut y, &mut index);
        assert!(y[0].is_nan() && index[0] == 1);
        assert!(y[c] == f32::NEG_INFINITY && index[c] == 2);
        let (mut y, mut index) = (garbage(c), vec![9; c]);
        global_max_pool([1, c, 8], &x, order, &mut y, &mut index);
        assert!(y[0].is_nan() && index[0] == 1);
    }
}

#[test]
fn reordering_there_and_back() {
    on_every_arch(500, |random| {
        let [n, c, h, w] = affordable(random, |random| {
            let size = [random.size(1, 3), random.size(1, 40), random.size(1, 9), random.size(1, 9)];
            (size, 10 * size.iter().product::<usize>())
        });
        let x = random.numbers(n * c * h * w);
        let (mut y, mut z) = (garbage(x.len()), garbage(x.len()));
        reorder(n, c, h * w, &x, Order::Nchw, &mut y, Order::Nhwc);
        for i in 0..n {
            for j in 0..c {
                for p in 0..h * w {
                    assert_eq!(y[(i * h * w + p) * c + j], x[(i * c + j) * h * w + p]);
                }
            }
        }
        reorder(n, c, h * w, &y, Order::Nhwc, &mut z, Order::Nchw);
        assert_eq!(wide(&x), wide(&z));
    });
}

#[test]
#[cfg_attr(miri, ignore = "too much work for Miri")]
fn equal_bits_on_any_threads() {
    let shape = PoolShape { n: 20, c: 32, h: 31, w: 30, kernel: [3, 3], stride: [2, 2], padding: [1, 1] };
    let mut random = Random::new(1);
    let (x, g) = (random.numbers(shape.x_len()), random.numbers(shape.y_len()));
    on_any_threads(|| {
        let mut results = Vec::new();
        for order in [Order::Nchw, Order::Nhwc] {
            let (mut y, mut index) = (garbage(g.len()), vec![0; g.len()]);
            let [mut dx, mut dx_mean] = [garbage(x.len()), garbage(x.len())];
            max_pool2d(&shape, &x, order, &mut y, &mut index);
            max_pool2d_grad(&shape, &g, &index, order, &mut dx);
            let mut mean = garbage(g.len());
            avg_pool2d(&shape, &x, order, true, &mut mean);
            avg_pool2d_grad(&shape, &g, order, true, &mut dx_mean);
            let mut global = garbage(20 * 32);
            global_mean_pool([20, 32, 31 * 30], &x, order, &mut global);
            results.extend([y, dx, mean, dx_mean, global]);
        }
        results
    });
}

#[test]
fn wrong_arguments_panic() {
    let fails = |shape: PoolShape, x: usize, y: usize, index: u32| {
        std::panic::catch_unwind(|| {
            let (mut x, mut y, mut places) = (garbage(x), zeros(y), vec![index; y]);
            max_pool2d_grad(&shape, &y, &places, Order::Nhwc, &mut x);
            max_pool2d(&shape, &x, Order::Nhwc, &mut y, &mut places);
            avg_pool2d(&shape, &x, Order::Nhwc, true, &mut y);
        })
        .is_err()
    };
    let shape = PoolShape { n: 1, c: 2, h: 4, w: 4, kernel: [2, 2], stride: [2, 2], padding: [0, 0] };
    assert!(!fails(shape, 32, 8, 0));
    assert!(fails(shape, 31, 8, 0));
    assert!(fails(shape, 32, 9, 0));
    assert!(fails(shape, 32, 8, 16));
    assert!(fails(PoolShape { padding: [2, 0], ..shape }, 32, 8, 0));
    assert!(fails(PoolShape { stride: [0, 1], ..shape }, 32, 8, 0));
}
