//! A run's model as an HTTP server, and pages for a browser.
//!
//! Each request is read and prepared by itself, so that a wrong one spoils no other. What is prepared waits in a queue of bounded
//! length, and one thread predicts for what waits, many requests in one call ([`Batcher`]). Everything has a bound: the queue, a body,
//! all bodies together, connections, and the time that each step may take.
//!
//! Reading bodies ([`Model::prepare`]) and batches know nothing of HTTP. The server itself needs the feature `http`; without it
//! [`serve`] is an error that says so, as is [`serve_pages`], which shows pages that are made when they are asked for.

mod batch;
mod body;
mod describe;
mod error;
#[cfg(feature = "http")]
mod http;
mod model;
mod pages;
mod refusal;
mod settings;

use std::net::SocketAddr;
use std::sync::Arc;

use kiln_experiment::Interrupt;

pub use batch::{Batcher, Batching, Failed, NotTaken, Reply};
pub use body::{BodyKind, Items};
pub use describe::Served;
pub use error::ServeError;
pub use model::Model;
pub use pages::{Page, Pages};
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

/// Serves `pages` until `interrupt` is set. Of `settings` the host, the port and the timeout count. `ready` is called once, with the address,
/// when connections are taken. A server on loopback answers only those who call it so: a page from elsewhere cannot reach it under a
/// name of its own.
///
/// # Errors
/// As [`serve`].
pub fn serve_pages(
    pages: Arc<dyn Pages>,
    settings: &Settings,
    interrupt: &Interrupt,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    settings.check()?;
    #[cfg(feature = "http")]
    return http::serve_pages(pages, settings, interrupt, ready);
    #[cfg(not(feature = "http"))]
    {
        let _ = (pages, interrupt, ready);
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
