//! The server: hyper speaks HTTP, axum finds the handler.

mod answer;
mod app;
mod connections;
mod metrics;
mod patient;
mod read;
mod routes;

use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::Arc;
use std::thread::available_parallelism;

use kiln_experiment::Interrupt;

use crate::error::ServeError;
use crate::model::Model;
use crate::settings::Settings;

/// The most threads that speak HTTP. The work is in predictions, which have their own.
const THREADS: usize = 4;

/// As [`crate::serve`].
pub(crate) fn serve(
    model: Model,
    settings: &Settings,
    interrupt: &Interrupt,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    let listener = listen(settings)?;
    let threads = available_parallelism().map_or(1, usize::from).min(THREADS);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name("kiln-http")
        .enable_io()
        .enable_time()
        .build()
        .map_err(ServeError::Start)?;
    let app = Arc::new(app::App::start(model, settings.clone()).map_err(ServeError::Start)?);
    let address = listener.local_addr().map_err(ServeError::Start)?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).map_err(ServeError::Start)?;
        ready(address);
        connections::run(listener, &app, interrupt).await;
        Ok(())
    })
}

fn listen(settings: &Settings) -> Result<TcpListener, ServeError> {
    let failed = |error| ServeError::Listen { host: settings.host.clone(), port: settings.port, error };
    let addresses: Vec<SocketAddr> =
        (settings.host.as_str(), settings.port).to_socket_addrs().map_err(failed)?.collect();
    let listener = TcpListener::bind(addresses.as_slice()).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok(listener)
}
