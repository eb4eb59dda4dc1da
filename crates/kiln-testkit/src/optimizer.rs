//! The laws that every optimiser keeps.

use burn::module::{Module, Param};
use burn::tensor::{DType, Tensor, TensorData};
use kiln_core::{ParamSelection, Seed, Weights, params};
use kiln_optim::{DecayForm, Gradients, GroupConfig, Optimizer, OptimizerConfig};

use crate::{computes_in, device, device_name, few};

/// Asserts that the optimiser keeps its laws:
///
/// - a learning rate of 0 leaves every weight as it is, bit for bit;
/// - saved and loaded into a new one, it goes on with the same bits;
/// - 1, 2, 3 and 8 threads give the same bits (on a CPU backend);
/// - gradients of 0, 1e-30 and 1e15 give finite weights;
/// - weight decay has the form that the settings name, exactly, and where it is not coupled it leaves what is remembered
///   alone;
/// - a parameter without a gradient is passed over;
/// - f32 gives what f64 gives but for rounding: on flex the one goes over memory once, the other through tensors.
///
/// The gradients are drawn, not those of a loss.
///
/// # Panics
/// When a law is broken; the message names it.
#[track_caller]
pub fn check_optimizer(name: &str, config: &OptimizerConfig) {
    let laws = Laws { name, config };
    laws.zero_rate();
    laws.resume();
    laws.threads();
    laws.finite();
    laws.decay();
    laws.no_gradient();
    laws.precision();
}

/// A matrix, filters and a vector.
#[derive(Module, Debug)]
struct Params {
    weight: Param<Tensor<2>>,
    filter: Param<Tensor<4>>,
    bias: Param<Tensor<1>>,
}

/// Numbers of `[-0.5, 0.5)`, a function of `seed`.
fn draws(seed: u64, len: usize) -> Vec<f64> {
    let seed = Seed::new(seed);
    (0..len as u64).map(|i| seed.uniform(i) - 0.5).collect()
}

impl Params {
    /// Small for most laws; large where an update is cut into pieces for threads.
    fn new(large: bool, dtype: DType) -> Self {
        let device = device().autodiff();
        let (weight, filter, bias) = match large {
            false => ([5, 3], [2, 3, 2, 2], [7]),
            true => ([301, 701], [4, 3, 5, 5], [2 * 64 * 1024 + 77]),
        };
        fn param<const D: usize>(
            seed: u64,
            dims: [usize; D],
            to: (&burn::tensor::Device, DType),
        ) -> Param<Tensor<D>> {
            let data = TensorData::new(draws(seed, dims.iter().product()), dims).convert_dtype(to.1);
            Param::from_tensor(Tensor::from_data(data, to))
        }
        let to = (&device, dtype);
        Self { weight: param(1, weight, to), filter: param(2, filter, to), bias: param(3, bias, to) }
    }

    /// Gradients of the size of `scale`, a function of `seed`.
    fn gradients(&self, seed: u64, scale: f64) -> Gradients {
        let mut gradients = Gradients::default();
        let mut index = 0;
        params::for_each(self, |info, weight| {
            index += 1;
            let values: Vec<f64> =
                draws(seed * 10 + index, weight.dims()[0]).iter().map(|v| v * scale).collect();
            let data = TensorData::new(values, weight.dims()).convert_dtype(weight.dtype());
            gradients.insert(info.id, Tensor::from_data(data, (&device(), weight.dtype())));
        });
        gradients
    }
}

struct Laws<'a> {
    name: &'a str,
    config: &'a OptimizerConfig,
}

