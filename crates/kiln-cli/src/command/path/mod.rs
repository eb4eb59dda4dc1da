//! `kiln path`.

mod report;
mod table;

use kiln_core::{Purpose, Seed};
use kiln_data::Split;
use kiln_models::ModelConfig;
use kiln_validate::path::{Curve, ElasticNetPath, PathPoint};
use kiln_validate::split::{Items, KFold, Splitter};

use super::configuration;
use crate::args::{Global, PathArguments};
use crate::error::CliError;
use crate::job::open_device;
use crate::output::Output;
use table::Table;

/// Everything that there is to say of a path.
#[derive(Debug)]
struct Found {
    label: String,
    target: String,
    features: Vec<String>,
    points: Vec<PathPoint>,
    curve: Curve,
    folds: usize,
    items: usize,
}

pub(super) fn run(arguments: &PathArguments, global: &Global, out: Output) -> Result<(), CliError> {
    let resolved = configuration(&arguments.plan, global)?;
    let config = &resolved.config;
    if !matches!(config.model, ModelConfig::Linear(_)) {
        let kind = serde_json::to_value(&config.model).ok();
        let kind = kind.as_ref().and_then(|model| model["kind"].as_str()).unwrap_or("another").to_owned();
        return Err(resolved.locate_at("model.kind", CliError::PathModel { kind }));
    }
    if config.data.weight.is_some() {
        return Err(resolved.locate_at("data.weight", CliError::PathWeights));
    }
    if let Some(path) = &arguments.output {
        super::picture::check_svg(path)?;
    }
    // All of it is computed on the host, but a device that is not there is an error.
    open_device(&resolved)?;
    out.say(&format!("{}: reading the data", resolved.label));
    let dataset = config.data.load().map_err(|error| resolved.locate(error))?;
    let seed = Seed::new(config.seed).purpose(Purpose::Split);
    let split = Split::new(&dataset, &config.data, seed).map_err(|error| resolved.locate(error))?;
    let mut rows: Vec<usize> = split.train.into_iter().chain(split.validation).collect();
    rows.sort_unstable();

    let table = Table::new(&dataset, (&config.data).into())?;
    let path = ElasticNetPath {
        lambdas: arguments.lambdas,
        ratio: arguments.ratio,
        l1_ratio: arguments.l1_ratio,
        ..ElasticNetPath::default()
    };
    let whole = table.fit(&rows).map_err(|error| resolved.locate(error))?;
    let (x, y) = whole.train()?;
    let lambdas = path.grid(&x, &y)?;
    let points = path.fit(&x, &y, &lambdas)?;

    let splitter = KFold { folds: arguments.folds, shuffle: Some(seed.at(arguments.folds as u64)) };
    let mut errors = Vec::new();
    for fold in splitter.split(&Items::new(rows.len()))? {
        let at = |places: &[usize]| places.iter().map(|place| rows[*place]).collect::<Vec<usize>>();
        let (train, test) = (at(fold.train()), at(fold.test()));
        // What is fitted to the data is fitted to the fold's training items alone.
        let fitted = table.fit(&train)?;
        let ((x, y), (test_x, test_y)) = (fitted.train()?, fitted.rows(&test)?);
        let points = path.fit(&x, &y, &lambdas)?;
        errors.push(points.iter().map(|point| point.mean_squared_error(&test_x, &test_y)).collect());
    }
    let found = Found {
        label: resolved.label.clone(),
        target: table.target().to_owned(),
        features: whole.features(),
        points,
        curve: Curve::new(lambdas, &errors)?,
        folds: arguments.folds,
        items: rows.len(),
    };
    if let Some(path) = &arguments.output {
        for file in report::draw(&found, path)? {
            out.say(&format!("written: {}", file.display()));
        }
    }
    if out.json { report::events(&found, out) } else { out.data(&report::text(&found)) }
}
