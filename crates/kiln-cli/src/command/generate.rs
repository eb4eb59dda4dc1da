//! `kiln generate`.

use clap::Args;
use clap::builder::RangedU64ValueParser;
use kiln_experiment::ExperimentError;
use kiln_experiment::language::{GenerateSettings, Sampling, generate};
use kiln_experiment::run::find;
use kiln_terminal::{Output, Stream, fields};

use super::{Accepts, Execute};
use crate::args::Global;
use crate::configuration::session;
use crate::error::CliError;
use crate::observe::Terminal;
use crate::signal;

/// Let a language model write.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Generate {
    /// The run: its folder, its name or a part of it, or `last`.
    pub(crate) run: String,
    /// What the text begins with.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) prompt: String,
    /// Tokens to write.
    #[arg(long, value_name = "N", default_value_t = 200,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub(crate) tokens: usize,
    /// How bold it is: 0 takes the most likely token each time, more than 1 is wild.
    #[arg(long, value_name = "T", default_value_t = 1.0, allow_negative_numbers = true)]
    pub(crate) temperature: f64,
    /// Draw from so many of the most likely tokens [default: all].
    #[arg(long, value_name = "N")]
    pub(crate) top_k: Option<usize>,
    /// Draw from the most likely tokens that together have this probability.
    #[arg(long, value_name = "P", default_value_t = 1.0, allow_negative_numbers = true)]
    pub(crate) top_p: f64,
}

const EXAMPLES: &str = "\
Examples:
  kiln generate last --prompt Emma
  kiln generate last --prompt Emma --tokens 500 --temperature 0.8 --top-k 20
  kiln generate last --top-p 0.9 --seed 7
  kiln generate last --temperature 0 --json";

impl Execute for Generate {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        if global.name.is_some() {
            return Err(CliError::Flag { flag: "--name", command: "generate" });
        }
        let sampling = Sampling::new(self.temperature, self.top_k, self.top_p);
        let sampling = sampling.map_err(ExperimentError::from)?;
        let run = find(&self.run, &global.runs_dir()).map_err(ExperimentError::from)?;
        let settings = GenerateSettings::new(self.prompt.as_str(), self.tokens)
            .sampling(sampling)
            .seed(global.seed.unwrap_or(0));
        let interrupt = signal::listen();
        let session = session(global, interrupt.clone());
        let mut text = Stream::new(out);
        text.push(self.prompt.as_bytes()).map_err(CliError::Output)?;
        let observer = Terminal::new(global, out);
        let mut show = |bytes: &[u8]| text.push(bytes);
        let done = generate(&run, &settings, &session, &observer, &mut show)?;
        let text = text.end().map_err(CliError::Output)?;
        if done.unknown > 0 {
            out.say(&format!("{} tokens of the prompt are unknown to the model", done.unknown));
        }
        let rate = done.tokens as f64 / done.seconds.max(1e-9);
        out.say(&format!("{} tokens, {rate:.0} a second", done.tokens));
        if out.json {
            let seconds = done.seconds;
            out.event("text", fields! { text: text, tokens: done.tokens, seconds: seconds })?;
        }
        Ok(if interrupt.is_set() { interrupt.exit_code().unwrap_or(130) } else { 0 })
    }

    fn accepts(&self) -> Accepts {
        Accepts::Settings
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::command::{Cli, Command};

    #[test]
    fn generate_takes_a_run_a_prompt_and_numbers() {
        let line = "kiln generate last --prompt Emma --temperature 0.8 --top-k 20 --tokens 5 --seed 3";
        let Command::Generate(generate) = Cli::try_parse_from(line.split(' ')).unwrap().command else {
            panic!()
        };
        assert_eq!((generate.prompt.as_str(), generate.tokens, generate.top_k), ("Emma", 5, Some(20)));
        assert_eq!((generate.temperature, generate.top_p), (0.8, 1.0));
        assert!(Cli::try_parse_from(["kiln", "generate", "last", "--tokens", "0"]).is_err());
    }
}
