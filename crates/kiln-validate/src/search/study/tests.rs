use std::convert::Infallible;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use kiln_core::Seed;
use proptest::prelude::*;

use super::super::{Direction, Halving, Hyperband, Median, Pruner, Sampler, Space, Tpe};
use super::*;

fn config(sampler: Sampler, pruner: Pruner) -> StudyConfig {
    let space = Space::parse([
        "x=uniform(-2,2)",
        "n=int(1,8)",
        "kind=choice(a,b)",
        "y=log(1e-3,1e3) if kind=b",
        "z=uniform(0,1,0.25) if n>=4",
    ])
    .unwrap();
    StudyConfig { seed: 7, sampler, pruner, ..StudyConfig::new(space, Direction::Minimise) }
}

/// Some trials fail, some are given up; all take a time that depends on the run.
fn objective(run: &TrialRun) -> Result<Ending, Infallible> {
    let at = |name: &str| run.params().number(name);
    let value = at("x").unwrap().powi(2) + at("n").unwrap() / 8.0 + at("y").map_or(0.5, |y| y.log10().abs())
        - at("z").unwrap_or(0.0);
    if at("x").unwrap().abs() > 1.8 {
        return Ok(Ending::Failed("diverged".to_owned()));
    }
    for step in 1..=9 {
        if run.report(step, value + 3.0 / step as f64 * Seed::new(run.number()).uniform(step)) {
            return Ok(Ending::Pruned);
        }
    }
    Ok(Ending::Done(value))
}

fn sleepy(run: &TrialRun) -> Result<Ending, Infallible> {
    let nanos = std::time::SystemTime::now().elapsed().map_or(1, |d| d.as_nanos() as u64);
    std::thread::sleep(std::time::Duration::from_micros(Seed::new(nanos ^ run.number()).bits(0) % 900));
    objective(run)
}

fn table(study: &Study) -> Vec<Trial> {
    study.trials().iter().cloned().map(|trial| Trial { seconds: 0.0, ..trial }).collect()
}

fn every_kind() -> Vec<StudyConfig> {
    let tpe = || Sampler::Tpe(Tpe::default());
    vec![
        config(Sampler::Random, Pruner::None),
        config(Sampler::Grid { points: 3 }, Pruner::None),
        config(Sampler::Sobol { scramble: true }, Pruner::Median(Median::default())),
        config(tpe(), Pruner::Asha(Halving { factor: 2, ..Halving::default() })),
        config(
            Sampler::Tpe(Tpe { multivariate: false, ..Tpe::default() }),
            Pruner::Median(Median::default()),
        ),
        config(tpe(), Pruner::Hyperband(Hyperband { resource: 1, most: 9, factor: 3 })),
    ]
}

#[test]
fn the_table_is_the_same_for_any_number_of_workers() {
    for config in every_kind() {
        let mut tables = Vec::new();
        for workers in [1, 2, 4, 4] {
            let mut study = Study::in_memory(config.clone()).unwrap();
            study.run(&StudyPlan { trials: 60, workers, ..StudyPlan::default() }, sleepy, |_| {}).unwrap();
            tables.push(table(&study));
        }
        assert_eq!(tables[0].len(), 60);
        assert!(tables[0].iter().enumerate().all(|(number, trial)| trial.number == number as u64));
        assert!(tables.windows(2).all(|pair| pair[0] == pair[1]), "{config:?}");
        // Without trials that ended in each way this would show little.
        assert!(tables[0].iter().any(|trial| trial.state == State::Failed), "{config:?}");
        let pruned = tables[0].iter().filter(|trial| trial.state == State::Pruned).count();
        assert_eq!(config.pruner != Pruner::None, pruned > 5, "{pruned} {config:?}");
    }
}

