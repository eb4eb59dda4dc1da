//! A form of inputs that no built-in model reads: token sequences, with a model of the test's own. They are split, cut
//! into folds, trained on, resumed and predicted as tables and images are, and nothing but `form/tokens.rs` and one line
//! of the list of forms knows of them.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use burn::nn;
use burn::tensor::{Device, TensorData};
use kiln::data::{Features, Fitted, Preprocess, Target, TokenShape, Tokens};
use kiln::prelude::*;
use kiln::train::checkpoint::CheckpointStore;
use kiln::validate::cross::{Inner, Parallel, cross_validate, fold_split};
use kiln::validate::split::{Items, StratifiedKFold};
use kiln_testkit::device;

const VOCABULARY: u32 = 20;
/// An item is of the second class when it has this token.
const SIGN: u32 = 7;
const WIDTH: usize = 6;

/// Words of different length, one of which says all.
fn sentences() -> Dataset {
    let seed = Seed::new(5);
    let sentence = |row: u64| -> Vec<u32> {
        let (length, words) = (seed.bits(row) % 12, seed.at(row));
        (0..length).map(|place| (words.bits(place) % u64::from(VOCABULARY)) as u32).collect()
    };
    let tokens = Tokens::new(VOCABULARY as usize, (0..300).map(sentence));
    let labels = (0..300).map(|row| u32::from(tokens.sequence(row).contains(&SIGN))).collect();
    let target = Target::Classes { labels, names: vec!["without".to_owned(), "with".to_owned()] };
    Dataset::new("sentences", Features::Tokens(tokens), target)
}

/// A classifier of the mean embedding of the tokens of an item.
#[derive(Module, Debug)]
struct Bag {
    embedding: nn::Embedding,
    output: nn::Linear,
}

impl Bag {
    /// First weights are a function of the seed.
    fn new(shape: TokenShape, device: &Device, seed: Seed) -> Self {
        let bag = Self {
            embedding: nn::EmbeddingConfig::new(shape.vocabulary, WIDTH).init(device),
            output: nn::LinearConfig::new(WIDTH, 2).init(device),
        };
        let mut weights = Weights::of(&bag);
        let drawn = |dims: [usize; 2], seed: Seed| {
            let numbers = (0..(dims[0] * dims[1]) as u64).map(|i| 0.3 * seed.normal(i) as f32).collect();
            TensorData::new::<f32, _>(numbers, dims)
        };
        weights.insert("embedding.weight", drawn([shape.vocabulary, WIDTH], seed.at(0)));
        weights.insert("output.weight", drawn([WIDTH, 2], seed.at(1)));
        weights.insert("output.bias", TensorData::new(vec![0.0f32; 2], [2]));
        weights.apply(bag).unwrap()
    }

    /// Padding counts nothing, and neither does it count among the tokens of an item.
    fn forward(&self, inputs: Inputs, _: Option<Seed>) -> Tensor<2> {
        let batch = inputs.into_tokens().expect("the task has token sequences");
        let mask: Tensor<3> = batch.mask.unsqueeze_dim(2);
        let sum: Tensor<2> = (self.embedding.forward(batch.ids) * mask).sum_dim(1).squeeze_dim(1);
        let lengths: Tensor<2> = batch.lengths.float().clamp_min(1.0).unsqueeze_dim(1);
        self.output.forward(sum / lengths)
    }
}

fn task(fitted: &Arc<Fitted>) -> Supervised<Bag> {
    let target = TargetKind::Classes(fitted.outputs());
    let loss = LossConfig::default_for(target).build(target).unwrap();
    Supervised::new(Bag::forward, loss, Arc::clone(fitted))
}

fn bag(fitted: &Fitted) -> Bag {
    let shape = fitted.input_shape().as_tokens().expect("the data are token sequences");
    Bag::new(shape, &device(), Seed::new(0))
}

fn trainer(fitted: &Arc<Fitted>, epochs: usize) -> Trainer<Supervised<Bag>> {
    let config = TrainConfig { epochs: epochs as u64, batch_size: 16, ..TrainConfig::default() };
    Trainer::new(task(fitted), config)
        .optimizer(OptimConfig::Adam(AdamConfig { lr: 0.05, ..AdamConfig::default() }))
}

fn accuracy(model: &Bag, rows: Rows, fitted: &Arc<Fitted>) -> f64 {
    let scores = evaluate(&task(fitted), model, &Loader::new(rows, 32).unwrap(), &device()).unwrap();
    scores.metrics().get("accuracy").unwrap()
}

fn prepared() -> Prepared {
    Prepared::new(sentences(), &DataConfig::new("sentences"), Seed::new(0)).unwrap()
}

