//! The stream of batches: one, whatever the threads, the start, or what goes wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::tensor::Device;
use kiln_core::Seed;
use kiln_data::{
    Batch, Collate, DataError, Dataset, Features, Images, Inconsistency, Loader, Preprocess, Rows, Source,
    Split, Target, Targets,
};
use kiln_testkit::device;

/// 203 images of 2×3 pixels, all different, in 5 classes; 150 of the rows in a fixed disorder.
fn rows() -> Rows {
    let pixels = (0..203 * 6).map(|i| (i * 7919 % 251) as u8).collect();
    let target = Target::Classes {
        labels: (0..203).map(|row| row % 5).collect(),
        names: ["a", "b", "c", "d", "e"].map(String::from).to_vec(),
    };
    let data = Dataset::new("made", Features::Images(Images::new(pixels, [1, 2, 3])), target);
    let split = Split { train: (0..150).collect(), ..Split::default() };
    let fitted =
        Preprocess { standardize: true, ..Preprocess::default() }.fit(&split.train_view(&data)).unwrap();
    Rows::new(Arc::new(data), Seed::new(9).permutation(150), Arc::new(fitted))
}

fn bytes(batch: Batch) -> Vec<u8> {
    let mut bytes = batch.inputs.flat().into_data().as_bytes().to_vec();
    let Targets::Classes(labels) = batch.targets else { panic!("numbers") };
    bytes.extend_from_slice(labels.into_data().as_bytes());
    bytes
}

/// Every batch of an epoch, from `first` on, as bytes.
fn stream(loader: &Loader<Batch>, epoch: u64, first: usize) -> Vec<Vec<u8>> {
    let batches: Vec<_> = loader.epoch_from(epoch, first, &device()).map(|batch| batch.unwrap()).collect();
    for (at, batch) in batches.iter().enumerate() {
        assert_eq!((batch.index, batch.items), (first + at, batch.data.len()));
    }
    batches.into_iter().map(|batch| bytes(batch.data)).collect()
}

/// Whether a device gets the pixels as numbers, or as bytes that it makes numbers of.
#[test]
fn a_batch_has_the_numbers_of_the_host() {
    let rows = rows();
    for items in [vec![0], vec![3, 149, 3, 77], (0..150).collect()] {
        let batch = rows.batch(&items, &device()).unwrap();
        let numbers = rows.input_numbers(&rows.of(&items).unwrap()).unwrap();
        let found: Vec<f32> = batch.inputs.flat().into_data().iter().collect();
        assert!(found == numbers, "{items:?}");
    }
}

#[test]
fn the_stream_has_one_hash_for_any_number_of_threads() {
    let loader = Loader::new(rows(), 16).unwrap().shuffled(Seed::new(5));
    let hash = |threads| {
        let loader = loader.clone().prefetch(threads);
        let mut hasher = blake3::Hasher::new();
        for epoch in 0..3 {
            for batch in stream(&loader, epoch, 0) {
                hasher.update(&batch);
            }
        }
        hasher.finalize()
    };
    let inline = hash(0);
    for threads in [1, 2, 4] {
        assert_eq!(hash(threads), inline, "{threads} threads");
    }
}

/// Items as they are, some of them slow.
#[derive(Debug)]
struct Uneven(AtomicUsize);

impl Source<Vec<usize>> for Uneven {
    fn len(&self) -> usize {
        100
    }

