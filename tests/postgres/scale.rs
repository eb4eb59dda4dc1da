//! Ten thousand simulated workers on one database: `docs/SCALE.md` has what it prints.
//!
//! `cargo test --release --features postgres --test postgres -- --ignored --nocapture ten_thousand`

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kiln_core::Seed;
use kiln_work::{Lease, PostgresStore, Store};

use crate::server::Server;

/// Simulated workers.
const WORKERS: usize = 10_000;
/// Connections that they share, as behind a pool.
const CONNECTIONS: usize = 32;
/// A lease lasts so long; it is renewed six times in that time.
const LEASE: Duration = Duration::from_secs(30);
/// What a trial takes, at least and at most.
const TRIAL: [f64; 2] = [2.0, 12.0];

/// What a simulated worker does next.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Next {
    Take,
    Renew(Lease, Duration),
    Finish(Lease),
}

#[test]
#[ignore = "a measurement of a minute, for docs/SCALE.md"]
fn ten_thousand_workers() {
    let seconds: u64 = std::env::var("KILN_SCALE_SECONDS").map_or(30, |seconds| seconds.parse().unwrap());
    let server = Server::start();
    let address = server.address();
    let units: u64 = 1_000_000;
    let open = || PostgresStore::open(&address, "scale", LEASE).unwrap();
    let began = Instant::now();
    // The rows of all that may run at once.
    let first = open().take(0..WORKERS as u64 * 12).unwrap().unwrap();
    println!("{} rows made in {:.1} s", WORKERS * 12, began.elapsed().as_secs_f64());
    open().give_back(&first).unwrap();
    let (over, done) = (AtomicBool::new(false), AtomicU64::new(0));
    let [asked, lost, twice] = [(); 3].map(|()| AtomicUsize::new(0));
    let slowest = Mutex::new(Duration::ZERO);
    let times = Mutex::new(Vec::<f64>::new());
    let mut waits = (0usize, 0usize);
    thread::scope(|scope| {
        for connection in 0..CONNECTIONS {
            let (over, done, asked, lost, twice) = (&over, &done, &asked, &lost, &twice);
            let (slowest, times, open) = (&slowest, &times, &open);
            scope.spawn(move || {
                let store = open();
                let workers = WORKERS / CONNECTIONS + usize::from(connection < WORKERS % CONNECTIONS);
                let seed = Seed::new(connection as u64);
                let mut own = Vec::new();
                let mut plan: BinaryHeap<Reverse<(Duration, usize)>> = BinaryHeap::new();
                // They begin within a few seconds.
                plan.extend((0..workers).map(|worker| {
                    Reverse((Duration::from_secs_f64(5.0 * seed.uniform(worker as u64)), worker))
                }));
                let mut next: Vec<Next> = vec![Next::Take; workers];
                let mut draw = workers as u64;
                let began = Instant::now();
                while let Some(Reverse((at, worker))) = plan.pop() {
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                    thread::sleep(at.saturating_sub(began.elapsed()));
                    let before = Instant::now();
                    let now = began.elapsed();
                    let (then, when) = match next[worker].clone() {
                        Next::Take => match store.take(0..units.min(WORKERS as u64 * 12)).unwrap() {
                            Some(lease) => {
                                draw += 1;
                                let length = TRIAL[0] + (TRIAL[1] - TRIAL[0]) * seed.uniform(draw);
                                let end = now + Duration::from_secs_f64(length);
                                (Next::Renew(lease, end), end.min(now + LEASE / 6))
                            }
                            None => (Next::Take, now + Duration::from_secs(1)),
                        },
                        Next::Renew(lease, end) if now < end => {
                            if !store.renew(&lease).unwrap() {
                                lost.fetch_add(1, Ordering::Relaxed);
                            }
                            (Next::Renew(lease, end), end.min(now + LEASE / 6))
                        }
                        Next::Renew(lease, _) => (Next::Finish(lease), now),
                        Next::Finish(lease) => {
                            // As long as what a trial puts down.
                            let result = vec![b'x'; 200];
                            if store.finish(lease.unit, &lease.token, &result).unwrap() {
                                done.fetch_add(1, Ordering::Relaxed);
                            } else {
                                twice.fetch_add(1, Ordering::Relaxed);
                            }
                            (Next::Take, now)
                        }
                    };
                    if when > now || then == Next::Take {
                        asked.fetch_add(1, Ordering::Relaxed);
                        own.push(before.elapsed().as_secs_f64());
                        let mut slowest = slowest.lock().unwrap();
                        *slowest = (*slowest).max(before.elapsed());
                    }
                    next[worker] = then;
                    plan.push(Reverse((when, worker)));
                }
                times.lock().unwrap().extend(own);
            });
        }
        // The first seconds, in which all begin, do not count.
        thread::sleep(Duration::from_secs(8));
        let (from, before, questions) =
            (Instant::now(), done.load(Ordering::Relaxed), asked.load(Ordering::Relaxed));
        while from.elapsed() < Duration::from_secs(seconds) {
            thread::sleep(Duration::from_millis(200));
            let (active, waiting) = server.waiting();
            waits = (waits.0 + active, waits.1 + waiting);
        }
        let time = from.elapsed().as_secs_f64();
        let (trials, questions) =
            (done.load(Ordering::Relaxed) - before, asked.load(Ordering::Relaxed) - questions);
        over.store(true, Ordering::Relaxed);
        println!(
            "{WORKERS} workers over {CONNECTIONS} connections: {:.0} trials a second, {:.0} statements a second",
            trials as f64 / time,
            questions as f64 / time
        );
    });
    let mut times = times.into_inner().unwrap();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| 1e3 * times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "an answer takes {:.1} ms, 99 % take at most {:.1} ms, the slowest {:.0} ms",
        at(0.5),
        at(0.99),
        1e3 * slowest.lock().unwrap().as_secs_f64()
    );
    println!("of {} looks at connections at work {} waited for a lock", waits.0, waits.1);
    let results = open().results(0, &[]).unwrap();
    assert_eq!(
        results.len() as u64,
        done.load(Ordering::Relaxed),
        "each that was counted is there, and no other"
    );
    assert_eq!((lost.into_inner(), twice.into_inner()), (0, 0));
}
