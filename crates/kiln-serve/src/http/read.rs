//! Reading a body, within its bounds.

use std::sync::Arc;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, EXPECT};
use http_body_util::BodyExt;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::app::App;
use crate::refusal::Refusal;

/// A body that is too long is read to its end, so that its client sees the answer, if it is at most so many times as long as may be.
const DISCARDED: usize = 4;

/// A body, and its part of the memory for bodies.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) bytes: Vec<u8>,
    pub(super) held: Option<OwnedSemaphorePermit>,
}

/// Reads a body.
///
/// # Errors
/// A [`Refusal`]: 400 where the client breaks off, 408 where it is too slow, 413 where it is too long, 503 where too many others are held.
pub(super) async fn read(app: &App, headers: &HeaderMap, mut body: Body) -> Result<Read, Refusal> {
    let limit = app.settings.max_body;
    let told = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if told.is_some_and(|length| length > limit) && asks_first(headers) {
        return Err(too_long(app));
    }
    match timeout(app.settings.timeout, collect(app, &mut body)).await {
        Ok(read) => read,
        Err(_) => {
            let error = format!("the body did not come within {} s", app.settings.timeout.as_secs_f64());
            Err(Refusal::new(408, error, "send it faster, or start the server with a longer --timeout"))
        }
    }
}

/// Whether the client waits for leave before it sends the body: it sends nothing when it is refused.
pub(super) fn asks_first(headers: &HeaderMap) -> bool {
    headers.contains_key(EXPECT)
}

/// Refuses bodies that are encoded, whatever the model takes.
///
/// # Errors
/// A [`Refusal`] with the status 415.
pub(super) fn must_be_plain(headers: &HeaderMap) -> Result<(), Refusal> {
    match headers.get(CONTENT_ENCODING).filter(|encoding| *encoding != "identity") {
        Some(encoding) => {
            let error = format!("the body has the content-encoding {encoding:?}");
            Err(Refusal::new(415, error, "send it as it is"))
        }
        None => Ok(()),
    }
}

async fn collect(app: &App, body: &mut Body) -> Result<Read, Refusal> {
    let limit = app.settings.max_body;
    let (mut bytes, mut held): (Vec<u8>, Option<OwnedSemaphorePermit>) = (Vec::new(), None);
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame
            .map_err(|error| Refusal::new(400, format!("the body breaks off: {error}"), "send all of it"))?;
        let Ok(data) = frame.into_data() else { continue };
        length += data.len();
        if length > limit.saturating_mul(DISCARDED) {
            return Err(too_long(app));
        }
        if length > limit {
            (bytes, held) = (Vec::new(), None);
            continue;
        }
        let permits = u32::try_from(data.len()).unwrap_or(u32::MAX);
        let more = Arc::clone(&app.memory)
            .try_acquire_many_owned(permits)
            .map_err(|_| Refusal::new(503, "too many bodies are held at once", "try again in a second"))?;
        match &mut held {
            Some(held) => held.merge(more),
            None => held = Some(more),
        }
        bytes.extend_from_slice(&data);
    }
    if length > limit { Err(too_long(app)) } else { Ok(Read { bytes, held }) }
}

fn too_long(app: &App) -> Refusal {
    let mib = app.settings.max_body as f64 / f64::from(1 << 20);
    let error = format!("the body is longer than {mib} MiB");
    Refusal::new(413, error, "send fewer items at once, or start the server with a larger --max-body")
}
