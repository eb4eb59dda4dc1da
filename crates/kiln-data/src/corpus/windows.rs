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
    /// The token that follows each; [`u32::MAX`] behind the last one of a document.
    pub next: Arc<[u32]>,
    /// Tokens of a window.
    pub length: usize,
    /// Tokens of each window, and where one has several documents, or parts of these, of each of them. Together they are all of `ids`.
    pub lengths: Vec<usize>,
    /// Bytes of the text that the tokens in `next` stand for, where tokens do not say it.
    pub bytes: Option<u64>,
}

/// Windows of one length of a part of a corpus. In training, each begins at a random place; else they follow one another in equal distances.
#[derive(Debug, Clone)]
pub struct Windows {
    tokens: Arc<[u32]>,
    /// The bytes of each token.
    sizes: Option<Arc<[u32]>>,
    /// Where documents begin, rising.
    starts: Arc<[usize]>,
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
        Self {
            tokens,
            sizes: None,
            starts: [].into(),
            length,
            count: count.max(1),
            random: true,
            fingerprint,
        }
    }

    /// At most `most` windows of a part that is judged, all that there are if it is 0. `tokens` are more than `length`.
    pub fn in_order(tokens: Arc<[u32]>, length: usize, most: usize, fingerprint: Fingerprint) -> Self {
        let all = (tokens.len().saturating_sub(1) / length.max(1)).max(1);
        let count = if most == 0 { all } else { most.min(all) };
        Self { tokens, sizes: None, starts: [].into(), length, count, random: false, fingerprint }
    }

    /// With the bytes of the text that each token stands for, as many as there are tokens.
    #[must_use]
    pub fn sizes(self, sizes: Option<Arc<[u32]>>) -> Self {
        Self { sizes, ..self }
    }

    /// With documents that begin at these places, rising: `None` where there is one alone.
    #[must_use]
    pub fn documents(self, starts: Option<Arc<[usize]>>) -> Self {
        Self { starts: starts.unwrap_or_else(|| [].into()), ..self }
    }

    /// The lengths of what a window from `start` on has of each document.
    fn lengths(&self, start: usize) -> impl Iterator<Item = usize> {
        let end = start + self.length;
        let first = self.starts.partition_point(|place| *place <= start);
        let inside = self.starts[first..].iter().copied().take_while(move |place| *place < end);
        let mut from = start;
        inside.chain([end]).map(move |place| place - std::mem::replace(&mut from, place))
    }

    fn is_start(&self, place: usize) -> bool {
        self.starts.binary_search(&place).is_ok()
    }

    fn gather(&self, starts: impl Iterator<Item = usize> + Clone) -> WindowBatch {
        let places =
            |shift: usize| starts.clone().flat_map(move |start| start + shift..start + shift + self.length);
        let follows = |place: usize| if self.is_start(place) { u32::MAX } else { self.tokens[place] };
        let size =
            |sizes: &[u32], place: usize| if self.is_start(place) { 0 } else { u64::from(sizes[place]) };
        WindowBatch {
            ids: places(0).map(|place| self.tokens[place]).collect(),
            next: places(1).map(follows).collect(),
            length: self.length,
            lengths: starts.clone().flat_map(|start| self.lengths(start)).collect(),
            bytes: self.sizes.as_ref().map(|sizes| places(1).map(|place| size(sizes, place)).sum()),
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

    #[test]
    fn windows_of_documents_say_where_these_are() {
        let source = windows(false, 0).documents(Some([3, 7, 10, 11, 25].into()));
        let batch = source.batch(&[0, 1, 2], &Device::default()).unwrap();
        assert_eq!(batch.lengths, [3, 4, 3, 1, 9, 5, 5]);
        assert_eq!(batch.ids[9..12], [9, 10, 11]);
        // What follows is of another document: 3, 7 and 10, which is behind the window; 11 and 25.
        let ends: Vec<usize> = (0..30).filter(|place| batch.next[*place] == u32::MAX).collect();
        assert_eq!(ends, [2, 6, 9, 10, 24]);
        assert_eq!((batch.next[3], batch.next[11]), (4, 12));
        let sized = source.sizes(Some(vec![1; 101].into())).batch(&[0], &Device::default()).unwrap();
        assert_eq!(sized.bytes, Some(7));
        assert_eq!(windows(false, 0).batch(&[0, 1], &Device::default()).unwrap().lengths, [10, 10]);
    }
}
