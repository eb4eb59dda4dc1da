//! A million items take seconds at most: O(n log n).

use std::time::{Duration, Instant};

use kiln_metrics::{average_precision_score, concordance_index, roc_auc_score};

#[test]
fn areas_and_concordance_of_a_million_items() {
    const N: usize = 1_000_000;
    // A permutation by a multiplicative generator, so that scores are spread and half of them tied.
    let score = |item: usize| ((item * 514_229) % N / 2) as f64;
    let scores: Vec<f64> = (0..N).map(score).collect();
    let labels: Vec<u32> = (0..N).map(|item| u32::from((item * 7_919) % 10 < 3)).collect();
    let began = Instant::now();
    let auc = roc_auc_score(&labels, &scores, None).unwrap();
    let ap = average_precision_score(&labels, &scores, None).unwrap();
    let concordance = concordance_index(&scores, &scores, None).unwrap();
    // Pairs one by one would take an hour.
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    assert!((0.0..=1.0).contains(&auc) && (0.0..=1.0).contains(&ap));
    assert_eq!(concordance, 1.0);
    // All scores tied but for order of labels: chance.
    assert_eq!(roc_auc_score(&labels, &vec![0.5; N], None).unwrap(), 0.5);
    // Sorted by label: perfect.
    let perfect: Vec<f64> = labels.iter().map(|&label| f64::from(label)).collect();
    assert_eq!(roc_auc_score(&labels, &perfect, None).unwrap(), 1.0);
}
