//! A 3×3 convolution of a batch of 128: 32 channels of 14×14 to 64.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kiln_criterion::numbers;
use kiln_kernels::cpu::{Act, ConvShape, Order, conv2d, conv2d_input_grad, conv2d_weight_grad};

fn conv(criterion: &mut Criterion) {
    let shape = ConvShape {
        n: 128,
        c: 32,
        h: 14,
        w: 14,
        k: 64,
        r: 3,
        s: 3,
        stride: [1, 1],
        padding: [1, 1],
        dilation: [1, 1],
        groups: 1,
    };
    let (x, w, bias) = (numbers(shape.x_len()), numbers(shape.weight_len()), numbers(shape.k));
    let (mut y, g) = (numbers(shape.y_len()), numbers(shape.y_len()));
    let (mut dx, mut dw, mut db) = (x.clone(), w.clone(), bias.clone());
    let last = Order::Nhwc;
    let mut group = criterion.benchmark_group("conv2d");
    group.throughput(Throughput::Elements(shape.flops() as u64));
    group.bench_function("forward", |bencher| {
        bencher.iter(|| {
            conv2d(&shape, &x, last, &w, Some(&bias), Act::Relu, &mut y, last);
            black_box(&y);
        });
    });
    group.throughput(Throughput::Elements(2 * shape.flops() as u64));
    group.bench_function("backward", |bencher| {
        bencher.iter(|| {
            conv2d_input_grad(&shape, &g, last, &w, &mut dx, last);
            conv2d_weight_grad(&shape, &x, last, &g, last, &mut dw, Some(&mut db));
            black_box((&dx, &dw));
        });
    });
    group.finish();
}

criterion_group!(benches, conv);
criterion_main!(benches);
