//! Bags of several presets, and the weights of their mean.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use kiln_config::{Resolved, annotated};

use super::predicted::{Items, held_out};
use super::report::EnsembleReport;
use super::weigh::{Candidate, weighed};
use crate::auto_device::settled;
use crate::cv::{Cuts, CvEnd, CvSettings, CvStudy, Folds, WorkerProgram, cross_validate};
use crate::error::ExperimentError;
use crate::fold::fold_folder;
use crate::measured::{Measured, Part, of_rows};
use crate::observer::{Event, Observer, tell};
use crate::predict::Predictor;
use crate::run::{
    CONFIG, ENSEMBLE, EnsembleRecord, RECORD, RunFolder, RunRecord, Status, is_cross_validation, rfc3339,
    slug,
};
use crate::session::Session;
use crate::stored::stored;
use crate::training::begun;

/// The folder of the runs.
const MEMBERS: &str = "members";

/// How the best model is trained.
///
/// | field | default |
/// |---|---|
/// | `folds` | 5 |
/// | `repeats` | 2 |
/// | `jobs` | 1 |
/// | `worker` | threads of this process |
#[derive(Debug, Clone)]
pub struct BestSettings {
    /// What all experiments share.
    pub session: Session,
    /// Folds of each bag, at least 2.
    pub folds: usize,
    /// How often they are cut, each time with other first weights.
    pub repeats: usize,
    /// Models that train at once. It changes no result.
    pub jobs: usize,
    /// How the process of a job is started.
    pub worker: Option<WorkerProgram>,
}

impl Default for BestSettings {
    fn default() -> Self {
        Self { session: Session::default(), folds: 5, repeats: 2, jobs: 1, worker: None }
    }
}

/// How the training of an ensemble ended.
#[derive(Debug, Clone, PartialEq)]
pub enum EnsembleEnd {
    /// All runs are trained and weighed.
    Done(Box<EnsembleReport>),
    /// It was asked to stop, and can be resumed.
    Stopped {
        /// The folder of the ensemble.
        run: PathBuf,
    },
}

/// Trains a [bag](CvSettings::bag) for each preset that [`Preset::Best`](kiln_config::Preset::Best) stands for, weighs them by what each says of the items that its models
/// have not seen, and judges the weighted mean on the test part.
///
/// # Errors
/// Any failure of a training. What is done stays done: [`resume_best`] goes on.
pub fn train_best(
    resolved: &Resolved,
    settings: &BestSettings,
    observer: &dyn Observer,
) -> Result<EnsembleEnd, ExperimentError> {
    let resolved = &*settled(resolved, observer)?;
    let session = &settings.session;
    let config = annotated(resolved);
    let begun = begun(&resolved.config, None, None, &session.arguments);
    let ensemble = EnsembleRecord::begun().to_bytes();
    let files = [(CONFIG, config.as_bytes()), (RECORD, &begun.to_bytes()), (ENSEMBLE, ensemble.as_slice())];
    let name = slug(&format!("{}-best", resolved.label));
    let made = RunFolder::create_with(&session.runs_dir, &name, SystemTime::now(), &files)?;
    // The lock is given back: each bag takes its own.
    let path = made.path().to_owned();
    drop(made);
    go(&path, resolved, settings, observer)
}

/// Goes on with the ensemble in `path`: trains every model that is not done, in the folds that it was begun with.
///
/// # Errors
/// Data that have changed, a run that another process holds; and as [`train_best`].
pub fn resume_best(
    path: &Path,
    settings: &BestSettings,
    observer: &dyn Observer,
) -> Result<EnsembleEnd, ExperimentError> {
    let resolved = stored(path, &settings.session)?;
    let first = path.join(MEMBERS).join("0");
    let settings = match is_cross_validation(&first)? {
        true => {
            let CvStudy { plan, jobs, .. } = CvStudy::read(&first)?;
            BestSettings { folds: plan.folds, repeats: plan.repeats, jobs, ..settings.clone() }
        }
        false => settings.clone(),
    };
    go(path, &resolved, &settings, observer)
}

