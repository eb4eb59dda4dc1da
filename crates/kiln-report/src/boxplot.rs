//! The spread of a few numbers on one line.

/// A box plot on one line of `width` characters: `├──▐█┃██▌────┤` from the smallest to the largest number, the box from
/// the first to the third quartile (linear between the numbers, as numpy's), the median as `┃`.
///
/// Empty without a finite number. Numbers that are all equal are `┃` alone.
///
/// ```
/// assert_eq!(kiln_report::boxplot::line(&[0.0, 1.0, 2.0, 3.0, 4.0], 13), "├──▐██┃██▌──┤");
/// assert_eq!(kiln_report::boxplot::line(&[0.5, 0.5], 13), "┃");
/// ```
pub fn line(values: &[f64], width: usize) -> String {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let (Some(&low), Some(&high)) = (sorted.first(), sorted.last()) else { return String::new() };
    if low == high {
        return "┃".to_owned();
    }
    let width = width.max(9);
    let place = |value: f64| ((value - low) / (high - low) * (width - 1) as f64).round() as usize;
    let [first, median, third] = [0.25, 0.5, 0.75].map(|share| place(quantile(&sorted, share)));
    (0..width)
        .map(|column| match column {
            _ if column == median => '┃',
            0 => '├',
            _ if column == width - 1 => '┤',
            _ if column == first => '▐',
            _ if column == third => '▌',
            _ if column > first && column < third => '█',
            _ => '─',
        })
        .collect()
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let low = place.floor() as usize;
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + (sorted[high] - sorted[low]) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_always_shown_and_no_number_breaks_it() {
        for values in [&[1.0, 1.0, 5.0][..], &[1.0, 5.0, 5.0], &[f64::NAN, 1.0, 2.0], &[-1e300, 0.0, 1e290]] {
            let line = line(values, 40);
            assert_eq!((line.chars().count(), line.matches('┃').count()), (40, 1), "{line}");
        }
        assert_eq!(line(&[f64::NAN], 40), "");
        assert_eq!(line(&[], 40), "");
    }
}
