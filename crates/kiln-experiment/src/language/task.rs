//! How a language model learns, and how it is judged.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use burn::tensor::Tensor;
use kiln_core::{Metric, Purpose, Seed};
use kiln_data::corpus::{Alphabet, CorpusConfig, WindowBatch, Writer};
use kiln_models::{Gpt, Network};
use kiln_train::{Scores, Task};

use super::sample::{Sampling, beginning, write};
use super::written::keep;
use crate::observer::{Event, Observer};

/// The loss is the mean cross-entropy of the tokens that follow, in nats.
pub(super) struct LanguageTask<'a> {
    pub(super) alphabet: Arc<Alphabet>,
    pub(super) settings: CorpusConfig,
    pub(super) seed: Seed,
    pub(super) observer: &'a dyn Observer,
    /// The folder of the run, which keeps the texts; of a dry run there is none.
    pub(super) run: Option<&'a Path>,
    /// Why a text could not be kept or shown.
    pub(super) failed: Arc<Mutex<Option<io::Error>>>,
}

fn gpt(model: &Network) -> &Gpt {
    match model {
        Network::Gpt(gpt) => gpt,
        // The job makes no other.
        _ => unreachable!("a language model is a gpt"),
    }
}

impl LanguageTask<'_> {
    fn show(&self, model: &Gpt, step: u64) {
        let seed = self.seed.purpose(Purpose::Sample).at(step);
        let mut decoder = model.decoder();
        for sample in 0..self.settings.samples as u64 {
            let start = beginning(&self.alphabet, Vec::new());
            let (mut writer, mut text) = (Writer::new(&self.alphabet, &start), Vec::new());
            let decode = |token: u32| {
                text.extend(writer.push(token));
                Ok::<(), io::Error>(())
            };
            let (count, sampling) = (self.settings.length, Sampling::default());
            let written = write(&mut decoder, start, count, &sampling, seed.at(sample), decode);
            text.extend(writer.end());
            let text = String::from_utf8_lossy(&text);
            let kept = written.and_then(|()| self.run.map_or(Ok(()), |run| keep(run, step, sample, &text)));
            let told = kept.and_then(|()| self.observer.hear(&Event::Sample { step, text: &text }));
            if let (Err(error), Ok(mut failed)) = (told, self.failed.lock()) {
                failed.get_or_insert(error);
            }
        }
    }
}

impl Task for LanguageTask<'_> {
    type Model = Network;
    type Batch = WindowBatch;

    fn loss(&self, model: &Network, batch: WindowBatch, seed: Seed) -> Tensor<1> {
        gpt(model).packed_loss(&batch.ids, &batch.next, &batch.lengths, Some(seed))
    }

    fn after_step(&mut self, model: &Network, step: u64) {
        if step.is_multiple_of(self.settings.every) {
            self.show(gpt(model), step);
        }
    }

    fn score(&self, model: &Network, batch: WindowBatch, scores: &mut Scores) {
        let loss = gpt(model).packed_loss(&batch.ids, &batch.next, &batch.lengths, None);
        let loss = loss.into_scalar::<f32>();
        // Those behind the last token of a document do not count.
        let next: Vec<u32> = batch.next.iter().copied().filter(|token| *token != u32::MAX).collect();
        let tokens = next.len();
        if tokens == 0 {
            return;
        }
        scores.add_mean("loss", f64::from(loss), tokens);
        let (sum, tokens) = (f64::from(loss) * tokens as f64, tokens as f64);
        let mean = |sums: &[f64], counts: &[f64]| sums.iter().sum::<f64>() / counts.iter().sum::<f64>();
        scores
            .keep_as("tokens", &[sum], &[tokens], None::<&[f64]>)
            .metric("perplexity", move |all| mean(all.predictions(), all.targets()).exp());
        let bytes = batch.bytes.unwrap_or_else(|| self.alphabet.bytes(&next)) as f64;
        let metric = Metric::minimise("bits_per_byte");
        scores
            .keep_as("bytes", &[sum], &[bytes], None::<&[f64]>)
            .metric(metric, move |all| mean(all.predictions(), all.targets()) / std::f64::consts::LN_2);
    }
}
