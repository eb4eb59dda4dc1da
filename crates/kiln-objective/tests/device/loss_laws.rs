//! The laws of losses, with every loss in them.

use burn::tensor::{Bool, DType, Int, Tensor, TensorData};
use kiln_core::Seed;
use kiln_data::Targets;
use kiln_objective::{
    BinaryCrossEntropyConfig, CrossEntropyConfig, FocalConfig, GaussianNllConfig, HingeConfig, HuberConfig,
    LogCoshConfig, LossConfig, MaeConfig, MseConfig, MultiMarginConfig, PoissonNllConfig, QuantileConfig,
    TargetKind, functional,
};
use kiln_testkit::{LossBatch, LossLaws, check_loss, device};

const ITEMS: usize = 7;

fn uniform(purpose: u64, index: usize, low: f64, high: f64) -> f64 {
    low + (high - low) * Seed::new(purpose).uniform(index as u64)
}

/// Rows of `width` numbers, for the items asked for.
fn rows(items: &[usize], width: usize, dtype: DType, number: impl Fn(usize) -> f64) -> Tensor<2> {
    let flat: Vec<f64> = items
        .iter()
        .flat_map(|item| (0..width).map(|w| number(item * width + w)).collect::<Vec<_>>())
        .collect();
    Tensor::from_data(TensorData::new(flat, [items.len(), width]), (&device(), dtype))
}

/// Item `i` has class `i % classes`.
fn class(item: usize, classes: usize) -> usize {
    item % classes
}

#[derive(Clone, Copy)]
enum Kind {
    Classes(usize),
    Shares(usize),
    Labels,
    Values(usize),
    Counts(usize),
}

struct Case {
    config: LossConfig,
    kind: Kind,
    laws: LossLaws,
    /// What outputs meet their targets, from a target; `None` where none has loss 0.
    perfect: Option<fn(f64) -> f64>,
}

fn case(config: LossConfig, kind: Kind, finite_at: Option<f64>, perfect: Option<fn(f64) -> f64>) -> Case {
    let non_negative = !matches!(config, LossConfig::PoissonNll(_) | LossConfig::GaussianNll(_));
    Case { config, kind, laws: LossLaws { non_negative, finite_at }, perfect }
}

fn cross(label_smoothing: f64, class_weights: &[f64], ignore_index: Option<i64>) -> LossConfig {
    let class_weights = class_weights.to_vec().into();
    LossConfig::CrossEntropy(CrossEntropyConfig { label_smoothing, class_weights, ignore_index })
}

fn cases() -> Vec<Case> {
    use Kind::{Classes, Counts, Labels, Shares, Values};
    let weights = [0.5, 2.0, 1.0];
    // Squares of these are still finite in f32.
    let (any, square) = (Some(1e30), Some(1e15));
    let sure: Option<fn(f64) -> f64> = Some(|label| 200.0 * label - 100.0);
    let equal: Option<fn(f64) -> f64> = Some(|value| value);
    let hinge = |squared| HingeConfig { margin: 1.0, squared };
    let multi_margin = |squared| MultiMarginConfig { margin: 1.0, squared };
    vec![
        case(cross(0.0, &[], None), Classes(3), any, sure),
        case(cross(0.2, &weights, None), Classes(3), any, None),
        case(cross(0.1, &weights, Some(1)), Classes(3), any, None),
        case(cross(0.1, &[], None), Shares(3), any, None),
        case(LossConfig::BinaryCrossEntropy(Default::default()), Labels, any, sure),
        case(LossConfig::BinaryCrossEntropy(BinaryCrossEntropyConfig { pos_weight: 3.0 }), Labels, any, sure),
        case(LossConfig::Focal(FocalConfig { gamma: 2.0, alpha: Some(0.25) }), Labels, any, sure),
        case(LossConfig::Focal(FocalConfig { gamma: 0.5, alpha: None }), Labels, any, sure),
        case(LossConfig::Hinge(hinge(false)), Labels, any, sure),
        case(LossConfig::Hinge(hinge(true)), Labels, square, sure),
        case(LossConfig::MultiMargin(multi_margin(false)), Classes(3), any, sure),
        case(LossConfig::MultiMargin(multi_margin(true)), Classes(3), square, sure),
        case(LossConfig::Mse(MseConfig {}), Values(2), square, equal),
        case(LossConfig::Mae(MaeConfig {}), Values(2), any, equal),
        case(LossConfig::Huber(HuberConfig { delta: 0.7 }), Values(2), any, equal),
        case(LossConfig::LogCosh(LogCoshConfig {}), Values(2), any, equal),
        case(LossConfig::Quantile(QuantileConfig { quantile: 0.2 }), Values(2), any, equal),
        // e^x overflows f32 at 88, as PyTorch's does: outputs here are up to 2.
        case(LossConfig::PoissonNll(PoissonNllConfig { full: true }), Counts(2), Some(40.0), None),
        case(LossConfig::GaussianNll(GaussianNllConfig::default()), Values(2), Some(1e10), None),
    ]
}

