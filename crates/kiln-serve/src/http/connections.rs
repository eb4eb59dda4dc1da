//! Connections: taken until the server stops, and finished then.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use kiln_experiment::Interrupt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{interval, sleep, timeout};

use super::patient::Patient;

/// The most connections at once; others wait until one ends. Below the 1,024 files that most systems allow a process.
const CONNECTIONS: usize = 512;
/// The most bytes of a request line and headers.
const HEADERS: usize = 16 << 10;
/// The most bytes of a connection that wait to be read or written.
const BUFFER: usize = 64 << 10;
/// How often a signal is looked for.
const LOOK: Duration = Duration::from_millis(25);
/// The pause after a connection could not be taken, such as for want of files.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves until `interrupt` is set, then refuses connections, calls `stopping`, and finishes requests, for the time that a step may
/// take. `opened` gives a value that lives as long as a connection.
pub(super) async fn run<T: Send + 'static>(
    listener: TcpListener,
    router: Router,
    limit: Duration,
    interrupt: &Interrupt,
    opened: impl Fn() -> T,
    stopping: impl FnOnce(),
) {
    let service = TowerToHyperService::new(router);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limit).max_header_size(HEADERS).max_buf_size(BUFFER);
    let graceful = GracefulShutdown::new();
    let free = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let (stream, permit) = tokio::select! {
            biased;
            () = is_set(interrupt) => break,
            taken = accept(&listener, &free) => taken,
        };
        // Answers are short: they are not held back for more.
        let _ = stream.set_nodelay(true);
        let stream = TokioIo::new(Patient::new(stream, limit));
        let connection = graceful.watch(http.serve_connection(stream, service.clone()));
        let open = opened();
        tokio::spawn(async move {
            // What breaks a connection is its client's doing.
            let _ = connection.await;
            drop((open, permit));
        });
    }
    drop(listener);
    stopping();
    let _ = timeout(limit, graceful.shutdown()).await;
}

async fn is_set(interrupt: &Interrupt) {
    let mut looks = interval(LOOK);
    while !interrupt.is_set() {
        looks.tick().await;
    }
}

/// The next connection, when one more may be open.
async fn accept(listener: &TcpListener, free: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    let Ok(permit) = Arc::clone(free).acquire_owned().await else { return pending().await };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, permit),
            Err(_) => sleep(PAUSE).await,
        }
    }
}
