//! What mattered to a run's model: which columns its score depends on, how predictions depend on a column, and what each column adds to
//! a prediction. Of tables; columns are those of the data, whatever preprocessing makes of them.

mod csv;
mod dependence;
mod kept;
mod loss;
mod null;
mod record;
mod run;
mod settings;
mod shapley;
mod table;

pub use loss::ImportanceMetric;
pub use record::{
    ColumnImportance, Dependence, DependencePlace, ImportanceReport, ShapleyItem, ShapleyReport,
};
pub use run::importance;
pub use settings::{ColumnGroup, ImportanceSettings, ShapleySettings};
