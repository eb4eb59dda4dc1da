//! Batches that are cut into shards, of which some are made.

use std::ops::Range;

/// How batches are cut, and which parts of them are made.
#[derive(Debug, Clone)]
pub(super) struct Shards {
    count: usize,
    own: Range<usize>,
}

/// A part of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) batch: usize,
    pub(super) shard: usize,
}

impl Shards {
    pub(super) fn new(count: usize, own: Range<usize>) -> Self {
        let count = count.max(1);
        Self { count, own: own.start.min(count)..own.end.min(count) }
    }

    /// How many of its own shards a batch of so many items has: those with items come first.
    pub(super) fn of(&self, items: usize) -> usize {
        self.own.end.min(items).saturating_sub(self.own.start)
    }

    /// Where the items of a shard are in a batch of so many.
    pub(super) fn cut(&self, shard: usize, items: usize) -> Range<usize> {
        let (each, more) = (items / self.count, items % self.count);
        let from = |shard: usize| shard * each + shard.min(more);
        from(shard)..from(shard + 1)
    }

    /// Piece number `index` of batches of `batch_size` items, of which the last one may have less.
    pub(super) fn piece(&self, index: usize, batch_size: usize, batches: usize) -> Piece {
        // A rank whose shards are all empty in full batches has no piece.
        let each = self.of(batch_size).max(1);
        let batch = (index / each).min(batches - 1);
        Piece { batch, shard: self.own.start + index - batch * each }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_in_one_shard_and_the_last_are_empty_first() {
        for count in 1..9 {
            let shards = Shards::new(count, 0..count);
            for items in 0..30 {
                let cuts: Vec<_> = (0..count).map(|shard| shards.cut(shard, items)).collect();
                assert_eq!((cuts[0].start, cuts[count - 1].end), (0, items));
                assert!(cuts.windows(2).all(|two| two[0].end == two[1].start));
                assert!(cuts.windows(2).all(|two| two[0].len() - two[1].len() <= 1));
                assert_eq!(cuts.iter().filter(|cut| !cut.is_empty()).count(), shards.of(items));
            }
        }
    }

    #[test]
    fn pieces_go_on_behind_a_batch_and_the_last_batch_may_have_fewer() {
        // Batches of 6, 6 and 2 items, in four shards, of which the last two are made.
        let shards = Shards::new(4, 2..4);
        assert_eq!((shards.of(6), shards.of(3), shards.of(2)), (2, 1, 0));
        let piece = |index| {
            let Piece { batch, shard } = shards.piece(index, 6, 3);
            (batch, shard)
        };
        assert_eq!([piece(0), piece(1), piece(2), piece(3)], [(0, 2), (0, 3), (1, 2), (1, 3)]);
    }
}
