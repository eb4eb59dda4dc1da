//! Pages for a browser.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::pages::{Page, Pages};
use crate::refusal::Refusal;

/// What a page may load: its own script, and pictures that it holds itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; img-src data:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(Clone)]
struct Shown {
    pages: Arc<dyn Pages>,
    /// Whether only those are answered who call it by a name of loopback.
    on_loopback: bool,
    /// One page is made at a time: whoever watches a training takes no more than a core from it.
    one: Arc<Semaphore>,
}

pub(super) fn router(pages: Arc<dyn Pages>, on_loopback: bool) -> Router {
    let shown = Shown { pages, on_loopback, one: Arc::new(Semaphore::new(1)) };
    Router::new().fallback(show).with_state(shown)
}

async fn show(State(shown): State<Shown>, request: Request) -> Result<Response, Refusal> {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    if method != Method::GET && method != Method::HEAD {
        return Err(Refusal::new(405, format!("{} cannot be asked with {method}", uri.path()), "use GET"));
    }
    if shown.on_loopback && !calls_loopback(request.headers()) {
        let help = "open it as http://127.0.0.1, with its port";
        return Err(Refusal::new(403, "the page is for this machine alone", help));
    }
    let made = make(shown, &uri).await?;
    let Some(Page { content_type, body }) = made else {
        return Err(Refusal::new(404, format!("there is nothing at {:?}", uri.path()), "the page is at /"));
    };
    let mut response = body.into_response();
    for (name, value) in [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

async fn make(shown: Shown, uri: &Uri) -> Result<Option<Page>, Refusal> {
    let (path, query) = (uri.path().to_owned(), uri.query().unwrap_or_default().to_owned());
    let permit = shown.one.acquire_owned().await;
    let made = spawn_blocking(move || {
        let _permit = permit;
        shown.pages.page(&path, &query)
    });
    let failed = |error: String| Refusal::new(500, error, "look at what `kiln runs show` says of the run");
    made.await.unwrap_or_else(|error| Err(error.to_string())).map_err(failed)
}

/// Whether the name that the client knows the server by is one of loopback.
fn calls_loopback(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_loopback_are_its_own() {
        let calls = |host: &'static str| {
            calls_loopback(&HeaderMap::from_iter([(HOST, HeaderValue::from_static(host))]))
        };
        for own in ["127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080", "[::1]", "127.9.9.9"] {
            assert!(calls(own), "{own}");
        }
        for other in ["evil.example:8080", "127.0.0.1.evil.example", "192.0.2.1", "", "localhost.evil"] {
            assert!(!calls(other), "{other}");
        }
        assert!(!calls_loopback(&HeaderMap::new()));
    }
}
