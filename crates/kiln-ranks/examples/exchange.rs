//! What an exchange costs on this machine: `cargo run --release -p kiln-ranks --example exchange`.
//!
//! Ranks are threads that meet over TCP on the loopback. Prints the time of an exchange without contents (2·(N − 1) messages a rank, α) and of
//! sums of vectors, with the bytes that a rank sends a second (β).

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use kiln_ranks::{Meeting, Node, Ranks, RanksError, Tcp};

const WAIT: Duration = Duration::from_secs(20);

fn main() -> Result<(), Box<dyn Error>> {
    println!("ranks  empty swap      numbers     sum      a rank sends");
    for ranks in 2..=4 {
        let meeting = Meeting::open("127.0.0.1:0", "")?;
        let address = meeting.address()?.to_string();
        let others: Vec<_> = (1..ranks)
            .map(|rank| {
                let address = address.clone();
                thread::spawn(move || measure(Tcp::join(&address, "", rank, ranks, WAIT, &mut || Ok(()))?))
            })
            .collect();
        measure(meeting.gather(ranks, WAIT, &mut || Ok(()))?)?;
        for other in others {
            other.join().map_err(|_| "a rank has panicked")??;
        }
    }
    Ok(())
}

/// The median of some times of `work`.
fn median(times: usize, mut work: impl FnMut() -> Result<(), RanksError>) -> Result<Duration, RanksError> {
    let mut all = Vec::new();
    for _ in 0..times {
        let began = Instant::now();
        work()?;
        all.push(began.elapsed());
    }
    all.sort();
    Ok(all[times / 2])
}

fn measure(tcp: Tcp) -> Result<(), RanksError> {
    let ranks = Ranks::new(tcp);
    let empty = median(2000, || ranks.gather(&()).map(|_| ()))?;
    for (numbers, times) in [(10_000, 200), (100_000, 100), (1_000_000, 30), (6_500_000, 10), (25_000_000, 4)]
    {
        let nodes = [(Node::leaf(ranks.rank()), vec![1.0_f32; numbers])];
        let before = ranks.traffic().sent;
        let took = median(times, || ranks.sum(&[], &nodes, ranks.count()).map(|_| ()))?;
        let sent = (ranks.traffic().sent - before) as f64 / times as f64;
        if ranks.is_head() {
            println!(
                "{:>5}  {:>7.1} µs  {numbers:>11}  {:>8.3} ms  {:>6.0} MB/s",
                ranks.count(),
                empty.as_secs_f64() * 1e6,
                took.as_secs_f64() * 1e3,
                sent / took.as_secs_f64() / 1e6
            );
        }
    }
    Ok(())
}