#[test]
fn every_loss_of_a_configuration_keeps_the_laws() {
    for Case { config, kind, laws, perfect } in cases() {
        let target = match kind {
            Kind::Classes(classes) | Kind::Shares(classes) => TargetKind::Classes(classes),
            Kind::Labels => TargetKind::Classes(2),
            Kind::Values(columns) | Kind::Counts(columns) => TargetKind::Values(columns),
        };
        let loss = config.build(target).unwrap();
        assert_eq!(config.is_non_negative(), laws.non_negative, "{config:?}");
        let counts: Vec<f64> = (0..ITEMS)
            .map(|item| match (&config, kind) {
                (LossConfig::CrossEntropy(config), Kind::Classes(classes)) => {
                    let own = class(item, classes);
                    let counted = config.ignore_index != Some(own as i64);
                    let weight = config.class_weights.list().map_or(1.0, |weights| weights[own]);
                    f64::from(u8::from(counted)) * weight
                }
                _ => 1.0,
            })
            .collect();
        let value = |index: usize| match kind {
            Kind::Shares(classes) => {
                // Rows that sum to 1.
                let row = index / classes;
                let part = |c: usize| uniform(1, row * classes + c, 0.1, 1.0);
                part(index % classes) / (0..classes).map(part).sum::<f64>()
            }
            Kind::Counts(_) => (index % 5) as f64,
            _ => uniform(1, index, -2.0, 2.0),
        };
        let targets = |items: &[usize], dtype: DType| match kind {
            Kind::Classes(classes) => Targets::Classes(Tensor::<1, Int>::from_data(
                items.iter().map(|&item| class(item, classes) as i64).collect::<Vec<_>>().as_slice(),
                &device(),
            )),
            Kind::Labels => Targets::Classes(Tensor::<1, Int>::from_data(
                items.iter().map(|&item| class(item, 2) as i64).collect::<Vec<_>>().as_slice(),
                &device(),
            )),
            Kind::Shares(width) | Kind::Values(width) | Kind::Counts(width) => {
                Targets::Values(rows(items, width, dtype, value))
            }
        };
        let width = loss.outputs();
        let batch = |items: &[usize], dtype: DType, scale: f64| LossBatch {
            outputs: rows(items, width, dtype, |index| scale * uniform(2, index, -2.0, 2.0)),
            targets: targets(items, dtype),
        };
        let all: Vec<usize> = (0..ITEMS).collect();
        let met = |dtype: DType| {
            let output = perfect.unwrap();
            let outputs = rows(&all, width, dtype, |index| match kind {
                Kind::Classes(classes) => {
                    output(f64::from(u8::from(index % width == class(index / width, classes))))
                }
                Kind::Labels => output(class(index, 2) as f64),
                _ => output(value(index)),
            });
            LossBatch { outputs, targets: targets(&all, dtype) }
        };
        check_loss(
            &format!("{config:?}"),
            &counts,
            batch,
            |outputs, targets: &Targets, weights| loss.weighted(outputs, targets, weights.as_ref()),
            perfect.is_some().then_some(&met),
            laws,
        );
    }
}

type Function = fn(Tensor<2>, Tensor<2>, Tensor<1, Bool>) -> Tensor<1>;

#[test]
fn every_loss_on_tensors_keeps_the_laws() {
    const WIDTH: usize = 4;
    let functions: [(&str, bool, Option<f64>, bool, Function); 6] = [
        ("kl", false, Some(1e30), false, |x, a, _| functional::kl_divergence(x, a).sum_dim(1).squeeze_dim(1)),
        ("cosine, alike", true, Some(1e12), false, |x, a, _| {
            let all = Tensor::<1, Int>::ones([x.dims()[0]], &x.device()).equal_elem(1);
            functional::cosine_embedding(x, a, all, 0.0)
        }),
        ("cosine", true, Some(1e12), false, |x, a, same| functional::cosine_embedding(x, a, same, 0.1)),
        ("triplet", true, Some(1e12), true, |x, a, _| {
            functional::triplet_margin(x.clone(), a.clone(), a.add_scalar(3.0), 0.5, false)
        }),
        ("dice", true, None, true, |x, a, _| functional::dice(x, a, 1.0)),
        ("tversky", true, None, true, |x, a, _| functional::tversky(x, a, 0.3, 0.7, 1.0)),
    ];
    for (name, non_negative, finite_at, zero, function) in functions {
        let masks = matches!(name, "dice" | "tversky");
        let other = |index: usize| {
            let number = uniform(3, index, 0.0, 1.0);
            if masks { number.round() } else { number }
        };
        let make = |items: &[usize], dtype, number: &dyn Fn(usize) -> f64| LossBatch {
            outputs: rows(items, WIDTH, dtype, number),
            targets: (
                rows(items, WIDTH, dtype, other),
                items.iter().map(|item| i64::from(item % 3 == 0)).collect::<Vec<_>>(),
            ),
        };
        let all: Vec<usize> = (0..ITEMS).collect();
        let met = |dtype| make(&all, dtype, &other);
        check_loss(
            name,
            &[1.0; ITEMS],
            |items: &[usize], dtype, scale| {
                make(items, dtype, &|index| scale * uniform(4, index, if masks { 0.0 } else { -1.0 }, 1.0))
            },
            |outputs, (other, same): &(Tensor<2>, Vec<i64>), weights| {
                let same = Tensor::<1, Int>::from_data(same.as_slice(), &outputs.device()).equal_elem(1);
                let losses = function(outputs, other.clone(), same);
                match weights {
                    Some(weights) => functional::weighted_mean(losses, &weights),
                    None => losses.mean(),
                }
            },
            zero.then_some(&met),
            LossLaws { non_negative, finite_at },
        );
    }
}
