//! Batch norm of a batch in parts, each in a thread, against that of the whole batch.

use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use burn::tensor::{DType, Device, Tensor, TensorData};
use kiln_kernels::{Act, BatchStatistics, NormAct, Together, batch_norm, together};
use kiln_testkit::assert_close;

use crate::noise;

/// What is said in a round, and how many have heard it.
#[derive(Debug, Default)]
struct Round {
    said: Vec<Option<Vec<f64>>>,
    all: Option<Arc<Vec<Vec<f64>>>>,
    heard: usize,
}

/// One of several parts that wait for each other.
#[derive(Debug)]
struct Part(usize, Arc<(Mutex<Round>, Condvar)>);

impl Together for Part {
    fn gather(&self, own: Vec<f64>) -> Option<Arc<Vec<Vec<f64>>>> {
        let (round, turn) = &*self.1;
        let mut round = turn.wait_while(round.lock().unwrap(), |round| round.all.is_some()).unwrap();
        round.said[self.0] = Some(own);
        if round.said.iter().all(Option::is_some) {
            round.all = Some(Arc::new(round.said.iter_mut().map(|said| said.take().unwrap()).collect()));
            turn.notify_all();
        }
        let mut round = turn.wait_while(round, |round| round.all.is_none()).unwrap();
        let all = round.all.clone();
        round.heard += 1;
        if round.heard == round.said.len() {
            (round.all, round.heard) = (None, 0);
            turn.notify_all();
        }
        all
    }
}

/// Output, mean, variance, and gradients of input, scale and shift of a weighted sum of the output.
fn run<const D: usize>(x: TensorData, weights: TensorData, act: NormAct) -> ([TensorData; 6], usize) {
    let device = Device::flex().autodiff();
    let leaf =
        |data: TensorData| Tensor::<1>::from_data(data.convert_dtype(DType::F32), &device).require_grad();
    let x = Tensor::<D>::from_data(x.convert_dtype(DType::F32), &device).require_grad();
    let channels = x.dims()[1];
    let (gamma, beta) = (leaf(noise(2, [channels])), leaf(noise(3, [channels])));
    let BatchStatistics { output, mean, variance, values } =
        batch_norm(x.clone(), gamma.clone(), beta.clone(), 1e-3, act);
    let weights = Tensor::<D>::from_data(weights.convert_dtype(DType::F32), &device);
    let gradients = (output.clone() * weights).sum().backward();
    let [gamma, beta] = [gamma, beta].map(|leaf| leaf.grad(&gradients).unwrap().into_data());
    let x = x.grad(&gradients).unwrap().into_data();
    ([output.into_data(), mean.into_data(), variance.into_data(), x, gamma, beta], values)
}

/// The part of a tensor whose first dimension goes over the items.
fn cut(data: &TensorData, items: std::ops::Range<usize>) -> TensorData {
    let mut dims = data.shape().to_vec();
    let each: usize = dims[1..].iter().product();
    dims[0] = items.len();
    let all: Vec<f64> = data.iter::<f64>().collect();
    TensorData::new(all[items.start * each..items.end * each].to_vec(), dims)
}

fn sum(parts: &[[TensorData; 6]], place: usize) -> TensorData {
    let add = |a: Vec<f64>, part: &[TensorData; 6]| {
        a.iter().zip(part[place].iter::<f64>()).map(|(a, b)| a + b).collect()
    };
    let zero = vec![0.0; parts[0][place].num_elements()];
    let values: Vec<f64> = parts.iter().fold(zero, add);
    let len = values.len();
    TensorData::new(values, [len]).convert_dtype(DType::F32)
}

fn check<const D: usize>(dims: [usize; D], act: NormAct) {
    // Far from 0, where a mean of parts has something to lose.
    let numbers: Vec<f64> = noise(1, dims).iter::<f64>().map(|value| 3.0 * value + 40.0).collect();
    let (x, weights) = (TensorData::new(numbers, dims), noise(9, dims));
    let (whole, values) = run::<D>(x.clone(), weights.clone(), act);
    // Parts of other sizes, one of a single item.
    let cuts = [0..4, 4..5, 5..dims[0]];
    let round = Round { said: vec![None, None, None], ..Round::default() };
    let meeting = Arc::new((Mutex::new(round), Condvar::new()));
    let start = |(place, items): (usize, std::ops::Range<usize>)| {
        let (x, weights) = (cut(&x, items.clone()), cut(&weights, items));
        let part = Arc::new(Part(place, Arc::clone(&meeting)));
        thread::spawn(move || together(part, || run::<D>(x, weights, act)))
    };
    let threads: Vec<_> = cuts.clone().into_iter().enumerate().map(start).collect();
    let parts: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    let (parts, counts): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    assert!(counts.iter().all(|count| *count == values));
    for (part, items) in parts.iter().zip(cuts) {
        // The statistics are the same bits everywhere.
        assert_eq!((&part[1], &part[2]), (&parts[0][1], &parts[0][2]));
        assert_close(&part[1], &whole[1], 1e-6, 1e-6);
        assert_close(&part[2], &whole[2], 1e-5, 1e-5);
        for place in [0, 3] {
            assert_close(
                &part[place],
                &cut(&whole[place], items.clone()).convert_dtype(DType::F32),
                2e-5,
                1e-5,
            );
        }
    }
    for place in [4, 5] {
        assert_close(&sum(&parts, place), &whole[place], 1e-4, 1e-5);
    }
    // By themselves they are others: the test can fail.
    let (alone, own) = run::<D>(cut(&x, 0..4), cut(&weights, 0..4), act);
    assert!(own < values && alone[1] != parts[0][1]);
}

#[test]
fn parts_that_run_together_are_normalised_as_the_whole_batch() {
    check([11, 3], Act::None.into());
    check([11, 5, 7], Act::Relu.into());
    check([11, 2, 4, 3], NormAct::HardSwish);
    check([11, 33, 6, 5], Act::Relu.into());
}
