//! The lines of bins: what a number becomes in a piecewise linear embedding.

/// For each bin of each number `min(max(x · slope + shift, least), most)`, `[numbers, 1, bins]`.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) sizes: [usize; 3],
    pub(super) slope: Vec<f32>,
    pub(super) shift: Vec<f32>,
    pub(super) least: Vec<f32>,
    pub(super) most: Vec<f32>,
}

impl Lines {
    /// The edges of the bins of each number. The first bins come first, the last one last, and what lies beyond them goes on.
    pub(super) fn new(bins: &[Vec<f32>]) -> Self {
        let width = bins.iter().map(|edges| edges.len().saturating_sub(1)).max().unwrap_or(0).max(1);
        let len = bins.len() * width;
        let [mut slope, mut shift, mut least] = [(); 3].map(|()| vec![0.0; len]);
        let mut most = vec![1.0; len];
        for (number, edges) in bins.iter().enumerate() {
            let count = edges.len().saturating_sub(1);
            for (bin, pair) in edges.windows(2).enumerate() {
                let place = number * width + if bin + 1 == count { width - 1 } else { bin };
                let size = pair[1] - pair[0];
                (slope[place], shift[place]) = (1.0 / size, -pair[0] / size);
                if bin == 0 {
                    least[place] = f32::MIN;
                }
                if bin + 1 == count {
                    most[place] = f32::MAX;
                }
            }
        }
        Self { sizes: [bins.len(), 1, width], slope, shift, least, most }
    }
}
