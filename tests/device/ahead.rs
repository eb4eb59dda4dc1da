//! Batches that are made ahead, in threads of their own that each epoch starts.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use kiln::augment::{Augmented, CropConfig};
use kiln::prelude::*;
use kiln_core::device::DeviceName;
use kiln_core::device::counts::{Counting, Counts};
use kiln_testkit::{device, device_name};

use crate::side_by_side::alone;

/// What was counted at the end of each epoch.
struct Epochs {
    counting: Counting,
    found: Arc<Mutex<Vec<Counts>>>,
}

impl Callback for Epochs {
    fn on_epoch_end(&mut self, _: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        self.found.lock().unwrap().push(self.counting.so_far(&device()));
        Ok(ControlFlow::Continue(()))
    }
}

fn forward(model: &Mlp, inputs: Inputs, seed: Option<Seed>) -> Tensor<2> {
    model.forward(inputs.flat(), seed)
}

#[test]
fn memory_does_not_grow_with_the_epochs() {
    if matches!(device_name(), DeviceName::Wgpu(_) | DeviceName::Vulkan(_) | DeviceName::Metal(_)) {
        alone("ahead::memory_of_epochs");
    }
}

#[test]
#[ignore = "`memory_does_not_grow_with_the_epochs` runs it, alone in a process, as all of it is counted"]
fn memory_of_epochs() {
    let digits = Prepared::load(&DataConfig::new("digits"), Seed::new(0)).unwrap();
    let crop = CropConfig { size: [8, 8], padding: 1, border: Default::default(), fill: None };
    // Large enough to take a thread longer than handing over does.
    let train = Augmented::new(digits.train()).transform(crop.build().unwrap()).unwrap();
    let config =
        TrainConfig { epochs: 40, batch_size: 128, prefetch: 1, drop_last: true, ..TrainConfig::default() };
    let model = MlpConfig { hidden: vec![8], ..MlpConfig::default() };
    let model = model.init(digits.fitted.input_shape(), 10, &device(), Seed::new(0)).unwrap();
    let task = Supervised::with_default_loss(forward, digits.fitted.clone()).unwrap();
    let found = Arc::new(Mutex::new(Vec::new()));
    let epochs = Epochs { counting: Counting::begin().unwrap(), found: found.clone() };
    Trainer::new(task, config).callback(epochs).fit(model, &Data::new(train)).unwrap();
    let held: Vec<i64> =
        found.lock().unwrap().iter().map(|now| now.buffers as i64 - now.freed as i64).collect();
    assert_eq!(held.len(), 40);
    assert!(held[39] <= held[9] + 2, "buffers held after each epoch: {held:?}");
}
