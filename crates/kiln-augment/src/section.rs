//! The section `[augment]`.

use kiln_data::Rows;
use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;
use crate::{
    AugmentError, Augmented, MixConfig, RowTransform, SeriesTransform, TokenTransform, TransformConfig,
    build_all,
};

/// The section `[augment]`: what happens to the training items, in this order.
///
/// ```
/// use kiln_augment::AugmentConfig;
/// use kiln_data::{DataConfig, Prepared};
/// use kiln_core::Seed;
///
/// let config: AugmentConfig = serde_json::from_str(
///     r#"{ "transforms": [{ "kind": "crop", "size": [8, 8], "padding": 1 }, { "kind": "rotate", "degrees": [-10, 10] }] }"#,
/// )?;
/// let digits = Prepared::load(&DataConfig::new("digits"), Seed::new(0))?;
/// let train = config.rows(digits.train(), None)?;
/// # let _ = train;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AugmentConfig {
    /// Transforms of 8-bit images. Default: none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-takes" = "a list of transforms, such as [{ kind = \"horizontal-flip\" }]"))]
    pub transforms: Vec<TransformConfig>,
    /// Changes of the rows of a table. Default: none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-takes" = "a list of changes, such as [{ kind = \"jitter\", sigma = 0.1 }]"))]
    pub rows: Vec<RowTransform>,
    /// Changes of the tokens of texts. Default: none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-takes" = "a list of changes, such as [{ kind = \"dropout\", p = 0.1 }]"))]
    pub tokens: Vec<TokenTransform>,
    /// Changes of time series. Default: none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-takes" = "a list of changes, such as [{ kind = \"jitter\", sigma = 0.1 }]"))]
    pub series: Vec<SeriesTransform>,
}

impl AugmentConfig {
    /// Checks what does not depend on the data.
    ///
    /// # Errors
    /// [`AugmentError`] naming the setting from `augment` on.
    pub fn check(&self) -> Result<(), AugmentError> {
        build_all::<u8>(&self.transforms, "augment.transforms")?;
        let rows = self.rows.iter().enumerate();
        rows.clone().try_for_each(|(index, row)| row.check(&format!("augment.rows.{index}")))?;
        let tokens = self.tokens.iter().enumerate();
        tokens.clone().try_for_each(|(index, change)| change.check(&format!("augment.tokens.{index}")))?;
        let mut series = self.series.iter().enumerate();
        series.try_for_each(|(index, change)| change.check(&format!("augment.series.{index}")))
    }

    /// The training rows, augmented and mixed as the configuration says.
    ///
    /// # Errors
    /// As [`AugmentConfig::check`] and [`MixConfig::build`]; and when the transforms do not fit the data.
    pub fn rows(&self, rows: Rows, mix: Option<&MixConfig>) -> Result<Augmented, AugmentError> {
        let mut source = Augmented::new(rows);
        for (index, transform) in build_all(&self.transforms, "augment.transforms")?.into_iter().enumerate() {
            let place = format!("augment.transforms.{index}");
            source = source.transform(transform).map_err(|error| error.within(&place))?;
        }
        for (index, row) in self.rows.iter().enumerate() {
            let place = format!("augment.rows.{index}");
            row.check(&place)?;
            source = source.rows(row.clone()).map_err(|error| error.within(&place))?;
        }
        for (index, change) in self.tokens.iter().enumerate() {
            let place = format!("augment.tokens.{index}");
            change.check(&place)?;
            source = source.tokens(change.clone()).map_err(|error| error.within(&place))?;
        }
        for (index, change) in self.series.iter().enumerate() {
            let place = format!("augment.series.{index}");
            change.check(&place)?;
            source = source.series(change.clone()).map_err(|error| error.within(&place))?;
        }
        match mix {
            Some(mix) => source.mix(mix.build("mix")?).map_err(|error| error.within("mix")),
            None => Ok(source),
        }
    }
}
