//! A metric of your own over the whole validation part: it picks the best weights.
//!
//! ```text
//! cargo run --release --example own_metric
//! ```

use kiln::prelude::*;

/// The share of malignant tumours taken for benign, where one benign tumour in twenty may be taken for malignant.
fn missed(all: &Kept) -> f64 {
    let risks = |class| {
        let own = all.rows().zip(all.targets()).filter(move |(_, y)| **y == class);
        own.map(|(logits, _)| logits[0] - logits[1]).collect::<Vec<f64>>()
    };
    let (malignant, mut benign) = (risks(0.0), risks(1.0));
    benign.sort_by(f64::total_cmp);
    let alarm = benign.get(benign.len() * 19 / 20).copied().unwrap_or(f64::NAN);
    malignant.iter().filter(|risk| **risk <= alarm).count() as f64 / malignant.len() as f64
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = DeviceName::Auto.open()?;
    let tumours = Prepared::load(&DataConfig::new("breast-cancer"), Seed::new(0))?;
    let target = TargetKind::Classes(tumours.fitted.outputs());
    let loss = LossConfig::CrossEntropy(CrossEntropyConfig::default()).build(target)?;
    let config = ModelConfig::Mlp(MlpConfig { hidden: vec![8], ..MlpConfig::default() });
    let model = config.init(tumours.fitted.input_shape(), loss.outputs(), &device, Seed::new(0))?;

    // No name of the field tells which values are better, so the metric does.
    let task = Supervised::new(Network::forward, loss, tumours.fitted.clone())
        .metric(Metric::minimise("missed"), missed);
    let data = Data::new(tumours.train()).validation(tumours.validation().ok_or("no validation part")?);
    let train = TrainConfig { epochs: 60, monitor: "missed".to_owned(), ..TrainConfig::default() };
    let optimizer = OptimConfig::Adam(AdamConfig { lr: 0.01, ..AdamConfig::default() });
    let outcome = Trainer::new(task.clone(), train).optimizer(optimizer).fit(model, &data)?;

    let test = Loader::new(tumours.test().ok_or("no test part")?, 500)?;
    let metrics = evaluate(&task, &outcome.model, &test, &device)?.metrics();
    println!("accuracy {:.3}", metrics.get("accuracy").unwrap_or(f64::NAN));
    println!("missed {:.3} of the malignant tumours", metrics.get("missed").unwrap_or(f64::NAN));
    Ok(())
}
