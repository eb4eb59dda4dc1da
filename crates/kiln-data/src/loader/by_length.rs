//! Batches of items that take about the same room.

use kiln_core::Seed;

/// So many batches are sorted together. The more, the less padding, and the more alike are the items of a batch.
const WINDOW: usize = 16;

/// An order in which each full batch has items of like `lengths`, one for each item: windows of some batches of `order` are sorted, and the
/// batches come in an order of their own. A last batch that is not full stays as it is.
pub(super) fn by_length(
    mut order: Vec<usize>,
    lengths: &[usize],
    batch_size: usize,
    seed: Seed,
) -> Vec<usize> {
    let batches = order.len() / batch_size;
    let rest = order.split_off(batches * batch_size);
    for window in order.chunks_mut(WINDOW * batch_size) {
        window.sort_by_key(|&item| lengths.get(item).copied().unwrap_or(0));
    }
    let batch = |place: usize| &order[place * batch_size..(place + 1) * batch_size];
    let shuffled = seed.permutation(batches).into_iter().flat_map(batch);
    shuffled.copied().chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_comes_once_and_batches_are_of_like_lengths() {
        let lengths: Vec<usize> = (0..1003).map(|item| (item * 7919) % 101).collect();
        let order = Seed::new(1).permutation(1003);
        let found = by_length(order.clone(), &lengths, 10, Seed::new(2));
        assert_eq!(found, by_length(order.clone(), &lengths, 10, Seed::new(2)));
        assert_ne!(found, by_length(order.clone(), &lengths, 10, Seed::new(3)));
        assert_eq!(found[1000..], order[1000..]);
        let mut sorted = found.clone();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..1003));
        let padding = |order: &[usize]| -> usize {
            let of = |batch: &[usize]| {
                let longest = batch.iter().map(|&item| lengths[item]).max().unwrap_or(0);
                batch.iter().map(|&item| longest - lengths[item]).sum::<usize>()
            };
            order.chunks(10).map(of).sum()
        };
        assert!(8 * padding(&found) < padding(&order), "{} of {}", padding(&found), padding(&order));
    }
}
