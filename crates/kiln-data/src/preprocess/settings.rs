//! What preprocessing is asked to do.

use crate::{Components, DataConfig, DataError, Encode, ImageSettings, Precision, SettingError};

/// Preprocessing before it has seen data: it can be fitted and nothing else. The default changes nothing but missing cells
/// and categories.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Preprocess {
    /// Whether numeric columns, image channels and target numbers are brought to mean 0 and standard deviation 1.
    pub standardize: bool,
    /// What becomes of columns of categories. Default one-hot.
    pub encode: Encode,
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
}

impl From<&DataConfig> for Preprocess {
    fn from(config: &DataConfig) -> Self {
        let DataConfig { standardize, encode, select, pca, whiten, .. } = *config;
        let (precision, images) = (Precision::default(), config.image_settings());
        Self { standardize, encode, select, pca, whiten, precision, images }
    }
}

impl Preprocess {
    /// An error for a step that only tables have; `found` is what the inputs are instead.
    pub(crate) fn must_not_need_table(&self, found: &'static str) -> Result<(), DataError> {
        let set = [
            ("data.encode", self.encode != Encode::OneHot),
            ("data.select", self.select.is_some()),
            ("data.pca", self.pca.is_some()),
        ];
        match set.into_iter().find(|(_, is_set)| *is_set) {
            Some((setting, _)) => Err(SettingError::NeedsTable { setting, found }.into()),
            None => Ok(()),
        }
    }
}
