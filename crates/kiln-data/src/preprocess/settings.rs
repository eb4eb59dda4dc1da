//! What preprocessing is asked to do.

use kiln_core::check;

use super::text::TextSettings;
use crate::{
    BinsBy, Components, DataConfig, DataError, Encode, ImageSettings, Precision, Scaling, SettingError,
    TargetTransform,
};

/// Preprocessing before it has seen data: it can be fitted and nothing else. The default changes nothing but missing cells
/// and categories.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Preprocess {
    /// Whether numeric columns, image channels and target numbers are brought to mean 0 and standard deviation 1.
    pub standardize: bool,
    /// With `standardize`, tables only: how numeric columns are brought to one scale. Default [`Scaling::Standard`].
    pub scale: Scaling,
    /// What is done to target numbers before that. Default: nothing.
    pub target_transform: Option<TargetTransform>,
    /// What becomes of columns of categories. Default one-hot.
    pub encode: Encode,
    /// Tables only, with [`Encode::OneHot`]: categories whose training rows count less than this, at least 1, share a column. Default: each
    /// has its own.
    pub min_frequency: Option<usize>,
    /// Tables only: whether a column of numbers some of which are missing in the training part gets another one, which is 1 where they are. Default false.
    pub missing_flags: bool,
    /// Tables only: into how many bins each number is cut, at least 1: [`Fitted::bins`](super::Fitted::bins).
    /// Default: none is cut.
    pub bins: Option<usize>,
    /// With `bins`: what decides where the edges are. Default [`BinsBy::Quantiles`].
    pub bins_by: BinsBy,
    /// Tables only: how many of the encoded columns are kept, those that tell most about the target. Default: all.
    pub select: Option<usize>,
    /// Tables only: the principal components that take the place of the columns kept. Default: none, the columns stay.
    pub pca: Option<Components>,
    /// Whether every component is divided by its standard deviation in the training part.
    pub whiten: bool,
    /// How exactly numbers are taken. Default [`Precision::Double`].
    pub precision: Precision,
    /// Images only: how files became images, so that new ones become the same, and what the model sees of them.
    pub images: ImageSettings,
    /// Texts only: how they become tokens.
    pub text: TextSettings,
}

impl From<&DataConfig> for Preprocess {
    fn from(config: &DataConfig) -> Self {
        let DataConfig { standardize, scale, encode, min_frequency, bins, bins_by, .. } = *config;
        let DataConfig { select, pca, whiten, .. } = *config;
        let (target_transform, missing_flags) = (config.target_transform, config.missing_flags);
        let (precision, images, text) =
            (Precision::default(), config.image_settings(), config.text_settings());
        Self {
            standardize,
            scale,
            target_transform,
            encode,
            min_frequency,
            missing_flags,
            bins,
            bins_by,
            select,
            pca,
            whiten,
            precision,
            images,
            text,
        }
    }
}

impl Preprocess {
    /// An error for settings that contradict each other.
    pub(super) fn check(&self) -> Result<(), DataError> {
        if self.whiten && self.pca.is_none() {
            return Err(SettingError::WhitenAlone.into());
        }
        if !self.scale.is_standard() && !self.standardize {
            return Err(SettingError::ScaleOff.into());
        }
        if !self.bins_by.is_default() && self.bins.is_none() {
            return Err(SettingError::BinsByAlone.into());
        }
        if let Some(bins) = self.bins {
            check::at_least("data.bins", bins, 1)?;
        }
        if let Some(least) = self.min_frequency {
            check::at_least("data.min_frequency", least, 1)?;
            if self.encode == Encode::Target {
                return Err(SettingError::MinFrequencyOfTarget.into());
            }
        }
        Ok(())
    }

    /// How numbers are scaled; `None`: they stay as they are.
    pub(super) fn scaling(&self) -> Option<Scaling> {
        self.standardize.then_some(self.scale)
    }

    /// An error for a step that only tables have; `found` is what the inputs are instead.
    pub(crate) fn must_not_need_table(&self, found: &'static str) -> Result<(), DataError> {
        self.needs_table(found, !self.scale.is_standard())
    }

    /// An error for a scale that only time series have; `found` is what the inputs are instead.
    pub(crate) fn must_not_scale_series(&self, found: &'static str) -> Result<(), DataError> {
        match self.scale {
            Scaling::Series => Err(SettingError::ScaleOfSeries { found }.into()),
            _ => Ok(()),
        }
    }

    /// The same for time series, which can be scaled each by itself.
    pub(crate) fn must_suit_series(&self, found: &'static str) -> Result<(), DataError> {
        self.needs_table(found, !matches!(self.scale, Scaling::Standard | Scaling::Series))
    }

    fn needs_table(&self, found: &'static str, scale: bool) -> Result<(), DataError> {
        let set = [
            ("data.scale", scale),
            ("data.encode", self.encode != Encode::OneHot),
            ("data.min_frequency", self.min_frequency.is_some()),
            ("data.missing_flags", self.missing_flags),
            ("data.bins", self.bins.is_some()),
            ("data.select", self.select.is_some()),
            ("data.pca", self.pca.is_some()),
        ];
        match set.into_iter().find(|(_, is_set)| *is_set) {
            Some((setting, _)) => Err(SettingError::NeedsTable { setting, found }.into()),
            None => Ok(()),
        }
    }
}
