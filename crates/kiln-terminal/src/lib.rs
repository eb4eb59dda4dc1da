//! What experiments say on a terminal: words, tables, progress, and events of JSON.
//!
//! [`Terminal`] hears what an experiment does while it does it, [`tell`] says what came of it, and [`Output`] is where both
//! go: data to standard output, words to standard error. Nothing here reads an argument or starts an experiment.

mod observe;
mod output;
mod sink;
mod stream;
pub mod tell;
mod tui;
mod watch;

pub use observe::Terminal;
pub use output::{Output, Unwritten, failure};
#[doc(hidden)]
pub use serde_json;
pub use sink::Sink;
pub use stream::Stream;
