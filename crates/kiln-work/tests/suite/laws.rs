//! What holds for every store. `open` makes another worker's view of the same store, with a lease of so many milliseconds.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use kiln_core::Seed;
use kiln_work::{Held, Lease, Patience, Store};

pub(crate) type Open<'a> = &'a (dyn Fn(u64) -> Arc<dyn Store> + Sync);

pub(crate) fn a_unit_has_one_worker_and_one_result(open: Open<'_>) {
    let (a, b) = (open(60_000), open(60_000));
    let first = a.take(3..6).unwrap().unwrap();
    assert_eq!((first.unit, first.generation), (3, 1));
    assert_eq!(b.take(3..6).unwrap().unwrap().unit, 4);
    assert_eq!(a.take(3..6).unwrap().unwrap().unit, 5);
    assert_eq!(b.take(3..6).unwrap(), None);
    // Given back, it is there at once; the old lease is none any more.
    a.give_back(&first).unwrap();
    let again = b.take(0..4).unwrap().unwrap();
    assert_eq!(again.unit, 0);
    let again = b.take(3..4).unwrap().unwrap();
    assert_eq!((again.unit, again.generation), (3, 2));
    assert!(!a.renew(&first).unwrap() && b.renew(&again).unwrap());
    a.give_back(&first).unwrap();
    assert_eq!(a.take(3..4).unwrap(), None);

    assert!(b.finish(3, &again.token, b"{\"x\": 1}\nsecond line").unwrap());
    assert!(!a.finish(3, &first.token, b"other").unwrap());
    // The answer to the first call was lost.
    assert!(b.finish(3, &again.token, b"{\"x\": 1}\nsecond line").unwrap());
    assert!(!b.renew(&again).unwrap());
    b.give_back(&again).unwrap();
    assert_eq!(a.take(3..4).unwrap(), None);
    assert!(a.finish(9, "nobody took it", b"").unwrap());
    let text = b"{\"x\": 1}\nsecond line".to_vec();
    assert_eq!(a.results(0, &[]).unwrap(), [(3, text.clone()), (9, Vec::new())]);
    assert_eq!(b.results(0, &[9, 5]).unwrap(), [(3, text)]);
    assert_eq!(b.results(4, &[9]).unwrap(), []);
}

pub(crate) fn a_lease_runs_out_unless_it_is_renewed(open: Open<'_>) {
    let (a, b) = (open(1200), open(1200));
    let silent = a.take(0..1).unwrap().unwrap();
    let stopped = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stopped);
    let renewed = a.take(1..2).unwrap().unwrap();
    let held = Held::new(Arc::clone(&a), renewed, || false, move || flag.store(true, Ordering::Relaxed));
    let began = Instant::now();
    let taken = wait_for(|| b.take(0..2).unwrap());
    assert_eq!((taken.unit, taken.generation), (0, 2));
    assert!(began.elapsed() >= Duration::from_millis(1000), "{:?}", began.elapsed());
    assert!(!a.renew(&silent).unwrap());
    let until = Instant::now() + Duration::from_millis(3000);
    while Instant::now() < until {
        assert!(b.renew(&taken).unwrap());
        assert_eq!(b.take(0..2).unwrap(), None, "what is renewed is not taken");
        thread::sleep(Duration::from_millis(50));
    }
    assert!(!held.is_lost() && !stopped.load(Ordering::Relaxed));
    // Somebody else has put down a result: the worker hears of it.
    assert!(b.finish(1, "other", b"").unwrap());
    wait_for(|| held.is_lost().then_some(()));
    assert!(stopped.load(Ordering::Relaxed));
    assert!(!held.finish(b"mine").unwrap());
}

pub(crate) fn a_unit_is_given_back_when_its_worker_is_asked_to_stop(open: Open<'_>) {
    let (a, b) = (open(60_000), open(60_000));
    let (ask, stopped) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (asked, stop) = (Arc::clone(&ask), Arc::clone(&stopped));
    let lease = a.take(0..1).unwrap().unwrap();
    let held = Held::new(
        Arc::clone(&a),
        lease,
        move || asked.load(Ordering::Relaxed),
        move || stop.store(true, Ordering::Relaxed),
    );
    ask.store(true, Ordering::Relaxed);
    wait_for(|| stopped.load(Ordering::Relaxed).then_some(()));
    assert!(!held.is_lost());
    assert_eq!(b.take(0..1).unwrap(), None);
    drop(held);
    assert_eq!(b.take(0..1).unwrap().unwrap().generation, 2);
}

/// Workers that come all at once, are silent for too long, or come late with a result: each unit has one result that counts.
pub(crate) fn nothing_is_lost_and_nothing_twice(open: Open<'_>, workers: usize, units: u64) {
    let counted = Mutex::new(BTreeMap::<u64, usize>::new());
    let (silent, late) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let patience = Patience::default();
    thread::scope(|scope| {
        for worker in 0..workers {
            let (counted, silent, late) = (&counted, &silent, &late);
            scope.spawn(move || {
                let store = open(500);
                let mut draw = 0;
                let mut forgotten: Vec<Lease> = Vec::new();
                loop {
                    let known: Vec<u64> = patience
                        .ask(|| false, || store.results(0, &[]))
                        .unwrap()
                        .into_iter()
                        .map(|(unit, _)| unit)
                        .collect();
                    if known.len() as u64 == units {
                        break;
                    }
                    let first = (0..units).find(|unit| known.binary_search(unit).is_err()).unwrap();
                    let Some(lease) =
                        patience.ask(|| false, || store.take(first..units.min(first + 16))).unwrap()
                    else {
                        thread::sleep(Duration::from_millis(5));
                        continue;
                    };
                    draw += 1;
                    if Seed::new(worker as u64).uniform(draw) < 0.05 {
                        silent.fetch_add(1, Ordering::Relaxed);
                        forgotten.push(lease);
                        continue;
                    }
                    let result = format!("{} {}", lease.unit, lease.token);
                    if patience
                        .ask(|| false, || store.finish(lease.unit, &lease.token, result.as_bytes()))
                        .unwrap()
                    {
                        *counted.lock().unwrap().entry(lease.unit).or_default() += 1;
                    }
                }
                // They come to an end of their own, too late.
                for lease in forgotten {
                    if store.finish(lease.unit, &lease.token, b"late").unwrap() {
                        late.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let counted = counted.into_inner().unwrap();
    assert_eq!(counted.len() as u64, units, "each unit has a result that counts");
    assert!(counted.values().all(|times| *times == 1), "{counted:?}");
    assert_eq!(late.into_inner(), 0);
    for (unit, result) in open(500).results(0, &[]).unwrap() {
        assert!(String::from_utf8(result).unwrap().starts_with(&format!("{unit} ")));
    }
    assert!(silent.into_inner() > 0, "no worker was lost: the test shows nothing");
}

pub(crate) fn wait_for<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "waited in vain");
        thread::sleep(Duration::from_millis(20));
    }
}
