//! The defaults of the section `[data]`.

use super::{DataConfig, fifth, tenth};
use crate::reading::{MissingTarget, Reading};
use crate::{BinsBy, Encode, Scaling};

impl DataConfig {
    /// `source` with every default.
    pub fn new(source: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            path: None,
            validation_path: None,
            test_path: None,
            target: Vec::new(),
            task: None,
            ignore: Vec::new(),
            categorical: Vec::new(),
            numeric: Vec::new(),
            missing_target: MissingTarget::Skip,
            day_first: None,
            group: None,
            time: None,
            weight: None,
            cache: None,
            cache_limit: None,
            images: None,
            text: None,
            tokenizer: None,
            longest: None,
            series: None,
            wide: false,
            horizon: None,
            window: None,
            stride: None,
            gap: None,
            uneven: None,
            size: None,
            resize: None,
            crop: None,
            broken: None,
            missing: None,
            decimal: None,
            validation: tenth(),
            calibration: None,
            refit: None,
            test: fifth(),
            stratify: true,
            standardize: true,
            scale: Scaling::Standard,
            target_transform: None,
            encode: Encode::OneHot,
            min_frequency: None,
            missing_flags: false,
            bins: None,
            bins_by: BinsBy::Quantiles,
            select: None,
            pca: None,
            whiten: false,
            reading: Reading::Second,
        }
    }
}
