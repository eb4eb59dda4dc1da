//! The training of a run, from its folder to its record.

mod changes;
mod dry_run;
mod longer;
mod prepare;
mod process;
mod record;
mod run;

pub use changes::Changes;
pub use dry_run::{DryRun, dry_run};
pub(crate) use record::{ended, new_record};
pub use run::{Trained, resume, resume_with, train};
