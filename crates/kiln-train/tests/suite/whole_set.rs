//! Metrics over a whole part: what they see, and where they stand.

use kiln_core::{Direction, Metric};
use kiln_train::Scores;

#[test]
fn metrics_over_the_whole_part_see_every_item_once() {
    // The area under the curve is the share of pairs of unlike items in the right order, ties for half.
    let predicted = [0.1, 0.4, 0.35, 0.8, 0.4, 0.9];
    let ill = [0_u32, 0, 1, 1, 1, 0];
    let mut scores = Scores::new();
    for rows in [0..4, 4..5, 5..6] {
        scores
            .keep(&predicted[rows.clone()], &ill[rows])
            .metric("roc_auc", |all| {
                let at = |label| move |(_, y): &(&f64, &u32)| **y == label;
                let labels = all.labels();
                let items = || all.predictions().iter().zip(&labels);
                let of = |(a, b): (f64, f64)| f64::from(u8::from(a > b)) + 0.5 * f64::from(u8::from(a == b));
                let pairs = items()
                    .filter(at(1))
                    .flat_map(|(a, _)| items().filter(at(0)).map(move |(b, _)| (*a, *b)));
                let (sum, count) = pairs.fold((0.0, 0.0), |(sum, count), pair| (sum + of(pair), count + 1.0));
                sum / count
            })
            .metric(Metric::minimise("gap"), |all| {
                let [p, y] = [all.predictions(), all.targets()].map(|all| all.iter().sum::<f64>());
                if y > 0.0 { Ok((p - y).abs()) } else { Err("nobody is ill") }
            })
            .metric("undefined", |_| Err::<f64, _>("no such thing"));
    }
    scores.add_mean("loss", 1.0, 6);
    let metrics = scores.metrics();
    // Of the 9 pairs 0.35 beats one, 0.8 two, and 0.4 beats one and ties with one: 4.5.
    assert_eq!(metrics.get("roc_auc"), Some(0.5));
    assert!((metrics.get("gap").unwrap() - 0.05).abs() < 1e-12);
    assert!(metrics.get("undefined").unwrap().is_nan());
    assert_eq!(
        metrics.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        ["loss", "roc_auc", "gap", "undefined"]
    );
    assert_eq!(metrics.direction("gap"), Some(Direction::Minimise));
}

#[test]
fn weights_are_kept_and_where_there_are_none_they_are_one() {
    let mut scores = Scores::new();
    let weight = |all: &kiln_train::Kept| all.weights().map_or(0.0, |weights| weights.iter().sum());
    scores.keep_as("head", &[1.0_f32], &[1.0_f32], None::<&[f32]>).metric("plain", weight);
    scores.keep_weighted(&[1.0_f32, 2.0], &[1.0_f32, 2.0], None::<&[f32]>).metric("weighted", weight);
    scores.keep_weighted(&[1.0_f32], &[1.0_f32], Some(&[0.25_f32])).metric("weighted", weight);
    scores.keep(&[1.0_f32], &[1.0_f32]).metric("weighted", weight);
    assert_eq!((scores.metrics().get("plain"), scores.metrics().get("weighted")), (Some(0.0), Some(3.25)));
}
