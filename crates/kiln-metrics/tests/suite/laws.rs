//! What holds for all labels, scores and weights.

use kiln_metrics::*;
use proptest::prelude::*;

fn close(a: f64, b: f64) -> Result<(), TestCaseError> {
    prop_assert!((a - b).abs() <= 1e-10 * b.abs().max(1.0), "{a} {b}");
    Ok(())
}

/// Labels, predicted labels and whole weights of 2 to 30 items.
fn labels() -> impl Strategy<Value = Vec<(u32, u32, u32)>> {
    prop::collection::vec((0_u32..5, 0_u32..5, 1_u32..4), 2..30)
}

/// Labels of two classes, scores with ties and whole weights; both classes occur.
fn scored() -> impl Strategy<Value = Vec<(u32, f64, u32)>> {
    let item = (0_u32..2, (0_i32..12).prop_map(f64::from), 1_u32..4);
    prop::collection::vec(item, 2..30).prop_map(|mut items| {
        items[0].0 = 0;
        items[1].0 = 1;
        items
    })
}

/// Each item as often as it weighs.
fn repeated<A: Copy, B: Copy>(items: &[(A, B, u32)]) -> (Vec<A>, Vec<B>) {
    items.iter().flat_map(|&(a, b, weight)| (0..weight).map(move |_| (a, b))).unzip()
}

fn parts<A: Copy, B: Copy>(items: &[(A, B, u32)]) -> (Vec<A>, Vec<B>, Vec<f64>) {
    let weights = items.iter().map(|item| f64::from(item.2)).collect();
    (items.iter().map(|item| item.0).collect(), items.iter().map(|item| item.1).collect(), weights)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// A weight of 2 is the item twice.
    #[test]
    fn weights_repeat_items(items in labels(), scored in scored()) {
        let ((y, p, w), (y2, p2)) = (parts(&items), repeated(&items));
        let w = Some(w.as_slice());
        close(accuracy_score(&y, &p, w).unwrap(), accuracy_score(&y2, &p2, None).unwrap())?;
        close(balanced_accuracy_score(&y, &p, w).unwrap(), balanced_accuracy_score(&y2, &p2, None).unwrap())?;
        close(matthews_corrcoef(&y, &p, w).unwrap(), matthews_corrcoef(&y2, &p2, None).unwrap())?;
        for average in [Average::Micro, Average::Macro, Average::Weighted] {
            close(f1_score(&y, &p, average, w).unwrap(), f1_score(&y2, &p2, average, None).unwrap())?;
            close(jaccard_score(&y, &p, average, w).unwrap(), jaccard_score(&y2, &p2, average, None).unwrap())?;
        }
        let ((y, s, w), (y2, s2)) = (parts(&scored), repeated(&scored));
        let w = Some(w.as_slice());
        close(roc_auc_score(&y, &s, w).unwrap(), roc_auc_score(&y2, &s2, None).unwrap())?;
        close(average_precision_score(&y, &s, w).unwrap(), average_precision_score(&y2, &s2, None).unwrap())?;
        let (a, a2): (Vec<f64>, Vec<f64>) = (y.iter().map(|&y| f64::from(y)).collect(), y2.iter().map(|&y| f64::from(y)).collect());
        close(r2_score(&a, &s, w).unwrap(), r2_score(&a2, &s2, None).unwrap())?;
        close(median_absolute_error(&a, &s, w).unwrap(), median_absolute_error(&a2, &s2, None).unwrap())?;
    }

    /// The area is the share of pairs in the right order, ties half.
    #[test]
    fn the_area_is_the_share_of_right_pairs(items in scored()) {
        let (y, s, w) = parts(&items);
        let (mut right, mut all) = (0.0, 0.0);
        for (i, _) in y.iter().enumerate().filter(|(_, y)| **y == 1) {
            for (j, _) in y.iter().enumerate().filter(|(_, y)| **y == 0) {
                let share = if s[i] > s[j] { 1.0 } else if s[i] == s[j] { 0.5 } else { 0.0 };
                right += w[i] * w[j] * share;
                all += w[i] * w[j];
            }
        }
        close(roc_auc_score(&y, &s, Some(&w)).unwrap(), right / all)?;
    }

    /// Any rising function of the scores ranks the same; turned scores and labels give the same area.
    #[test]
    fn ranks_alone_count(items in scored()) {
        let (y, s, w) = parts(&items);
        let area = roc_auc_score(&y, &s, Some(&w)).unwrap();
        let rising: Vec<f64> = s.iter().map(|s| (s / 3.0).exp() - 5.0).collect();
        close(roc_auc_score(&y, &rising, Some(&w)).unwrap(), area)?;
        let ap = average_precision_score(&y, &s, Some(&w)).unwrap();
        close(average_precision_score(&y, &rising, Some(&w)).unwrap(), ap)?;
        let turned: Vec<f64> = s.iter().map(|s| -s).collect();
        close(roc_auc_score(&y, &turned, Some(&w)).unwrap(), 1.0 - area)?;
        let other: Vec<u32> = y.iter().map(|y| 1 - y).collect();
        close(roc_auc_score(&other, &turned, Some(&w)).unwrap(), area)?;
    }

    /// The order of items and the names of classes do not count.
    #[test]
    fn order_and_names_do_not_count(items in labels()) {
        let (y, p, w) = parts(&items);
        let mut other: Vec<(u32, u32, u32)> = items.iter().map(|&(y, p, w)| (9 - y, 9 - p, w)).collect();
        other.reverse();
        let (y2, p2, w2) = parts(&other);
        for average in [Average::Micro, Average::Macro, Average::Weighted] {
            close(
                precision_score(&y, &p, average, Some(&w)).unwrap(),
                precision_score(&y2, &p2, average, Some(&w2)).unwrap(),
            )?;
        }
        close(matthews_corrcoef(&y, &p, Some(&w)).unwrap(), matthews_corrcoef(&y2, &p2, Some(&w2)).unwrap())?;
    }

    /// What is right is best; micro averages of one label an item are the accuracy; a kappa of the labels with themselves is 1.
    #[test]
    fn the_best_is_1(items in labels()) {
        let (y, p, w) = parts(&items);
        let w = Some(w.as_slice());
        close(f1_score(&y, &p, Average::Micro, w).unwrap(), accuracy_score(&y, &p, w).unwrap())?;
        close(recall_score(&y, &p, Average::Weighted, w).unwrap(), accuracy_score(&y, &p, w).unwrap())?;
        close(f1_score(&y, &y, Average::Macro, w).unwrap(), 1.0)?;
        close(zero_one_loss(&y, &p, w).unwrap() + accuracy_score(&y, &p, w).unwrap(), 1.0)?;
        if y.iter().any(|&label| label != y[0]) {
            close(cohen_kappa_score(&y, &y, KappaWeights::Quadratic, w).unwrap(), 1.0)?;
            close(matthews_corrcoef(&y, &y, w).unwrap(), 1.0)?;
        }
        let numbers: Vec<f64> = y.iter().map(|&y| f64::from(y)).collect();
        close(r2_score(&numbers, &numbers, w).unwrap(), 1.0)?;
        close(concordance_index(&numbers, &numbers, None).unwrap_or(1.0), 1.0)?;
    }
}
