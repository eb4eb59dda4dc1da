//! A series read at other times.

/// The numbers of every channel at `time(step)` for each step, between steps on the line from one to the next, before the first and behind the last as these. Times are
/// counted in steps.
pub(super) fn resampled(numbers: &[f32], steps: usize, time: impl Fn(usize) -> f64) -> Vec<f32> {
    let last = steps - 1;
    let places: Vec<(usize, usize, f32)> = (0..steps)
        .map(|step| {
            let time = time(step).clamp(0.0, last as f64);
            let before = time.floor() as usize;
            (before, (before + 1).min(last), (time - before as f64) as f32)
        })
        .collect();
    let channel = |channel: &[f32]| -> Vec<f32> {
        places.iter().map(|&(a, b, share)| channel[a] + (channel[b] - channel[a]) * share).collect()
    };
    numbers.chunks_exact(steps).flat_map(channel).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_between_steps_are_on_the_line() {
        let numbers = [0.0, 2.0, 4.0, 1.0, 1.0, 3.0];
        assert_eq!(resampled(&numbers, 3, |step| step as f64), numbers);
        assert_eq!(resampled(&numbers, 3, |step| 0.5 + step as f64), [1.0, 3.0, 4.0, 1.0, 2.0, 3.0]);
        assert_eq!(resampled(&numbers, 3, |_| -7.0), [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
        assert_eq!(resampled(&[5.0], 1, |_| 9.0), [5.0]);
    }
}
