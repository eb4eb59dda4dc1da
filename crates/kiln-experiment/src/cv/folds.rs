//! The data of a cross-validation, and the folds they are cut into.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use burn::tensor::Device;
use kiln_config::{Flags, Resolved};
use kiln_core::{Purpose, Seed, nearest};
use kiln_data::{DataError, Dataset, Precision, Values};
use kiln_validate::cross::{CvPlan, Inner, Scheme, fold_split, inner_folds};
use kiln_validate::split::{Fold, Items};

use super::data::{groups_of, of_folds, outer};
use super::search::SearchInFolds;
use super::study::CvStudy;
use crate::error::{CvError, ExperimentError, Locate, RunError};
use crate::job::{Job, open_device};
use crate::run::{DataRecord, RunRecord};
use crate::session::Session;
use crate::stored::stored_with;

/// The data, cut into folds.
#[derive(Debug)]
pub(crate) struct Folds {
    pub(crate) study: CvStudy,
    dataset: Arc<Dataset>,
    rows: usize,
    groups: Option<Vec<u32>>,
    folds: Vec<Fold>,
    /// Of a bag what the folds are cut of, and what judges their mean, where anything does.
    outer: Option<Fold>,
    /// How exactly numbers are taken.
    precision: Precision,
}

impl Folds {
    /// Loads the data and cuts them; `study` is asked when it is known whether there are classes. `group`: the column that
    /// keeps rows together, if it is not in the configuration.
    pub(crate) fn load(
        resolved: &Resolved,
        group: Option<&str>,
        study: impl FnOnce(bool) -> Result<CvStudy, CvError>,
    ) -> Result<Self, ExperimentError> {
        Self::load_as(resolved, None, false, group, study)
    }

    /// The same with numbers taken as exactly as the cross-validation takes them that began on the data `recorded`; of a `bag` without the test
    /// part, which is that of a training with these settings.
    pub(super) fn load_as(
        resolved: &Resolved,
        recorded: Option<&DataRecord>,
        bag: bool,
        group: Option<&str>,
        study: impl FnOnce(bool) -> Result<CvStudy, CvError>,
    ) -> Result<Self, ExperimentError> {
        let config = if bag { resolved.config.data.clone() } else { of_folds(&resolved.config.data, group) };
        let mut dataset = config.load().map_err(|error| resolved.locate(error))?;
        let mut precision = Precision::default();
        if let Some(recorded) = recorded
            && let Some(begun) = dataset.precision_of(&recorded.fingerprint)
        {
            (precision, dataset.fingerprint) = (begun, recorded.fingerprint.clone());
        }
        let study = study(dataset.target.labels().is_some())?;
        let seed = Seed::new(resolved.config.seed).purpose(Purpose::Split);
        let outer =
            if bag { outer(&dataset, &config, seed).map_err(|error| resolved.locate(error))? } else { None };
        let groups = match (groups_of(&mut dataset), &study.group) {
            (None, Some(column)) => Some(take_groups(&mut dataset, column, precision)?),
            (groups, _) => groups,
        };
        let rows = dataset.target.rows().map_err(DataError::from)?;
        let dataset = Arc::new(dataset);
        let mut folds = Self { study, dataset, rows, groups, folds: Vec::new(), outer, precision };
        let splitter = folds.study.plan.splitter(seed)?;
        folds.folds = match &folds.outer {
            Some(outer) => inner_folds(outer, &folds.items(), splitter.as_ref())?,
            None => splitter.split(&folds.items())?,
        };
        for (number, fold) in folds.folds.iter().enumerate() {
            folds.must_weigh(number, "training", fold.train())?;
            folds.must_weigh(number, "test", fold.test())?;
        }
        Ok(folds)
    }

    /// The folds of the run in `folder`.
    pub(crate) fn of_run(folder: &Path, resolved: &Resolved) -> Result<Self, ExperimentError> {
        let study = CvStudy::read(folder)?;
        let record = RunRecord::read(folder)?;
        let (group, bag) = (study.group.clone(), study.bag);
        let folds = Self::load_as(resolved, record.data.as_ref(), bag, group.as_deref(), |_| Ok(study))?;
        folds.must_be_the_data_of(folder)?;
        Ok(folds)
    }

