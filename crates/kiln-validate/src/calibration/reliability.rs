//! Reliability: how often what is given a probability happens.

use serde::{Deserialize, Serialize};

/// Predictions whose probabilities are about the same.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Lower end of the bin.
    pub low: f64,
    /// Upper end of the bin; it belongs to this bin.
    pub high: f64,
    /// Mean of the probabilities.
    pub confidence: f64,
    /// Share of those that came true.
    pub frequency: f64,
    /// How many there are.
    pub items: u64,
}

/// A reliability curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// The bins that hold something, rising.
    pub bins: Vec<Bin>,
    /// Expected calibration error: Σ items · |frequency − confidence| / all items (Naeini et al. 2015).
    pub ece: f64,
    /// The largest |frequency − confidence| of a bin.
    pub mce: f64,
}

/// The reliability of probabilities, in `bins` bins of one width, as scikit-learn's `calibration_curve`.
///
/// `predictions` holds a probability, `[0, 1]`, and whether it came true: for several classes, that of the predicted
/// class and whether it was right. Without predictions, and with 0 bins, everything is 0.
///
/// ```
/// use kiln_validate::calibration::reliability;
///
/// // Says 0.9 and is right in 3 of 4 cases.
/// let curve = reliability(&[(0.9, true), (0.9, true), (0.9, true), (0.9, false)], 10);
/// assert_eq!(curve.bins.len(), 1);
/// assert!((curve.ece - 0.15).abs() < 1e-12);
/// ```
pub fn reliability(predictions: &[(f64, bool)], bins: usize) -> Reliability {
    // numpy's linspace and searchsorted, so that a probability on an edge falls on the same side of it.
    let edges: Vec<f64> = (1..bins).map(|edge| edge as f64 * (1.0 / bins as f64)).collect();
    let mut sums = vec![(0.0, 0u64, 0u64); bins];
    for &(probability, true_) in predictions {
        if let Some(bin) = sums.get_mut(edges.partition_point(|&edge| edge < probability)) {
            bin.0 += probability;
            bin.1 += u64::from(true_);
            bin.2 += 1;
        }
    }
    let bin = |(bin, &(sum, hits, items)): (usize, &(f64, u64, u64))| Bin {
        low: bin as f64 / bins as f64,
        high: (bin + 1) as f64 / bins as f64,
        confidence: sum / items as f64,
        frequency: hits as f64 / items as f64,
        items,
    };
    let bins: Vec<Bin> = sums.iter().enumerate().filter(|(_, sum)| sum.2 > 0).map(bin).collect();
    let gap = |bin: &Bin| (bin.frequency - bin.confidence).abs();
    let all: u64 = bins.iter().map(|bin| bin.items).sum();
    let ece = bins.iter().map(|bin| bin.items as f64 * gap(bin)).sum::<f64>() / (all as f64).max(1.0);
    let mce = bins.iter().map(gap).fold(0.0, f64::max);
    Reliability { bins, ece, mce }
}

/// Mean over the items of Σ (p − [class is the label])², `[0, 2]`: with two classes twice scikit-learn's binary
/// `brier_score_loss`, and its value with `scale_by_half=False`. `probabilities` is row-major, `[labels.len(), classes]`.
pub fn brier_score(probabilities: &[f64], labels: &[u32]) -> f64 {
    let classes = probabilities.len() / labels.len().max(1);
    let row = |(row, &label): (&[f64], &u32)| -> f64 {
        let error = |(class, &p): (usize, &f64)| p - f64::from(u8::from(class == label as usize));
        row.iter().enumerate().map(|cell| error(cell).powi(2)).sum()
    };
    probabilities.chunks(classes.max(1)).zip(labels).map(row).sum::<f64>() / labels.len() as f64
}

/// Mean over the items of −ln p of the label. `probabilities` is row-major, `[labels.len(), classes]`; they are kept
/// above f64's epsilon, as in scikit-learn's `log_loss`.
pub fn log_loss(probabilities: &[f64], labels: &[u32]) -> f64 {
    let classes = probabilities.len() / labels.len().max(1);
    let rows = probabilities.chunks(classes.max(1)).zip(labels);
    let own = |(row, &label): (&[f64], &u32)| {
        row.get(label as usize).copied().unwrap_or(0.0).clamp(f64::EPSILON, 1.0 - f64::EPSILON)
    };
    -rows.map(|item| own(item).ln()).sum::<f64>() / labels.len() as f64
}
