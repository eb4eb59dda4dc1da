//! Categories that a run's model was not trained on.

use kiln_data::{CellValue, DataError, Features, Unseen};

use super::predictor::Predictor;
use crate::error::ExperimentError;

impl Predictor {
    /// Refuses categories that the training part did not have, where `strict`: every prediction for such an item is an error.
    /// Default: the model takes none of its categories for them.
    ///
    /// ```
    /// # use burn::tensor::Device;
    /// # use kiln_config::{Request, resolve};
    /// # use kiln_experiment::{Run, Session, train};
    /// # let folder = tempfile::tempdir().expect("a temporary folder");
    /// # let path = folder.path().join("houses.csv");
    /// # let rows = "big,yes\nsmall,no\n".repeat(20);
    /// # std::fs::write(&path, format!("size,sold\n{rows}")).expect("a file");
    /// # let path = format!("data.path={}", path.display());
    /// # let overrides = ["data.source=csv", "train.epochs=1", &path].map(str::to_owned).to_vec();
    /// # let session = Session { runs_dir: folder.path().join("runs"), ..Session::default() };
    /// # let trained = train(&resolve(&Request { overrides, ..Request::default() })?, &session, &())?;
    /// let predictor = Run::open(trained.run)?.best(&Device::default())?.strict(true);
    /// assert!(predictor.predict_row(&["big"]).is_ok());
    /// let error = predictor.predict_row(&["Big"]).unwrap_err().to_string();
    /// assert!(error.ends_with("\"Big\" (1, nearest is \"big\")"));
    /// # Ok::<(), kiln_experiment::ExperimentError>(())
    /// ```
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// The cells of a table that have a category which the training part did not have, column by column.
    pub fn unseen(&self, features: &Features) -> Vec<Unseen> {
        self.most_unseen(|model| model.fitted().unseen(features, None))
    }

    /// The same of rows whose cells come in the order of [`Predictor::columns`].
    pub fn unseen_rows<'a, R, C>(&self, rows: &[R]) -> Vec<Unseen>
    where
        R: AsRef<[C]>,
        C: Copy + Into<CellValue<'a>>,
    {
        let cells = |row| AsRef::<[C]>::as_ref(row).iter().map(|&cell| cell.into());
        self.most_unseen(|model| model.fitted().unseen_cells(rows.iter().map(cells)))
    }

    /// Of several models, what is unseen for the one that knows least.
    fn most_unseen(&self, unseen: impl Fn(&Self) -> Vec<Unseen>) -> Vec<Unseen> {
        self.each().iter().map(unseen).max_by_key(Vec::len).unwrap_or_default()
    }

    pub(super) fn must_be_seen(&self, unseen: impl FnOnce() -> Vec<Unseen>) -> Result<(), ExperimentError> {
        if !self.strict {
            return Ok(());
        }
        let unseen = unseen();
        if unseen.is_empty() { Ok(()) } else { Err(DataError::Unseen(unseen).into()) }
    }
}
