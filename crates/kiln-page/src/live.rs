//! The page of runs in progress: made anew when something has changed, and asked for the sections that are not known yet.

mod watched;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use kiln_experiment::ExperimentError;
use kiln_experiment::run::is_busy;
use serde_json::{Value, json};

use crate::block::{Page, Section};
use crate::html::{Now, live_html, section as section_html};
use crate::report::name;
use watched::{Mark, content, marks, state};

/// While a run is in progress its page is made at most so often that this is half a percent of a core.
const IDLE: u32 = 200;

/// Runs, cross-validations, searches, paths and curves that may be in progress, as a page. Nothing is measured: what a page shows is what the
/// runs have written. A page that takes long to make is made less often, so that to watch them costs half a percent of a core at most. When they are
/// over, [`report()`](crate::report()) has the rest.
///
/// The page loads `watch.js` ([`Live::SCRIPT`]) from beside it. That asks `changes?…` every two seconds for [`Live::changes`].
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::{Session, train};
/// use kiln_page::Live;
///
/// let overrides = vec!["train.epochs=2".to_owned()];
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// let runs = tempfile::tempdir().expect("a temporary folder");
/// let session = Session { runs_dir: runs.path().to_owned(), ..Session::default() };
/// let live = Live::new(vec![train(&resolved, &session, &())?.run]);
/// assert!(live.page()?.contains("<script src=\"watch.js\">"));
/// let all: serde_json::Value = serde_json::from_str(&live.changes("")?).expect("JSON");
/// assert_eq!(all["order"], serde_json::json!(["summary", "training", "configuration"]));
/// assert!(all["state"].as_str().is_some_and(|state| state.starts_with("done, after 2 epochs")));
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
#[derive(Debug)]
pub struct Live {
    runs: Vec<PathBuf>,
    made: Mutex<Option<Made>>,
}

/// A page, and what it was made of.
#[derive(Debug)]
struct Made {
    marks: Vec<Mark>,
    /// When it was made, and how long that took.
    at: Instant,
    took: Duration,
    title: String,
    subtitle: String,
    state: String,
    sections: Vec<Section>,
    /// A number for each section that is another when the section is.
    versions: Vec<String>,
}

impl Live {
    /// The script of the page.
    pub const SCRIPT: &'static str = include_str!("../templates/watch.js");

    /// A page of what is in these folders, which is of one kind.
    pub fn new(runs: Vec<PathBuf>) -> Self {
        Self { runs, made: Mutex::default() }
    }

    /// The whole page, as HTML.
    ///
    /// # Errors
    /// A folder that is none of these, folders of several kinds, a damaged record.
    pub fn page(&self) -> Result<String, ExperimentError> {
        self.with(|made| {
            let names = made.sections.iter().map(|section| section.id).zip(&made.versions);
            let versions: Vec<String> = names.map(|(id, version)| format!("{id}={version}")).collect();
            let page = Page {
                title: made.title.clone(),
                subtitle: made.subtitle.clone(),
                sections: made.sections.clone(),
                footer: format!("Watched by kiln {}.", env!("CARGO_PKG_VERSION")),
            };
            live_html(&page, &Now { state: made.state.clone(), versions: versions.join("&") })
        })
    }

    /// What is another than `known` says, a query such as `summary=1a2b&training=3c4d`, as JSON: `state` in words, the `subtitle`, the names
    /// of all sections as `order`, and those `sections` that have changed with `id`, `version` and `html`.
    ///
    /// # Errors
    /// As [`Live::page`].
    pub fn changes(&self, known: &str) -> Result<String, ExperimentError> {
        let known: Vec<&str> = known.split('&').collect();
        self.with(|made| {
            let all = made.sections.iter().zip(&made.versions);
            let changed = all.filter(|(section, version)| {
                let same = format!("{}={version}", section.id);
                !known.contains(&same.as_str())
            });
            let changed: Vec<Value> = changed
                .map(|(section, version)| {
                    json!({ "id": section.id, "version": version, "html": section_html(section.clone()) })
                })
                .collect();
            let order: Vec<&str> = made.sections.iter().map(|section| section.id).collect();
            let all = json!({ "state": made.state, "subtitle": made.subtitle, "order": order, "sections": changed });
            all.to_string()
        })
    }

    /// Whether another page would cost runs in progress too much. Of those that are over the last one is made at once.
    fn is_early(&self, made: &Made) -> bool {
        made.at.elapsed() < made.took.saturating_mul(IDLE) && self.runs.iter().any(|run| is_busy(run))
    }

