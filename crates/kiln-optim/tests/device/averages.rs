//! Averages of weights against timm and PyTorch (`tests/golden/average.py`).

use burn::module::{Module, Param, RunningState};
use burn::tensor::{DType, Tensor, TensorData};
use kiln_core::{Weights, params};
use kiln_optim::{Average, AverageConfig, EmaConfig, SwaConfig};
use kiln_testkit::{device, device_name, few};

use crate::common::{assert_close, expected, precisions};

#[derive(Module, Debug)]
struct Model {
    weight: Param<Tensor<2>>,
    running_mean: RunningState<Tensor<1>>,
}

/// The model behind step `t`, as the script has it.
fn model(golden: &Weights, t: u64, dtype: DType) -> Model {
    let value = |name: &str| {
        let part = |part: &str| expected(golden, &format!("{name}/{part}"));
        let mix = |(a, b): (&f64, &f64)| a * (t as f64 / 10.0).cos() + b * (t as f64 / 100.0);
        let values: Vec<f64> = part("a").iter().zip(&part("b")).map(mix).collect();
        let shape = golden.get(&format!("{name}/a")).unwrap().shape().clone();
        TensorData::new(values, shape).convert_dtype(dtype)
    };
    Model {
        weight: Param::from_tensor(Tensor::from_data(value("weight"), (&device(), dtype))),
        running_mean: RunningState::new(Tensor::from_data(value("running_mean"), (&device(), dtype))),
    }
}

fn cases() -> Vec<(&'static str, AverageConfig)> {
    let ema = |config| AverageConfig::Ema(config);
    let default = EmaConfig::default;
    vec![
        ("ema", ema(EmaConfig { decay: 0.95, ..default() })),
        // Two epochs of ten steps.
        ("ema-late", ema(EmaConfig { decay: 0.9, start: 2.0, ..default() })),
        ("ema-warmup", ema(EmaConfig { decay: 0.999, warmup: true, ..default() })),
        (
            "ema-warmup-options",
            ema(EmaConfig {
                decay: 0.9,
                min_decay: 0.3,
                warmup: true,
                warmup_gamma: 5.0,
                warmup_power: 0.75,
                ..default()
            }),
        ),
        ("ema-torch", ema(EmaConfig { decay: 0.97, ..default() })),
        ("ema-every", ema(EmaConfig { decay: 0.8, every: 7, ..default() })),
        ("swa", AverageConfig::Swa(SwaConfig { start: 0.5, every: Some(10), evaluate: true })),
    ]
}

#[test]
fn averages_are_timms_and_pytorchs() {
    let golden = kiln_testkit::golden("average");
    for (name, config) in few(&cases()).to_vec() {
        for (dtype, _) in precisions() {
            let tolerance = if dtype == DType::F64 { 1e-12 } else { 1e-6 };
            let mut average = Average::new(&config, 10, 100).unwrap();
            let mut compared = 0;
            for t in 1..=100 {
                let model = model(&golden, t, dtype);
                average.update(&model, t);
                for what in ["weight", "running_mean"] {
                    let key = format!("{name}/{t}/{what}");
                    // Before the first update there is no average; the scripts keep their first weights.
                    if golden.get(&key).is_none() || average.updates() == 0 {
                        continue;
                    }
                    let averaged = Weights::of(&average.apply(model.clone()));
                    let found: Vec<f64> = averaged.get(what).unwrap().iter::<f64>().collect();
                    assert_close(&found, &expected(&golden, &key), tolerance, &key);
                    compared += 1;
                }
            }
            assert!(compared >= 3, "{name}");
        }
    }
}

#[test]
fn the_model_is_left_as_it_is() {
    let golden = kiln_testkit::golden("average");
    let mut average = Average::new(&cases()[0].1, 10, 100).unwrap();
    let now = model(&golden, 1, DType::F32);
    average.update(&now, 1);
    let later = model(&golden, 50, DType::F32);
    let before = Weights::of(&later).blake3();
    average.update(&later, 2);
    let averaged = average.apply(later.clone());
    assert_eq!(Weights::of(&later).blake3(), before);
    assert_ne!(Weights::of(&averaged).blake3(), before);
}

#[test]
fn a_fresh_average_with_the_state_goes_on_with_the_same_bits() {
    let golden = kiln_testkit::golden("average");
    // In software a GPU has time for one of the two.
    let both = [true, false];
    for &evaluate in if device_name().is_cpu() { &both[..] } else { &both[..1] } {
        for (name, config) in few(&cases()).to_vec() {
            let config = match config {
                AverageConfig::Ema(ema) => AverageConfig::Ema(EmaConfig { evaluate, ..ema }),
                AverageConfig::Swa(swa) => AverageConfig::Swa(SwaConfig { evaluate, ..swa }),
                other => unreachable!("{}", other.name()),
            };
            let mut whole = Average::new(&config, 10, 100).unwrap();
            for t in 1..=80 {
                whole.update(&model(&golden, t, DType::F32), t);
            }
            let last = model(&golden, 80, DType::F32);
            let trained = Weights::of(&last);
            // What counts is the average or the model; the rest is in the state.
            let counting =
                if whole.counts() { Weights::of(&whole.apply(last.clone())) } else { trained.clone() };
            let state = whole.state(&trained);
            let mut resumed = Average::new(&config, 10, 100).unwrap();
            let back =
                resumed.load(&state, whole.updates(), &counting, &params::list(&last), &device()).unwrap();
            assert_eq!(back.blake3(), trained.blake3(), "{name}");
            for t in 81..=100 {
                whole.update(&model(&golden, t, DType::F32), t);
                resumed.update(&model(&golden, t, DType::F32), t);
            }
            let end =
                |average: &Average| Weights::of(&average.apply(model(&golden, 100, DType::F32))).blake3();
            assert_eq!(end(&whole), end(&resumed), "{name}");
            let missing = Average::new(&config, 10, 100).unwrap().load(
                &Weights::default(),
                3,
                &Weights::default(),
                &params::list(&last),
                &device(),
            );
            assert!(missing.unwrap_err().to_string().contains("holds no"), "{name}");
        }
    }
}

#[test]
fn settings_out_of_range_are_refused_with_their_key() {
    let refused = |config: AverageConfig, key: &str| {
        let error = Average::new(&config, 10, 100).unwrap_err();
        assert!(error.to_string().starts_with(&format!("average.{key} is ")), "{error}");
    };
    let (ema, swa) = (EmaConfig::default, SwaConfig::default);
    for bad in [-0.1, f64::NAN, f64::INFINITY] {
        refused(AverageConfig::Ema(EmaConfig { decay: bad, ..ema() }), "decay");
        refused(AverageConfig::Ema(EmaConfig { min_decay: bad, ..ema() }), "min_decay");
        refused(AverageConfig::Ema(EmaConfig { start: bad, ..ema() }), "start");
        refused(AverageConfig::Ema(EmaConfig { warmup_gamma: bad, ..ema() }), "warmup_gamma");
        refused(AverageConfig::Ema(EmaConfig { warmup_power: bad, ..ema() }), "warmup_power");
        refused(AverageConfig::Swa(SwaConfig { start: bad, ..swa() }), "start");
    }
    refused(AverageConfig::Ema(EmaConfig { every: 0, ..ema() }), "every");
    refused(AverageConfig::Swa(SwaConfig { every: Some(0), ..swa() }), "every");
    refused(AverageConfig::Swa(SwaConfig { start: 1.0, ..swa() }), "start");
}
