use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use super::*;

/// A client that waits, until it does not.
struct Client {
    to: Sender<Result<u32, Failed>>,
    wanted: Arc<AtomicBool>,
}

impl Reply for Client {
    type Answer = u32;

    fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::SeqCst)
    }

    fn send(self, answer: Result<u32, Failed>) {
        let _ = self.to.send(answer);
    }
}

type Answers = Receiver<Result<u32, Failed>>;

fn client() -> (Client, Answers, Arc<AtomicBool>) {
    let (to, answers) = channel();
    let wanted = Arc::new(AtomicBool::new(true));
    (Client { to, wanted: Arc::clone(&wanted) }, answers, wanted)
}

/// A batcher that tells of each batch and then waits for leave to work on it. 13 fails, 17 panics.
struct Held {
    batcher: Batcher<u32, Client>,
    batches: Receiver<Vec<u32>>,
    leave: Sender<()>,
}

fn held(batching: Batching) -> Held {
    let (tell, batches) = channel();
    let (leave, wait) = channel();
    let work = move |numbers: &[u32]| {
        tell.send(numbers.to_vec()).map_err(|error| error.to_string())?;
        wait.recv().map_err(|error| error.to_string())?;
        assert!(!numbers.contains(&17), "seventeen");
        if numbers.contains(&13) {
            Err("thirteen".to_owned())
        } else {
            Ok(numbers.iter().map(|n| 2 * n).collect())
        }
    };
    Held { batcher: Batcher::start(batching, work).unwrap(), batches, leave }
}

fn push(batcher: &Batcher<u32, Client>, number: u32, items: usize) -> Answers {
    let (client, answers, _) = client();
    batcher.push(number, items, client).unwrap();
    answers
}

#[test]
fn what_waits_is_one_batch_in_its_order() {
    let Held { batcher, batches, leave } = held(Batching { max_batch: 3, ..Batching::default() });
    let first = push(&batcher, 1, 1);
    assert_eq!(batches.recv().unwrap(), [1]);
    // While the thread works, five come.
    let answers: Vec<Answers> = (2..7).map(|number| push(&batcher, number, 1)).collect();
    assert_eq!(batcher.waiting(), 5);
    (0..3).for_each(|_| leave.send(()).unwrap());
    assert_eq!(batches.recv().unwrap(), [2, 3, 4]);
    assert_eq!(batches.recv().unwrap(), [5, 6]);
    assert_eq!(first.recv().unwrap(), Ok(2));
    let answers: Vec<u32> = answers.iter().map(|answers| answers.recv().unwrap().unwrap()).collect();
    assert_eq!(answers, [4, 6, 8, 10, 12]);
}

#[test]
fn items_count_and_a_large_request_is_a_batch_by_itself() {
    let Held { batcher, batches, leave } = held(Batching { max_batch: 4, ..Batching::default() });
    let _first = push(&batcher, 1, 1);
    assert_eq!(batches.recv().unwrap(), [1]);
    let _rest: Vec<Answers> =
        [(2, 2), (3, 2), (4, 1), (5, 9), (6, 4)].map(|(number, items)| push(&batcher, number, items)).into();
    (0..5).for_each(|_| leave.send(()).unwrap());
    let rest: Vec<Vec<u32>> = (0..4).map(|_| batches.recv().unwrap()).collect();
    assert_eq!(rest, [vec![2, 3], vec![4], vec![5], vec![6]]);
}

#[test]
fn a_full_queue_takes_nothing_until_there_is_room() {
    let Held { batcher, batches, leave } = held(Batching { queue: 2, max_batch: 1, ..Batching::default() });
    let _first = push(&batcher, 1, 1);
    batches.recv().unwrap();
    let (gone, _, wanted) = client();
    batcher.push(2, 1, gone).unwrap();
    let third = push(&batcher, 3, 1);
    let full = |number| batcher.push(number, 1, client().0);
    assert_eq!(full(4), Err(NotTaken::Full));
    // A client that has gone makes room, and nobody works for it.
    wanted.store(false, Ordering::SeqCst);
    let fourth = push(&batcher, 4, 1);
    assert_eq!(full(5), Err(NotTaken::Full));
    (0..3).for_each(|_| leave.send(()).unwrap());
    assert_eq!((third.recv().unwrap(), fourth.recv().unwrap()), (Ok(6), Ok(8)));
    assert_eq!((batches.recv().unwrap(), batches.recv().unwrap()), (vec![3], vec![4]));
}

