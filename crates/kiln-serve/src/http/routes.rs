//! What is answered where.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::answer::json;
use super::app::{App, Waiting};
use super::read::{Read, asks_first, must_be_plain, read};
use crate::batch::NotTaken;
use crate::body::{BodyKind, Items};
use crate::refusal::Refusal;

type Shared = State<Arc<App>>;

/// JSON up to this is prepared where it is read, which takes less than to hand it to another thread.
const SMALL: usize = 32 << 10;

const PATHS: [&str; 5] = ["/predict", "/health", "/metrics", "/example", "/"];

pub(super) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(description))
        .route("/example", get(example))
        .route("/health", get(health))
        .route("/metrics", get(metrics))
        .route("/predict", post(predict))
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), counted))
        .with_state(app)
}

async fn counted(State(app): Shared, request: Request, next: Next) -> Response {
    let path = PATHS.into_iter().find(|path| *path == request.uri().path()).unwrap_or("other");
    let mut counted = app.metrics.request(path);
    let takes_body = path == "/predict" && request.method() == Method::POST;
    let response = match emptied(&app, request, takes_body).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    counted.status = Some(response.status().as_u16());
    response
}

/// A request without the body that nobody looks at, which is read.
async fn emptied(app: &App, request: Request, takes_body: bool) -> Result<Request, Refusal> {
    if takes_body || asks_first(request.headers()) {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    read(app, &parts.headers, body).await?;
    Ok(Request::from_parts(parts, Body::empty()))
}

async fn description(State(app): Shared) -> Response {
    json(StatusCode::OK, app.model.served().description.clone())
}

async fn example(State(app): Shared) -> Response {
    json(StatusCode::OK, app.model.served().example.clone())
}

async fn health(State(app): Shared) -> Response {
    if app.is_stopping.load(Ordering::Relaxed) {
        return Refusal::new(503, "the server is stopping", "ask another one").into_response();
    }
    json(StatusCode::OK, r#"{"status":"ok"}"#)
}

async fn metrics(State(app): Shared) -> Response {
    let Ok(text) = app.metrics.text(app.batcher.waiting()) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = Response::new(text.into());
    let format = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, format);
    response
}

async fn predict(State(app): Shared, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let content_type = parts.headers.get(CONTENT_TYPE).and_then(|name| name.to_str().ok());
    let kind = app.model.kind_of(content_type).and_then(|kind| must_be_plain(&parts.headers).map(|()| kind));
    // What is refused is read even so: a client that still writes would find the connection closed, and no answer.
    let kind = if asks_first(&parts.headers) { Ok(kind?) } else { kind };
    // The bytes count as held until the answer: what they became does not take less.
    let Read { bytes, held: _held } = read(&app, &parts.headers, body).await?;
    match timeout(app.settings.timeout, answer(&app, kind?, bytes)).await {
        Ok(answer) => answer.map(|bytes| json(StatusCode::OK, bytes)),
        Err(_) => {
            let error = format!("there was no prediction within {} s", app.settings.timeout.as_secs_f64());
            let help = "send fewer items at once, or start the server with a longer --timeout";
            Err(Refusal::new(504, error, help))
        }
    }
}

/// Prepares a body and waits for its prediction.
async fn answer(app: &Arc<App>, kind: BodyKind, bytes: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    let items = prepare(app, kind, bytes).await?;
    let (reply, answer) = oneshot::channel();
    let count = items.prepared.len();
    app.batcher.push(items, count, Waiting(reply)).map_err(|error| match error {
        NotTaken::Full => Refusal::new(503, error.to_string(), "try again in a second"),
        NotTaken::Closed => Refusal::new(503, error.to_string(), "ask another one"),
    })?;
    match answer.await {
        Ok(answer) => answer.map_err(|failed| internal(failed.to_string())),
        Err(_) => Err(internal("the prediction was lost".to_owned())),
    }
}

/// Prepares a body: what takes long in a thread of its own, as many of those at once as there are cores.
async fn prepare(app: &Arc<App>, kind: BodyKind, bytes: Vec<u8>) -> Result<Items, Refusal> {
    if kind == BodyKind::Json && bytes.len() <= SMALL {
        return app.model.prepare(kind, &bytes);
    }
    let permit = Arc::clone(&app.preparing).acquire_owned().await;
    let model = Arc::clone(&app.model);
    let prepared = spawn_blocking(move || {
        let _permit = permit;
        model.prepare(kind, &bytes)
    });
    prepared.await.unwrap_or_else(|error| Err(internal(error.to_string())))
}

fn internal(error: String) -> Refusal {
    Refusal::new(500, error, "this is a bug: report it with the request")
}

async fn not_found(uri: Uri) -> Refusal {
    let error = format!("there is nothing at {:?}", uri.path());
    Refusal::new(404, error, format!("there are {}", PATHS.join(", ")))
}

async fn wrong_method(method: Method, uri: Uri) -> Refusal {
    let wanted = if uri.path() == "/predict" { "POST" } else { "GET" };
    Refusal::new(405, format!("{} cannot be asked with {method}", uri.path()), format!("use {wanted}"))
}
