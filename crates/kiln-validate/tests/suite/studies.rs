//! Studies over many data sets with a model that is fast: nearest centroid. What they measure is what the statistics
//! and the splitting promise; the numbers are printed with `--nocapture`.

use kiln_core::Seed;
use kiln_validate::cross::{Parallel, cross_validate};
use kiln_validate::split::{Fold, Items, Repeated, SplitError, Splitter, StratifiedKFold};
use kiln_validate::statistics::{Verdict, compare, corrected_interval, t_above};

/// `items` rows of `features` standard normal numbers.
struct Table {
    features: usize,
    cells: Vec<f64>,
    labels: Vec<u32>,
}

impl Table {
    fn new(items: usize, features: usize, seed: Seed) -> Self {
        // Box and Muller.
        let normal = |i: usize| {
            let (u, v) = (1.0 - seed.uniform(2 * i as u64), seed.uniform(2 * i as u64 + 1));
            (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
        };
        let labels = seed.at(1).permutation(items).into_iter().map(|i| (i % 2) as u32).collect();
        Self { features, cells: (0..items * features).map(normal).collect(), labels }
    }

    fn row(&self, item: usize) -> &[f64] {
        &self.cells[item * self.features..][..self.features]
    }

    /// Means of some features over the items of each class.
    fn centroids(&self, items: &[usize], of: &[usize]) -> [Vec<f64>; 2] {
        [0, 1].map(|class| {
            let own: Vec<usize> = items.iter().copied().filter(|&item| self.labels[item] == class).collect();
            of.iter()
                .map(|&f| own.iter().map(|&item| self.row(item)[f]).sum::<f64>() / own.len() as f64)
                .collect()
        })
    }

    /// Accuracy on `test` of the nearest centroid of `train`, by some features.
    fn accuracy(&self, train: &[usize], test: &[usize], of: &[usize]) -> f64 {
        let centroids = self.centroids(train, of);
        let right = |&&item: &&usize| {
            let distance = |centre: &[f64]| -> f64 {
                of.iter().zip(centre).map(|(&f, c)| (self.row(item)[f] - c).powi(2)).sum()
            };
            u32::from(distance(&centroids[1]) < distance(&centroids[0])) == self.labels[item]
        };
        test.iter().filter(right).count() as f64 / test.len() as f64
    }

    /// The `k` features whose classes differ most over `items`: the order of the F-score with two classes.
    fn best_features(&self, items: &[usize], k: usize) -> Vec<usize> {
        let all: Vec<usize> = (0..self.features).collect();
        let [zero, one] = self.centroids(items, &all);
        let score = |f: usize| {
            let within = |item: &usize| {
                let centre = if self.labels[*item] == 0 { zero[f] } else { one[f] };
                (self.row(*item)[f] - centre).powi(2)
            };
            (zero[f] - one[f]).powi(2) / items.iter().map(within).sum::<f64>()
        };
        let mut scored: Vec<(f64, usize)> = all.into_iter().map(|f| (score(f), f)).collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        scored.into_iter().take(k).map(|(_, f)| f).collect()
    }
}

/// Two models that are equally good by construction: each sees ten of twenty features, which are all alike. How often is
/// a difference found that is not there?
#[test]
fn differences_that_are_not_there() {
    let (data_sets, items) = (400, 60);
    let (mut corrected, mut naive) = (0, 0);
    for study in 0..data_sets {
        let seed = Seed::new(7).at(study);
        let mut table = Table::new(items, 20, seed);
        for (cell, i) in table.cells.iter_mut().zip(0..) {
            *cell += 0.35 * f64::from(table.labels[i / 20]);
        }
        let features = [(0..10).collect::<Vec<_>>(), (10..20).collect()];
        let splitter = Repeated { splitter: StratifiedKFold { folds: 10, shuffle: None }, repeats: 10, seed };
        let folds = splitter.split(&Items::new(items).labels(&table.labels)).unwrap();
        let scores = features.map(|of| {
            folds.iter().map(|fold| table.accuracy(fold.train(), fold.test(), &of)).collect::<Vec<f64>>()
        });
        let result = compare(&scores[0], &scores[1], 1.0 / 9.0, 0.01, true).unwrap();
        corrected += u32::from(matches!(result.verdict, Verdict::ABetter | Verdict::BBetter));
        // The test that is not offered: folds taken for independent.
        let n = folds.len() as f64;
        let t = result.test.statistic * ((1.0 / n + 1.0 / 9.0) * n).sqrt();
        naive += u32::from(2.0 * t_above(t.abs(), n - 1.0) < 0.05);
    }
    let share = |count: u32| f64::from(count) / data_sets as f64;
    println!("false differences: corrected {:.3}, naive {:.3}", share(corrected), share(naive));
    assert!(share(corrected) <= 0.10, "{}", share(corrected));
    assert!(share(naive) >= 0.40, "{}", share(naive));
}

/// Labels that have nothing to do with the data, and a number of features that is chosen by inner folds: how often does
/// the interval hold what is true, which is chance?
#[test]
fn nested_folds_on_random_labels() {
    let (runs, items) = (200, 60);
    let (mut covered, mut means, mut best_of_inner) = (0, 0.0, 0.0);
    for run in 0..runs {
        let seed = Seed::new(11).at(run);
        let table = Table::new(items, 30, seed);
        let outer = StratifiedKFold { folds: 5, shuffle: Some(seed.at(2)) };
        let labels = &table.labels;
        let results = cross_validate(
            &outer,
            &Items::new(items).labels(labels),
            Parallel { jobs: 1, threads: 1 },
            |number, fold| {
                // Inner folds over the training items alone choose the number of features; these are picked anew.
                let train = fold.train();
                let own: Vec<u32> = train.iter().map(|&item| labels[item]).collect();
                let inner = StratifiedKFold { folds: 3, shuffle: Some(seed.at(3).at(number as u64)) };
                let inner = inner.split(&Items::new(own.len()).labels(&own))?;
                let of = |places: &[usize]| places.iter().map(|&place| train[place]).collect::<Vec<_>>();
                let score = |k: usize| {
                    let one = |fold: &Fold| {
                        let (fit, judge) = (of(fold.train()), of(fold.test()));
                        table.accuracy(&fit, &judge, &table.best_features(&fit, k))
                    };
                    inner.iter().map(one).sum::<f64>() / inner.len() as f64
                };
                let (best, k) = [1, 2, 4, 8, 15, 30]
                    .map(|k| (score(k), k))
                    .into_iter()
                    .reduce(|best, next| if next.0 > best.0 { next } else { best })
                    .unwrap();
                Ok::<_, SplitError>((
                    best,
                    table.accuracy(train, fold.test(), &table.best_features(train, k)),
                ))
            },
        )
        .unwrap();
        let scores: Vec<f64> = results.iter().map(|(_, score)| *score).collect();
        let [low, high] = corrected_interval(&scores, 0.25, 0.95).unwrap();
        covered += u32::from((low..=high).contains(&0.5));
        means += scores.iter().sum::<f64>() / 5.0;
        best_of_inner += results.iter().map(|(best, _)| best).sum::<f64>() / 5.0;
    }
    let n = runs as f64;
    let (share, mean, inner) = (f64::from(covered) / n, means / n, best_of_inner / n);
    println!("random labels: covered {share:.3}, nested mean {mean:.3}, best of the inner folds {inner:.3}");
    assert!(share >= 0.93, "{share}");
    assert!((mean - 0.5).abs() < 0.02, "{mean}");
    assert!(inner > 0.52, "what nesting is for: the best of several looks better than it is, {inner}");
}

/// scikit-learn's "common pitfalls": 200 items with 10,000 random features and random classes. Features picked by all of
/// the data look good; picked by the training items of each fold they do not. The score of one data set of 200 items
/// varies by several hundredths by chance, so the mean over many is judged, by its own standard error.
#[test]
fn features_picked_by_the_training_items_alone() {
    let data_sets = 40;
    let all: Vec<usize> = (0..200).collect();
    let scores: Vec<[f64; 2]> = (0..data_sets)
        .map(|number| {
            let seed = Seed::new(42).at(number);
            let table = Table::new(200, 10_000, seed);
            let leaky = table.best_features(&all, 25);
            let score = |pick: &(dyn Fn(&Fold) -> Vec<usize> + Sync)| {
                let splitter = StratifiedKFold { folds: 5, shuffle: Some(seed.at(4)) };
                let items = Items::new(200).labels(&table.labels);
                let run = |_, fold: &Fold| {
                    Ok::<f64, SplitError>(table.accuracy(fold.train(), fold.test(), &pick(fold)))
                };
                let scores =
                    cross_validate(&splitter, &items, Parallel { jobs: 2, threads: 1 }, run).unwrap();
                scores.iter().sum::<f64>() / 5.0
            };
            [score(&|_| leaky.clone()), score(&|fold| table.best_features(fold.train(), 25))]
        })
        .collect();
    let n = data_sets as f64;
    let mean = |which: usize| scores.iter().map(|score| score[which]).sum::<f64>() / n;
    let (leaky, honest) = (mean(0), mean(1));
    let variance = scores.iter().map(|score| (score[1] - honest).powi(2)).sum::<f64>() / (n - 1.0);
    let (spread, error) = (variance.sqrt(), (variance / n).sqrt());
    println!(
        "random features: leaky {leaky:.3}, honest {honest:.3} ± {error:.3}, one data set ± {spread:.3}"
    );
    assert!((honest - 0.5).abs() <= 4.0 * error && error < 0.02, "{honest} ± {error}");
    assert!(leaky >= 0.70, "{leaky}");
}
