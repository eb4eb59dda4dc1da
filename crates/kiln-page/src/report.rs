//! One page about what kiln has made.

use std::path::{Path, PathBuf};

use kiln_experiment::error::RunError;
use kiln_experiment::run::FolderKind;
use kiln_experiment::{ExperimentError, Observer, Session};

use crate::block::{Page, Section};
use crate::html::html;
use crate::section;

/// One HTML page of what is in these folders: of one run, cross-validation, search, path, curve or comparison everything, of several of
/// a kind what differs. The page is one file that needs nothing from elsewhere, in light and dark.
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
/// A folder that kiln has not made, folders of several kinds, a damaged record.
pub fn report(
    folders: &[PathBuf],
    session: &Session,
    observer: &dyn Observer,
) -> Result<String, ExperimentError> {
    let kind = one_kind(folders)?;
    let mut sections = match (kind, folders) {
        (FolderKind::Run, [run]) => of_run(run, session, observer)?,
        (FolderKind::Run, runs) => {
            let mut sections = section::together(runs)?;
            sections.extend(section::training(runs)?);
            sections
        }
        (FolderKind::Ensemble, [run]) => {
            let mut sections = vec![section::summary(run)?];
            sections.extend(section::configuration(run)?);
            sections
        }
        (FolderKind::Ensemble, runs) => section::together(runs)?,
        (FolderKind::CrossValidation, [run]) => {
            let mut sections = section::folds(run)?;
            sections.extend(section::mattered(run)?);
            sections.extend(section::configuration(run)?);
            sections
        }
        (FolderKind::CrossValidation, runs) => section::folds_together(runs, session)?,
        (FolderKind::Search, [folder]) => section::search(folder)?,
        (FolderKind::Search, folders) => section::searches(folders)?,
        (FolderKind::Path, [folder]) => section::path(folder)?,
        (FolderKind::Path, folders) => section::paths(folders)?,
        (FolderKind::Curve, [folder]) => section::curve(folder)?,
        (FolderKind::Curve, folders) => section::curves(folders)?,
        (FolderKind::Comparison, [folder]) => section::comparison(folder)?,
        (FolderKind::Comparison, folders) => section::comparisons(folders)?,
        _ => return Err(RunError::NotOfKiln { path: folders.first().cloned().unwrap_or_default() }.into()),
    };
    let names = || folders.iter().map(|folder| name(folder));
    let (title, subtitle) = match (folders, kind) {
        ([run], FolderKind::Run | FolderKind::CrossValidation) => (name(run), section::when(run)?),
        ([folder], kind) => (name(folder), capital(kind.name())),
        (folders, _) => {
            (format!("{} {}", folders.len(), plural(kind)), names().collect::<Vec<_>>().join(", "))
        }
    };
    if folders.len() > 1 && sections.is_empty() {
        sections.push(Section::new("nothing", "They do not differ"));
    }
    let footer =
        format!("Made by kiln {}. One file: it asks nothing of the network.", env!("CARGO_PKG_VERSION"));
    Ok(html(&Page { title, subtitle, sections, footer }))
}

fn of_run(run: &Path, session: &Session, observer: &dyn Observer) -> Result<Vec<Section>, ExperimentError> {
    let mut sections = vec![section::summary(run)?];
    sections.extend(section::training(&[run.to_owned()])?);
    sections.extend(section::written(run)?);
    sections.extend(section::measured(run, session, observer)?);
    sections.extend(section::mattered(run)?);
    sections.extend(section::explained(run)?);
    sections.extend(section::layers(run, session, observer)?);
    sections.extend(section::configuration(run)?);
    Ok(sections)
}

/// The kind of all folders. A cross-validation beside runs counts as a run: it has scores and settings as they have.
fn one_kind(folders: &[PathBuf]) -> Result<FolderKind, ExperimentError> {
    let mut found: Option<(&PathBuf, FolderKind)> = None;
    for folder in folders {
        let kind = FolderKind::of(folder)?.ok_or_else(|| RunError::NotOfKiln { path: folder.clone() })?;
        found = match found {
            None => Some((folder, kind)),
            Some((_, first)) if first == kind => found,
            Some((first, FolderKind::Run | FolderKind::CrossValidation))
                if matches!(kind, FolderKind::Run | FolderKind::CrossValidation) =>
            {
                Some((first, FolderKind::Run))
            }
            Some((first, known)) => {
                let (one, other) = ((first.clone(), known.name()), (folder.clone(), kind.name()));
                return Err(RunError::OtherKinds { one, other }.into());
            }
        };
    }
    Ok(found.map_or(FolderKind::Run, |(_, kind)| kind))
}

fn plural(kind: FolderKind) -> &'static str {
    match kind {
        FolderKind::Ensemble => "ensembles",
        FolderKind::CrossValidation => "cross-validations",
        FolderKind::Search => "searches",
        FolderKind::Path => "paths",
        FolderKind::Curve => "curves",
        FolderKind::Comparison => "comparisons",
        _ => "runs",
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What a run is called: its folder.
pub(crate) fn name(run: &Path) -> String {
    run.file_name().unwrap_or(run.as_os_str()).to_string_lossy().into_owned()
}

/// The same without the time that it begins with: as a curve is called.
pub(crate) fn short_name(run: &Path) -> String {
    let name = name(run);
    let is_time = |(place, letter): (usize, char)| match place {
        8 | 15 => letter == '-',
        _ => letter.is_ascii_digit(),
    };
    // YYYYMMDD-hhmmss-
    let dated = name.len() > 16 && name.chars().take(16).enumerate().all(is_time);
    if dated { name[16..].to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_are_called_without_the_time() {
        assert_eq!(short_name(Path::new("runs/20261130-163406-tenfold-cv-8c79")), "tenfold-cv-8c79");
        for own in ["mine", "20261130-163406", "a0261130-163406-b"] {
            assert_eq!(short_name(Path::new(own)), own);
        }
    }
}
