//! Workers on any number of machines that share a search or a cross-validation.
//!
//! Who has which trial or fold, and what came of it, is in a [`kiln_work::Store`]: a folder in that of the study, or a database. A worker
//! takes a unit, trains it in the folder of the study, where the checkpoints are, and puts the result down. The head, if there is one, starts
//! workers, collects results and says how far it is; it does none of the work and may die at any moment.
//!
//! ```text
//! STUDY/work/place.json    which store
//! STUDY/work/leases/ …     the store itself, where it is the folder
//! STUDY/work/*.out         what workers said that an engine started
//! ```

mod crew;
mod engine;
mod head;
mod member;
mod place;
mod settings;
mod team;
mod units;
mod until;

pub(crate) use engine::{script, start};
pub(crate) use head::{Head, lead};
pub(crate) use member::Member;
pub use member::WorkEnd;
pub(crate) use place::{check, place_of};
pub use settings::WorkSettings;
pub(crate) use team::Job;
pub use team::{Engine, Team, WorkerCommand};
pub(crate) use units::{Units, adopt};
pub(crate) use until::Until;

use std::io::Read;
use std::thread::Builder;

use crate::interrupt::Interrupt;

/// Asks to stop when `input`, which a head holds open, comes to its end: then nobody leads any more. What is read is passed over.
pub fn stop_at_end(mut input: impl Read + Send + 'static, interrupt: &Interrupt) {
    let interrupt = interrupt.clone();
    let wait = move || {
        let mut bytes = [0; 64];
        while matches!(input.read(&mut bytes), Ok(read) if read > 0) {}
        interrupt.stop();
    };
    // Without a thread the worker goes on to its end, as one that nobody leads.
    let _ = Builder::new().name("led".to_owned()).spawn(wait);
}
