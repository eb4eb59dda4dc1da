//! A change of rows, whoever wrote it.

use std::sync::Arc;

use super::{RowKind, RowTransform};

/// A change of the rows of a table: a [`RowTransform`], the settings of a kind, such as
/// [`JitterConfig`](crate::JitterConfig), or anything else that is a [`RowKind`].
///
/// ```
/// use kiln_augment::{AugmentError, Augmented, Column, JitterConfig, RowKind, TableStatistics};
/// use kiln_core::Seed;
/// use kiln_data::{DataConfig, Prepared};
///
/// /// Sets a number to its mean in the training part, now and then.
/// #[derive(Debug)]
/// struct Forget(f64);
///
/// impl RowKind for Forget {
///     fn check(&self, _place: &str) -> Result<(), AugmentError> {
///         Ok(())
///     }
///
///     fn change(&self, cells: &mut [f32], column: &Column, seed: Seed, index: u64, _: &TableStatistics) {
///         if let (Some((mean, _)), true) = (column.moments(), seed.uniform(index) < self.0) {
///             cells[0] = mean;
///         }
///     }
/// }
///
/// let wine = Prepared::load(&DataConfig::new("wine"), Seed::new(0))?;
/// let train = Augmented::new(wine.train()).rows(JitterConfig { sigma: 0.1 })?.rows(Forget(0.05))?;
/// # let _ = train;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct AnyRowTransform(Which);

#[derive(Debug, Clone)]
enum Which {
    Config(RowTransform),
    Kind(Arc<dyn RowKind>),
}

impl AnyRowTransform {
    /// The change itself.
    pub fn as_kind(&self) -> &dyn RowKind {
        match &self.0 {
            Which::Config(config) => config.as_kind(),
            Which::Kind(kind) => kind.as_ref(),
        }
    }
}

impl From<RowTransform> for AnyRowTransform {
    fn from(config: RowTransform) -> Self {
        Self(Which::Config(config))
    }
}

impl<K: RowKind + 'static> From<K> for AnyRowTransform {
    fn from(kind: K) -> Self {
        Self(Which::Kind(Arc::new(kind)))
    }
}
