//! One page of runs.

use std::path::{Path, PathBuf};

use kiln_experiment::run::is_cross_validation;
use kiln_experiment::{ExperimentError, Observer, Session};

use crate::block::{Page, Section};
use crate::html::html;
use crate::section;

/// One HTML page of the runs in these folders: of one run or cross-validation everything, of several what differs. The page is one
/// file that needs nothing from elsewhere, in light and dark.
///
/// The best weights of a run are measured anew on its test part (without one, on its validation part), so that its data must be
/// where they were, or where the flags of the session say. Where they are not, the page says so and has the rest.
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::{Session, train};
///
/// let overrides = vec!["train.epochs=2".to_owned()];
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// let runs = tempfile::tempdir().expect("a temporary folder");
/// let session = Session { runs_dir: runs.path().to_owned(), ..Session::default() };
/// let run = train(&resolved, &session, &())?.run;
/// let page = kiln_page::report(&[run], &session, &())?;
/// assert!(page.starts_with("<!doctype html>") && page.contains("Confusion matrix"));
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
///
/// # Errors
/// A folder that is no run, a damaged record.
pub fn report(
    runs: &[PathBuf],
    session: &Session,
    observer: &dyn Observer,
) -> Result<String, ExperimentError> {
    let mut sections: Vec<Section> = Vec::new();
    let (title, subtitle) = match runs {
        [run] if is_cross_validation(run)? => {
            sections.extend(section::folds(run)?);
            sections.extend(section::configuration(run)?);
            (name(run), section::when(run)?)
        }
        [run] => {
            sections.push(section::summary(run)?);
            sections.extend(section::training(std::slice::from_ref(run))?);
            sections.extend(section::measured(run, session, observer)?);
            sections.extend(section::layers(run, observer)?);
            sections.extend(section::configuration(run)?);
            (name(run), section::when(run)?)
        }
        runs => {
            sections.extend(section::together(runs)?);
            sections.extend(section::training(runs)?);
            (format!("{} runs", runs.len()), runs.iter().map(|run| name(run)).collect::<Vec<_>>().join(", "))
        }
    };
    let footer =
        format!("Made by kiln {}. One file: it asks nothing of the network.", env!("CARGO_PKG_VERSION"));
    Ok(html(&Page { title, subtitle, sections, footer }))
}

/// What a run is called: its folder.
pub(crate) fn name(run: &Path) -> String {
    run.file_name().unwrap_or(run.as_os_str()).to_string_lossy().into_owned()
}
