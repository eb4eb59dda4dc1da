//! What kiln relies on in Burn, and works around: where one of these fails after an upgrade, Burn has changed and
//! the code named beside it must be looked at again.

use burn::module::{Initializer, Module, ModuleVisitor, Param};
use burn::nn::{BatchNorm, BatchNormConfig, DropoutConfig, LinearConfig};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use kiln_core::Weights;
use kiln_testkit::device;

fn batch(device: &Device) -> Tensor<2> {
    Tensor::from_data([[1.0, 10.0], [3.0, 30.0], [5.0, 80.0]], device)
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter().collect()
}

fn trained_norm(device: &Device) -> BatchNorm {
    let norm = BatchNormConfig::new(2).init(device);
    norm.forward(batch(device));
    norm
}

/// Why a copy of a model is taken as `Weights`, never as a clone.
#[test]
fn clones_share_running_statistics() {
    let device = device().autodiff();
    let norm = BatchNormConfig::new(2).init(&device);
    let clone = norm.clone();
    norm.forward(batch(&device));
    let of_clone = clone.running_mean.value_sync();
    assert_eq!(values(of_clone), values(norm.running_mean.value_sync()));
    assert_ne!(values(clone.running_mean.value()), [0.0, 0.0]);
}

/// Why a copy made by `clone` is overwritten when weights are put into the original.
#[test]
fn loading_into_a_clone_changes_the_original() {
    let device = device().autodiff();
    let norm = BatchNormConfig::new(2).init(&device);
    let loaded = Weights::of(&trained_norm(&device)).apply(norm.clone()).unwrap();
    assert_ne!(values(loaded.running_mean.value()), [0.0, 0.0]);
    assert_eq!(values(norm.running_mean.value()), values(loaded.running_mean.value()));
}

/// Why `Weights::of` goes through `valid`.
#[test]
fn visitors_miss_the_last_update_of_running_statistics() {
    struct First(Option<Vec<f32>>);
    impl ModuleVisitor for First {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.get_or_insert(values(param.val()));
        }
    }
    let norm = trained_norm(&device().autodiff());
    let visit = || {
        let mut first = First(None);
        norm.running_mean.visit(&mut first);
        first.0.unwrap()
    };
    assert_eq!(visit(), [0.0, 0.0]);
    let _ = norm.valid();
    // 0.1 times the means of the batch.
    let synced = visit();
    assert!((synced[0] - 0.3).abs() < 1e-6 && (synced[1] - 4.0).abs() < 1e-5, "{synced:?}");
}

/// Why `valid` gives a copy that training does not touch.
#[test]
fn valid_has_running_statistics_of_its_own() {
    let device = device().autodiff();
    let norm = trained_norm(&device);
    let valid = norm.valid();
    let before = values(valid.running_mean.value());
    norm.forward(batch(&device));
    let _ = norm.valid();
    assert_eq!(values(valid.running_mean.value()), before);
}

/// Why kiln draws weights itself: here they would come at first use, from a generator of the whole process.
#[test]
fn initialisers_draw_at_first_use() {
    let device = device();
    let param: Param<Tensor<2>> = Initializer::Uniform { min: 0.0, max: 1.0 }.init([4, 4], &device);
    assert!(!param.is_initialized());
    let _ = param.val();
    assert!(param.is_initialized());
    // Shapes and devices are known without drawing.
    let linear = LinearConfig::new(3, 2).init(&device);
    assert_eq!(linear.weight.lazy_shape().to_vec(), [3, 2]);
    assert!(!linear.weight.is_initialized());
}

/// Why kiln's models are made with `Param::from_data`.
#[test]
fn parameters_from_data_are_there_at_once_and_become_trainable() {
    let data = || TensorData::from([1.0f32, 2.0]);
    let plain = Param::<Tensor<1>>::from_data(data(), &device());
    assert!(plain.is_initialized());
    // Without autodiff nothing tells that it is trainable, not even the parameter: see `ParamInfo::trainable`.
    assert!(!plain.is_require_grad());
    assert!(Module::train(plain).val().is_require_grad());
    let autodiff = Param::<Tensor<1>>::from_data(data(), &device().autodiff());
    assert!(autodiff.is_require_grad() && autodiff.val().is_require_grad());
}

/// Why gradients are found by walking through the module: the container has no iterator, and wants the rank.
#[test]
fn gradients_are_found_by_id_and_left_out_when_unused() {
    let device = device().autodiff();
    let used = LinearConfig::new(2, 1).init(&device);
    let unused = LinearConfig::new(2, 1).init(&device);
    let modules = vec![used, unused];
    let loss = modules[0].forward(batch(&device)).sum();
    let gradients = GradientsParams::from_grads(loss.backward(), &modules);
    assert_eq!(gradients.len(), 2);
    // Without autodiff: an update by them builds no graph.
    let weight = gradients.get::<2>(modules[0].weight.id).unwrap();
    assert!(!weight.is_autodiff());
    assert_eq!(values(weight), [9.0, 120.0]);
    assert!(gradients.get::<2>(modules[1].weight.id).is_none());
}

/// Why kiln draws dropout masks itself: Burn's come from the generator of the process, so the order of layers,
/// threads and runs would matter.
#[test]
fn burns_dropout_draws_from_a_generator_that_moves_on() {
    let device = device().autodiff();
    let dropout = DropoutConfig::new(0.5).init();
    let ones = Tensor::<1>::ones([256], &device);
    assert_ne!(values(dropout.forward(ones.clone())), values(dropout.forward(ones)));
}

/// Why the running variance differs from PyTorch's: it is that of the batch divided by n, not n - 1.
#[test]
fn running_variances_are_biased() {
    let norm = trained_norm(&device().autodiff());
    let variance = values(norm.running_var.value_sync());
    // The first column is 1, 3, 5: 8/3 with n, 4 with n - 1.
    assert!((variance[0] - (0.9 + 0.1 * 8.0 / 3.0)).abs() < 1e-5, "{variance:?}");
}

/// Why the trainer calls `valid` for scoring: the device decides, not only the flag.
#[test]
fn batch_norm_uses_the_batch_on_autodiff_devices_only() {
    let norm = BatchNormConfig::new(2).init(&device());
    // Running mean 0 and variance 1: nothing happens.
    let outputs = values(norm.forward(batch(&device())));
    assert!((outputs[5] - 80.0).abs() < 1e-2, "{outputs:?}");
    let norm = BatchNormConfig::new(2).init(&device().autodiff());
    let outputs = values(norm.forward(batch(&device().autodiff())));
    assert!(outputs[5] < 2.0, "{outputs:?}");
}
