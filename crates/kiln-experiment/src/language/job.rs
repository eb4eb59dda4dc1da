//! A corpus and a model of it, checked.

use std::sync::Arc;

use burn::tensor::Device;
use kiln_config::{Resolved, RunConfig};
use kiln_core::{Purpose, Seed};
use kiln_data::corpus::{Alphabetic, Corpus, CorpusConfig, CorpusError, WindowBatch, Windows};
use kiln_data::{InputShape, Source, TokenShape, TokenizerConfig};
use kiln_models::{GptConfig, ModelConfig, Network, Summary};
use kiln_objective::PenaltyConfig;

use crate::error::{ExperimentError, LanguageError, Locate};
use crate::job::open_device;

/// A corpus and a model of it.
#[derive(Debug)]
pub(super) struct LanguageJob<'a> {
    pub(super) resolved: &'a Resolved,
    pub(super) device: Device,
    pub(super) settings: CorpusConfig,
    pub(super) corpus: Corpus,
    pub(super) gpt: GptConfig,
    pub(super) summary: Summary,
}

/// What items of a model with these tokens are.
pub(super) fn shape(vocabulary: usize, gpt: &GptConfig) -> InputShape {
    InputShape::Tokens(TokenShape { vocabulary, longest: gpt.context })
}

/// The model that a configuration asks for.
pub(super) fn gpt(resolved: &Resolved) -> Result<&GptConfig, ExperimentError> {
    match &resolved.config.model.network {
        ModelConfig::Gpt(gpt) => Ok(gpt),
        other => Err(resolved.locate(LanguageError::NoLanguageModel { kind: other.name() })),
    }
}

impl<'a> LanguageJob<'a> {
    pub(super) fn load(resolved: &'a Resolved) -> Result<Self, ExperimentError> {
        let device = open_device(resolved)?;
        let config = &resolved.config;
        let settings = config.corpus.clone().unwrap_or_default();
        settings.check().map_err(|error| resolved.locate(error))?;
        let gpt = gpt(resolved)?.clone();
        if let Some(key) = meaningless(config) {
            return Err(resolved.locate(LanguageError::NotForCorpus { key }));
        }
        let shares = [config.data.validation, config.data.test];
        let pieces = pieces(config, &settings).map_err(|error| resolved.locate(error))?;
        let corpus = Corpus::read_pieces(config.data.path.as_deref(), &settings, pieces, shares);
        let corpus = corpus.map_err(|error| resolved.locate(error))?;
        let names = ["training", "validation", "test"];
        for (tokens, part) in corpus.parts.iter().zip(names) {
            let needed = gpt.context.saturating_add(1);
            if tokens.len() < needed && (part == "training" || !tokens.is_empty()) {
                let (path, tokens) = (corpus.path.clone(), tokens.len());
                return Err(resolved.locate(CorpusError::TooShort { path, part, tokens, needed }));
            }
        }
        let summary = gpt.summary(shape(corpus.alphabet.len(), &gpt));
        let summary = summary.map_err(|error| resolved.locate(error))?;
        Ok(Self { resolved, device, settings, corpus, gpt, summary })
    }

    pub(super) fn config(&self) -> &RunConfig {
        &self.resolved.config
    }

    pub(super) fn model(&self) -> Result<Network, ExperimentError> {
        let seed = Seed::new(self.config().seed).purpose(Purpose::Init);
        let vocabulary = self.corpus.alphabet.len();
        let network =
            self.config().model.network.init(shape(vocabulary, &self.gpt), vocabulary, &self.device, seed);
        network.map_err(|error| self.resolved.locate(error))
    }

    fn part(&self, part: usize) -> Arc<[u32]> {
        self.corpus.parts[part].as_slice().into()
    }

    fn sizes(&self, part: usize) -> Option<Arc<[u32]>> {
        self.corpus.sizes.as_ref().map(|sizes| sizes[part].clone())
    }

    fn starts(&self, part: usize) -> Option<Arc<[usize]>> {
        self.corpus.starts.as_ref().map(|starts| starts[part].clone())
    }

    /// Windows of the training part, those of an epoch.
    pub(super) fn windows(&self) -> Windows {
        let train = &self.config().train;
        let batches =
            train.accumulate.saturating_mul(usize::try_from(self.settings.every).unwrap_or(usize::MAX));
        let count = train.batch_size.max(1).saturating_mul(batches);
        Windows::random(self.part(0), self.gpt.context, count, self.corpus.fingerprint.clone())
            .sizes(self.sizes(0))
            .documents(self.starts(0))
    }

    /// Windows of the validation part (1) or the test part (2), if there is one.
    pub(super) fn judged(&self, part: usize) -> Option<Windows> {
        let tokens = self.part(part);
        let most = if part == 1 { self.settings.windows } else { 0 };
        let fingerprint = self.corpus.fingerprint.clone();
        (!tokens.is_empty()).then(|| {
            Windows::in_order(tokens, self.gpt.context, most, fingerprint)
                .sizes(self.sizes(part))
                .documents(self.starts(part))
        })
    }

    /// Windows of each part.
    pub(super) fn items(&self) -> [usize; 3] {
        let of = |windows: Option<Windows>| windows.map_or(0, |windows| Source::<WindowBatch>::len(&windows));
        [Source::<WindowBatch>::len(&self.windows()), of(self.judged(1)), of(self.judged(2))]
    }
}

/// What cuts words into pieces, if anything does.
fn pieces<'a>(
    config: &'a RunConfig,
    settings: &CorpusConfig,
) -> Result<Option<&'a TokenizerConfig>, LanguageError> {
    let Some(tokenizer) = &config.data.tokenizer else { return Ok(None) };
    if matches!(
        tokenizer,
        TokenizerConfig::Words(_) | TokenizerConfig::Characters(_) | TokenizerConfig::Bytes(_)
    ) {
        return Err(LanguageError::NotPieces { kind: tokenizer.name() });
    }
    if settings.tokens == Alphabetic::Bytes {
        return Err(LanguageError::TwoTokens);
    }
    Ok(Some(tokenizer))
}

/// A setting that a language model would pass over without a word.
fn meaningless(config: &RunConfig) -> Option<&'static str> {
    let of_batch = |penalty: &PenaltyConfig| !matches!(penalty.build_for_batch("penalty"), Ok(None));
    let refused = [
        ("penalty", config.penalty.iter().any(of_batch)),
        ("augment", config.augment.is_some()),
        ("mix", config.mix.is_some()),
        ("loss", config.loss.is_some()),
        ("model.weights", config.model.weights.is_some()),
        ("model.lora", config.model.lora.is_some()),
        ("train.solver", config.train.solver.is_some()),
        ("train.kkt_tolerance", config.train.kkt_tolerance.is_some()),
        ("data.refit", config.data.refit == Some(true)),
        ("data.target", !config.data.target.is_empty()),
        ("data.text", config.data.text.is_some()),
        ("data.longest", config.data.longest.is_some()),
    ];
    refused.into_iter().find(|(_, is_there)| *is_there).map(|(key, _)| key)
}