#[test]
fn a_journal_cut_anywhere_goes_on_to_the_same_table() {
    for config in every_kind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study.jsonl");
        fs::write(&path, Study::header(&config).unwrap()).unwrap();
        let mut study = Study::open(&path).unwrap();
        assert!(matches!(Study::open(&path).unwrap_err(), SearchError::Busy { .. }));
        study.run(&StudyPlan { trials: 40, workers: 3, ..StudyPlan::default() }, sleepy, |_| {}).unwrap();
        let expected = table(&study);
        drop(study);
        let whole = fs::read(&path).unwrap();
        let header = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;

        for attempt in 0..12 {
            let span = (whole.len() - header) as f64;
            let cut = header + (Seed::new(attempt).uniform(0) * span) as usize;
            fs::write(&path, &whole[..cut]).unwrap();
            let mut study = Study::open(&path).unwrap();
            let kept = study.trials().len();
            let (runs, heard) = (AtomicU64::new(0), AtomicU64::new(0));
            let counted = |run: &TrialRun| {
                runs.fetch_add(1, Ordering::Relaxed);
                sleepy(run)
            };
            let hear = |_: &Trial| {
                heard.fetch_add(1, Ordering::Relaxed);
            };
            study.run(&StudyPlan { trials: 40, workers: 2, ..StudyPlan::default() }, counted, hear).unwrap();
            assert_eq!(table(&study), expected, "cut at {cut}: {config:?}");
            // Nothing twice: what had ended is not run again.
            assert_eq!(runs.into_inner(), (40 - kept) as u64);
            assert_eq!(heard.into_inner(), (40 - kept) as u64);
            drop(study);
            assert_eq!(table(&Study::read(&path).unwrap()), expected);
        }
    }
}

#[test]
fn a_study_can_be_made_longer_and_stops_when_asked() {
    let config = config(Sampler::Tpe(Tpe::default()), Pruner::None);
    let run = |study: &mut Study, trials| {
        study.run(&StudyPlan { trials, workers: 2, ..StudyPlan::default() }, objective, |_| {}).unwrap();
    };
    let mut whole = Study::in_memory(config.clone()).unwrap();
    run(&mut whole, 50);
    let mut parts = Study::in_memory(config.clone()).unwrap();
    run(&mut parts, 20);
    run(&mut parts, 50);
    assert_eq!(table(&whole), table(&parts));

    let stop = AtomicBool::new(false);
    let mut stopped = Study::in_memory(config.clone()).unwrap();
    let plan = StudyPlan { trials: 50, workers: 3, stop: Some(&stop), ..StudyPlan::default() };
    let interrupted = |run: &TrialRun| {
        if run.number() >= 15 {
            stop.store(true, Ordering::Relaxed);
            return Ok(Ending::Interrupted);
        }
        objective(run)
    };
    stopped.run(&plan, interrupted, |_| {}).unwrap();
    assert!(stopped.trials().len() <= 15);
    run(&mut stopped, 50);
    assert_eq!(table(&whole), table(&stopped));

    let mut late = Study::in_memory(config).unwrap();
    let plan = StudyPlan { deadline: Some(std::time::Instant::now()), ..StudyPlan::default() };
    late.run(&plan, objective, |_| {}).unwrap();
    assert_eq!(late.trials().len(), 0);
}

#[test]
fn a_grid_ends_and_has_every_point_once() {
    let config = StudyConfig { lag: 2, ..config(Sampler::Grid { points: 2 }, Pruner::None) };
    let mut study = Study::in_memory(config).unwrap();
    study.run(&StudyPlan { trials: 10_000, workers: 2, ..StudyPlan::default() }, objective, |_| {}).unwrap();
    // x: 2; n: 3 without z, 5 with its 5 values; kind: a, or b with 2 values of y.
    assert_eq!(study.trials().len(), 2 * (3 + 5 * 5) * 3);
    for (place, trial) in study.trials().iter().enumerate() {
        assert!(study.trials()[..place].iter().all(|other| other.params != trial.params));
    }
}

