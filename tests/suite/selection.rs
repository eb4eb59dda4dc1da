//! The best-known way to fool oneself: columns that are chosen before the data are cut into folds.

use kiln::data::{Column, Dataset, Features, Fitted, Preprocess, Split, Target, Values};
use kiln::prelude::Seed;
use kiln::validate::split::{Items, Splitter, StratifiedKFold};

const ROWS: usize = 200;
const COLUMNS: usize = 2_000;
const KEPT: usize = 20;

/// Noise, and labels that have nothing to do with it.
fn noise(seed: Seed) -> Dataset {
    let column = |index: usize| {
        let numbers = (0..ROWS).map(|row| seed.at(index as u64).normal(row as u64)).collect();
        Column { name: format!("x{index}"), values: Values::Numeric(numbers) }
    };
    let target = Target::Classes {
        labels: (0..ROWS as u32).map(|row| row % 2).collect(),
        names: vec!["a".to_owned(), "b".to_owned()],
    };
    Dataset::new("noise", Features::Table((0..COLUMNS).map(column).collect()), target)
}

fn fit(data: &Dataset, train: &[usize], select: Option<usize>) -> Fitted {
    let split = Split { train: train.to_vec(), ..Split::default() };
    Preprocess { standardize: true, select, ..Preprocess::default() }.fit(&split.train_view(data)).unwrap()
}

/// The share of all rows that the nearest class mean gets right, each by means of the other folds.
fn cross_validated(data: &Dataset, select: Option<usize>, seed: Seed) -> f64 {
    let Target::Classes { labels, .. } = &data.target else { return f64::NAN };
    let splitter = StratifiedKFold { folds: 5, shuffle: Some(seed) };
    let mut right = 0;
    for fold in splitter.split(&Items::new(ROWS).labels(labels)).unwrap() {
        let fitted = fit(data, fold.train(), select);
        let width = fitted.input_shape().features();
        let train = fitted.input_numbers(&data.features, fold.train()).unwrap();
        let mut means = vec![vec![0.0; width]; 2];
        for (row, x) in fold.train().iter().zip(train.chunks(width)) {
            // The folds are stratified, so that sums are as good as means.
            means[labels[*row] as usize].iter_mut().zip(x).for_each(|(sum, x)| *sum += x);
        }
        let scale = 2.0 / fold.train().len() as f32;
        let test = fitted.input_numbers(&data.features, fold.test()).unwrap();
        for (row, x) in fold.test().iter().zip(test.chunks(width)) {
            let distance =
                |mean: &[f32]| x.iter().zip(mean).map(|(x, sum)| (x - scale * sum).powi(2)).sum::<f32>();
            let nearest = u32::from(distance(&means[1]) < distance(&means[0]));
            right += usize::from(nearest == labels[*row]);
        }
    }
    right as f64 / ROWS as f64
}

#[test]
fn selecting_inside_the_folds_is_honest_and_selecting_before_them_is_not() {
    for seed in (0..3).map(Seed::new) {
        let data = noise(seed);
        let honest = cross_validated(&data, Some(KEPT), seed);
        // The same columns for all folds, chosen with the rows that are to judge them.
        let chosen = fit(&data, &(0..ROWS).collect::<Vec<_>>(), Some(KEPT)).feature_names().unwrap();
        let mut leaked = data.clone();
        if let Features::Table(columns) = &mut leaked.features {
            columns.retain(|column| chosen.contains(&column.name));
            assert_eq!(columns.len(), KEPT);
        }
        let fooled = cross_validated(&leaked, None, seed);
        println!("selected inside the folds {honest:.3}, before them {fooled:.3}");
        assert!((honest - 0.5).abs() <= 0.1, "{honest}");
        assert!(fooled > 0.7, "{fooled}");
    }
}
