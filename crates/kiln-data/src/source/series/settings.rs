//! The settings of time series.

use kiln_core::check;

use super::windows::Cut;
use crate::{DataConfig, DataError, SettingError, Uneven};

/// The settings that mean nothing to time series.
const OF_OTHERS: [&str; 8] = [
    "data.text",
    "data.tokenizer",
    "data.longest",
    "data.images",
    "data.size",
    "data.resize",
    "data.crop",
    "data.broken",
];

impl DataConfig {
    /// Whether the inputs are time series.
    pub fn holds_series(&self) -> bool {
        self.series.is_some() || self.horizon.is_some() || self.wide || self.source == "ts"
    }

    /// How many steps a window has: `data.window`, or three times the horizon. `None` where nothing is forecast.
    pub fn window_steps(&self) -> Option<usize> {
        let horizon = self.horizon?;
        Some(self.window.unwrap_or(3 * horizon))
    }

    /// How series are cut into windows; `None` where nothing is forecast.
    pub(super) fn windows(&self) -> Result<Option<Cut>, DataError> {
        let Some((window, horizon)) = self.window_steps().zip(self.horizon) else { return Ok(None) };
        let stride = self.stride.unwrap_or(1);
        check::at_least("data.horizon", horizon, 1)?;
        check::at_least("data.window", window, 1)?;
        check::at_least("data.stride", stride, 1)?;
        Ok(Some(Cut { window, horizon, stride, gap: self.gap.unwrap_or(0) }))
    }

    /// What becomes of series with missing steps.
    pub(super) fn unevenness(&self) -> Uneven {
        self.uneven.unwrap_or(if self.horizon.is_some() { Uneven::Error } else { Uneven::Keep })
    }
}

/// Whether the settings of a table go together, as far as time series are concerned.
///
/// # Errors
/// [`SettingError::Needs`] and [`SettingError::Excludes`]; [`SettingError::Unused`] for one of texts or images.
pub(in crate::source) fn check(config: &DataConfig) -> Result<(), DataError> {
    let needs = |setting, needs| Err(SettingError::Needs { setting, needs }.into());
    let excludes = |first, second| Err(SettingError::Excludes { first, second }.into());
    if config.horizon.is_none() {
        let set = [
            ("data.window", config.window.is_some()),
            ("data.stride", config.stride.is_some()),
            ("data.gap", config.gap.is_some()),
        ];
        if let Some((setting, _)) = set.into_iter().find(|(_, is_set)| *is_set) {
            return needs(setting, "data.horizon");
        }
    }
    if config.uneven.is_some() && config.time.is_none() {
        return needs("data.uneven", "data.time");
    }
    if config.uneven == Some(Uneven::Cut) && config.horizon.is_none() {
        return needs("data.uneven = \"cut\"", "data.horizon");
    }
    if config.uneven.is_some() && config.series.is_none() && config.horizon.is_none() {
        return needs("data.uneven", "data.series or data.horizon");
    }
    if config.wide && config.series.is_some() {
        return excludes("data.wide", "data.series");
    }
    if config.wide && config.horizon.is_some() {
        return excludes("data.wide", "data.horizon");
    }
    if config.horizon.is_some() {
        let set = [
            ("data.validation_path", config.validation_path.is_some()),
            ("data.test_path", config.test_path.is_some()),
            ("data.group", config.group.is_some()),
            ("data.weight", config.weight.is_some()),
        ];
        if let Some((setting, _)) = set.into_iter().find(|(_, is_set)| *is_set) {
            return excludes("data.horizon", setting);
        }
    }
    if config.holds_series()
        && let Some(setting) = config.of_readers().find(|setting| OF_OTHERS.contains(setting))
    {
        let name = format!("{} with time series", config.source);
        return Err(SettingError::Unused { setting, name }.into());
    }
    Ok(())
}
