//! `kiln serve`.

use std::time::Duration;

use clap::Args;
use kiln_experiment::{Interrupt, Predictor, Run};
use kiln_serve::{Batching, Model, Settings, must_be_built, serve};
use kiln_terminal::{Output, fields, tell};

use super::{Accepts, Execute};
use crate::args::{Global, positive};
use crate::configuration::session;
use crate::error::CliError;
use crate::observe::Terminal;
use crate::signal;

/// Serve a run's best model over HTTP.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Serve {
    /// The run: its folder, its name or a part of it, or `last`.
    pub(crate) run: String,
    /// The port; 0 takes a free one.
    #[arg(long, value_name = "N", default_value_t = Settings::default().port)]
    pub(crate) port: u16,
    /// The address to listen on: whoever reaches it may ask, there are no passwords.
    #[arg(long, value_name = "ADDRESS", default_value_t = Settings::default().host)]
    pub(crate) host: String,
    /// The most items that are predicted for at once.
    #[arg(long, value_name = "N", default_value_t = Batching::default().max_batch)]
    pub(crate) max_batch: usize,
    /// How many milliseconds a request may wait for others.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub(crate) max_wait: u64,
    /// The most requests that wait; more are told to come again (503).
    #[arg(long, value_name = "N", default_value_t = Batching::default().queue)]
    pub(crate) queue: usize,
    /// The most MiB of a body (413).
    #[arg(long, value_name = "MIB", default_value_t = Settings::default().max_body >> 20)]
    pub(crate) max_body: usize,
    /// How many seconds a body may take to come (408), and a prediction (504).
    #[arg(long, value_name = "S", default_value_t = 30.0, value_parser = positive)]
    pub(crate) timeout: f64,
    /// Refuse categories that the model was not trained on.
    #[arg(long)]
    pub(crate) strict: bool,
}

const EXAMPLES: &str = "\
Examples:
  kiln serve last
  kiln serve last --port 0 --json                 a free port, which the line of JSON names
  kiln serve last --max-wait 5 --max-batch 256    larger batches, for a GPU
  kiln serve last --host 0.0.0.0                  for other machines: put a proxy with passwords before it

POST /predict takes JSON, CSV (text/csv) and images (image/png, image/jpeg); GET / says what the model takes,
GET /example shows a body, GET /health and GET /metrics are for whoever watches it. SIGTERM or Ctrl-C finishes
what was begun.";

impl Execute for Serve {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        must_be_built().map_err(CliError::Serve)?;
        let settings = self.settings();
        settings.check()?;
        let run = Run::find(&self.run, global.runs_dir())?;
        let session = session(global, Interrupt::default());
        let predictor =
            Predictor::open(run.folder(), &session, &Terminal::new(global, out))?.strict(self.strict);
        if let Some(kept) = predictor.kept_decision() {
            out.say(&tell::decision::used(kept));
        }
        let name = run.folder().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let model = Model::new(predictor, name).map_err(CliError::Serve)?;
        let interrupt = signal::listen();
        let (name, shown) = (model.run().to_owned(), model.clone());
        let ready = |address: std::net::SocketAddr| {
            let url = format!("http://{address}");
            if out.json {
                let _ = out.event("serving", fields! { run: name, url: url });
            }
            out.say(&format!("serving {name} at {url}\n  try it:  {}\n  stop it: Ctrl-C", shown.curl(&url)));
            if !address.ip().is_loopback() {
                out.insist("warning: other machines can reach this, and nobody is asked for a password");
            }
        };
        serve(model, &settings, &interrupt, ready).map_err(CliError::Serve)?;
        out.say("stopped");
        Ok(0)
    }

    fn accepts(&self) -> Accepts {
        Accepts::RunsOwn
    }
}

impl Serve {
    fn settings(&self) -> Settings {
        let max_wait = Duration::from_millis(self.max_wait);
        Settings {
            host: self.host.clone(),
            port: self.port,
            batching: Batching { max_batch: self.max_batch, max_wait, queue: self.queue },
            max_body: self.max_body.saturating_mul(1 << 20),
            timeout: Duration::try_from_secs_f64(self.timeout).unwrap_or(Duration::MAX),
        }
    }
}
