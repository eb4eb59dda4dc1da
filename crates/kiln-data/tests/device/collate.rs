//! Batches that a function makes of items.

use burn::tensor::Device;
use kiln_core::Seed;
use kiln_data::{Collate, Loader};
use kiln_testkit::device;

#[test]
fn what_is_random_in_a_collated_batch_is_a_function_of_seed_epoch_and_item() {
    let source = || {
        Collate::new(20, |i| Ok((i, 0)), |items: Vec<(usize, u64)>, _: &Device| Ok((0, items)))
            .random_items(|i, seed| Ok((i, seed.bits(0))))
            .random_batches(|items, seed, _: &Device| Ok((seed.bits(0), items)))
    };
    let loader = || Loader::new(source(), 6).unwrap().shuffled(Seed::new(1));
    let batches = |loader: &Loader<(u64, Vec<(usize, u64)>)>, epoch, first| -> Vec<_> {
        loader.epoch_from(epoch, first, &device()).map(|batch| batch.unwrap().data).collect()
    };
    let training = loader().augmented(Seed::new(2));
    let all = batches(&training, 3, 0);
    // Whatever the threads, and wherever an epoch goes on.
    for (threads, first) in [(0, 2), (3, 0), (2, 3)] {
        assert_eq!(batches(&training.clone().prefetch(threads), 3, first), all[first..]);
    }
    // All draws differ: those of items, those of batches, those of another epoch and another seed.
    let draws = |batches: &[(u64, Vec<(usize, u64)>)]| -> Vec<u64> {
        batches.iter().flat_map(|(own, items)| items.iter().map(|(_, draw)| *draw).chain([*own])).collect()
    };
    let mut drawn = draws(&all);
    drawn.extend(draws(&batches(&training, 4, 0)));
    drawn.extend(draws(&batches(&loader().augmented(Seed::new(5)), 3, 0)));
    let count = drawn.len();
    drawn.sort_unstable();
    drawn.dedup();
    assert_eq!((drawn.len(), count), (72, 72));
    // Items that judge are not random.
    assert!(draws(&batches(&loader(), 3, 0)).iter().all(|draw| *draw == 0));
}

#[cfg(feature = "burn-dataset")]
#[test]
fn a_data_set_of_burn_is_a_source() {
    use burn_dataset::InMemDataset;

    let collate = |items: Vec<i32>, _: &Device| Ok(items);
    let source = Collate::from_burn(InMemDataset::new(vec![4, 5, 6, 7, 8]), collate);
    let loader = Loader::new(source, 2).unwrap().shuffled(Seed::new(1)).prefetch(2);
    let found: Vec<_> = loader.epoch(3, &device()).flat_map(|batch| batch.unwrap().data).collect();
    let expected: Vec<_> = loader.order(3).into_iter().map(|item| item as i32 + 4).collect();
    assert_eq!(found, expected);
}