    /// The data.
    pub(crate) fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The same, to keep.
    pub(crate) fn shared_dataset(&self) -> Arc<Dataset> {
        Arc::clone(&self.dataset)
    }

    /// Of a bag what the folds are cut of, and the test part, where there is one.
    pub(crate) fn outer(&self) -> Option<&Fold> {
        self.outer.as_ref()
    }

    /// The folds themselves.
    pub(crate) fn list(&self) -> &[Fold] {
        &self.folds
    }

    pub(crate) fn items(&self) -> Items<'_> {
        let mut items = Items::new(self.rows);
        if let Some(labels) = self.dataset.target.labels() {
            items = items.labels(labels);
        }
        if let Some(groups) = &self.groups {
            items = items.groups(groups);
        }
        items
    }

    /// An error when all of these rows weigh nothing: their mean loss would be 0 / 0.
    fn must_weigh(&self, fold: usize, part: &'static str, rows: &[usize]) -> Result<(), ExperimentError> {
        match &self.dataset.weights {
            Some(weights) if !rows.is_empty() && rows.iter().all(|&row| weights[row] == 0.0) => {
                Err(CvError::NoWeight { fold, part, items: rows.len() }.into())
            }
            _ => Ok(()),
        }
    }

    /// The folds that judge the trials of a fold's search: of its training items, and cut as the folds themselves are; none
    /// where the validation part judges. `seed`: that of the fold.
    ///
    /// Cut otherwise, they would measure something else: rows in an order of their own, such as that of time, are harder to
    /// predict from other rows than rows drawn at random.
    pub(super) fn inner(
        &self,
        fold: usize,
        search: &SearchInFolds,
        seed: u64,
    ) -> Result<Vec<Fold>, ExperimentError> {
        let count = search.inner;
        if count == 1 {
            return Ok(Vec::new());
        }
        let scheme = match self.study.plan.scheme {
            Scheme::LeaveOneOut => Scheme::KFold,
            other => other,
        };
        let outer = &self.study.plan;
        // A row that is left out alone has all others around it, as rows drawn at random have.
        let as_drawn = outer.shuffle || outer.repeats > 1 || outer.scheme == Scheme::LeaveOneOut;
        let shuffle = scheme != Scheme::Time && (as_drawn || search.always_shuffled);
        let plan = CvPlan { scheme, folds: count, repeats: 1, shuffle };
        let splitter = plan.splitter(Seed::new(seed).purpose(Purpose::Split))?;
        Ok(inner_folds(&self.folds[fold], &self.items(), splitter.as_ref())?)
    }

    pub(super) fn len(&self) -> usize {
        self.folds.len()
    }

    pub(crate) fn class_names(&self) -> Option<&[String]> {
        self.dataset.target.class_names()
    }

    /// Test items over training items, the mean over the folds: what the corrected statistics need.
    pub(super) fn test_share(&self) -> f64 {
        let shares = self.folds.iter().map(|fold| fold.test().len() as f64 / fold.train().len() as f64);
        shares.sum::<f64>() / self.folds.len() as f64
    }

    /// The seed of a fold: its first weights and the order of its items are not those of the others.
    pub(crate) fn seed(&self, resolved: &Resolved, fold: usize) -> u64 {
        // TOML has no whole number above i64::MAX.
        Seed::new(resolved.config.seed).at(fold as u64).value() >> 1
    }

    /// Everything that a fold needs, made from nothing. `resolved` has the seed of the fold.
    pub(super) fn job<'a>(
        &self,
        resolved: &'a Resolved,
        device: &Device,
        fold: usize,
    ) -> Result<Job<'a>, ExperimentError> {
        self.job_of(resolved, device, &self.folds[fold], fold)
    }

    /// As [`Folds::job`], of a part of the fold `number`.
    pub(crate) fn job_of<'a>(
        &self,
        resolved: &'a Resolved,
        device: &Device,
        fold: &Fold,
        number: usize,
    ) -> Result<Job<'a>, ExperimentError> {
        let items = fold.train().len();
        let validated = resolved.validated(Some(items), self.dataset.features.as_table().map(|_| items));
        let resolved = validated.map_or(Cow::Borrowed(resolved), Cow::Owned);
        let config = &resolved.config;
        let inner = match (&self.groups, self.study.plan.scheme) {
            (Some(groups), _) => Inner::Groups(groups),
            (None, Scheme::Time) => Inner::Last,
            (None, Scheme::Stratified) => Inner::Random { stratify: true },
            (None, _) => Inner::Random { stratify: config.data.stratify },
        };
        let seed = Seed::new(config.seed).purpose(Purpose::Split);
        let split = fold_split(fold, &self.dataset, config.data.validation, inner, seed)?;
        for (part, rows) in
            [("training", &split.train), ("validation", &split.validation), ("test", &split.test)]
        {
            self.must_weigh(number, part, rows)?;
        }
        Job::taken(resolved, device.clone(), &self.dataset, split, self.precision)?.started()
    }

    /// Finds out before a folder is made what would stop a fold, and gives the job of the first.
    pub(super) fn check<'a>(&self, resolved: &'a Resolved) -> Result<Job<'a>, ExperimentError> {
        let job = self.job(resolved, &open_device(resolved)?, 0)?;
        job.check()?;
        self.check_batches(resolved, &job)?;
        if self.study.nested.is_some() {
            job.objective()?;
        }
        Ok(job)
    }

    /// An error unless the cross-validation in `folder` has the same settings and data.
    pub(super) fn must_be_those_of(
        &self,
        folder: &Path,
        resolved: &Resolved,
        session: &Session,
    ) -> Result<(), ExperimentError> {
        let there = CvStudy::read(folder)?;
        // Neither the number of threads nor of jobs changes a result.
        let config = |resolved: &Resolved| {
            let mut config = resolved.config.clone();
            config.threads = None;
            config
        };
        let stored = stored_with(folder, Flags { threads: None, ..session.place() }, &[])?;
        let same_config = (config(&stored), stored.open()) == (config(resolved), resolved.open());
        if !self.study.same_training(&there) || !same_config {
            return Err(CvError::OtherCv { run: folder.to_owned() }.into());
        }
        RunRecord::read(folder)?.must_have_tokenizer(&resolved.config.data, folder)?;
        self.must_be_the_data_of(folder)
    }

    /// An error when the data have changed since the run in `folder` began.
    pub(super) fn must_be_the_data_of(&self, folder: &Path) -> Result<(), ExperimentError> {
        match RunRecord::read(folder)?.data {
            Some(data) if data.fingerprint != self.dataset.fingerprint => {
                Err(RunError::DataChanged { name: data.name, run: folder.to_owned() }.into())
            }
            _ => Ok(()),
        }
    }
}

/// The data of the cross-validation in a folder, if there is one.
pub(super) fn recorded_in(folder: Option<&Path>) -> Option<DataRecord> {
    RunRecord::read(folder?).ok()?.data
}

/// Takes a column out of the inputs: one number for each of its values.
fn take_groups(dataset: &mut Dataset, name: &str, precision: Precision) -> Result<Vec<u32>, ExperimentError> {
    let columns = dataset.features.as_table_mut().ok_or(CvError::GroupOfImages)?;
    let Some(place) = columns.iter().position(|column| column.name == name) else {
        let known = columns.iter().map(|column| column.name.as_str());
        let nearest = nearest(name, known);
        return Err(CvError::NoColumn { name: name.to_owned(), nearest }.into());
    };
    let mut values = columns.remove(place).values.loaded()?.into_owned();
    if let (Precision::Single, Values::Numeric(cells)) = (precision, &mut values) {
        cells.iter_mut().for_each(|cell| *cell = f64::from(*cell as f32));
    }
    Ok(values.groups())
}