    fn batch(&self, items: &[usize], _: &Device) -> Result<Vec<usize>, DataError> {
        if items[0] >= 30 {
            std::thread::sleep(std::time::Duration::from_micros(200));
        }
        if std::thread::current().name() == Some("kiln-loader") {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
        Ok(items.to_vec())
    }
}

#[test]
fn slow_batches_get_threads_and_are_the_same() {
    for threads in [0, 1, 3] {
        let source = Arc::new(Uneven(AtomicUsize::new(0)));
        let loader = Loader::new(Arc::clone(&source), 5).unwrap().prefetch_when_slow(threads);
        let batches: Vec<_> = loader.pass(&device()).map(|batch| batch.unwrap()).collect();
        let items: Vec<usize> = batches.iter().flat_map(|batch| batch.data.clone()).collect();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
        assert_eq!(batches.iter().map(|batch| batch.index).collect::<Vec<_>>(), (0..20).collect::<Vec<_>>());
        let in_threads = source.0.load(Ordering::SeqCst);
        // The first fourteen slow ones but two; some of the first six where the machine was slow.
        assert!(if threads == 0 { in_threads == 0 } else { in_threads >= 12 }, "{in_threads}");
    }
}

#[test]
fn starting_late_gives_the_tail() {
    let loader = Loader::new(rows(), 16).unwrap().shuffled(Seed::new(5));
    for threads in [0, 1, 2, 4] {
        let loader = loader.clone().prefetch(threads);
        let whole = stream(&loader, 1, 0);
        assert_eq!(whole.len(), loader.batches());
        for first in [1, 5, 9, 10, 11] {
            assert_eq!(stream(&loader, 1, first), whole[first.min(10)..], "from {first}, {threads} threads");
        }
    }
}

#[test]
fn every_epoch_has_every_item_once_in_its_own_order() {
    let loader = Loader::new(rows(), 16).unwrap();
    assert_eq!(loader.order(4), (0..150).collect::<Vec<_>>());
    let loader = loader.shuffled(Seed::new(5));
    for epoch in 0..3 {
        let mut order = loader.order(epoch);
        assert_eq!(order, loader.order(epoch));
        assert_ne!(order, loader.order(epoch + 1));
        order.sort_unstable();
        assert_eq!(order, (0..150).collect::<Vec<_>>());
    }
    assert_ne!(loader.order(0), loader.clone().shuffled(Seed::new(6)).order(0));
}

#[test]
fn the_batches_follow_the_order() {
    let rows = rows();
    let loader = Loader::new(rows.clone(), 16).unwrap().shuffled(Seed::new(5)).prefetch(2);
    let order = loader.order(2);
    for (items, batch) in order.chunks(16).zip(stream(&loader, 2, 0)) {
        assert_eq!(batch, bytes(rows.batch(items, &device()).unwrap()));
    }
}

#[test]
fn batch_sizes_at_the_edges() {
    // (batch_size, drop_last) -> sizes of the batches of 150 items
    for (size, drop_last, sizes) in [
        (64, false, vec![64, 64, 22]),
        (64, true, vec![64, 64]),
        (75, true, vec![75, 75]),
        (0, true, vec![150]),
        (0, false, vec![150]),
        (150, true, vec![150]),
        (151, true, vec![150]),
        (usize::MAX, false, vec![150]),
        (149, false, vec![149, 1]),
    ] {
        let loader = Loader::new(rows(), size).unwrap().drop_last(drop_last).prefetch(2);
        let found: Vec<_> = loader.pass(&device()).map(|batch| batch.unwrap().items).collect();
        assert_eq!(found, sizes, "batch size {size}, drop_last {drop_last}");
        assert_eq!((loader.batches(), loader.items(), loader.batch_size()), (sizes.len(), 150, sizes[0]));
    }
}

/// A source of numbers that counts its calls and panics or fails at a batch.
#[derive(Debug, Default)]
struct Numbers {
    calls: Arc<AtomicUsize>,
    alive: Arc<()>,
    panics_at: Option<usize>,
    fails_at: Option<usize>,
}

impl Source<Vec<usize>> for Numbers {
    fn len(&self) -> usize {
        100
    }

    fn batch(&self, items: &[usize], _: &Device) -> Result<Vec<usize>, DataError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.panics_at.is_some_and(|at| items.contains(&at)) {
            panic!("no item {}", self.panics_at.unwrap());
        }
        match self.fails_at {
            Some(index) if items.contains(&index) => Err(DataError::Item { index, source: "torn".into() }),
            _ => Ok(items.to_vec()),
        }
    }
}

