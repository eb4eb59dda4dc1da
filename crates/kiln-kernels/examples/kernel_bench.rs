//! Times of the kernels, layer by layer, beside the machine's measured peak:
//! `cargo build --release --workspace --example kernel_bench`, then `target/release/examples/kernel_bench`.

use std::time::Instant;

use kiln_kernels::cpu::*;

/// Least and middle time of `work` in milliseconds.
fn time(mut work: impl FnMut()) -> (f64, f64) {
    work();
    let start = Instant::now();
    let mut times = Vec::new();
    while times.len() < 5 || (start.elapsed().as_secs_f64() < 0.3 && times.len() < 200) {
        let start = Instant::now();
        work();
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    (times[0], times[times.len() / 2])
}

fn report(what: &str, flops: f64, work: impl FnMut()) {
    let (least, middle) = time(work);
    if flops > 0.0 {
        println!("  {what:<28} {least:8.3} ms (median {middle:8.3})  {:7.1} GF/s", flops / least * 1e-6);
    } else {
        println!("  {what:<28} {least:8.3} ms (median {middle:8.3})");
    }
}

fn numbers(len: usize) -> Vec<f32> {
    (0..len).map(|i| ((i * 7919 % 2003) as f32) / 1001.5 - 1.0).collect()
}

fn conv(name: &str, n: usize, c: usize, side: usize, k: usize) {
    let shape = ConvShape {
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
        groups: 1,
    };
    println!("{name}");
    let (x, w, b, g) =
        (numbers(shape.x_len()), numbers(shape.weight_len()), numbers(k), numbers(shape.y_len()));
    let (mut y, mut dx, mut dw, mut db) = (g.clone(), x.clone(), w.clone(), b.clone());
    let flops = shape.flops() as f64;
    let o = Order::Nhwc;
    report("forward", flops, || conv2d(&shape, &x, o, &w, None, Act::None, &mut y, o));
    report("forward + bias + relu", flops, || conv2d(&shape, &x, o, &w, Some(&b), Act::Relu, &mut y, o));
    report("input gradient", flops, || conv2d_input_grad(&shape, &g, o, &w, &mut dx, o));
    report("weight gradient", flops, || conv2d_weight_grad(&shape, &x, o, &g, o, &mut dw, Some(&mut db)));
    let mut p = numbers(g.len() / 4);
    let mut index = vec![0; p.len()];
    report("block forward", flops, || conv2d_relu_pool(&shape, &x, o, &w, &b, &mut p, o, &mut index));
    report("block dw + db", flops, || {
        conv2d_relu_pool_grad(&shape, &x, o, &w, &p, o, &index, None, &mut dw, Some(&mut db));
    });
    report("block dx + dw + db", 2.0 * flops, || {
        conv2d_relu_pool_grad(&shape, &x, o, &w, &p, o, &index, Some((&mut dx, o)), &mut dw, Some(&mut db));
    });
}

fn linears() {
    println!("linear");
    for (m, k, n) in
        [(128, 784, 512), (128, 512, 256), (128, 256, 10), (128, 3136, 128), (32, 64, 100), (32, 100, 10)]
    {
        let shape = LinearShape { m, k, n };
        let (x, w, b, g) = (numbers(m * k), numbers(k * n), numbers(n), numbers(m * n));
        let (mut y, mut dx, mut dw, mut db) = (g.clone(), x.clone(), w.clone(), b.clone());
        let flops = (2 * m * k * n) as f64;
        let name = |what| format!("{m}×{k}×{n} {what}");
        report(&name("forward"), flops, || linear(shape, &x, &w, Some(&b), Act::Relu, &mut y));
        report(&name("dw + db"), flops, || {
            linear_grad(shape, &x, &w, Some(&y), &g, None, &mut dw, Some(&mut db))
        });
        report(&name("dx + dw + db"), 2.0 * flops, || {
            linear_grad(shape, &x, &w, Some(&y), &g, Some(&mut dx), &mut dw, Some(&mut db));
        });
    }
}

fn norms() {
    println!("normalisation, 64×32×32×128 (33 MB), and pools");
    let (rows, c) = (64 * 32 * 32, 128);
    let (x, g, ones) = (numbers(rows * c), numbers(rows * c), vec![1.0; c]);
    let (mut y, mut mean, mut var) = (x.clone(), ones.clone(), ones.clone());
    report("batch norm statistics", 0.0, || batch_norm_stats(&x, &mut mean, &mut var));
    let (mean, var) = (mean, var);
    let norm = Norm { mean: &mean, var: &var, eps: 1e-5, gamma: &ones, beta: &ones };
    report("batch norm + relu forward", 0.0, || batch_norm(&x, norm, Act::Relu, &mut y));
    let (mut dgamma, mut dbeta) = (ones.clone(), ones.clone());
    report("batch norm + relu backward", 0.0, || {
        batch_norm_grad(&x, &g, norm, Act::Relu, Statistics::Batch, &mut y, &mut dgamma, &mut dbeta);
    });
    let (mut means, mut inverse) = (vec![0.0; rows], vec![0.0; rows]);
    report("layer norm forward", 0.0, || {
        layer_norm(&x, &ones, &ones, 1e-5, &mut y, &mut means, &mut inverse)
    });
    report("layer norm backward", 0.0, || {
        layer_norm_grad(&x, &g, &ones, &means, &inverse, &mut y, &mut dgamma, &mut dbeta);
    });
    let shape = PoolShape { n: 64, c, h: 32, w: 32, kernel: [2, 2], stride: [2, 2], padding: [0, 0] };
    let mut p = numbers(shape.y_len());
    let mut index = vec![0; p.len()];
    for order in [Order::Nhwc, Order::Nchw] {
        report(&format!("max pool 2×2, {order:?}"), 0.0, || {
            max_pool2d(&shape, &x, order, &mut p, &mut index)
        });
        report("  backward", 0.0, || max_pool2d_grad(&shape, &p, &index, order, &mut y));
        report(&format!("mean pool 2×2, {order:?}"), 0.0, || avg_pool2d(&shape, &x, order, true, &mut p));
        report("  backward", 0.0, || avg_pool2d_grad(&shape, &p, order, true, &mut y));
        let mut small = vec![0.0; 64 * c];
        report(&format!("global mean, {order:?}"), 0.0, || {
            global_mean_pool([64, c, 1024], &x, order, &mut small)
        });
    }
    report("NCHW to NHWC", 0.0, || reorder(64, c, 1024, &x, Order::Nchw, &mut y, Order::Nhwc));
    report("NHWC to NCHW", 0.0, || reorder(64, c, 1024, &x, Order::Nhwc, &mut y, Order::Nchw));
    report("relu", 0.0, || relu(&x, &mut y));
    report("copy, for comparison", 0.0, || y.copy_from_slice(&x));
}

fn the_rest() {
    println!("loss");
    let (logits, labels) = (numbers(1280), (0..128).map(|i| i % 10).collect::<Vec<u32>>());
    let (mut losses, mut gradient) = (numbers(128), logits.clone());
    report("cross-entropy 128×10", 0.0, || {
        cross_entropy(10, &logits, &labels, 0.1, None, &mut losses, &mut gradient);
    });
}

/// Fused multiply-adds on twelve registers: what no kernel can beat.
struct Peak(usize);

impl pulp::WithSimd for Peak {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, simd: S) -> f32 {
        let factor = simd.splat_f32s(std::hint::black_box(0.999));
        let mut sums = [simd.splat_f32s(0.5); 12];
        for _ in 0..self.0 {
            for sum in &mut sums {
                *sum = simd.mul_add_e_f32s(*sum, factor, factor);
            }
        }
        sums.into_iter().map(|sum| simd.reduce_sum_f32s(sum)).sum()
    }
}

