//! What a loop of one's own asks of a GPU, with kiln's parts in it: as little as the trainer.

use kiln::optim::Along;
use kiln::prelude::*;
use kiln_core::device::DeviceName;
use kiln_core::device::counts::Counting;
use kiln_testkit::{device, device_name};

use crate::side_by_side::alone;

#[test]
fn a_loop_of_ones_own_asks_for_no_more() {
    if matches!(device_name(), DeviceName::Wgpu(_) | DeviceName::Vulkan(_) | DeviceName::Metal(_)) {
        alone("bare_loop::counted");
    }
}

#[test]
#[ignore = "`a_loop_of_ones_own_asks_for_no_more` runs it, alone in a process, as all of it is counted"]
fn counted() {
    let (items, warmup, steps) = (32, 4, 10);
    let digits = Prepared::load(&DataConfig::new("digits"), Seed::new(0)).unwrap();
    let train = Loader::new(digits.train(), items).unwrap().shuffled(Seed::new(0)).prefetch(0);
    let loss = LossConfig::from(CrossEntropyConfig::default()).build(TargetKind::Classes(10)).unwrap();
    let mut optimizer = Optimizer::new(&AdamConfig::default().into()).unwrap();
    let training = device().autodiff();
    let model = MlpConfig { hidden: vec![64, 32], dropout: 0.5, ..MlpConfig::default() };
    let mut model = model.init(digits.fitted.input_shape(), 10, &training, Seed::new(0)).unwrap();
    let counting = Counting::begin().unwrap();
    let mut before = counting.so_far(&device());
    for (step, batch) in train.epoch(0, &training).take(warmup + steps).enumerate() {
        let Batch { inputs, targets, .. } = batch.unwrap().data;
        let value = loss.forward(model.forward(inputs.flat(), Some(Seed::new(step as u64))), &targets);
        let gradients = Gradients::of(value.backward(), &model);
        model = optimizer.step_along(model, gradients, 1e-3, &Along::default());
        if step + 1 == warmup {
            before = counting.so_far(&device());
        }
    }
    let found = counting.so_far(&device()) - &before;
    let steps = steps as u64;
    // Pixels as bytes and labels as i32, and nothing beside them.
    assert_eq!(found.tensor_bytes, steps * 32 * (64 + 4), "{found:#?}");
    assert!(found.launches > 0 && found.launches <= 25 * steps, "{found:#?}");
    assert_eq!((found.reads, found.pipelines, found.buffers), (0, 0, 0), "{found:#?}");
}
