//! Panics: bugs in kiln or below it, told as such.

use std::panic::{self, PanicHookInfo};
use std::sync::Mutex;

/// What the last panic said. A panic that is caught on its way (a graphics driver, a thread that makes batches) is
/// told by whoever caught it; only one that comes through to the top is a bug.
static LAST: Mutex<Option<String>> = Mutex::new(None);

/// Keeps panics from printing by themselves.
pub(crate) fn keep_quiet() {
    if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
        return;
    }
    panic::set_hook(Box::new(|info| {
        if let Ok(mut last) = LAST.lock() {
            *last = Some(describe(info));
        }
    }));
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload_as_str().unwrap_or("no message");
    match info.location() {
        Some(place) => format!("{payload} ({}:{})", place.file(), place.line()),
        None => payload.to_owned(),
    }
}

/// Runs `work`; a panic in it becomes the message that describes the bug.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    panic::catch_unwind(panic::AssertUnwindSafe(work)).map_err(|_| {
        let what = LAST.lock().ok().and_then(|mut last| last.take());
        format!("this is a bug in kiln: {}", what.as_deref().unwrap_or("a panic"))
    })
}

/// What to do about a bug.
pub(crate) const HELP: &str =
    "report it with the command and RUST_BACKTRACE=1; a run can go on with `kiln resume`";
