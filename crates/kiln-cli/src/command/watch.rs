//! `kiln watch`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use kiln_core::Explain;
use kiln_experiment::ExperimentError;
use kiln_experiment::run::find_watched;
use kiln_page::Live;
use kiln_serve::{Page, Pages, Settings, must_be_built, serve_pages};
use kiln_terminal::{Output, fields};

use super::{Accepts, Execute};
use crate::args::Global;
use crate::error::CliError;
use crate::signal;

/// Watch runs, searches, paths and curves in a browser while they train: the page of `kiln report`, as far as it is known.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Watch {
    /// What `train`, `cv`, `tune`, `path` or `curve` is at work on: its folder, its name or a part of it, or `last`. Several of a kind are shown
    /// side by side.
    #[arg(default_value = "last")]
    pub(crate) runs: Vec<String>,
    /// The port; 0 takes a free one.
    #[arg(long, value_name = "N", default_value_t = 8090)]
    pub(crate) port: u16,
    /// The address to listen on: whoever reaches it sees the runs, there are no passwords.
    #[arg(long, value_name = "ADDRESS", default_value_t = Settings::default().host)]
    pub(crate) host: String,
}

const EXAMPLES: &str = "\
Examples:
  kiln watch                    the newest, at http://127.0.0.1:8090
  kiln watch last other --port 0
  kiln watch last --host 0.0.0.0    for other machines

It needs a build with the feature `serve`. Ctrl-C stops the watching; the training goes on.";

impl Execute for Watch {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        must_be_built().map_err(CliError::Serve)?;
        let find = |name: &String| Ok(find_watched(name, &global.runs_dir())?);
        let runs = self.runs.iter().map(find).collect::<Result<Vec<PathBuf>, CliError>>()?;
        let live = Live::new(runs);
        // What is wrong with a run is said here, and not to a browser.
        live.page()?;
        let settings = Settings { host: self.host.clone(), port: self.port, ..Settings::default() };
        let interrupt = signal::listen();
        let ready = |address: std::net::SocketAddr| {
            let url = format!("http://{address}");
            if out.json {
                let _ = out.event("watching", fields! { url: url });
            }
            out.say(&format!("{url}: open it in a browser\n  stop it: Ctrl-C"));
            if !address.ip().is_loopback() {
                out.insist("warning: other machines can reach this, and nobody is asked for a password");
            }
        };
        serve_pages(Arc::new(Watched(live)), &settings, &interrupt, ready).map_err(CliError::Serve)?;
        out.say("stopped");
        Ok(0)
    }

    fn accepts(&self) -> Accepts {
        Accepts::RunsOwn
    }
}

/// The page, its script and its changes.
struct Watched(Live);

impl Pages for Watched {
    fn page(&self, path: &str, query: &str) -> Result<Option<Page>, String> {
        let (content_type, body) = match path {
            "/" => ("text/html; charset=utf-8", self.0.page()),
            "/watch.js" => ("text/javascript; charset=utf-8", Ok(Live::SCRIPT.to_owned())),
            "/changes" => ("application/json", self.0.changes(query)),
            _ => return Ok(None),
        };
        Ok(Some(Page { content_type, body: body.map_err(|error| said(&error))? }))
    }
}

fn said(error: &ExperimentError) -> String {
    match error.help() {
        Some(help) => format!("{}: {help}", error.one_line()),
        None => error.one_line(),
    }
}
