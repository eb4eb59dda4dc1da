//! Several ranks, here threads that meet over TCP, come to the bits of one.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use burn::tensor::Device;
use kiln_core::{ErrorKind, Explain, Seed};
use kiln_data::{DataError, Source};
use kiln_optim::{AverageConfig, OptimConfig, SgdConfig};
use kiln_ranks::{Meeting, Ranks, Tcp};
use kiln_train::{
    Callback, CheckpointConfig, Data, EpochRecord, StepView, Stop, TrainConfig, TrainError, Trainer,
};

use crate::common::{PointBatch, PointTask, Points, config, data, model, trainer};
use crate::stopped::{End, StopAt, build, end, uninterrupted};

const WAIT: Duration = Duration::from_secs(20);

/// Does `work` on so many ranks, and gives what came of each.
fn on<R: Send + 'static>(ranks: usize, work: impl Fn(Ranks) -> R + Send + Sync + 'static) -> Vec<R> {
    let meeting = Meeting::open("127.0.0.1:0", "").unwrap();
    let (address, work) = (meeting.address().unwrap().to_string(), Arc::new(work));
    let others: Vec<_> = (1..ranks)
        .map(|rank| {
            let (address, work) = (address.clone(), Arc::clone(&work));
            thread::spawn(move || {
                let tcp = Tcp::join(&address, "", rank, ranks, WAIT, &mut || Ok(()));
                work(Ranks::new(tcp.unwrap()))
            })
        })
        .collect();
    let first = work(Ranks::new(meeting.gather(ranks, WAIT, &mut || Ok(())).unwrap()));
    [first].into_iter().chain(others.into_iter().map(|other| other.join().unwrap())).collect()
}

/// What is the same on every rank: the weights, the epochs as the first one knows them, why it stopped.
type Same = (String, Stop);

/// Trains on so many ranks in `folder`, stopped behind step `stop`. All are the same: gives what they are.
pub(crate) fn train(
    folder: &Path,
    config: &TrainConfig,
    ranks: usize,
    resume: bool,
    stop: Option<u64>,
) -> Option<End> {
    let (path, config) = (folder.to_owned(), config.clone());
    let ends: Vec<(Same, Option<End>)> = on(ranks, move |ranks| {
        let head = ranks.is_head();
        let mut trainer = build(&path, &config).ranks(ranks);
        if let Some(step) = stop {
            trainer = trainer.callback(StopAt(step));
        }
        let fit = if resume { Trainer::resume } else { Trainer::fit };
        let outcome = fit(&mut trainer, model(), &data()).unwrap();
        assert!(outcome.lost.is_none());
        let same = (outcome.last_weights_blake3.clone(), outcome.stop.clone());
        (same, (head && !outcome.stop.can_go_on()).then(|| end(&path, outcome)))
    });
    for other in &ends {
        assert_eq!(other.0, ends[0].0);
    }
    ends.into_iter().next().and_then(|first| first.1)
}

pub(crate) fn sharded(shards: usize) -> TrainConfig {
    TrainConfig { epochs: 4, shards, drop_last: true, ..config() }
}

#[test]
fn any_number_of_ranks_comes_to_the_same_end() {
    // 103 items in batches of 20: the last batch has 3, and so fewer shards; batch norm refuses it.
    let config =
        TrainConfig { batch_size: 20, drop_last: true, accumulate: 2, clip_norm: Some(0.5), ..sharded(5) };
    let whole = uninterrupted(&config);
    for ranks in [2, 3, 4, 5] {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(train(folder.path(), &config, ranks, false, None).as_ref(), Some(&whole), "{ranks} ranks");
    }
    // Another number of shards is another training.
    assert_ne!(uninterrupted(&TrainConfig { shards: 4, ..config }).last, whole.last);
}

