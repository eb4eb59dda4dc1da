//! A run is asked what mattered.

use std::path::Path;
use std::sync::Arc;

use kiln_core::{Purpose, Seed, check};
use kiln_explain::PermutationImportance;
use kiln_models::ModelConfig;
use kiln_validate::statistics::t_quantile;

use super::dependence::dependence;
use super::loss::{ImportanceMetric, Losses};
use super::record::{ColumnImportance, ImportanceReport};
use super::settings::{ColumnGroup, ImportanceSettings, ShapleySettings};
use super::shapley::shapley;
use super::table::Table;
use crate::error::{ExperimentError, ImportanceError};
use crate::evaluate::{EvaluateSettings, Part, ScoredItems, evaluate_items};
use crate::observer::Observer;
use crate::predict::Predictor;
use crate::stored::stored;

/// Asks the best weights of the run in `run` what mattered: how much worse they do on a part of the data where the cells of each column, or
/// group of columns, are shuffled; how predictions depend on columns; and what each column adds to predictions.
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::importance::{ImportanceSettings, importance};
/// use kiln_experiment::{Session, train};
///
/// let overrides = vec!["train.epochs=20".to_owned()];
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// let runs = tempfile::tempdir().expect("a temporary folder");
/// let session = Session { runs_dir: runs.path().to_owned(), ..Session::default() };
/// let trained = train(&resolved, &session, &())?;
/// let found = importance(&trained.run, &ImportanceSettings::new(session), &())?;
/// assert!(found.columns[0].name.starts_with("petal") && found.columns[0].importance > 0.1);
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
///
/// # Errors
/// [`ImportanceError`]: images, several labels an item, a column that is not there or in two groups, a metric that is not for the
/// target; and as [`evaluate_items`].
pub fn importance(
    run: &Path,
    settings: &ImportanceSettings,
    observer: &dyn Observer,
) -> Result<ImportanceReport, ExperimentError> {
    check::at_least("--repeats", settings.repeats, 1)?;
    let predictor = Predictor::open(run, &settings.session, observer)?;
    if predictor.fitted().label_names().is_some() {
        return Err(ImportanceError::OfLabels.into());
    }
    let metric = ImportanceMetric::of(settings.metric, predictor.fitted())?;
    let mut evaluation = EvaluateSettings::new(settings.session.clone());
    evaluation.part = settings.session.flags.data.is_none().then_some(settings.part);
    let (_, items) = evaluate_items(run, &evaluation, observer)?;
    let ScoredItems { dataset, rows, weights, .. } = &items;
    let table = Table::of(&predictor, &dataset.features, rows)?;
    let groups = groups(&settings.groups, &table)?;
    let losses = Losses::new(metric, &predictor, dataset, rows, weights.as_deref());
    let seed = Seed::new(settings.seed).purpose(Purpose::Noise);
    let mut score = None;
    let asked = PermutationImportance::new(seed).repeats(settings.repeats);
    let found = asked.explain(groups.len(), weights.as_deref(), |changed| {
        let features = match changed {
            None => table.features(),
            Some((group, order)) => table.shuffled(&groups[group].1, order),
        };
        let found = losses.of(&predictor.predict_logits(&features)?);
        score.get_or_insert_with(|| metric.score(mean(&found, weights.as_deref())));
        Ok::<_, ExperimentError>(found)
    })?;
    let quantile = if rows.len() > 1 { t_quantile(0.975, (rows.len() - 1) as f64) } else { f64::NAN };
    let mut columns: Vec<ColumnImportance> = groups
        .into_iter()
        .zip(found)
        .map(|((name, places), found)| ColumnImportance {
            name,
            columns: places.iter().map(|place| table.columns()[*place].name.clone()).collect(),
            importance: found.mean,
            deviation: found.deviation,
            interval: [found.mean - quantile * found.error, found.mean + quantile * found.error],
            repeats: found.repeats,
        })
        .collect();
    columns.sort_by(|a, b| b.importance.total_cmp(&a.importance));
    let depend = |name: &String| dependence(&predictor, &table, name, settings.resolution);
    let dependence = settings.dependence.iter().map(depend).collect::<Result<_, _>>()?;
    let shapley = match settings.shapley {
        Some(asked) => Some(of_columns(run, settings, asked, &predictor, &items, observer)?),
        None => None,
    };
    Ok(ImportanceReport {
        run: run.display().to_string(),
        part: if evaluation.part.is_some() { settings.part.name().to_owned() } else { "data".to_owned() },
        items: rows.len(),
        metric,
        score: score.unwrap_or(f64::NAN),
        columns,
        dependence,
        shapley,
    })
}

/// Shapley values of some of the items, against training items.
fn of_columns(
    run: &Path,
    settings: &ImportanceSettings,
    asked: ShapleySettings,
    predictor: &Predictor,
    items: &ScoredItems,
    observer: &dyn Observer,
) -> Result<super::record::ShapleyReport, ExperimentError> {
    check::at_least("--shap", asked.items, 1)?;
    check::at_least("--background", asked.background, 1)?;
    let seed = Seed::new(settings.seed).purpose(Purpose::Noise);
    let mut of_training = EvaluateSettings::new(settings.session.clone());
    of_training.session.flags.data = None;
    of_training.part = Some(Part::Train);
    let (_, training) = evaluate_items(run, &of_training, observer)?;
    let stand_in = drawn(&training.rows, asked.background, seed.at(0));
    let background = Table::of(predictor, &training.dataset.features, &stand_in)?;
    let rows = drawn(&items.rows, asked.items, seed.at(1));
    let table = Table::of(predictor, &items.dataset.features, &rows)?;
    let is_linear = matches!(stored(run, &settings.session)?.config.model.network, ModelConfig::Linear(_));
    let dataset = Arc::clone(&items.dataset);
    let of_file: Vec<usize> = rows.iter().map(|row| dataset.arrangement.file_row(*row)).collect();
    shapley(predictor, &table, &of_file, &background, asked, is_linear, seed.at(2))
}

/// So many of the rows, rising.
fn drawn(rows: &[usize], count: usize, seed: Seed) -> Vec<usize> {
    let mut drawn: Vec<usize> =
        seed.permutation(rows.len()).into_iter().take(count).map(|place| rows[place]).collect();
    drawn.sort_unstable();
    drawn
}

fn mean(losses: &[f64], weights: Option<&[f64]>) -> f64 {
    let weight = |item: usize| weights.map_or(1.0, |weights| weights[item]);
    let sum: f64 = losses.iter().enumerate().map(|(item, loss)| weight(item) * loss).sum();
    sum / (0..losses.len()).map(weight).sum::<f64>()
}

/// What is shuffled together: the groups, and every other column by itself.
fn groups(asked: &[ColumnGroup], table: &Table) -> Result<Vec<(String, Vec<usize>)>, ImportanceError> {
    let mut taken = vec![false; table.columns().len()];
    let mut groups = Vec::new();
    for group in asked {
        let mut places = Vec::new();
        for name in &group.columns {
            let place = table.place(name)?;
            if std::mem::replace(&mut taken[place], true) {
                return Err(ImportanceError::Twice { column: name.clone() });
            }
            places.push(place);
        }
        groups.push((group.name.clone(), places));
    }
    let alone = table.columns().iter().enumerate().filter(|(place, _)| !taken[*place]);
    groups.extend(alone.map(|(place, column)| (column.name.clone(), vec![place])));
    Ok(groups)
}