    /// The page of now, which is that of before where no file has changed.
    fn with<T>(&self, then: impl FnOnce(&Made) -> T) -> Result<T, ExperimentError> {
        let mut kept = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        // Before the files are read: what is written meanwhile is seen the next time.
        let marks: Vec<Mark> = self.runs.iter().flat_map(|run| marks(run)).collect();
        let made = match kept.take() {
            Some(made) if made.marks == marks || self.is_early(&made) => made,
            _ => make(&self.runs, marks)?,
        };
        Ok(then(kept.insert(made)))
    }
}

fn make(folders: &[PathBuf], marks: Vec<Mark>) -> Result<Made, ExperimentError> {
    let began = Instant::now();
    let (title, subtitle, sections) = content(folders)?;
    let states = folders.iter().map(|folder| state(folder)).collect::<Result<Vec<String>, _>>()?;
    let state = match &states[..] {
        [one] => one.clone(),
        several => {
            let named =
                folders.iter().zip(several).map(|(folder, state)| format!("{}: {state}", name(folder)));
            named.collect::<Vec<_>>().join("; ")
        }
    };
    let versions = sections.iter().map(version).collect();
    let (at, took) = (Instant::now(), began.elapsed());
    Ok(Made { marks, at, took, title, subtitle, state, sections, versions })
}

fn version(section: &Section) -> String {
    let mut hasher = DefaultHasher::new();
    section_html(section.clone()).hash(&mut hasher);
    format!("{:x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use kiln_config::{Request, resolve};
    use kiln_experiment::run::{LOCK, METRICS, RECORD};
    use kiln_experiment::{Session, train};

    use super::*;

    fn parsed(live: &Live, known: &str) -> Value {
        serde_json::from_str(&live.changes(known).unwrap()).unwrap()
    }

    fn ids(found: &Value) -> Vec<&str> {
        found["sections"].as_array().unwrap().iter().map(|section| section["id"].as_str().unwrap()).collect()
    }

    #[test]
    fn only_what_has_changed_is_sent() {
        let overrides = vec!["train.epochs=3".to_owned()];
        let request = Request { config: Some("iris".to_owned()), overrides, ..Request::default() };
        let runs = tempfile::tempdir().unwrap();
        let session = Session { runs_dir: runs.path().to_owned(), ..Session::default() };
        let run = train(&resolve(&request).unwrap(), &session, &()).unwrap().run;
        // As it was after its first epoch.
        let (metrics, record) = (run.join(METRICS), run.join(RECORD));
        let [all, done] = [&metrics, &record].map(|path| fs::read_to_string(path).unwrap());
        fs::write(&metrics, format!("{}\n", all.lines().next().unwrap())).unwrap();
        fs::write(&record, done.replace("\"done\"", "\"running\"")).unwrap();
        let live = Live::new(vec![run.clone()]);
        let page = live.page().unwrap();
        assert!(page.contains("There are curves when two epochs have ended."), "{page}");
        let first = parsed(&live, "");
        assert_eq!(ids(&first), ["summary", "training", "configuration"]);
        // Nobody trains it.
        assert!(first["state"].as_str().unwrap().starts_with("killed after 1 epoch"), "{first}");
        let known =
            page.split("data-versions=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
        assert!(ids(&parsed(&live, &known)).is_empty());
        fs::write(&metrics, &all).unwrap();
        let next = parsed(&live, &known);
        assert_eq!(ids(&next), ["training"]);
        assert!(next["sections"][0]["html"].as_str().unwrap().starts_with("<section"), "{next}");
        assert!(next["sections"][0]["html"].as_str().unwrap().contains("<svg"), "{next}");
        fs::write(&record, &done).unwrap();
        let last = parsed(&live, &known);
        assert!(last["state"].as_str().unwrap().starts_with("done, after 3 epochs; all of it: kiln report"));
        assert!(last["subtitle"].as_str().unwrap().starts_with("iris, done, "), "{}", last["subtitle"]);

        // A page that takes long is not made again while somebody is at work.
        live.made.lock().unwrap().as_mut().unwrap().took = Duration::from_secs(60);
        let lock = fs::File::open(run.join(LOCK)).unwrap();
        lock.lock().unwrap();
        fs::write(&metrics, format!("{}\n", all.lines().next().unwrap())).unwrap();
        let versions = |found: &Value| -> String {
            let all = found["sections"].as_array().unwrap().iter();
            let pairs = all.map(|section| {
                format!("{}={}", section["id"].as_str().unwrap(), section["version"].as_str().unwrap())
            });
            pairs.collect::<Vec<_>>().join("&")
        };
        let now = versions(&parsed(&live, ""));
        assert!(ids(&parsed(&live, &now)).is_empty());
        lock.unlock().unwrap();
        assert_eq!(ids(&parsed(&live, &now)), ["training"]);
    }
}
