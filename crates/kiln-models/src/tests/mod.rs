//! Gradients of every layer against central differences in f64, at 100 random shapes each, with respect to inputs and
//! parameters; and those of the kernels in f32 against them.

mod conv;
mod dense;
mod dropout;
mod explained;
mod published;

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{DType, Tensor, TensorData};
use kiln_core::{ParamKind, Seed, params};
use kiln_testkit::{assert_close, computes_in, device, gradient_check};

const SHAPES: u64 = 100;

/// Numbers that a seed gives, one after another.
struct Draw(Seed, u64);

impl Draw {
    fn new(layer: u64, shape: u64) -> Self {
        Self(Seed::new(layer).at(shape), 0)
    }

    fn numbers(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| 3.0 * self.unit() - 1.5).collect()
    }

    /// From `least` to `most`.
    fn size(&mut self, least: usize, most: usize) -> usize {
        (least + (self.unit() * (most - least + 1) as f64) as usize).min(most)
    }

    fn unit(&mut self) -> f64 {
        self.1 += 1;
        self.0.uniform(self.1)
    }
}

/// The tensors that lie one after another in a flat one.
struct Parts(Tensor<1>, usize);

impl Parts {
    fn take<const D: usize>(&mut self, dims: [usize; D]) -> Tensor<D> {
        let (first, len) = (self.1, dims.iter().product());
        self.1 += len;
        self.0.clone().narrow(0, first, len).reshape(dims)
    }
}

/// Parameters become parts of a flat tensor, running statistics get its data type.
impl ModuleMapper for Parts {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (trained, id, value) = (param.is_require_grad(), param.id, param.val());
        let value = if trained { self.take(value.dims()) } else { value.cast(self.0.dtype()) };
        Param::initialized(id, value)
    }
}

/// Checks a module at random inputs of shape `dims` and random parameters. `make` makes it with whatever parameters, on the
/// autodiff device.
fn check_module<M: Module, const D: usize, const E: usize>(
    draw: &mut Draw,
    dims: [usize; D],
    make: impl Fn() -> M,
    forward: impl Fn(&M, Tensor<D>) -> Tensor<E>,
) {
    let module = make();
    let infos = params::list(&module);
    let has_running = infos.iter().any(|info| info.kind == ParamKind::Running);
    let trained = infos.iter().filter(|info| info.trainable);
    let parameters: usize = trained.map(|info| info.dims.iter().product::<usize>()).sum();
    let count = dims.iter().product::<usize>() + parameters;
    check(draw, count, |flat| {
        // Batch norm takes the statistics of the batch on an autodiff device only.
        let lift = has_running && !flat.device().is_autodiff();
        let mut parts = Parts(if lift { Tensor::from_inner(flat) } else { flat }, 0);
        let x = parts.take(dims);
        // Clones share their running statistics, whose type changes.
        let module = if has_running { make() } else { module.clone() }.map(&mut parts);
        assert_eq!(parts.1, count);
        forward(&module, x)
    });
}

/// Checks a function of inputs of shape `dims` that has no parameters.
fn check_function<const D: usize, const E: usize>(
    draw: &mut Draw,
    dims: [usize; D],
    forward: impl Fn(Tensor<D>) -> Tensor<E>,
) {
    check(draw, dims.iter().product(), |flat| forward(flat.reshape(dims)));
}

/// Checks `function`, whose outputs count with different weights, at `count` random numbers where it is smooth.
fn check<const E: usize>(draw: &mut Draw, count: usize, function: impl Fn(Tensor<1>) -> Tensor<E>) {
    let weighted = |flat: Tensor<1>| {
        let y = function(flat);
        let len = y.shape().num_elements();
        let weights: Vec<f64> = (0..len).map(|i| (1.0 + i as f64).cos()).collect();
        let data = TensorData::new(weights, [len]).convert_dtype(y.dtype());
        let weights = Tensor::<1>::from_data(data, (&y.device(), y.dtype()));
        y.reshape([len]) * weights
    };
    let at = (0..100).map(|_| draw.numbers(count)).find(|at| is_smooth(&weighted, at));
    let at = at.unwrap_or_else(|| unreachable!("no smooth place among 100"));
    gradient_check(weighted, &at, 1e-6);

    let gradient = |dtype: DType| {
        let data = TensorData::from(at.as_slice()).convert_dtype(dtype);
        let x = Tensor::<1>::from_data(data, (&device().autodiff(), dtype)).require_grad();
        x.grad(&weighted(x.clone()).sum().backward()).unwrap().into_data()
    };
    let expected = gradient(DType::F64);
    let largest = expected.iter::<f64>().fold(1.0f64, |largest, x| largest.max(x.abs()));
    assert_close(&gradient(DType::F32), &expected, 1e-4, 1e-4 * largest);
}

/// Whether the slopes to both sides are nearly the same for every output and input: no kink within 1e-4, which is 16 times the
/// step of the differences, and no curvature that would spoil them.
fn is_smooth(function: &impl Fn(Tensor<1>) -> Tensor<1>, at: &[f64]) -> bool {
    const STEP: f64 = 1e-4;
    let value = |at: &[f64]| -> Vec<f64> {
        function(Tensor::from_data(at, (&device(), DType::F64))).into_data().iter().collect()
    };
    let middle = value(at);
    let mut moved = at.to_vec();
    at.iter().enumerate().all(|(i, center)| {
        moved[i] = center + STEP;
        let above = value(&moved);
        moved[i] = center - STEP;
        let below = value(&moved);
        moved[i] = *center;
        let bend = |((above, middle), below): ((&f64, &f64), &f64)| (above - 2.0 * middle + below).abs();
        above.iter().zip(&middle).zip(&below).map(bend).all(|bend| bend <= 0.02 * STEP)
    })
}

fn no_f64() -> bool {
    let missing = !computes_in(DType::F64);
    if missing {
        eprintln!("skipped: {} has no f64", kiln_testkit::device_name());
    }
    missing
}

#[test]
fn kinks_are_avoided() {
    if no_f64() {
        return;
    }
    let relu = |x: Tensor<1>| burn::tensor::activation::relu(x);
    assert!(is_smooth(&relu, &[-0.5, 0.001, 2.0]));
    assert!(!is_smooth(&relu, &[-0.5, 0.000_05, 2.0]));
}