#[test]
fn failures_are_kept_and_errors_end_the_study() {
    let config = config(Sampler::Random, Pruner::None);
    let mut study = Study::in_memory(config.clone()).unwrap();
    study
        .run(
            &StudyPlan { trials: 4, ..StudyPlan::default() },
            |_| Ok::<_, Infallible>(Ending::Done(f64::NAN)),
            |_| {},
        )
        .unwrap();
    assert!(study.trials().iter().all(|trial| trial.state == State::Failed && trial.value.is_none()));
    assert_eq!(study.trials()[0].error.as_deref(), Some("the objective is NaN"));
    assert!(study.best().is_none());

    let mut study = Study::in_memory(config.clone()).unwrap();
    let fails = |run: &TrialRun| if run.number() == 3 { Err("disk full") } else { Ok(Ending::Done(1.0)) };
    let error =
        study.run(&StudyPlan { trials: 9, workers: 2, ..StudyPlan::default() }, fails, |_| {}).unwrap_err();
    assert_eq!(error.to_string(), "disk full");
    assert!(study.trials().len() < 9 && study.trials().iter().all(|trial| trial.number != 3));

    let plan = StudyPlan { workers: 5, ..StudyPlan::default() };
    let error = study.run(&plan, objective, |_| {}).unwrap_err();
    assert_eq!(error.to_string(), "there are 5 workers, but only 4 trials may run side by side");
}

#[test]
fn a_panic_in_a_trial_does_not_hang_the_others() {
    let mut study = Study::in_memory(config(Sampler::Random, Pruner::None)).unwrap();
    let panics = |run: &TrialRun| if run.number() == 2 { panic!("bug") } else { objective(run) };
    let plan = StudyPlan { trials: 50, workers: 3, ..StudyPlan::default() };
    let run = std::panic::AssertUnwindSafe(|| study.run(&plan, panics, |_| {}));
    assert!(std::panic::catch_unwind(run).is_err());
}

#[test]
fn a_damaged_journal_names_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.jsonl");
    let header = String::from_utf8(Study::header(&config(Sampler::Random, Pruner::None)).unwrap()).unwrap();
    let trial = r#"{"event":"trial","number":0,"params":{"x":1.0},"state":"done","value":1.5}"#;
    let cases = [
        (String::new(), "line 1"),
        (header.replace("\"v\":1", "\"v\":2"), "it is of version 2"),
        (header.replace("uniform", "normal"), "there is no distribution"),
        (format!("{trial}\n{header}"), "line 1"),
        (format!("{header}{trial}\n{trial}\n"), "trial 0 stands there twice"),
        (format!("{header}x\n{trial}\n"), "line 2"),
        (format!("{header}{header}"), "line 2"),
    ];
    for (text, piece) in cases {
        fs::write(&path, &text).unwrap();
        let error = Study::open(&path).unwrap_err();
        assert!(matches!(error, SearchError::Damaged { .. }), "{error:?}");
        assert!(error.to_string().contains(piece), "{piece}: {error}");
    }
    fs::write(&path, format!("{header}{trial}\n{}", &trial[..20])).unwrap();
    assert_eq!(Study::open(&path).unwrap().trials().len(), 1);
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("{header}{trial}\n"));
}

proptest! {
    #[test]
    fn a_line_reads_back_to_the_same_bits(value in any::<f64>().prop_filter("finite", |v| v.is_finite()),
                                          x in any::<f64>().prop_filter("finite", |v| v.is_finite()),
                                          n in any::<i64>(), text in "\\PC{0,20}") {
        use super::super::{Assignment, Value};
        let mut params = Assignment::default();
        params.set("x", Value::Float(x));
        params.set("n", Value::Int(n));
        params.set("text", Value::Text(text));
        let trial = Trial { number: 3, params, state: State::Done, value: Some(value),
            reports: vec![(1, value), (2, x)], error: None, seconds: 0.5 };
        let text = serde_json::to_string(&trial).unwrap();
        prop_assert_eq!(serde_json::from_str::<Trial>(&text).unwrap(), trial);
    }
}
