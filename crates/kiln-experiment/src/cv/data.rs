//! The data that folds are cut of.

use kiln_core::Seed;
use kiln_data::source::catalog;
use kiln_data::{DataConfig, DataError, Dataset, Reading, Split};
use kiln_validate::split::Fold;

/// The section of the data that folds are cut of: without files of its own for validation and test, which a fold does not have.
/// `group`: the column that keeps rows together, which is read as what it is for where the source can.
pub(super) fn of_folds(config: &DataConfig, group: Option<&str>) -> DataConfig {
    let mut config = DataConfig { validation_path: None, test_path: None, ..config.clone() };
    let knows_groups = || {
        catalog().iter().any(|source| source.name == config.source && source.settings.contains(&"data.group"))
    };
    // A run of kiln 0.1.0 took the column out of the inputs after its fingerprint was made.
    if config.reading != Reading::First && group.is_some() && knows_groups() {
        config.group = group.map(str::to_owned);
    }
    config
}

/// Takes the groups that the source has read.
pub(super) fn groups_of(dataset: &mut Dataset) -> Option<Vec<u32>> {
    dataset.arrangement.groups.take()
}

/// What the folds of a bag are cut of, and the test part, which is that of a training with the same settings and seed; `None` where that
/// part is empty. Its validation and its calibration part go into the folds: each item has a model that has not seen it.
pub(super) fn outer(dataset: &Dataset, config: &DataConfig, seed: Seed) -> Result<Option<Fold>, DataError> {
    let Split { mut train, validation, calibration, test } = Split::new(dataset, config, seed)?;
    train.extend(validation);
    train.extend(calibration);
    // No row is in two parts, so that nothing but an empty test part is refused.
    Ok(Fold::new(train, test).ok())
}