impl Laws<'_> {
    fn optimizer(&self, config: &OptimizerConfig, model: &Params) -> Optimizer {
        match Optimizer::build(config, &params::list(model)) {
            Ok(optimizer) => optimizer,
            Err(error) => unreachable!("{}: {error}", self.name),
        }
    }

    /// The configuration with another weight decay for everything.
    fn with_decay(&self, decay: f64) -> OptimizerConfig {
        let group = GroupConfig { params: ParamSelection::All, lr_factor: 1.0, weight_decay: Some(decay) };
        OptimizerConfig { group: vec![group], ..self.config.clone() }
    }

    fn steps(&self, optimizer: &mut Optimizer, mut model: Params, steps: std::ops::Range<u64>) -> Params {
        for step in steps {
            let gradients = model.gradients(step, 1.0);
            model = optimizer.step(model, gradients, self.config.lr(), |_, weight, _| weight);
        }
        model
    }

    fn zero_rate(&self) {
        let mut model = Params::new(false, DType::F32);
        let start = Weights::of(&model).blake3();
        let mut optimizer = self.optimizer(self.config, &model);
        for step in 1..=7 {
            let gradients = model.gradients(step, 1.0);
            model = optimizer.step(model, gradients, 0.0, |_, weight, _| weight);
        }
        assert_eq!(Weights::of(&model).blake3(), start, "{}: a rate of 0 moved the weights", self.name);
        if let Some(averaged) = optimizer.averaged(&model) {
            assert_eq!(Weights::of(&averaged).blake3(), start, "{}: and their average", self.name);
        }
    }

    fn resume(&self) {
        let model = Params::new(false, DType::F32);
        let mut first = self.optimizer(self.config, &model);
        let model = self.steps(&mut first, model, 1..6);
        let state = first.checkpoint(&model);
        let counts = Weights::of(&first.averaged(&model).unwrap_or_else(|| model.clone()));
        let straight = self.steps(&mut first, model, 6..11);

        let Ok(model) = counts.apply(Params::new(false, DType::F32)) else {
            unreachable!("the shapes are the same")
        };
        let mut second = self.optimizer(self.config, &model);
        if let Err(error) = second.load(&state, &params::list(&model), &device()) {
            unreachable!("{}: {error}", self.name);
        }
        let model = second.restore(model);
        let resumed = self.steps(&mut second, model, 6..11);
        let (found, expected) = (Weights::of(&resumed), Weights::of(&straight));
        assert_eq!(found.blake3(), expected.blake3(), "{}: resumed, it went another way", self.name);
        let (found, expected) = (second.checkpoint(&resumed), first.checkpoint(&straight));
        assert_eq!(found.blake3(), expected.blake3(), "{}: resumed, it remembers otherwise", self.name);
    }

    fn threads(&self) {
        // On a GPU, real or in software, sums are added in an order of its own, in which these threads have no say.
        if !device_name().is_cpu() {
            return;
        }
        let hashes = [1, 2, 3, 8].map(|threads| {
            let run = || {
                let model = Params::new(true, DType::F32);
                let mut optimizer = self.optimizer(self.config, &model);
                let model = self.steps(&mut optimizer, model, 1..3);
                [Weights::of(&model).blake3(), optimizer.checkpoint(&model).blake3()]
            };
            match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
                Ok(pool) => pool.install(run),
                Err(error) => unreachable!("no {threads} threads: {error}"),
            }
        });
        assert!(hashes.iter().all(|hash| *hash == hashes[0]), "{}: threads change the bits", self.name);
    }

    fn finite(&self) {
        for &scale in few(&[1e15, 0.0, 1e-30]) {
            let mut model = Params::new(false, DType::F32);
            let mut optimizer = self.optimizer(self.config, &model);
            for step in 1..=7 {
                let gradients = model.gradients(step, scale);
                model = optimizer.step(model, gradients, self.config.lr(), |_, weight, _| weight);
            }
            let found = Weights::of(&optimizer.averaged(&model).unwrap_or_else(|| model.clone()));
            for weights in [found, Weights::of(&model)] {
                assert_eq!(weights.first_non_finite(), None, "{}: gradients of size {scale:e}", self.name);
            }
        }
    }

    fn decay(&self) {
        const DECAY: f64 = 0.3;
        let one_step = |config: &OptimizerConfig, gradients: &dyn Fn(&Params) -> Gradients| {
            let model = Params::new(false, DType::F32);
            let mut optimizer = self.optimizer(config, &model);
            let gradients = gradients(&model);
            let model = optimizer.step(model, gradients, self.config.lr(), |_, weight, _| weight);
            (Weights::of(&model), optimizer.state())
        };
        let (with, without) = (self.with_decay(DECAY), self.with_decay(0.0));
        let drawn = |model: &Params| model.gradients(1, 1.0);
        let shrink = self.config.lr() * DECAY;
        let factor = match self.config.rule.decay_form() {
            DecayForm::Own => return,
            DecayForm::Coupled => {
                let (found, _) = one_step(&with, &drawn);
                let (expected, _) = one_step(&without, &|model| {
                    let mut gradients = drawn(model);
                    params::for_each(model, |info, weight| {
                        if let Some(gradient) = gradients.get(info.id).cloned() {
                            gradients.insert(info.id, gradient.add(weight.inner().mul_scalar(DECAY)));
                        }
                    });
                    gradients
                });
                assert_eq!(found.blake3(), expected.blake3(), "{}: coupled decay", self.name);
                return;
            }
            DecayForm::Decoupled => 1.0 - shrink,
            DecayForm::Proximal => 1.0 / (1.0 + shrink),
            other => unreachable!("no law of {other:?} decay"),
        };
        // Without a gradient, nothing but the decay moves the weights.
        let (found, _) = one_step(&with, &|model| model.gradients(1, 0.0));
        for (name, start) in Weights::of(&Params::new(false, DType::F32)).iter() {
            let found = found.get(name).into_iter().flat_map(|data| data.iter::<f64>());
            for (start, found) in start.iter::<f64>().zip(found) {
                let expected = start * factor;
                let off = (found - expected).abs();
                assert!(off <= 3e-7 * start.abs(), "{}: decay gave {found}, not {expected}", self.name);
            }
        }
        let averages = self.averages();
        let ((_, found), (_, expected)) = (one_step(&with, &drawn), one_step(&without, &drawn));
        for (name, data) in expected.iter().filter(|(name, _)| !averages.iter().any(|a| name.starts_with(a)))
        {
            let same = found.get(name).is_some_and(|found| found.as_bytes() == data.as_bytes());
            assert!(same, "{}: decoupled decay got into {name}", self.name);
        }
    }

    /// What follows the weights, and so their decay.
    fn averages(&self) -> &'static [&'static str] {
        &["x/", "z/", "ax/", "slow/"]
    }

    fn no_gradient(&self) {
        let model = Params::new(false, DType::F32);
        let mut optimizer = self.optimizer(self.config, &model);
        let before = Weights::of(&model);
        let mut gradients = model.gradients(1, 1.0);
        gradients.remove(model.filter.id);
        let model = optimizer.step(model, gradients, self.config.lr(), |_, weight, _| weight);
        let after = Weights::of(&model);
        let moved = |name: &str| {
            let bytes = |weights: &Weights| weights.get(name).map(|data| data.as_bytes().to_vec());
            bytes(&before) != bytes(&after)
        };
        assert!(!moved("filter"), "{}: a weight without a gradient moved", self.name);
        assert!(moved("weight") && moved("bias"), "{}: a weight with a gradient did not move", self.name);
        let kept: Vec<String> = optimizer.state().iter().map(|(name, _)| name.to_owned()).collect();
        let kept: Vec<_> = kept.iter().filter(|name| name.ends_with("/filter")).collect();
        assert_eq!(kept, ["step/filter"], "{}: kept without a gradient", self.name);
    }

    fn precision(&self) {
        if !computes_in(DType::F64) {
            return;
        }
        let run = |dtype| {
            let model = Params::new(true, dtype);
            let mut optimizer = self.optimizer(self.config, &model);
            let model = self.steps(&mut optimizer, model, 1..5);
            let mut all = Weights::of(&model);
            for (name, data) in optimizer.state().iter() {
                all.insert(name, data.clone());
            }
            all
        };
        let (single, double) = (run(DType::F32), run(DType::F64));
        for (name, expected) in double.iter() {
            let found = single.get(name).into_iter().flat_map(|data| data.iter::<f64>());
            for (i, (found, expected)) in found.zip(expected.iter::<f64>()).enumerate() {
                let off = (found - expected).abs();
                // Centred RMSprop takes the difference of two numbers that are nearly the same.
                let close = off < 1e-4 * expected.abs().max(1.0);
                assert!(close, "{}: {name}[{i}] is {found} in f32, {expected} in f64", self.name);
            }
        }
    }
}