#[test]
fn a_run_goes_on_with_another_number_of_ranks() {
    let config = TrainConfig { batch_size: 20, drop_last: true, ..sharded(4) };
    let whole = uninterrupted(&config);
    for (stop, before, after) in [(1, 4, 2), (5, 2, 3), (8, 1, 4), (13, 3, 1)] {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(train(folder.path(), &config, before, false, Some(stop)), None);
        let ended = train(folder.path(), &config, after, true, None);
        assert_eq!(ended.as_ref(), Some(&whole), "stopped behind step {stop}");
        // Read again, by other ranks still.
        assert_eq!(train(folder.path(), &config, 2, true, None).as_ref(), Some(&whole));
    }
}

#[test]
fn averages_momentum_and_limits_of_steps_are_the_same_on_all() {
    let config = TrainConfig { steps: Some(9), ..sharded(2) };
    let with_average = move |ranks: Option<Ranks>| {
        let average: AverageConfig =
            serde_json::from_value(serde_json::json!({ "kind": "ema", "decay": 0.9 })).unwrap();
        let sgd = SgdConfig { lr: 0.1, momentum: 0.9, weight_decay: 1e-3, ..SgdConfig::default() };
        let mut trainer = trainer(config.clone()).optimizer(OptimConfig::Sgd(sgd)).average(average);
        if let Some(ranks) = ranks {
            trainer = trainer.ranks(ranks);
        }
        let outcome = trainer.fit(model(), &data()).unwrap();
        let untimed = |record: &EpochRecord| EpochRecord { seconds: 0.0, ..record.clone() };
        (outcome.last_weights_blake3, outcome.history.epochs.iter().map(untimed).collect::<Vec<_>>())
    };
    let alone = with_average(None);
    for other in on(2, move |ranks| with_average(Some(ranks))) {
        assert_eq!(other, alone);
    }
}

/// Items that cannot be read any more after so many batches.
#[derive(Debug)]
struct Failing(Points, std::sync::atomic::AtomicI64);

impl Source<PointBatch> for Failing {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn batch(&self, items: &[usize], device: &Device) -> Result<PointBatch, DataError> {
        if self.1.fetch_sub(1, std::sync::atomic::Ordering::Relaxed) <= 0 {
            return Err(DataError::NoItems);
        }
        self.0.batch(items, device)
    }

    fn fingerprint(&self) -> Option<kiln_data::Fingerprint> {
        self.0.fingerprint()
    }
}

#[test]
fn a_rank_that_fails_interrupts_the_others_which_save_their_last_step() {
    let config = TrainConfig { batch_size: 20, drop_last: true, prefetch: 0, ..sharded(4) };
    let whole = uninterrupted(&config);
    let folder = tempfile::tempdir().unwrap();
    let (path, of_all) = (folder.path().to_owned(), config.clone());
    let ends = on(3, move |ranks| {
        let rank = ranks.rank();
        let mut trainer = build(&path, &of_all).ranks(ranks);
        let points = |seed, len| Points { seed: Seed::new(seed), len };
        // What looks for layers of batch norm takes a few batches, too.
        let left = if rank == 1 { 12 } else { i64::MAX };
        let data = Data::new(Failing(points(1, 103), left.into())).validation(points(2, 57));
        match trainer.fit(model(), &data) {
            Ok(outcome) => (outcome.stop.reason(), outcome.lost.unwrap().to_string(), outcome.steps),
            Err(error) => ("failed", error.to_string(), 0),
        }
    });
    assert_eq!((ends[1].0, ends[0].0, ends[2].0), ("failed", "interrupted", "interrupted"));
    assert!(ends[0].2 > 5, "{ends:?}");
    for end in [&ends[0], &ends[2]] {
        assert!(end.1.contains("rank 1 has ended: ") || end.1.contains("has gone"), "{}", end.1);
    }
    assert_eq!(train(folder.path(), &config, 2, true, None), Some(whole));
}

