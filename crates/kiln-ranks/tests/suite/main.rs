//! Ranks as threads of one process, over TCP.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use kiln_core::{ErrorKind, Explain};
use kiln_ranks::{Exchange, Meeting, Node, Pile, Ranks, RanksError, Tcp, own};

const WAIT: Duration = Duration::from_secs(20);

/// Runs `work` on so many ranks, and gives what came of each.
fn on<R: Send + 'static>(ranks: usize, work: impl Fn(Tcp) -> R + Send + Sync + 'static) -> Vec<R> {
    let meeting = Meeting::open("127.0.0.1:0", "key").unwrap();
    let (address, work) = (meeting.address().unwrap().to_string(), Arc::new(work));
    let others: Vec<_> = (1..ranks)
        .map(|rank| {
            let (address, work) = (address.clone(), Arc::clone(&work));
            thread::spawn(move || {
                work(Tcp::join(&address, "key", rank, ranks, WAIT, &mut || Ok(())).unwrap())
            })
        })
        .collect();
    let first = work(meeting.gather(ranks, WAIT, &mut || Ok(())).unwrap());
    [first].into_iter().chain(others.into_iter().map(|other| other.join().unwrap())).collect()
}

/// A number whose last bits matter.
fn value(shard: usize, place: usize) -> f32 {
    ((shard * 7919 + place * 104_729) % 10_007) as f32 / 3.0 - 1000.0
}

#[test]
fn a_sum_has_the_same_bits_on_every_rank_and_for_any_number_of_them() {
    const SHARDS: usize = 6;
    let sum = |ranks: usize, leaves: usize, length: usize| {
        on(ranks, move |tcp| {
            let ranks = Ranks::new(tcp);
            let mut pile = Pile::new(leaves);
            for shard in own(ranks.rank(), ranks.count(), SHARDS).filter(|shard| *shard < leaves) {
                let values: Vec<f32> = (0..length).map(|place| value(shard, place)).collect();
                pile.push(Node::leaf(shard), values, |a, b| a.iter().zip(&b).map(|(a, b)| a + b).collect());
            }
            let said = [ranks.rank() as u8];
            let sum = ranks.sum(&said, &pile.into_nodes(), leaves).unwrap();
            let said: Vec<u8> = sum.said.concat();
            assert_eq!(said, (0..ranks.count() as u8).collect::<Vec<_>>());
            sum.values.iter().map(|value| value.to_bits()).collect::<Vec<_>>()
        })
    };
    for (leaves, length) in [(6, 1000), (5, 7), (2, 2), (1, 40), (6, 0)] {
        let one = sum(1, leaves, length).remove(0);
        for ranks in [2, 3, 4, 6] {
            for other in sum(ranks, leaves, length) {
                assert_eq!(other, one, "{ranks} ranks, {leaves} leaves, {length} numbers");
            }
        }
    }
    // In another order the bits are others: the test can fail.
    let numbers: Vec<f32> = (0..1000).map(|place| (0..6).map(|shard| value(shard, place)).sum()).collect();
    let one = sum(1, 6, 1000).remove(0);
    assert_ne!(numbers.iter().map(|value| value.to_bits()).collect::<Vec<_>>(), one);
}

#[test]
fn a_rank_sends_what_the_plan_says() {
    // Two parts of a vector of 1,000 numbers, and what stands before them.
    let sent = on(4, |tcp| {
        let ranks = Ranks::new(tcp);
        let nodes = [(Node::leaf(ranks.rank()), vec![1.0; 1000])];
        ranks.sum(b"", &nodes, 4).unwrap();
        ranks.traffic()
    });
    for traffic in sent {
        let numbers = 2 * 1000 * 3 / 4 * 4;
        assert_eq!((traffic.swaps, traffic.sent), (2, numbers + 3 * (8 + 8 + 16)));
        assert_eq!(traffic.received, traffic.sent);
    }
}

#[test]
fn what_one_says_all_hear() {
    let heard = on(3, |tcp| {
        let ranks = Ranks::new(tcp);
        let all = ranks.gather(&format!("I am {}", ranks.rank())).unwrap();
        (all, ranks.hear(&ranks.rank()).unwrap())
    });
    for (all, from_head) in heard {
        assert_eq!(all, ["I am 0", "I am 1", "I am 2"]);
        assert_eq!(from_head, 0);
    }
}

#[test]
fn a_rank_that_goes_is_missed_at_once_by_all() {
    let began = Instant::now();
    let errors = on(3, |mut tcp| {
        if tcp.rank() == 1 {
            return None;
        }
        let error = tcp.swap(vec![Arc::default(); 3]).unwrap_err();
        assert!(error.is_loss());
        tcp.end(&error.to_string());
        Some(error.to_string())
    });
    assert_eq!(errors[1], None);
    for error in [&errors[0], &errors[2]] {
        let error = error.as_deref().unwrap();
        // It sees the connection end, or hears it from the other.
        assert!(error.ends_with("rank 1 has gone"), "{error}");
    }
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn why_a_rank_ends_is_told_to_all() {
    let errors = on(3, |mut tcp| {
        if tcp.rank() == 2 {
            tcp.end("no space left");
            return None;
        }
        Some(tcp.swap(vec![Arc::default(); 3]).unwrap_err().to_string())
    });
    for error in errors.into_iter().flatten() {
        assert!(error.contains("rank 2 has ended: no space left"), "{error}");
    }
}

#[test]
fn strangers_are_let_go_and_wrong_ranks_are_told_why() {
    let meeting = Meeting::open("127.0.0.1:0", "key").unwrap();
    let address = meeting.address().unwrap().to_string();
    let to = address.clone();
    let others = thread::spawn(move || {
        let join =
            |key: &str, rank, ranks| Tcp::join(&to, key, rank, ranks, Duration::from_secs(2), &mut || Ok(()));
        TcpStream::connect(&to).unwrap().write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        let stranger = join("another", 1, 2).unwrap_err();
        assert!(matches!(stranger, RanksError::Io { .. }), "{stranger}");
        let refused = join("key", 1, 3).unwrap_err();
        assert_eq!(refused.to_string(), "rank 0 does not take rank 1: it knows of 3 ranks, and rank 0 of 2");
        assert_eq!(refused.kind(), ErrorKind::Usage);
        assert!(matches!(join("key", 2, 2), Err(RanksError::NoSuchRank { .. })));
        join("key", 1, 2).unwrap()
    });
    let head = meeting.gather(2, WAIT, &mut || Ok(())).unwrap();
    assert_eq!((head.ranks(), others.join().unwrap().rank()), (2, 1));
}

#[test]
fn who_does_not_come_is_named_and_waiting_can_be_ended() {
    let open = || Meeting::open("127.0.0.1:0", "").unwrap();
    let error = open().gather(3, Duration::from_millis(30), &mut || Ok(())).unwrap_err();
    assert_eq!(error.to_string(), "of the ranks 1, 2 none has come within 0 seconds");
    let mut asked = 0;
    let mut stop = || {
        asked += 1;
        if asked > 2 { Err(RanksError::Stopped) } else { Ok(()) }
    };
    assert!(matches!(open().gather(2, WAIT, &mut stop), Err(RanksError::Stopped)));
}
