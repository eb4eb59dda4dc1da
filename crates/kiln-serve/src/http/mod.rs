//! The server: hyper speaks HTTP, axum finds the handler.

mod answer;
mod app;
mod connections;
mod metrics;
mod pages;
mod patient;
mod read;
mod routes;

use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::available_parallelism;

use axum::Router;
use kiln_experiment::Interrupt;
use tokio::runtime::{Builder, Runtime};

use crate::error::ServeError;
use crate::model::Model;
use crate::pages::Pages;
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
    let (listener, runtime) = (listen(settings)?, runtime()?);
    let app = Arc::new(app::App::start(model, settings.clone()).map_err(ServeError::Start)?);
    let address = listener.local_addr().map_err(ServeError::Start)?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).map_err(ServeError::Start)?;
        ready(address);
        let (opened, stopping) =
            (|| app.metrics.connection(), || app.is_stopping.store(true, Ordering::Relaxed));
        let router = routes::router(Arc::clone(&app));
        connections::run(listener, router, settings.timeout, interrupt, opened, stopping).await;
        app.batcher.close();
        Ok(())
    })
}

/// As [`crate::serve_pages`].
pub(crate) fn serve_pages(
    pages: Arc<dyn Pages>,
    settings: &Settings,
    interrupt: &Interrupt,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    let (listener, runtime) = (listen(settings)?, runtime()?);
    let address = listener.local_addr().map_err(ServeError::Start)?;
    let router: Router = pages::router(pages, address.ip().is_loopback());
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).map_err(ServeError::Start)?;
        ready(address);
        connections::run(listener, router, settings.timeout, interrupt, || (), || ()).await;
        Ok(())
    })
}

fn runtime() -> Result<Runtime, ServeError> {
    let threads = available_parallelism().map_or(1, usize::from).min(THREADS);
    let mut runtime = Builder::new_multi_thread();
    runtime.worker_threads(threads).thread_name("kiln-http").enable_io().enable_time();
    runtime.build().map_err(ServeError::Start)
}

fn listen(settings: &Settings) -> Result<TcpListener, ServeError> {
    let failed = |error| ServeError::Listen { host: settings.host.clone(), port: settings.port, error };
    let addresses: Vec<SocketAddr> =
        (settings.host.as_str(), settings.port).to_socket_addrs().map_err(failed)?.collect();
    let listener = TcpListener::bind(addresses.as_slice()).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok(listener)
}