#[test]
fn who_is_not_like_rank_0_is_refused_by_name() {
    type Other = fn(Ranks, TrainConfig) -> Result<Stop, TrainError>;
    fn fit(trainer: Trainer<PointTask>, ranks: Ranks, data: &Data<PointBatch>) -> Result<Stop, TrainError> {
        trainer.ranks(ranks).fit(model(), data).map(|outcome| outcome.stop)
    }
    let cases: [(Other, &str); 4] = [
        (|ranks, config| fit(trainer(config).seed(8), ranks, &data()), "seed is 7 on rank 0 and 8 there"),
        (
            |ranks, config| fit(trainer(TrainConfig { clip_norm: Some(1.0), ..config }), ranks, &data()),
            "train.clip_norm is none on rank 0 and 1.0 there",
        ),
        (
            |ranks, config| {
                let other = Points { seed: Seed::new(3), len: 103 };
                let data = Data::new(other).validation(Points { seed: Seed::new(2), len: 57 });
                fit(trainer(config), ranks, &data)
            },
            "data.train.fingerprint is",
        ),
        (
            |ranks, config| {
                let other = crate::common::Net::new(&kiln_testkit::device());
                trainer(config).ranks(ranks).fit(other, &data()).map(|outcome| outcome.stop)
            },
            "it has other weights",
        ),
    ];
    for (other, expected) in cases {
        let errors = on(2, move |ranks| match ranks.is_head() {
            true => fit(trainer(sharded(2)), ranks, &data()),
            false => other(ranks, sharded(2)),
        });
        for error in errors {
            let error = error.unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
            assert!(error.to_string().starts_with("rank 1 is not like rank 0: "), "{error}");
            assert_eq!(error.kind(), ErrorKind::Usage);
        }
    }
}

/// Stops rank 0 behind a step, as a rule of its own.
struct Enough;

impl Callback for Enough {
    fn on_step_end(&mut self, view: &StepView) -> Result<ControlFlow<Stop>, TrainError> {
        let stop = Stop::Callback { why: "enough".to_owned() };
        Ok(if view.step == 3 { ControlFlow::Break(stop) } else { ControlFlow::Continue(()) })
    }
}

#[test]
fn what_stops_rank_0_stops_all() {
    let ends = on(3, |ranks| {
        let mut trainer = trainer(sharded(3)).callback(Enough).ranks(ranks);
        let outcome = trainer.fit(model(), &data()).unwrap();
        (outcome.stop, outcome.steps, outcome.last_weights_blake3)
    });
    assert_eq!((ends[0].0.reason(), ends[0].1), ("callback", 3));
    assert!(ends.iter().all(|other| *other == ends[0]));
}

#[test]
fn more_ranks_than_shards_are_refused_with_a_remedy() {
    for error in on(3, |ranks| trainer(sharded(2)).ranks(ranks).fit(model(), &data()).unwrap_err()) {
        assert_eq!(error.to_string(), "3 ranks have only 2 shards to share");
        assert_eq!(error.key().as_deref(), Some("train.shards"));
        assert!(error.help().unwrap().contains("train.shards = 3"));
    }
}

#[test]
fn a_shard_of_one_item_is_refused_where_batch_norm_sees_it() {
    // 20 items in 11 shards, and a last batch of 3 in 2.
    for (batch_size, shards, items) in [(20, 11, 20), (20, 2, 3)] {
        let config = TrainConfig { batch_size, shards, ..config() };
        let error = trainer(config).fit(model(), &data()).unwrap_err();
        let expected = format!(
            "the batch norm norm sees one value a channel in a shard of one item: a batch of {items} is cut into {shards}"
        );
        assert_eq!(error.to_string(), expected);
    }
    let config = TrainConfig { batch_size: 20, shards: 10, drop_last: true, epochs: 1, ..config() };
    let folder = tempfile::tempdir().unwrap();
    let run =
        |config| trainer(config).run_dir(folder.path(), CheckpointConfig::default()).fit(model(), &data());
    run(config).unwrap();
}
