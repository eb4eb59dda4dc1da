//! Windows of a corpus, in batches.

use std::sync::Arc;

use burn::tensor::Device;
use kiln_core::Seed;

use crate::{DataError, Fingerprint, Source};

/// Windows of tokens, and the token behind each of theirs.
#[derive(Debug, Clone)]
pub struct WindowBatch {
    /// `[windows · length]`, one window after another.
    pub ids: Arc<[u32]>,
    /// The token that follows each.
    pub next: Arc<[u32]>,
    /// Tokens of a window.
    pub length: usize,
    /// Bytes of the text that the tokens in `next` stand for, where tokens do not say it.
    pub bytes: Option<u64>,
}

/// Windows of one length of a part of a corpus. In training, each begins at a random place; else they follow one another in equal distances.
#[derive(Debug, Clone)]
pub struct Windows {
    tokens: Arc<[u32]>,
    /// The bytes of each token.
    sizes: Option<Arc<[u32]>>,
    length: usize,
    count: usize,
    /// What an item of an epoch in training is drawn for.
    random: bool,
    fingerprint: Fingerprint,
}

/// Tokens of a batch that is judged.
const AT_ONCE: usize = 16 * 1024;

impl Windows {
    /// `count` windows of a training part in an epoch. `tokens` are more than `length`.
    pub fn random(tokens: Arc<[u32]>, length: usize, count: usize, fingerprint: Fingerprint) -> Self {
        Self { tokens, sizes: None, length, count: count.max(1), random: true, fingerprint }
    }

    /// At most `most` windows of a part that is judged, all that there are if it is 0. `tokens` are more than `length`.
    pub fn in_order(tokens: Arc<[u32]>, length: usize, most: usize, fingerprint: Fingerprint) -> Self {
        let all = (tokens.len().saturating_sub(1) / length.max(1)).max(1);
        let count = if most == 0 { all } else { most.min(all) };
        Self { tokens, sizes: None, length, count, random: false, fingerprint }
    }

    /// With the bytes of the text that each token stands for, as many as there are tokens.
    #[must_use]
    pub fn sizes(self, sizes: Option<Arc<[u32]>>) -> Self {
        Self { sizes, ..self }
    }

    fn gather(&self, starts: impl Iterator<Item = usize> + Clone) -> WindowBatch {
        let places =
            |shift: usize| starts.clone().flat_map(move |start| start + shift..start + shift + self.length);
        let take = |shift| places(shift).map(|place| self.tokens[place]).collect();
        let bytes = |sizes: &Arc<[u32]>| places(1).map(|place| u64::from(sizes[place])).sum();
        WindowBatch {
            ids: take(0),
            next: take(1),
            length: self.length,
            bytes: self.sizes.as_ref().map(bytes),
        }
    }

    /// Places at which a window can begin.
    fn places(&self) -> usize {
        self.tokens.len().saturating_sub(self.length).max(1)
    }
}

impl Source<WindowBatch> for Windows {
    fn len(&self) -> usize {
        self.count
    }

    fn batch(&self, items: &[usize], _: &Device) -> Result<WindowBatch, DataError> {
        let all = ((self.tokens.len().saturating_sub(1)) / self.length.max(1)).max(1);
        let start = |&item: &usize| item % self.count * all / self.count * self.length;
        Ok(self.gather(items.iter().map(start)))
    }

    fn training_batch(
        &self,
        items: &[usize],
        epoch: Seed,
        device: &Device,
    ) -> Result<WindowBatch, DataError> {
        if !self.random {
            return self.batch(items, device);
        }
        let places = self.places();
        let start =
            |&item: &usize| ((epoch.at(item as u64).uniform(0) * places as f64) as usize).min(places - 1);
        Ok(self.gather(items.iter().map(start)))
    }

    fn at_once(&self) -> usize {
        (AT_ONCE / self.length.max(1)).max(1)
    }

    fn fingerprint(&self) -> Option<Fingerprint> {
        Some(self.fingerprint.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(random: bool, most: usize) -> Windows {
        let tokens: Arc<[u32]> = (0..101).collect();
        let fingerprint = Fingerprint::default();
        if random {
            Windows::random(tokens, 10, most, fingerprint)
        } else {
            Windows::in_order(tokens, 10, most, fingerprint)
        }
    }

    #[test]
    fn windows_in_order_cover_the_part_once() {
        let all = windows(false, 0);
        assert_eq!(all.len(), 10);
        let batch = all.batch(&(0..10).collect::<Vec<_>>(), &Device::default()).unwrap();
        assert_eq!(*batch.ids, (0..100).collect::<Vec<u32>>());
        assert_eq!(*batch.next, (1..101).collect::<Vec<u32>>());
        let few = windows(false, 3).batch(&[0, 1, 2], &Device::default()).unwrap();
        assert_eq!([few.ids[0], few.ids[10], few.ids[20]], [0, 30, 60]);
    }

    #[test]
    fn random_windows_are_a_function_of_seed_and_item() {
        let source = windows(true, 4);
        let batch = |items: &[usize], seed| {
            source.training_batch(items, Seed::new(seed), &Device::default()).unwrap().ids.to_vec()
        };
        let both = batch(&[2, 3], 1);
        assert_eq!(both[10..], batch(&[3], 1));
        assert_ne!(both, batch(&[2, 3], 2));
        // Every place comes, the last one, too.
        let mut seen = [false; 92];
        (0..2000).for_each(|seed| seen[batch(&[0], seed)[0] as usize] = true);
        assert!(seen[..91].iter().all(|seen| *seen) && !seen[91]);
    }
}