struct Lanes;

impl pulp::WithSimd for Lanes {
    type Output = usize;

    fn with_simd<S: pulp::Simd>(self, _: S) -> usize {
        S::F32_LANES
    }
}

fn peak(threads: usize) {
    let arch = pulp::Arch::new();
    let steps = 1_000_000;
    let flops = (threads * steps * 12 * 2 * arch.dispatch(Lanes)) as f64;
    let (least, middle) = time(|| {
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| std::hint::black_box(arch.dispatch(Peak(steps))));
            }
        });
    });
    println!(
        "peak, {threads} threads: {:.0} GF/s (median {:.0})",
        flops / least * 1e-6,
        flops / middle * 1e-6
    );
}

fn main() {
    peak(1);
    peak(2);
    let threads = rayon::current_num_threads();
    println!("{threads} threads; set RAYON_NUM_THREADS for another number");
    let only = std::env::args().nth(1).unwrap_or_default();
    let layers = [
        ("conv 1→32, 28×28, batch 128", 128, 1, 28, 32),
        ("conv 32→64, 14×14, batch 128", 128, 32, 14, 64),
        ("conv 3→64, 32×32, batch 64", 64, 3, 32, 64),
        ("conv 64→128, 32×32, batch 64", 64, 64, 32, 128),
        ("conv 128→128, 16×16, batch 64", 64, 128, 16, 128),
        ("conv 128→256, 16×16, batch 64", 64, 128, 16, 256),
        ("conv 256→256, 8×8, batch 64", 64, 256, 8, 256),
    ];
    for (name, n, c, side, k) in layers {
        if name.contains(&only) {
            conv(name, n, c, side, k);
        }
    }
    if "linear".contains(&only) {
        linears();
    }
    if "norm".contains(&only) {
        norms();
    }
    if "rest".contains(&only) {
        the_rest();
    }
}
