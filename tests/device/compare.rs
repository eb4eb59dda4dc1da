//! Devices beside each other: over a hundred steps nothing but rounding, and what is wrong on one of them is found, with its place.

use burn::nn::{Linear, LinearConfig};
use kiln::prelude::*;
use kiln::train::compare::Difference;
use kiln_core::device::DeviceName;
use kiln_testkit::{device, device_name};

use crate::common::Place;

const MODELS: [&str; 3] = [
    "model.hidden=[64,32] model.dropout=0.3 optim.kind=adam optim.lr=1e-3",
    "model.kind=cnn model.channels=[8] model.hidden=[16] model.norm=batch optim.kind=sgd",
    "model.kind=resnet model.width=4 optim.kind=sgd optim.lr=0.01",
];

#[test]
fn a_hundred_steps_differ_by_rounding_alone() {
    let device = device_name();
    if device == DeviceName::Flex {
        return;
    }
    for set in MODELS {
        let line =
            format!("compare digits {set} train.batch_size=16 --devices flex,{device} --steps 100 --json -q");
        let found = Place::new().ok(&line).last_event();
        assert_eq!(found["device"], device.to_string());
        assert!(found["first_difference"].is_null(), "{set}: {found:#}");
        let most = |field: &str| found[field].as_f64().unwrap();
        assert!(most("max_loss_diff") < 1e-4 && most("max_grad_diff") < 1e-3, "{set}: {found:#}");
    }
}

/// What is done wrong on every device but flex.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    None,
    /// Outputs are off by a hundredth of themselves.
    Output,
    /// The first layer gets a gradient that is too large by a hundredth.
    Gradient,
    /// No gradient reaches the first layer.
    NoGradient,
    /// The mask of dropout is that of another seed.
    Mask,
    /// One element of the hidden layer is not a number.
    NotANumber,
}

#[derive(Module, Debug)]
struct Net {
    hidden: Linear,
    output: Linear,
    #[module(skip)]
    fault: Fault,
}

impl Net {
    fn new(device: &Device, fault: Fault) -> Self {
        Self {
            hidden: LinearConfig::new(64, 16).init(device),
            output: LinearConfig::new(16, 10).init(device),
            fault,
        }
    }

    fn forward(&self, inputs: Inputs, seed: Option<Seed>) -> Tensor<2> {
        let x = inputs.flat();
        let fault = if x.device().inner() == Device::flex() { Fault::None } else { self.fault };
        let x = self.hidden.forward(x).tanh();
        let x = match fault {
            Fault::Gradient => x.clone().mul_scalar(1.01) - x.detach().mul_scalar(0.01),
            Fault::NoGradient => x.detach(),
            Fault::NotANumber => {
                let mut wrong = vec![0.0f32; 16];
                wrong[3] = f32::NAN;
                x.clone() + Tensor::<1>::from_floats(wrong.as_slice(), &x.device()).unsqueeze()
            }
            _ => x,
        };
        let x = match seed {
            Some(seed) if fault == Fault::Mask => kiln::kernels::dropout(x, 0.2, seed.at(1)),
            Some(seed) => kiln::kernels::dropout(x, 0.2, seed),
            None => x,
        };
        let y = self.output.forward(x);
        if fault == Fault::Output { y.mul_scalar(1.01) } else { y }
    }
}

/// Twenty steps on flex and on the device under test.
fn compared(fault: Fault) -> Difference {
    let digits = Prepared::load(&DataConfig::new("digits"), Seed::new(0)).unwrap();
    let task = Supervised::with_default_loss(Net::forward, digits.fitted.clone()).unwrap();
    let config = TrainConfig { epochs: 1, batch_size: 32, ..TrainConfig::default() };
    let trainer = Trainer::new(task, config).optimizer(SgdConfig { lr: 0.01, ..SgdConfig::default() });
    let weights = Weights::of(&Net::new(&Device::flex(), fault));
    let devices = [Device::flex(), device()];
    let init = |device: &Device| Ok(Net::new(device, fault));
    let data = Data::new(digits.train());
    let found = trainer.compare(&devices, &init, &weights, &data, 20, 1e-4).unwrap();
    found.into_iter().last().unwrap()
}

#[test]
fn planted_faults_are_found_with_their_place() {
    if device_name() == DeviceName::Flex {
        return;
    }
    let clean = compared(Fault::None);
    assert_eq!(clean.first, None, "{clean:?}");
    for (fault, parameter) in [
        (Fault::Output, "loss"),
        (Fault::Gradient, "hidden.weight"),
        (Fault::NoGradient, "hidden.weight"),
        (Fault::Mask, "loss"),
        (Fault::NotANumber, "loss"),
    ] {
        let found = compared(fault);
        let first = found.first.unwrap_or_else(|| panic!("{fault:?} was not found"));
        assert_eq!((first.step, first.parameter.as_str()), (1, parameter), "{fault:?}");
        assert!(first.difference > 1e-4 || first.difference.is_nan(), "{fault:?}: {first:?}");
    }
}