#[test]
fn token_sequences_train_and_are_predicted() {
    let prepared = prepared();
    let data = Data::new(prepared.train()).validation(prepared.validation().unwrap());
    let outcome = trainer(&prepared.fitted, 25).fit(bag(&prepared.fitted), &data).unwrap();
    let test = accuracy(&outcome.model, prepared.test().unwrap(), &prepared.fitted);
    assert!(test > 0.9, "{test} of the test items are right");

    // What is stored beside the weights reads new sequences as the training did.
    let stored = serde_json::to_string(&*prepared.fitted).unwrap();
    let fitted: Arc<Fitted> = Arc::new(serde_json::from_str(&stored).unwrap());
    let new = Features::Tokens(Tokens::new(VOCABULARY as usize, [vec![1, SIGN, 2], vec![1, 3, 2]]));
    let logits =
        task(&fitted).predict_logits(&outcome.model, fitted.inputs(&new, &[0, 1], &device()).unwrap());
    assert!(logits[1] > logits[0] && logits[2] > logits[3], "{logits:?}");
}

struct StopAt(u64);

impl Callback for StopAt {
    fn on_step_end(&mut self, view: &StepView) -> Result<ControlFlow<Stop>, TrainError> {
        Ok(if view.step == self.0 {
            ControlFlow::Break(Stop::Interrupted)
        } else {
            ControlFlow::Continue(())
        })
    }
}

#[test]
fn a_resumed_run_ends_with_the_same_bits() {
    let prepared = prepared();
    let data = Data::new(prepared.train()).validation(prepared.validation().unwrap());
    let run = |folder: &Path| trainer(&prepared.fitted, 4).run_dir(folder, CheckpointConfig::default());
    let optimizer = |folder: &Path| {
        let newest = CheckpointStore::new(folder.join("checkpoints"), 1).newest().unwrap().0.unwrap();
        newest.optimizer.blake3()
    };
    let whole = tempfile::tempdir().unwrap();
    let expected = run(whole.path()).fit(bag(&prepared.fitted), &data).unwrap();
    // In the middle of an epoch, and at its end.
    for stop in [5, 14] {
        let folder = tempfile::tempdir().unwrap();
        let first = run(folder.path()).callback(StopAt(stop)).fit(bag(&prepared.fitted), &data).unwrap();
        assert_eq!(first.stop, Stop::Interrupted);
        let outcome = run(folder.path()).resume(bag(&prepared.fitted), &data).unwrap();
        assert_eq!(outcome.last_weights_blake3, expected.last_weights_blake3, "stopped at step {stop}");
        assert_eq!(optimizer(folder.path()), optimizer(whole.path()));
    }
}

#[test]
fn folds_are_stratified_and_each_learns_its_vocabulary_from_its_training_part() {
    let data = Arc::new(sentences());
    let (labels, _) = data.target.strata().unwrap();
    let items = Items::new(labels.len()).labels(labels);
    let splitter = StratifiedKFold { folds: 3, shuffle: Some(Seed::new(1)) };
    let scores = cross_validate(&splitter, &items, Parallel::new(1), |_, fold| {
        let split = fold_split(fold, &data, 0.1, Inner::Random { stratify: true }, Seed::new(2))?;
        let fitted = Arc::new(Preprocess::default().fit(&split.train_view(&data))?);
        let train = Data::new(Rows::training(Arc::clone(&data), &split, Arc::clone(&fitted)));
        let model = trainer(&fitted, 25).fit(bag(&fitted), &train)?.model;
        let test = Rows::new(Arc::clone(&data), fold.test().to_vec(), Arc::clone(&fitted));
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>((
            accuracy(&model, test, &fitted),
            fold.test().len(),
        ))
    });
    let scores = scores.unwrap();
    assert_eq!(scores.iter().map(|(_, items)| items).sum::<usize>(), labels.len());
    for (accuracy, _) in scores {
        assert!(accuracy > 0.85, "{accuracy}");
    }
}

#[test]
fn penalties_on_inputs_are_refused_for_what_is_no_number() {
    let prepared = prepared();
    let penalty = serde_json::from_value(serde_json::json!({ "kind": "input-gradient", "strength": 0.1 }));
    let penalties = kiln::objective::BatchPenalties::new(&[penalty.unwrap()]).unwrap();
    let task = task(&prepared.fitted).penalties(penalties);
    let error = Trainer::new(task, TrainConfig::default())
        .fit(bag(&prepared.fitted), &Data::new(prepared.train()))
        .unwrap_err();
    assert!(error.to_string().contains("token sequences"), "{error}");
}