#[test]
fn a_panic_in_a_source_is_an_error_and_ends_the_epoch() {
    for threads in [0, 1, 3] {
        let source = Numbers { panics_at: Some(42), ..Numbers::default() };
        let loader = Loader::new(source, 10).unwrap().prefetch(threads);
        let mut epoch = loader.pass(&device());
        for index in 0..4 {
            assert_eq!(epoch.next().unwrap().unwrap().index, index);
        }
        let error = epoch.next().unwrap().unwrap_err();
        assert_eq!(error.to_string(), "the source of batch 4 panicked: no item 42");
        assert!(epoch.next().is_none() && epoch.next().is_none());
    }
}

#[test]
fn an_error_of_a_source_comes_in_its_place() {
    for threads in [0, 1, 3] {
        let source = Numbers { fails_at: Some(42), ..Numbers::default() };
        let loader = Loader::new(source, 10).unwrap().prefetch(threads);
        let results: Vec<_> = loader.pass(&device()).collect();
        assert_eq!(results.len(), 5, "{threads} threads");
        assert!(matches!(results[4], Err(DataError::Item { index: 42, .. })));
        // The loader is not spoilt: the batches before and after it are still there.
        assert_eq!(loader.epoch_from(0, 5, &device()).filter(Result::is_ok).count(), 5);
    }
}

#[test]
fn at_most_one_more_batch_than_threads_is_made_ahead() {
    for threads in [1, 2, 4] {
        let source = Numbers::default();
        let calls = Arc::clone(&source.calls);
        let loader = Loader::new(source, 5).unwrap().prefetch(threads);
        let mut epoch = loader.pass(&device());
        for taken in 1..=20 {
            epoch.next().unwrap().unwrap();
            std::thread::yield_now();
            assert!(calls.load(Ordering::SeqCst) <= taken + threads + 1);
        }
        assert!(epoch.next().is_none());
        assert_eq!(calls.load(Ordering::SeqCst), 20, "a batch was made twice");
    }
}

#[test]
fn leaving_early_joins_the_threads() {
    for (threads, taken) in [(1, 0), (2, 1), (4, 3), (4, 20)] {
        let source = Numbers::default();
        let alive = Arc::clone(&source.alive);
        let loader = Loader::new(source, 5).unwrap().prefetch(threads);
        let mut epoch = loader.pass(&device());
        assert_eq!(epoch.by_ref().take(taken).count(), taken);
        drop((epoch, loader));
        // Each thread holds the source until it ends.
        assert_eq!(Arc::strong_count(&alive), 1);
    }
}

#[test]
fn nothing_to_load_is_an_error() {
    let empty = Collate::new(0, Ok, |items: Vec<usize>, _: &Device| Ok(items));
    assert!(matches!(Loader::new(empty, 4), Err(DataError::NoItems)));
}

#[test]
fn rows_that_are_not_there_are_an_error() {
    let error = rows().batch(&[3, 150], &device()).unwrap_err();
    assert!(matches!(error, DataError::Inconsistent(Inconsistency::NoRow { row: 150, rows: 150 })));
}

#[test]
fn collate_makes_batches_of_items() {
    let odd = |i: usize| {
        if i == 7 { Err(DataError::Item { index: 7, source: "torn".into() }) } else { Ok(2 * i + 1) }
    };
    let source = Collate::new(10, odd, |items: Vec<usize>, _: &Device| Ok(items));
    let loader = Loader::new(source, 3).unwrap();
    let batches: Vec<_> = loader.pass(&device()).map(|batch| batch.map(|batch| batch.data)).collect();
    assert_eq!(batches[1].as_ref().unwrap(), &[7, 9, 11]);
    assert_eq!(batches[2].as_ref().unwrap_err().to_string(), "item 7 could not be read");
}
