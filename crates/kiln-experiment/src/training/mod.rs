//! The training of a run, from its folder to its record.

mod changes;
mod dry_run;
mod longer;
mod prepare;
mod process;
mod record;
mod run;

pub use changes::Changes;
pub use dry_run::DryRun;
pub(crate) use dry_run::dry_run;
pub(crate) use record::{begun, ended, new_record};
pub use run::Trained;
pub(crate) use run::{resume_with, train};
