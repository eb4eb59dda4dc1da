//! What a trained language model writes.

use std::io;
use std::path::Path;
use std::time::Instant;

use burn::tensor::Device;
use kiln_core::{Purpose, Seed};
use kiln_data::corpus::{Alphabet, Writer};
use kiln_models::Network;
use kiln_train::TrainError;
use kiln_train::checkpoint::CheckpointStore;

use super::job::{gpt, shape};
use super::sample::{Sampling, beginning, write};
use super::{ALPHABET, is_language};
use crate::error::{ExperimentError, LanguageError, RunError};
use crate::observer::{Event, Observer, tell};
use crate::run::CHECKPOINTS;
use crate::session::Session;
use crate::stored::{stored, unreadable};

/// What is written, and how.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GenerateSettings {
    /// What the text begins with. Empty: a new line.
    pub prompt: String,
    /// Tokens that are written. Default 200.
    pub tokens: usize,
    /// How a token is drawn.
    pub sampling: Sampling,
    /// From which the draws follow. Default 0.
    pub seed: u64,
}

impl Default for GenerateSettings {
    fn default() -> Self {
        Self { prompt: String::new(), tokens: 200, sampling: Sampling::default(), seed: 0 }
    }
}

impl GenerateSettings {
    /// After this prompt, so many tokens.
    pub fn new(prompt: impl Into<String>, tokens: usize) -> Self {
        Self { prompt: prompt.into(), tokens, ..Self::default() }
    }

    /// Tokens drawn so.
    #[must_use]
    pub fn sampling(self, sampling: Sampling) -> Self {
        Self { sampling, ..self }
    }

    /// Draws that follow from this seed.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Generation {
    /// Tokens that were written.
    pub tokens: usize,
    /// Seconds that they took, with those of the prompt.
    pub seconds: f64,
    /// Tokens of the prompt that the model does not know.
    pub unknown: usize,
}

/// Lets the best weights of the run in `run` write, and hands over the bytes of tokens as they are drawn, which need not be whole characters. Equal settings give equal texts. Stops early where
/// the session is asked to.
///
/// # Errors
/// A run of something else, one without whole weights, and whatever `show` gives, as [`ExperimentError::Observer`].
pub fn generate(
    run: &Path,
    settings: &GenerateSettings,
    session: &Session,
    observer: &dyn Observer,
    show: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> Result<Generation, ExperimentError> {
    let (network, alphabet) = load(run, session, observer)?;
    let Network::Gpt(gpt) = &network else {
        return Err(LanguageError::NotALanguageRun { run: run.to_owned() }.into());
    };
    let prompt = alphabet.encode(&settings.prompt);
    let unknown = prompt.iter().filter(|token| **token == 0).count();
    let mut decoder = gpt.decoder();
    let began = Instant::now();
    let mut tokens = 0;
    let seed = Seed::new(settings.seed).purpose(Purpose::Sample);
    let text = beginning(&alphabet, prompt);
    let mut writer = Writer::new(&alphabet, &text);
    let keep = |token: u32| {
        if session.interrupt.is_set() {
            return Err(Ended::Asked);
        }
        tokens += 1;
        show(&writer.push(token)).map_err(Ended::Failed)
    };
    let written = match write(&mut decoder, text, settings.tokens, &settings.sampling, seed, keep) {
        Err(Ended::Failed(error)) => Err(error),
        Ok(()) | Err(Ended::Asked) => show(&writer.end()),
    };
    written.map_err(ExperimentError::Observer)?;
    Ok(Generation { tokens, seconds: began.elapsed().as_secs_f64(), unknown })
}

/// Why writing ends before its end.
enum Ended {
    Asked,
    Failed(io::Error),
}

/// The model of a run and its tokens.
fn load(
    run: &Path,
    session: &Session,
    observer: &dyn Observer,
) -> Result<(Network, Alphabet), ExperimentError> {
    let resolved = stored(run, session)?;
    if !is_language(&resolved) {
        return Err(LanguageError::NotALanguageRun { run: run.to_owned() }.into());
    }
    let (found, passed_over) = CheckpointStore::new(run.join(CHECKPOINTS), 1).best_weights()?;
    let saved = found.ok_or_else(|| RunError::NoCheckpoint { run: run.to_owned() })?;
    for error in &passed_over {
        let then = "using the one before";
        tell(observer, &Event::PassedOver { error, used: Some(&saved.path), then })?;
    }
    let damaged = |reason: String| TrainError::Damaged { path: saved.path.clone(), reason };
    let bytes = saved.extra.get(ALPHABET).ok_or_else(|| damaged("it holds no alphabet".to_owned()))?;
    let alphabet: Alphabet =
        serde_json::from_slice(bytes).map_err(|error| unreadable(&error, ALPHABET, damaged))?;
    if !alphabet.is_sound() || alphabet.is_empty() {
        return Err(damaged(format!("{ALPHABET} is none")).into());
    }
    let shape = shape(alphabet.len(), gpt(&resolved)?);
    // Words are made on the CPU, wherever the model was trained.
    let network = resolved.config.model.network.init(
        shape,
        alphabet.len(),
        &Device::default(),
        Seed::new(0).purpose(Purpose::Init),
    )?;
    Ok((saved.weights.apply(network)?, alphabet))
}
