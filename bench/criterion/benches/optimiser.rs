//! One step of an optimiser: a million weights.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kiln_criterion::numbers;
use kiln_optim::{AdamConfig, Gradients, OptimConfig, Optimizer, SgdConfig};

const SIDE: usize = 1024;

#[derive(Module, Debug)]
struct Weights {
    weight: Param<Tensor<2>>,
}

fn step(criterion: &mut Criterion) {
    let device = Device::default().autodiff();
    let mut group = criterion.benchmark_group("optimiser");
    group.throughput(Throughput::Elements((SIDE * SIDE) as u64));
    for (name, config) in [
        ("SGD with momentum", OptimConfig::Sgd(SgdConfig { momentum: 0.9, ..SgdConfig::default() })),
        ("Adam", OptimConfig::Adam(AdamConfig::default())),
    ] {
        let start = TensorData::new(numbers(SIDE * SIDE), [SIDE, SIDE]);
        let weights = Weights { weight: Param::from_tensor(Tensor::from_data(start, &device)) };
        let gradients = Gradients::of(weights.weight.val().square().sum().backward(), &weights);
        let mut optimizer = Optimizer::new(&config).unwrap();
        let mut weights = Some(weights);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let model = weights.take().unwrap();
                // Tensors share their memory until somebody writes: a clone of gradients costs nothing.
                weights = Some(optimizer.step(model, gradients.clone(), 1e-3, |_, weight, _| weight));
            });
        });
    }
    group.finish();
}

criterion_group!(benches, step);
criterion_main!(benches);
