use std::io::Write;
use std::sync::{Arc, Mutex};

use indicatif::ProgressDrawTarget;

use super::*;

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn plan() -> RunPlan {
    RunPlan { epochs: 3, steps_per_epoch: 10, train_items: 1000, validation_items: 100, ..RunPlan::default() }
}

fn record(epoch: u64, best: bool) -> EpochRecord {
    EpochRecord {
        seq: epoch - 1,
        epoch,
        step: epoch * 10,
        lr: 0.1,
        train: Metrics::from_iter([("loss", 0.123)]),
        validation: Some(Metrics::from_iter([("loss", 0.098), ("accuracy", 0.97222), ("macro_f1", 0.9)])),
        seconds: 1.23,
        best,
    }
}

#[test]
fn plain_lines_come_at_the_start_every_five_seconds_and_per_epoch() {
    let (out, start) = (Shared::default(), Instant::now());
    let mut progress = Progress::start(Sink::Lines(Box::new(out.clone())), plan(), start);
    assert_eq!(out.text(), "training: 3 epochs of 10 steps\n");
    let at = |seconds| start + Duration::from_secs(seconds);
    for step in 1..=10 {
        progress.tick_at(at(step), step, 100, (step == 4).then_some(0.5));
    }
    progress.epoch_at(at(12), &record(1, true));
    progress.tick_at(at(13), 1, 100, None);
    progress.tick_at(at(17), 5, 100, Some(0.25));
    let lines = out.text();
    let expected = "\
training: 3 epochs of 10 steps
epoch 1/3  step 5/10  ETA 26.0 s  loss 0.5000  100 items/s
epoch 1/3  step 10/10  ETA 21.0 s  loss 0.5000  100 items/s
epoch 1/3  loss 0.1230  validation loss 0.0980 accuracy 0.9722  1.2 s *
epoch 2/3  step 5/10  ETA 19.0 s  loss 0.2500  validation accuracy 0.9722  100 items/s
";
    assert_eq!(lines, expected);
}

#[test]
fn off_shows_nothing() {
    let mut progress = Progress::new(Mode::Off, plan());
    progress.tick(1, 100, Some(0.5));
    progress.epoch(&record(1, false));
    assert!(!progress.due());
    assert!(matches!(progress.sink, Sink::Off));
}

#[test]
fn a_bar_follows_the_whole_run() {
    let bar = bar(&RunPlan { done: 5, ..plan() });
    bar.set_draw_target(ProgressDrawTarget::hidden());
    let start = Instant::now();
    let mut progress = Progress::start(Sink::Bar(bar.clone()), RunPlan { done: 5, ..plan() }, start);
    assert_eq!(bar.position(), 5);
    progress.tick_at(start + Duration::from_millis(50), 6, 100, None);
    assert_eq!(bar.position(), 5, "a second update within a tenth of a second is not drawn");
    progress.tick_at(start + Duration::from_millis(150), 7, 100, Some(0.5));
    assert_eq!(bar.position(), 7);
    assert_eq!(bar.message(), "epoch 1/3  step 7/10  loss 0.5000  1,000 items/s");
    assert_eq!(bar.prefix(), "ETA 2.4 s");
    progress.epoch_at(start + Duration::from_millis(200), &record(1, true));
    assert_eq!(bar.position(), 10);
    drop(progress);
    assert!(bar.is_finished());
}

#[test]
fn a_writer_that_fails_stops_nothing() {
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }
    let start = Instant::now();
    let mut progress = Progress::start(Sink::Lines(Box::new(Gone)), plan(), start);
    progress.tick_at(start + LINE_EVERY, 1, 1, None);
    progress.say("still here");
    assert_eq!(progress.pace.step(), 1);
}

#[test]
fn progress_can_move_to_another_thread() {
    fn sendable<T: Send>() {}
    sendable::<Progress>();
}
