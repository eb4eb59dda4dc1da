//! Which files belong to a run, and are nobody else's to write.

use std::io;
use std::path::Path;

use kiln_core::file::{PathKind, is_file};

use super::ensemble::ENSEMBLE;
use super::kind::CV;
use super::names::{
    CHECKPOINTS, COMPARISON, CONFIG, CURVE, DECISION, INTERVALS, LOCK, METRICS, PATH, PROGRESS, RECORD,
    SAMPLES,
};
use crate::error::RunError;

/// The files of a run, of a search, of a curve and of a fold beside which the names below are kiln's.
const MARKERS: [&str; 7] = [CONFIG, LOCK, CV, "tune.json", "folds.json", "fold.json", CURVE];

/// Whether `path`, which need not be there, is a file that kiln keeps in the folder of a run: writing something else there
/// would damage the run.
///
/// ```
/// assert!(!kiln_experiment::run::is_own_file("elsewhere/metrics.jsonl".as_ref())?);
/// # Ok::<(), kiln_experiment::error::RunError>(())
/// ```
///
/// # Errors
/// [`RunError::Io`] when the operating system does not say.
pub fn is_own_file(path: &Path) -> Result<bool, RunError> {
    own_file(path).map_err(RunError::io("look at", path))
}

fn own_file(path: &Path) -> io::Result<bool> {
    let Some((folder, name)) = path.parent().zip(path.file_name().and_then(|name| name.to_str())) else {
        return Ok(false);
    };
    let holds = |folder: &Path, markers: &[&str]| -> io::Result<bool> {
        for marker in markers {
            if is_file(&folder.join(marker))? {
                return Ok(true);
            }
        }
        Ok(false)
    };
    // Everything in a checkpoint is in its manifest.
    for above in folder.ancestors() {
        let run = above.parent().filter(|_| above.ends_with(CHECKPOINTS));
        if let Some(run) = run
            && holds(run, &[CONFIG, LOCK, METRICS])?
        {
            return Ok(true);
        }
    }
    match name {
        CONFIG | DECISION | INTERVALS | RECORD | METRICS | SAMPLES | LOCK | CV | ENSEMBLE | "fold.json"
        | "folds.json" | "tune.json" | "base.toml" | "best.toml" => holds(folder, &MARKERS),
        // Of a search in code there is nothing else.
        "study.jsonl" => Ok(PathKind::of(path)? != PathKind::Missing || holds(folder, &MARKERS)?),
        "predictions.csv" => {
            let in_folds = folder.parent().is_some_and(|whole| whole.ends_with("folds"));
            Ok(in_folds && holds(folder, &MARKERS)? || holds(folder, &[CV, "folds.json", "fold.json"])?)
        }
        CURVE | "curve.svg" | PATH | COMPARISON | PROGRESS | "config.toml" => {
            holds(folder, &[CURVE, PATH, COMPARISON, PROGRESS])
        }
        _ => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_a_run_keeps_is_its_own_and_what_people_put_beside_it_is_theirs() {
        let place = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let path = place.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        for name in ["run/run.toml", "cv/run.toml", "cv/cv.json", "cv/folds/0/lock", "tune/study.jsonl"] {
            write(name);
        }
        write("run/checkpoints/step-00000001/state.json");
        write("curve/curve.json");
        let own = |name: &str| is_own_file(&place.path().join(name)).unwrap();
        for name in [
            "run/metrics.jsonl",
            "run/run.json",
            "run/checkpoints/step-00000001/out.csv",
            "run/checkpoints/best.csv",
            "cv/predictions.csv",
            "cv/folds/0/predictions.csv",
            "tune/study.jsonl",
            "curve/curve.svg",
        ] {
            assert!(own(name), "{name}");
        }
        for name in [
            "run/predictions.csv",
            "run/out.jsonl",
            "metrics.jsonl",
            "study.jsonl",
            "curve.svg",
            "checkpoints/a.csv",
        ] {
            assert!(!own(name), "{name}");
        }
    }
}
