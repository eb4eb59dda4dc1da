//! Which token comes next.

use kiln_core::check::NumberError;
use kiln_core::{Range, Seed, check};
use kiln_data::corpus::Alphabet;
use kiln_models::Decoder;

/// How a token is drawn from what a model says of all.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Sampling {
    /// What logits are divided by, at least 0. 0: the most likely token is taken. Default 1.
    pub temperature: f64,
    /// Only so many of the most likely tokens are drawn from, at least 1. Default: all.
    pub top_k: Option<usize>,
    /// Only the most likely tokens are drawn from that together have this probability, `(0, 1]` (Holtzman and others: The curious case of neural text
    /// degeneration, 2019). Default 1.
    pub top_p: f64,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { temperature: 1.0, top_k: None, top_p: 1.0 }
    }
}

impl Sampling {
    /// With these numbers.
    ///
    /// # Errors
    /// [`NumberError`] naming the first one that is out of its range.
    pub fn new(temperature: f64, top_k: Option<usize>, top_p: f64) -> Result<Self, NumberError> {
        Range::at_least(0.0).check("--temperature", temperature)?;
        Range::POSITIVE.check("--top-p", top_p)?;
        Range::UNIT.check("--top-p", top_p)?;
        if let Some(top_k) = top_k {
            check::at_least("--top-k", top_k, 1)?;
        }
        Ok(Self { temperature, top_k, top_p })
    }

    /// The token that the uniform number `draw` in `[0, 1)` picks. That of the unknown is never picked, unless there is no other.
    fn pick(&self, logits: &[f32], draw: f64) -> u32 {
        let mut order: Vec<u32> = (1..logits.len() as u32).collect();
        let logit = |token: u32| f64::from(logits[token as usize]);
        // The most likely first; of equals the one with the smaller number.
        order.sort_by(|&a, &b| logit(b).total_cmp(&logit(a)).then(a.cmp(&b)));
        let Some(&first) = order.first() else { return 0 };
        if self.temperature == 0.0 {
            return first;
        }
        order.truncate(self.top_k.unwrap_or(usize::MAX));
        let weights: Vec<f64> =
            order.iter().map(|&token| ((logit(token) - logit(first)) / self.temperature).exp()).collect();
        let total: f64 = weights.iter().sum();
        let mut kept = 0.0;
        let mut count = 0;
        for weight in &weights {
            kept += weight;
            count += 1;
            if kept >= self.top_p * total {
                break;
            }
        }
        let mut rest = draw * kept;
        for (&token, weight) in order.iter().zip(&weights[..count]) {
            rest -= weight;
            if rest < 0.0 {
                return token;
            }
        }
        order[count - 1]
    }
}

/// The tokens that a text begins with: those of a prompt, or a new line.
pub(super) fn beginning(alphabet: &Alphabet, prompt: Vec<u32>) -> Vec<u32> {
    if prompt.is_empty() { vec![alphabet.start()] } else { prompt }
}

/// Feeds `text`, which is not empty, and then what is drawn, token by token, `count` times, and shows each that is drawn. A context that is full begins anew with
/// its later half.
pub(super) fn write<E>(
    decoder: &mut Decoder,
    mut text: Vec<u32>,
    count: usize,
    sampling: &Sampling,
    seed: Seed,
    mut show: impl FnMut(u32) -> Result<(), E>,
) -> Result<(), E> {
    let keep = (decoder.context() / 2).max(1);
    decoder.clear();
    let mut fed = text.len().saturating_sub(if text.len() < decoder.context() { text.len() } else { keep });
    for index in 0..count as u64 {
        let mut token = 0;
        while fed < text.len() {
            if decoder.is_full() {
                decoder.clear();
                // The last tokens, as many as are kept.
                fed = text.len() - keep.min(text.len());
            }
            let logits = decoder.feed(text[fed]);
            fed += 1;
            if fed == text.len() {
                token = sampling.pick(logits, seed.uniform(index));
            }
        }
        text.push(token);
        show(token)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_drawn_by_their_probability() {
        let logits = [9.0, 0.0, 1.0, 2.0];
        let weights = [0.0, 1.0, 1f64.exp(), 2f64.exp()];
        let total: f64 = weights.iter().sum();
        let share = |sampling: Sampling| {
            let mut counts = [0.0; 4];
            for i in 0..10_000 {
                counts[sampling.pick(&logits, (f64::from(i) + 0.5) / 10_000.0) as usize] += 1e-4;
            }
            counts
        };
        for (found, weight) in share(Sampling::default()).iter().zip(weights) {
            assert!((found - weight / total).abs() < 2e-4, "{found} and {}", weight / total);
        }
        let top = share(Sampling::new(1.0, Some(2), 1.0).unwrap());
        assert_eq!((top[0], top[1]), (0.0, 0.0));
        assert_eq!(share(Sampling::new(1.0, None, 0.5).unwrap())[3].round(), 1.0);
        assert_eq!(share(Sampling::new(0.0, None, 1.0).unwrap())[3].round(), 1.0);
        assert_eq!(Sampling::default().pick(&[1.0], 0.3), 0);
    }

    #[test]
    fn numbers_are_checked() {
        for (temperature, top_k, top_p) in [
            (-0.1, None, 1.0),
            (f64::NAN, None, 1.0),
            (1.0, Some(0), 1.0),
            (1.0, None, 0.0),
            (1.0, None, 1.1),
        ] {
            assert!(Sampling::new(temperature, top_k, top_p).is_err(), "{temperature} {top_k:?} {top_p}");
        }
    }
}
