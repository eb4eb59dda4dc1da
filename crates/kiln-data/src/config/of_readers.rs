//! Which settings belong to readers.

use super::DataConfig;

impl DataConfig {
    /// The settings that are set and belong to readers: each means something to the sources that
    /// [list](crate::source::SourceInfo::settings) it, and to no other.
    pub(crate) fn of_readers(&self) -> impl Iterator<Item = &'static str> {
        let settings = [
            ("data.target", !self.target.is_empty()),
            ("data.task", self.task.is_some()),
            ("data.ignore", !self.ignore.is_empty()),
            ("data.categorical", !self.categorical.is_empty()),
            ("data.numeric", !self.numeric.is_empty()),
            ("data.missing_target", !self.missing_target.is_skip()),
            ("data.day_first", self.day_first.is_some()),
            ("data.group", self.group.is_some()),
            ("data.time", self.time.is_some()),
            ("data.validation_path", self.validation_path.is_some()),
            ("data.test_path", self.test_path.is_some()),
            ("data.weight", self.weight.is_some()),
            ("data.missing", self.missing.is_some()),
            ("data.decimal", self.decimal.is_some()),
            ("data.path", self.path.is_some()),
            ("data.cache", self.cache.is_some()),
            ("data.cache_limit", self.cache_limit.is_some()),
            ("data.images", self.images.is_some()),
            ("data.text", self.text.is_some()),
            ("data.tokenizer", self.tokenizer.is_some()),
            ("data.longest", self.longest.is_some()),
            ("data.series", self.series.is_some()),
            ("data.wide", self.wide),
            ("data.horizon", self.horizon.is_some()),
            ("data.window", self.window.is_some()),
            ("data.stride", self.stride.is_some()),
            ("data.gap", self.gap.is_some()),
            ("data.uneven", self.uneven.is_some()),
            ("data.size", self.size.is_some()),
            ("data.resize", self.resize.is_some()),
            ("data.crop", self.crop.is_some()),
            ("data.broken", self.broken.is_some()),
        ];
        settings.into_iter().filter(|(_, is_set)| *is_set).map(|(setting, _)| setting)
    }
}
