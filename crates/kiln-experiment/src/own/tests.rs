use std::path::Path;
use std::sync::Mutex;

use kiln_core::{Metrics, Seed};
use kiln_validate::cross::Parallel;
use kiln_validate::search::{Direction, Ending, Space, StudyConfig};
use kiln_validate::split::{Items, KFold};

use super::{CrossValidated, FoldSettings, SearchSettings, cross_validate, search};
use crate::error::{CvError, ExperimentError, RunError, TuneError};
use crate::fold::{FoldRecord, FoldResult, PredictionTable};
use crate::observer::{Event, Observer};

const ITEMS: usize = 12;

/// Keeps which folds were told, and whether they had been done before.
#[derive(Debug, Default)]
struct Told(Mutex<Vec<(usize, bool)>>);

impl Observer for Told {
    fn hear(&self, event: &Event<'_>) -> std::io::Result<()> {
        if let Event::Fold { record, earlier, .. } = event {
            self.0.lock().unwrap().push((record.fold, *earlier));
        }
        Ok(())
    }
}

/// Four folds of a mean, of which the one numbered `fails` fails.
fn folds(
    settings: &FoldSettings,
    observer: &dyn Observer,
    fails: Option<usize>,
) -> Result<Option<CrossValidated>, ExperimentError> {
    let y = |item: usize| (item * 7 % 5) as f64;
    let splitter = KFold { folds: 4, shuffle: Some(Seed::new(3)) };
    cross_validate(&splitter, &Items::new(ITEMS), settings, observer, |fold| {
        if fails == Some(fold.number()) {
            return Err(ExperimentError::internal("no more"));
        }
        let (train, test) = (fold.fold().train(), fold.fold().test());
        let mean = train.iter().map(|&item| y(item)).sum::<f64>() / train.len() as f64;
        let error = test.iter().map(|&item| (y(item) - mean).abs()).sum::<f64>() / test.len() as f64;
        let mut predictions = PredictionTable::new(["said, with\nbreaks", "mean"]);
        for &item in test {
            predictions.push(item, [format!("item, {item}\n"), mean.to_string()]);
        }
        let record = FoldRecord {
            fold: fold.number(),
            seed: fold.seed(),
            items: [train.len(), 0, test.len()],
            test: Metrics::from_iter([("mae", error)]),
            ..FoldRecord::default()
        };
        Ok(Some(FoldResult { record, predictions: None }.predictions(predictions)))
    })
}

fn in_folder(folder: &Path) -> FoldSettings {
    FoldSettings { folder: Some(folder.to_owned()), ..FoldSettings::default() }
}

#[test]
fn a_folder_changes_nothing_and_what_is_done_is_not_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let settings = in_folder(&folder.path().join("cv"));
    let expected = folds(&FoldSettings::default(), &(), None).unwrap().unwrap();

    let error = folds(&settings, &(), Some(2)).unwrap_err();
    assert_eq!(error.to_string(), "no more");
    let told = Told::default();
    let parallel = Parallel { jobs: 3, threads: 1 };
    let found = folds(&FoldSettings { parallel, ..settings.clone() }, &told, None).unwrap().unwrap();
    assert_eq!(found, expected);
    let mut told = told.0.into_inner().unwrap();
    told.sort_unstable();
    assert_eq!(told, [(0, true), (1, true), (2, false), (3, false)]);
    // Every item once, in whatever order, and texts as they were.
    let predictions = found.predictions.unwrap();
    let mut items: Vec<usize> = predictions.rows().map(|(item, _)| item).collect();
    items.sort_unstable();
    assert_eq!(items, (0..ITEMS).collect::<Vec<_>>());
    assert!(predictions.rows().all(|(item, cells)| cells[0] == format!("item, {item}\n")));
    assert_eq!(PredictionTable::read(&folder.path().join("cv")).unwrap(), predictions);
}

#[test]
fn other_folds_another_seed_and_another_label_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let settings = in_folder(&folder.path().join("cv"));
    folds(&settings, &(), None).unwrap();
    let others = [
        FoldSettings { seed: 1, ..settings.clone() },
        FoldSettings { label: "another model".to_owned(), ..settings.clone() },
    ];
    for other in others {
        let error = folds(&other, &(), None).unwrap_err();
        assert!(matches!(error, ExperimentError::Cv(CvError::OtherCv { .. })), "{error}");
    }
    let splitter = KFold { folds: 4, shuffle: Some(Seed::new(4)) };
    let error =
        cross_validate(&splitter, &Items::new(ITEMS), &settings, &(), |_| Ok::<_, ExperimentError>(None));
    assert!(matches!(error.unwrap_err(), ExperimentError::Cv(CvError::OtherCv { .. })));
}

#[test]
fn who_is_asked_to_stop_has_no_result_and_goes_on_later() {
    let folder = tempfile::tempdir().unwrap();
    let settings = in_folder(&folder.path().join("cv"));
    settings.interrupt.stop();
    assert_eq!(folds(&settings, &(), None).unwrap(), None);
    let fresh = in_folder(&folder.path().join("cv"));
    assert!(folds(&fresh, &(), None).unwrap().is_some());
}

#[test]
fn an_observer_that_fails_ends_it() {
    #[derive(Debug)]
    struct Full;
    impl Observer for Full {
        fn hear(&self, _: &Event<'_>) -> std::io::Result<()> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
    }
    let error = folds(&FoldSettings::default(), &Full, None).unwrap_err();
    assert!(matches!(error, ExperimentError::Observer(_)), "{error}");
}

#[test]
fn a_search_goes_on_in_its_folder_and_another_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let settings =
        SearchSettings { folder: Some(folder.path().join("search")), trials: 4, ..Default::default() };
    let space = Space::parse(["x=uniform(0, 1)"]).unwrap();
    let config = StudyConfig { seed: 2, ..StudyConfig::new(space, Direction::Minimise) };
    let runs = Mutex::new(Vec::new());
    let run = |config: &StudyConfig, settings: &SearchSettings| {
        search(config, settings, &(), |trial| {
            runs.lock().unwrap().push(trial.number());
            Ok::<_, ExperimentError>(Ending::Done(trial.params().number("x").unwrap_or(f64::NAN)))
        })
    };
    run(&config, &settings).unwrap();
    let longer = SearchSettings { trials: 7, ..settings.clone() };
    assert_eq!(run(&config, &longer).unwrap().trials().len(), 7);
    assert_eq!(runs.lock().unwrap().as_slice(), [0, 1, 2, 3, 4, 5, 6]);
    let error = run(&StudyConfig { seed: 3, ..config }, &longer).unwrap_err();
    assert!(matches!(error, ExperimentError::Tune(TuneError::OtherStudy { .. })), "{error}");
}

#[test]
fn a_folder_that_another_process_holds_is_busy() {
    let folder = tempfile::tempdir().unwrap();
    let settings = in_folder(&folder.path().join("cv"));
    let path = folder.path().join("cv");
    folds(&settings, &(), None).unwrap();
    let _held = crate::run::RunFolder::open(&path).unwrap();
    let error = folds(&settings, &(), None).unwrap_err();
    assert!(matches!(error, ExperimentError::Run(RunError::Busy { .. })), "{error}");
}
