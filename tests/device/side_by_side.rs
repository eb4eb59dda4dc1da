//! Folds and trials at once of a model of one's own. Burn's generator is one for the whole process: who draws from it is
//! refused, and who does not has the bits of one fold after the other. So that no other test draws, what compares bits has a
//! process to itself.

use std::process::Command;
use std::sync::Arc;

use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig};
use kiln::experiment::ExperimentError;
use kiln::experiment::own::{FoldSettings, SearchSettings, cross_validate, search};
use kiln::kernels::dropout;
use kiln::prelude::*;
use kiln::validate::cross::Parallel;
use kiln::validate::search::{Direction, Space, StudyConfig};
use kiln_testkit::device;

use crate::common::exact;

#[derive(Module, Debug)]
struct Block {
    hidden: Linear,
    norm: BatchNorm,
    drop: Dropout,
}

/// First weights are Burn's, drawn when training begins.
#[derive(Module, Debug)]
struct Net {
    blocks: Vec<Block>,
    output: Linear,
}

impl Net {
    fn new(p: f64) -> Self {
        let block = |inputs| Block {
            hidden: LinearConfig::new(inputs, 8).init(&device()),
            norm: BatchNormConfig::new(8).init(&device()),
            drop: DropoutConfig::new(p).init(),
        };
        Self { blocks: vec![block(4), block(8)], output: LinearConfig::new(8, 3).init(&device()) }
    }

    /// Drops by Burn's generator as the blocks say, and by the seed of the step.
    fn forward(&self, inputs: Inputs, seed: Option<Seed>) -> Tensor<2> {
        let mut x = inputs.flat();
        for block in &self.blocks {
            x = block.drop.forward(block.norm.forward(block.hidden.forward(x)).tanh());
        }
        match seed {
            Some(seed) => self.output.forward(dropout(x, 0.3, seed)),
            None => self.output.forward(x),
        }
    }
}

fn trainer(part: &Prepared) -> Result<Trainer<Supervised<Net>>, ExperimentError> {
    let task = Supervised::with_default_loss(Net::forward, part.fitted.clone())?;
    let config = TrainConfig { epochs: 4, batch_size: 16, ..TrainConfig::default() };
    Ok(Trainer::new(task, config).optimizer(AdamConfig { lr: 0.01, ..AdamConfig::default() }))
}

/// The digests of the weights of four folds, `jobs` at once, with Burn's dropout of probability `p`.
fn folds(jobs: usize, p: f64) -> Result<Vec<String>, ExperimentError> {
    let config = DataConfig::new("iris");
    let iris = Arc::new(config.load()?);
    let splitter = StratifiedKFold { folds: 4, shuffle: Some(Seed::new(1)) };
    let settings = FoldSettings { parallel: Parallel { jobs, threads: 1 }, ..FoldSettings::default() };
    let found = cross_validate(&splitter, &Items::of(&iris)?, &settings, &(), |fold| {
        let part = fold.data(&iris, &config)?;
        fold.supervised(trainer(&part)?, Net::new(p), &part, part.train())
    })?;
    let folds = found.expect("nobody asked it to stop").folds;
    Ok(folds.into_iter().map(|fold| fold.weights_blake3).collect())
}

/// Runs a test that is ignored otherwise, alone in its process.
pub(crate) fn alone(name: &str) {
    let arguments = [name, "--exact", "--ignored"];
    let output = Command::new(std::env::current_exe().unwrap()).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn folds_at_once_of_burns_dropout_are_refused_with_its_path_and_the_remedy() {
    if !exact() {
        return;
    }
    let error = folds(2, 0.2).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("the modules blocks.0.drop, blocks.1.drop draw"), "{message}");
    let help = error.help().unwrap();
    assert!(help.contains("one job or worker") && help.contains("kiln::kernels::dropout"), "{help}");
}

#[test]
fn burns_dropout_at_once_and_a_metric_that_is_not_scored_end_the_search() {
    if !exact() {
        return;
    }
    let iris = Prepared::load(&DataConfig::new("iris"), Seed::new(0)).unwrap();
    let space = Space::parse(["lr=log(1e-3,1e-1)"]).unwrap();
    let judged = |monitor: &str, workers, p| {
        let monitor = monitor.to_owned();
        let settings = SearchSettings { trials: 3, workers, monitor, ..SearchSettings::default() };
        search(&StudyConfig::new(space.clone(), Direction::Minimise), &settings, &(), |trial| {
            let lr = trial.params().number("lr").unwrap_or(f64::NAN);
            let trainer = trainer(&iris)?.optimizer(AdamConfig { lr, ..AdamConfig::default() });
            trial.train(trainer, Net::new(p), &Data::new(iris.train()).validation(iris.validation().unwrap()))
        })
    };
    let run = |workers, p| judged("loss", workers, p);
    // No trial could have an objective, so the first one ends the search.
    let error = judged("acuracy", 1, 0.0).unwrap_err();
    assert!(error.to_string().contains("no validation metric \"acuracy\""), "{error}");
    assert!(error.to_string().contains("accuracy"), "{error}");
    let error = run(2, 0.2).unwrap_err();
    assert!(matches!(error, ExperimentError::Train(TrainError::SharedGenerator { .. })), "{error}");
    assert!(run(2, 0.0).unwrap().best().is_some());
    assert!(run(1, 0.2).unwrap().best().is_some());
}

#[test]
fn folds_at_once_have_the_bits_of_one_after_the_other() {
    if exact() {
        alone("side_by_side::bits_of_folds");
    }
}

#[test]
#[ignore = "`folds_at_once_have_the_bits_of_one_after_the_other` runs it"]
fn bits_of_folds() {
    // What does not drop does not draw. First weights do, and the folds that begin at once do not disturb each other.
    let expected = folds(1, 0.0).unwrap();
    for _ in 0..3 {
        assert_eq!(folds(4, 0.0).unwrap(), expected);
    }
    // One at a time, Burn's dropout is reproducible.
    let dropped = folds(1, 0.2).unwrap();
    assert_eq!(folds(1, 0.2).unwrap(), dropped);
    assert_ne!(dropped, expected);
}
