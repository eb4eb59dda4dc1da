//! `data.source = "ts"`: files of the UCR and UEA archives.

use std::path::{Path, PathBuf};

use super::problem::SeriesProblem as Problem;
use super::ts::{TsFile, TsTarget};
use crate::source::files::name_of;
use crate::source::reader::{NewInputs, Reader, SourceInfo};
use crate::{
    Arrangement, DataConfig, DataError, Dataset, Features, FileError, FilePosition, Fitted, Series, Target,
};

/// Reads `.ts` files.
#[derive(Debug)]
pub(in crate::source) struct TsArchive;

const TRAIN: &str = "_TRAIN.ts";
const TEST: &str = "_TEST.ts";

impl Reader for TsArchive {
    fn info(&self) -> SourceInfo {
        let what = "time series: a .ts file, or a folder with NAME_TRAIN.ts and NAME_TEST.ts";
        SourceInfo::format("ts", what, &["data.path", "data.validation_path", "data.test_path"])
    }

    fn load(&self, config: &DataConfig) -> Result<Dataset, DataError> {
        let path = config.needed_path()?;
        let mut files = vec![path.to_owned()];
        if path.is_dir() {
            let [train, test] = parts(path)?;
            files = vec![train.ok_or_else(|| problem(path, Problem::NoTrain))?];
            let test = config.test_path.clone().or(test);
            return load(path, &files[0], [config.validation_path.clone(), test]);
        }
        load(path, &files[0], [config.validation_path.clone(), config.test_path.clone()])
    }

    fn recognises(&self, path: &Path) -> bool {
        if path.is_dir() {
            return parts(path).is_ok_and(|[train, _]| train.is_some());
        }
        is_ts(path)
    }

    fn read_inputs(&self, path: &Path, fitted: &Fitted) -> Option<Result<NewInputs, DataError>> {
        let names = fitted.channels().filter(|_| is_ts(path))?;
        Some(TsFile::read(path).map(|file| {
            let items = file.items.len();
            (Features::Series(Series::new(channel_names(file.channels, Some(names)), file.items)), items)
                .into()
        }))
    }
}

pub(super) fn is_ts(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("ts"))
}

fn problem(path: &Path, problem: Problem) -> DataError {
    DataError::series(FilePosition::file(path), problem)
}

/// The training and the test part in a folder.
fn parts(folder: &Path) -> Result<[Option<PathBuf>; 2], DataError> {
    let failed = |error| DataError::read(folder, error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().to_uppercase()).unwrap_or_default();
        found.push((name, path));
    }
    // Of several sets that which is called as the folder is.
    let own = name_of(folder).to_uppercase();
    let one = |end: &str| {
        let end = end.to_uppercase();
        let mut named: Vec<_> = found.iter().filter(|(name, _)| name.ends_with(&end)).collect();
        if let Some(&whole) = named.iter().find(|(name, _)| *name == format!("{own}{end}")) {
            named = vec![whole];
        }
        match named[..] {
            [] => Ok(None),
            [(_, path)] => Ok(Some(path.clone())),
            _ => Err(problem(folder, Problem::SeveralTrain)),
        }
    };
    Ok([one(TRAIN)?, one(TEST)?])
}

/// The channels of a file: as the model calls them, where there are as many, else by their numbers.
fn channel_names(channels: usize, known: Option<&[String]>) -> Vec<String> {
    match known.filter(|known| known.len() == channels) {
        Some(known) => known.to_vec(),
        None => (1..=channels).map(|channel| format!("channel {channel}")).collect(),
    }
}

fn load(name: &Path, train: &Path, others: [Option<PathBuf>; 2]) -> Result<Dataset, DataError> {
    let mut all = TsFile::read(train)?;
    let mut fixed = Vec::new();
    for path in others {
        let start = all.items.len();
        if let Some(path) = path {
            let file = TsFile::read(&path)?;
            if (file.channels, file.target) != (all.channels, all.target) {
                return Err(problem(&path, Problem::OtherKind { other: train.display().to_string() }));
            }
            all.items.extend(file.items);
            all.labels.extend(file.labels);
        }
        fixed.push((start..all.items.len()).collect::<Vec<usize>>());
    }
    let test = fixed.pop().unwrap_or_default();
    let validation = fixed.pop().unwrap_or_default();
    let target = match all.target {
        TsTarget::Nothing => return Err(problem(train, Problem::NoTarget)),
        TsTarget::Classes => classes(train, &all.labels)?,
        TsTarget::Numbers => numbers(train, &all.labels)?,
    };
    let series = Series::new(channel_names(all.channels, None), all.items);
    let arrangement = Arrangement { fixed_validation: validation, ..Arrangement::default() };
    let data = Dataset::with(name_of(name), Features::Series(series), target, test, None);
    Ok(data.arranged(arrangement))
}

/// Classes in the order of their names; where all are numbers, in that of the numbers.
fn classes(path: &Path, labels: &[String]) -> Result<Target, DataError> {
    let mut names: Vec<String> = labels.to_vec();
    names.sort_unstable();
    names.dedup();
    if names.iter().all(|name| name.parse::<f64>().is_ok()) {
        let number = |name: &String| name.parse::<f64>().unwrap_or_default();
        names.sort_by(|a, b| number(a).total_cmp(&number(b)));
    }
    if let [class] = names.as_slice() {
        return Err(FileError::OneClass { path: path.to_owned(), class: class.clone() }.into());
    }
    let place = |label: &String| names.iter().position(|name| name == label).unwrap_or(0) as u32;
    Ok(Target::Classes { labels: labels.iter().map(place).collect(), names })
}

fn numbers(path: &Path, labels: &[String]) -> Result<Target, DataError> {
    let number = |text: &String| {
        text.parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
            .ok_or_else(|| problem(path, Problem::Target { text: text.clone() }))
    };
    let values = labels.iter().map(number).collect::<Result<_, _>>()?;
    Ok(Target::Values { values, names: vec!["target".to_owned()] })
}