#[test]
fn a_failure_and_a_panic_spoil_no_other_request() {
    let Held { batcher, batches, leave } = held(Batching::default());
    (0..20).for_each(|_| leave.send(()).unwrap());
    let (tell, told) = (push(&batcher, 1, 1), batches.recv().unwrap());
    assert_eq!((tell.recv().unwrap(), told), (Ok(2), vec![1]));
    let answers: Vec<Answers> = [2, 13, 17, 4].map(|number| push(&batcher, number, 1)).into();
    let answers: Vec<_> = answers.iter().map(|answers| answers.recv().unwrap()).collect();
    let failed = |why: &str| Err(Failed(why.to_owned()));
    assert_eq!(answers, [Ok(4), failed("thirteen"), failed("seventeen"), Ok(8)]);
    assert_eq!(push(&batcher, 5, 1).recv().unwrap(), Ok(10));
}

#[test]
fn waiting_for_others_ends_when_the_batch_is_full() {
    // An hour would be noticed.
    let batching = Batching { max_batch: 3, max_wait: Duration::from_secs(3600), queue: 8 };
    let Held { batcher, batches, leave } = held(batching);
    let answers: Vec<Answers> = (1..4).map(|number| push(&batcher, number, 1)).collect();
    leave.send(()).unwrap();
    assert_eq!(batches.recv().unwrap(), [1, 2, 3]);
    assert!(answers.iter().all(|answers| answers.recv().unwrap().is_ok()));
}

#[test]
fn waiting_for_others_has_an_end() {
    let batching = Batching { max_wait: Duration::from_millis(50), ..Batching::default() };
    let Held { batcher, batches, leave } = held(batching);
    leave.send(()).unwrap();
    let began = Instant::now();
    let answers = push(&batcher, 1, 1);
    assert_eq!(batches.recv().unwrap(), [1]);
    assert!(began.elapsed() >= Duration::from_millis(50));
    assert_eq!(answers.recv().unwrap(), Ok(2));
}

#[test]
fn what_waits_when_it_closes_is_still_answered() {
    // Also what would have waited for others.
    let batching = Batching { max_wait: Duration::from_secs(3600), ..Batching::default() };
    let Held { batcher, leave, batches: _kept } = held(batching);
    let answers: Vec<Answers> = (1..4).map(|number| push(&batcher, number, 1)).collect();
    leave.send(()).unwrap();
    batcher.close();
    assert_eq!(batcher.push(9, 1, client().0), Err(NotTaken::Closed));
    drop(batcher);
    let answers: Vec<u32> = answers.iter().map(|answers| answers.recv().unwrap().unwrap()).collect();
    assert_eq!(answers, [2, 4, 6]);
}

#[test]
fn many_threads_get_their_own_answers() {
    let largest = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&largest);
    let work = move |numbers: &[u32]| {
        seen.fetch_max(numbers.len(), Ordering::SeqCst);
        std::thread::sleep(Duration::from_micros(200));
        Ok(numbers.iter().map(|number| 2 * number).collect())
    };
    let batcher: Batcher<u32, Client> = Batcher::start(Batching::default(), work).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..16 {
            let batcher = &batcher;
            scope.spawn(move || {
                for number in thread * 100..thread * 100 + 100 {
                    assert_eq!(push(batcher, number, 1).recv().unwrap(), Ok(2 * number));
                }
            });
        }
    });
    let largest = largest.load(Ordering::SeqCst);
    assert!(largest > 1 && largest <= 16, "{largest}");
}
