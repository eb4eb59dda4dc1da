//! A run's model as an HTTP server.
//!
//! Each request is read and prepared by itself, so that a wrong one spoils no other. What is prepared waits in a queue of bounded
//! length, and one thread predicts for what waits, many requests in one call ([`Batcher`]). Everything has a bound: the queue, a body,
//! all bodies together, connections, and the time that each step may take.
//!
//! Reading bodies ([`Model::prepare`]) and batches know nothing of HTTP. The server itself needs the feature `http`; without it
//! [`serve`] is an error that says so.

mod batch;
mod body;
mod describe;
mod error;
#[cfg(feature = "http")]
mod http;
mod model;
mod refusal;
mod settings;

use std::net::SocketAddr;

use kiln_experiment::Interrupt;

pub use batch::{Batcher, Batching, Failed, NotTaken, Reply};
pub use body::{BodyKind, Items};
pub use describe::Served;
pub use error::ServeError;
pub use model::Model;
pub use refusal::Refusal;
pub use settings::Settings;

/// Serves `model` until `interrupt` is set, then finishes what was begun. `ready` is called once, with the address, when connections
/// are taken.
///
/// # Errors
/// Settings out of their range, an address that cannot be used, threads that the system does not give, and
/// [`ServeError::NotBuilt`] without the feature `http`.
pub fn serve(
    model: Model,
    settings: &Settings,
    interrupt: &Interrupt,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    settings.check()?;
    #[cfg(feature = "http")]
    return http::serve(model, settings, interrupt, ready);
    #[cfg(not(feature = "http"))]
    {
        let _ = (model, interrupt, ready);
        Err(ServeError::NotBuilt)
    }
}

/// Whether this build has a server: the feature `http`.
///
/// # Errors
/// [`ServeError::NotBuilt`] where it has none.
pub fn must_be_built() -> Result<(), ServeError> {
    if cfg!(feature = "http") { Ok(()) } else { Err(ServeError::NotBuilt) }
}
