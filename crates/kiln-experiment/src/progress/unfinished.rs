//! The folder of what is not whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use kiln_config::{Resolved, annotated};
use kiln_core::file::write_durably;

use super::Header;
use super::step::ProgressStep;
use crate::error::{ExperimentError, RunError};
use crate::observer::{Event, Observer, TrainingStart};
use crate::run::{PROGRESS, RunFolder, slug};
use crate::session::Session;

/// A path or a curve that is not whole yet. With the first training that ends a folder is made, which has the configuration, and `progress.jsonl`, which
/// grows with each. Where it does not come to its end the folder goes when this is dropped.
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::path::{PathSettings, path};
/// use kiln_experiment::{Progress, Session, Unfinished};
///
/// let overrides = vec!["model.kind=linear".to_owned()];
/// let resolved =
///     resolve(&Request { config: Some("diabetes".to_owned()), overrides, ..Request::default() })?;
/// let runs = tempfile::tempdir().expect("a temporary folder");
/// let session = Session { runs_dir: runs.path().to_owned(), ..Session::default() };
/// let unfinished = Unfinished::new("path", &resolved, &session);
/// let settings = PathSettings { lambdas: Some(20), ..PathSettings::default() };
/// let found = path(&resolved, &settings, &unfinished.observing(&()))?.expect("nobody stopped it");
/// let progress = Progress::read(&unfinished.folder().expect("a fold is solved"))?.expect("it is there");
/// assert_eq!((progress.kind.as_str(), progress.steps.len()), ("path", 5)); // five folds
/// let folder = found.save_as(unfinished, &session)?;
/// assert!(folder.join("path.json").is_file());
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
#[derive(Debug)]
pub struct Unfinished {
    kind: &'static str,
    label: String,
    config: String,
    runs_dir: PathBuf,
    stage: Mutex<Stage>,
}

#[derive(Debug)]
enum Stage {
    Nothing,
    /// The folder could not be made: who watches sees nothing, and at the end that is tried again.
    Refused,
    Begun(Begun),
}

#[derive(Debug)]
struct Begun {
    folder: RunFolder,
    lines: File,
    /// Whether the folder of all runs was made with it.
    with_runs_dir: bool,
}

/// The configuration beside a path or a curve.
const CONFIG_BESIDE: &str = "config.toml";

impl Unfinished {
    /// Nothing is written yet. `kind`: `path`, `learning-curve`, `validation-curve`.
    pub fn new(kind: &'static str, resolved: &Resolved, session: &Session) -> Self {
        Self {
            kind,
            label: resolved.label.clone(),
            config: annotated(resolved),
            runs_dir: session.runs_dir.clone(),
            stage: Mutex::new(Stage::Nothing),
        }
    }

    /// The folder, once there is one.
    pub fn folder(&self) -> Option<PathBuf> {
        match &*self.stage.lock().unwrap_or_else(PoisonError::into_inner) {
            Stage::Begun(begun) => Some(begun.folder.path().to_owned()),
            _ => None,
        }
    }

    /// Writes down what `inner` hears.
    pub fn observing<'a>(&'a self, inner: &'a dyn Observer) -> impl Observer + 'a {
        Observing { unfinished: self, inner }
    }

    /// It is whole: writes these files into its folder, that which makes it what it is last.
    pub(crate) fn end(self, files: &[(&str, &[u8])]) -> Result<PathBuf, ExperimentError> {
        let mut stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        let Stage::Begun(begun) = &*stage else {
            let mut all = vec![(CONFIG_BESIDE, self.config.as_bytes())];
            all.extend_from_slice(files);
            return Ok(self.create(&all)?.path().to_owned());
        };
        begun.folder.must_be_there()?;
        let folder = begun.folder.path().to_owned();
        for (name, bytes) in files {
            let path = folder.join(name);
            write_durably(&path, bytes).map_err(RunError::io("write", &path))?;
        }
        // It stays.
        *stage = Stage::Nothing;
        Ok(folder)
    }

    fn create(&self, files: &[(&str, &[u8])]) -> Result<RunFolder, RunError> {
        let slug = slug(&format!("{}-{}", self.label, self.kind));
        RunFolder::create_with(&self.runs_dir, &slug, SystemTime::now(), files)
    }

