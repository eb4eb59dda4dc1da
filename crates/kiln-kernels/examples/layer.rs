//! One layer forward and backward on the kernels: the worker that `bench/layers.py` compares with PyTorch.
//!
//! Reads a line `SIZES ROUNDS` and answers with a line of JSON, until the input ends. What SIZES are is said in
//! `bench/peers/layers.py`. Results are written to new memory, as they are in a training step.

#![allow(clippy::panic, reason = "a program for developers")]

use std::io::BufRead;
use std::time::Instant;

use kiln_kernels::cpu::*;

/// As in the command `kiln`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rounds before those that count.
const WARM_UP: usize = 2;

fn numbers(len: usize) -> Vec<f32> {
    (0..len).map(|i| ((i * 7919 % 2003) as f32) / 2003.0 - 0.5).collect()
}

/// Memory for a result, not zeroed, as the backend's is not.
fn result(len: usize) -> Vec<f32> {
    let mut values = Vec::with_capacity(len);
    // SAFETY: the capacity is `len`, any bits are a number, and the kernels write every element.
    #[allow(clippy::uninit_vec)]
    unsafe {
        values.set_len(len);
    }
    values
}

fn convolution(sizes: &[usize]) -> Box<dyn FnMut()> {
    let [n, c, h, w, k, kernel, stride, padding, groups, dx] = *sizes else { panic!("ten sizes") };
    let shape = ConvShape {
        n,
        c,
        h,
        w,
        k,
        r: kernel,
        s: kernel,
        stride: [stride; 2],
        padding: [padding; 2],
        dilation: [1; 2],
        groups,
    };
    let (x, weight, g) = (numbers(shape.x_len()), numbers(shape.weight_len()), numbers(shape.y_len()));
    let last = Order::Nhwc;
    Box::new(move || {
        let mut y = result(g.len());
        conv2d(&shape, &x, last, &weight, None, Act::None, &mut y, last);
        if dx > 0 {
            conv2d_input_grad(&shape, &g, last, &weight, &mut result(x.len()), last);
        }
        conv2d_weight_grad(&shape, &x, last, &g, last, &mut result(weight.len()), None);
    })
}

fn elementwise(name: &str, sizes: &[usize]) -> Box<dyn FnMut()> {
    let [n, c, h, w] = *sizes else { panic!("four sizes") };
    let len = n * c * h * w;
    let planes = [n, c, h * w];
    let (x, g, last) = (numbers(len), numbers(len), Order::Nhwc);
    let curve_of = match name {
        "sigmoid" => Some(Curve::Sigmoid),
        "hard_sigmoid" => Some(Curve::HardSigmoid),
        "silu" => Some(Curve::Silu),
        "hard_swish" => Some(Curve::HardSwish),
        "gelu" => Some(Curve::Gelu),
        _ => None,
    };
    if let Some(curve_of) = curve_of {
        return Box::new(move || {
            curve(curve_of, &x, &mut result(len));
            curve_grad(curve_of, &x, &g, &mut result(len));
        });
    }
    let other = numbers(len);
    let gates = numbers(n * c);
    match name {
        "relu" => Box::new(move || {
            let mut y = result(len);
            relu(&x, &mut y);
            relu_grad(&y, &g, &mut result(len));
        }),
        "add_relu" => Box::new(move || {
            let mut y = result(len);
            add(&x, &other, Act::Relu, &mut y);
            relu_grad(&y, &g, &mut result(len));
        }),
        "scale" => Box::new(move || {
            scale(planes, &x, &gates, last, &mut result(len));
            scale_grad(planes, &x, &gates, &g, last, &mut result(len), &mut result(n * c));
        }),
        "global_avg_pool" => Box::new(move || {
            global_mean_pool(planes, &x, last, &mut result(n * c));
            global_mean_pool_grad(planes, &gates, last, &mut result(len));
        }),
        _ => panic!("no operation {name}"),
    }
}

fn main() {
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("standard input");
        let (job, rounds) = line.split_once(' ').expect("JOB ROUNDS");
        let rounds: usize = rounds.trim().parse().expect("rounds");
        let (name, sizes) = job.split_once(':').unwrap_or(("", job));
        let sizes: Vec<usize> = sizes.split(',').map(|size| size.parse().expect("a size")).collect();
        let mut work = if name.is_empty() { convolution(&sizes) } else { elementwise(name, &sizes) };
        let mut times = Vec::new();
        for round in 0..WARM_UP + rounds {
            let start = Instant::now();
            work();
            if round >= WARM_UP {
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
        times.sort_by(f64::total_cmp);
        println!(r#"{{"job": "{job}", "median_ms": {}, "min_ms": {}}}"#, times[times.len() / 2], times[0]);
    }
}
