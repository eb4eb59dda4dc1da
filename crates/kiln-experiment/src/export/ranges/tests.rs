//! What is done operation by operation is what the network does.

use burn::module::Module;
use kiln_config::{Request, resolve};
use kiln_core::Weights;

use super::{input, of_batch, ranges};
use crate::job::Job;

fn check(overrides: &[&str]) {
    let overrides = overrides.iter().map(|text| (*text).to_owned()).collect();
    let resolved = resolve(&Request { overrides, ..Request::default() }).unwrap();
    let job = Job::load(&resolved).unwrap();
    let (network, fitted) = (job.model().unwrap().valid(), &job.blueprint.fitted);
    let device = job.device.clone().inner();
    let features = &job.prepared.dataset.features;
    let rows: Vec<usize> = (0..7).collect();
    let (operations, weights) = (network.operations(), Weights::of(&network));

    let x = input(fitted.input_numbers(features, &rows).unwrap(), rows.len(), fitted, &device);
    let (seen, y) = of_batch(&operations, &weights, x, &device);
    let Some(super::Signal::Row(y)) = y else { panic!("{operations:?} is not followed") };
    let wanted = network.forward(fitted.inputs(features, &rows, &device).unwrap(), None);
    let off = (y.clone() - wanted).abs().max().into_data().iter::<f64>().next().unwrap();
    assert!(off <= 1e-4, "{operations:?}: off by {off}");
    let last = seen.outputs.last().unwrap().unwrap();
    assert_eq!(last.high.max(0.0), y.max().into_data().iter::<f32>().next().unwrap().max(0.0));

    // Of several batches the range is that of all.
    let all = ranges(&operations, &weights, fitted, (features, &rows), &device).unwrap();
    assert_eq!(all.outputs.len(), seen.outputs.len());
    assert!(all.outputs.iter().all(|range| range.is_some_and(|range| range.low <= 0.0 && range.high >= 0.0)));
}

#[test]
fn perceptrons_are_followed() {
    check(&["data.source=iris", "model.kind=mlp", "model.hidden=[7,5]", "model.norm=batch"]);
    check(&["data.source=digits", "model.kind=mlp", "model.hidden=[9]", "model.norm=layer"]);
    check(&["data.source=diabetes", "model.kind=linear"]);
}

#[test]
fn networks_of_convolutions_are_followed() {
    check(&["data.source=digits", "model.kind=cnn", "model.channels=[3,4]", "model.norm=batch"]);
    check(&["data.source=digits", "model.kind=resnet", "model.width=4"]);
    check(&["data.source=digits", "model.kind=resnet18"]);
    check(&["data.source=digits", "model.kind=mobilenet-v3-small"]);
    check(&["data.source=digits", "model.kind=efficientnet-b0"]);
}
