//! What several members say together, against means that were taken in f64.

use burn::tensor::{Device, Tensor, TensorData};
use kiln_objective::{
    BinaryCrossEntropyConfig, GaussianNllConfig, Loss, LossConfig, MseConfig, PoissonNllConfig, TargetKind,
};

const ITEMS: usize = 3;

fn members(outputs: usize) -> [Vec<f64>; 3] {
    let number = |member: usize, place: usize| ((member * 17 + place * 5) % 23) as f64 / 3.0 - 4.0;
    std::array::from_fn(|member| (0..ITEMS * outputs).map(|place| number(member, place)).collect())
}

fn average(loss: &Loss, members: &[Vec<f64>]) -> Vec<f64> {
    let device = kiln_testkit::device();
    let width = loss.outputs();
    let tensor = |numbers: &Vec<f64>| {
        let numbers: Vec<f32> = numbers.iter().map(|number| *number as f32).collect();
        Tensor::<2>::from_data(TensorData::new(numbers, [ITEMS, width]), &device)
    };
    let members = members.iter().map(tensor).collect();
    loss.average(members).into_data().iter::<f32>().map(f64::from).collect()
}

/// Checks the average of what `prediction` makes of a row of outputs.
fn check(config: LossConfig, target: TargetKind, prediction: impl Fn(&[f64]) -> Vec<f64>) {
    let loss = config.build(target).unwrap();
    let (width, members) = (loss.outputs(), members(loss.outputs()));
    for (item, found) in average(&loss, &members).chunks(width).enumerate() {
        let of = |member: &Vec<f64>| prediction(&member[item * width..(item + 1) * width]);
        let each: Vec<Vec<f64>> = members.iter().map(of).collect();
        for (place, found) in prediction(found).iter().enumerate() {
            let expected = each.iter().map(|numbers| numbers[place]).sum::<f64>() / 3.0;
            assert!((found - expected).abs() < 1e-5 * expected.abs().max(1.0), "{found} is not {expected}");
        }
    }
    // One member speaks for itself.
    assert_eq!(average(&loss, &members[..1]).len(), ITEMS * width);
}

#[test]
fn probabilities_rates_and_numbers_are_averaged() {
    let softmax = |row: &[f64]| {
        let sum: f64 = row.iter().map(|logit| logit.exp()).sum();
        row.iter().map(|logit| logit.exp() / sum).collect()
    };
    check(LossConfig::CrossEntropy(Default::default()), TargetKind::Classes(4), softmax);
    let sigmoid = |row: &[f64]| row.iter().map(|logit| 1.0 / (1.0 + (-logit).exp())).collect();
    let binary = LossConfig::BinaryCrossEntropy(BinaryCrossEntropyConfig::default());
    check(binary, TargetKind::Classes(2), sigmoid);
    let rate = |row: &[f64]| row.iter().map(|log_rate| log_rate.exp()).collect();
    check(LossConfig::PoissonNll(PoissonNllConfig::default()), TargetKind::Values(2), rate);
    check(LossConfig::Mse(MseConfig {}), TargetKind::Values(2), <[f64]>::to_vec);
    // Mean and second moment of a mixture are the means of those of its parts.
    let moments = |row: &[f64]| {
        let (means, log_variances) = row.split_at(2);
        let second = means.iter().zip(log_variances).map(|(mean, log)| log.exp() + mean * mean);
        means.iter().copied().chain(second).collect()
    };
    check(LossConfig::GaussianNll(GaussianNllConfig::default()), TargetKind::Values(2), moments);
}

#[test]
fn large_logits_stay_finite() {
    let device: Device = kiln_testkit::device();
    let loss = LossConfig::default_for(TargetKind::Classes(2)).build(TargetKind::Classes(2)).unwrap();
    let tensor = |row: [f32; 2]| Tensor::<2>::from_data([row], &device);
    let both = loss.average(vec![tensor([300.0, -300.0]), tensor([-300.0, 300.0])]);
    let both: Vec<f32> = both.into_data().iter::<f32>().collect();
    assert!(both.iter().all(|logit| (logit + 2f32.ln()).abs() < 1e-5), "{both:?}");
}