    fn begin(&self) -> Result<Begun, ExperimentError> {
        let with_runs_dir = !self.runs_dir.exists();
        let header = Header { v: 1, kind: self.kind.to_owned(), label: self.label.clone() };
        let mut line = serde_json::to_vec(&header).map_err(ExperimentError::internal)?;
        line.push(b'\n');
        let folder = self.create(&[(CONFIG_BESIDE, self.config.as_bytes()), (PROGRESS, &line)])?;
        let path = folder.path().join(PROGRESS);
        let lines = OpenOptions::new().append(true).open(&path).map_err(RunError::io("open", &path))?;
        Ok(Begun { folder, lines, with_runs_dir })
    }

    /// Who watches sees less where this fails; the result does not depend on it.
    fn write(&self, step: &ProgressStep) {
        let (Ok(mut line), Ok(mut stage)) = (serde_json::to_vec(step), self.stage.lock()) else { return };
        if matches!(*stage, Stage::Nothing) {
            *stage = self.begin().map_or(Stage::Refused, Stage::Begun);
        }
        if let Stage::Begun(begun) = &mut *stage {
            line.push(b'\n');
            let _ = begun.lines.write_all(&line);
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Stage::Begun(begun) = self.stage.get_mut().unwrap_or_else(PoisonError::into_inner) {
            let _ = fs::remove_dir_all(begun.folder.path());
            if begun.with_runs_dir {
                // Unless something else is there by now.
                let _ = fs::remove_dir(&self.runs_dir);
            }
        }
    }
}

struct Observing<'a> {
    unfinished: &'a Unfinished,
    inner: &'a dyn Observer,
}

impl Observer for Observing<'_> {
    fn hear(&self, event: &Event<'_>) -> io::Result<()> {
        if let Some(step) = ProgressStep::of(event) {
            self.unfinished.write(&step);
        }
        self.inner.hear(event)
    }

    fn watch(&self, start: &TrainingStart<'_>) -> Option<Box<dyn kiln_train::Callback>> {
        self.inner.watch(start)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use kiln_config::{Request, resolve};

    use super::super::Progress;
    use super::*;
    use crate::observer::CurveProgress;

    fn unfinished(runs: &Path) -> Unfinished {
        let resolved = resolve(&Request { config: Some("iris".to_owned()), ..Request::default() }).unwrap();
        let session = Session { runs_dir: runs.to_owned(), ..Session::default() };
        Unfinished::new("learning-curve", &resolved, &session)
    }

    fn hear(unfinished: &Unfinished, fold: usize, result: Result<(f64, f64), &str>) {
        let point = CurveProgress { label: "optim.lr=0.1", fold, folds: 2, metric: "accuracy", result };
        unfinished.observing(&()).hear(&Event::CurvePoint(&point)).unwrap();
    }

    #[test]
    fn what_is_measured_is_there_at_once_and_half_a_line_is_none() {
        let runs = tempfile::tempdir().unwrap();
        let unfinished = unfinished(runs.path());
        assert_eq!(unfinished.folder(), None);
        hear(&unfinished, 0, Ok((0.9, 1.5)));
        hear(&unfinished, 1, Err("it diverged"));
        let folder = unfinished.folder().unwrap();
        let mut file = OpenOptions::new().append(true).open(folder.join(PROGRESS)).unwrap();
        file.write_all(b"{\"what\": \"opt").unwrap();
        let found = Progress::read(&folder).unwrap().unwrap();
        assert_eq!((found.kind.as_str(), found.label.as_str()), ("learning-curve", "iris"));
        let steps: Vec<_> = found.steps.iter().map(|step| (step.fold, step.x, step.score)).collect();
        assert_eq!(steps, [(Some([0, 2]), Some(0.1), Some(0.9)), (Some([1, 2]), Some(0.1), None)]);
        assert_eq!(found.steps[1].error.as_deref(), Some("it diverged"));
        assert_eq!(unfinished.end(&[("curve.json", b"{}")]).unwrap(), folder);
        assert!(folder.join("curve.json").is_file() && folder.join(PROGRESS).is_file());
    }

    #[test]
    fn what_does_not_come_to_its_end_leaves_nothing() {
        let place = tempfile::tempdir().unwrap();
        let runs = place.path().join("runs");
        let first = unfinished(&runs);
        drop(unfinished(&runs));
        hear(&first, 0, Ok((0.5, 1.0)));
        assert_eq!(fs::read_dir(&runs).unwrap().count(), 1);
        drop(first);
        assert!(!runs.exists());
        // Nothing was measured on the way, and it is whole.
        let folder = unfinished(&runs).end(&[("path.json", b"{}")]).unwrap();
        assert!(folder.join("path.json").is_file() && Progress::read(&folder).unwrap().is_none());
        drop(unfinished(&runs));
        assert!(runs.exists());
    }
}