/// Trains what is missing, and writes down how that ended.
fn go(
    path: &Path,
    resolved: &Resolved,
    settings: &BestSettings,
    observer: &dyn Observer,
) -> Result<EnsembleEnd, ExperimentError> {
    let written = |status: Status, error: Option<String>| {
        let finished = (status != Status::Running).then(|| rfc3339(SystemTime::now()));
        RunRecord { status, finished, error, ..RunRecord::read(path)? }.write(path)
    };
    written(Status::Running, None)?;
    let result = train_all(path, resolved, settings, observer);
    match &result {
        Ok(EnsembleEnd::Done(_)) => {}
        Ok(EnsembleEnd::Stopped { .. }) => written(Status::Stopped, None)?,
        // The first failure is the one to tell.
        Err(error) => written(Status::Failed, Some(error.to_string())).unwrap_or_default(),
    }
    result
}

fn train_all(
    path: &Path,
    resolved: &Resolved,
    settings: &BestSettings,
    observer: &dyn Observer,
) -> Result<EnsembleEnd, ExperimentError> {
    let presets = resolved.presets_of_best();
    let (mut members, mut seconds) = (Vec::new(), 0.0);
    for (number, preset) in presets.iter().enumerate() {
        let place = Path::new(MEMBERS).join(number.to_string());
        let name = preset.name();
        tell(observer, &Event::Member { name, number, members: presets.len() })?;
        let cuts =
            Cuts { folds: settings.folds, repeats: settings.repeats, shuffle: true, ..Cuts::default() };
        let bag = CvSettings {
            session: settings.session.clone(),
            cuts,
            jobs: settings.jobs,
            bag: true,
            dir: Some(path.join(&place)),
            worker: settings.worker.clone(),
            ..CvSettings::default()
        };
        match cross_validate(&resolved.with_preset(*preset), &bag, observer)? {
            CvEnd::Done(report) => {
                seconds += report.seconds;
                let first = fold_folder(&path.join(&place), 0);
                members.push((name.to_owned(), place));
                // Presets are of tables: of anything else all bags would be the same.
                if number == 0 && Predictor::open(&first, &settings.session, &())?.columns().is_none() {
                    break;
                }
            }
            _ => return Ok(EnsembleEnd::Stopped { run: path.to_owned() }),
        }
    }
    let report = weigh(path, members, seconds, &settings.session, observer)?;
    Ok(EnsembleEnd::Done(Box::new(report)))
}

/// Weighs the bags, which are all done, and judges their mean.
fn weigh(
    path: &Path,
    members: Vec<(String, PathBuf)>,
    seconds: f64,
    session: &Session,
    observer: &dyn Observer,
) -> Result<EnsembleReport, ExperimentError> {
    let first = members.first().map_or_else(|| path.to_owned(), |(_, place)| path.join(place));
    let folds = Folds::of_run(&first, &stored(&first, session)?)?;
    let dataset = folds.shared_dataset();
    let rows: Vec<usize> = match folds.outer() {
        Some(outer) => outer.train().to_vec(),
        None => (0..folds.items().len()).collect(),
    };
    // Tables count lines of the file.
    let place: BTreeMap<usize, usize> =
        rows.iter().map(|row| (dataset.arrangement.file_row(*row) - 1, *row)).collect();
    let is_classes = dataset.target.labels().is_some();
    let of_member = |(name, run): (String, PathBuf)| {
        let predicted = held_out(&path.join(&run), &rows, &place, is_classes)?;
        Ok::<_, ExperimentError>(Candidate { name, run, predicted })
    };
    let candidates = members.into_iter().map(of_member).collect::<Result<Vec<_>, _>>()?;
    let ensemble = weighed(&Items::of(&dataset, &rows), candidates)?;
    ensemble.write(path)?;
    let test = match folds.outer() {
        Some(outer) => {
            let predictor = Predictor::open(path, session, observer)?;
            let of = Measured::Part(Part::Test);
            Some(of_rows(&predictor, of, dataset, outer.test().to_vec(), false)?.0)
        }
        None => None,
    };
    let (of_first, mut record) = (RunRecord::read(&first)?, RunRecord::read(path)?);
    record.status = Status::Done;
    record.finished = Some(rfc3339(SystemTime::now()));
    record.exit_code = Some(0);
    record.data = of_first.data;
    record.seconds = Some(seconds);
    record.validation = std::iter::once((ensemble.loss.as_str(), ensemble.value)).collect();
    record.test = test.as_ref().map(|found| found.metrics.clone()).unwrap_or_default();
    record.write(path)?;
    Ok(EnsembleReport { run: path.to_owned(), record: ensemble, test, seconds: Some(seconds) })
}
