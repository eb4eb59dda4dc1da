//! The laws that every schedule keeps.

/// What a schedule promises beside the laws of all of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScheduleLaws {
    /// Steps of the run.
    pub steps: u64,
    /// Largest value.
    pub most: f64,
    /// The value at the end of the run and after it; `None` for schedules that have no end.
    pub end: Option<f64>,
    /// Largest change from one step to the next; `None` for schedules that jump.
    pub change: Option<f64>,
}

/// Checks a schedule: finite and from 0 to `most` at every step of the run and far behind it, a pure function of the
/// step, the same from a fresh object at any step (which is what a resumed run asks of it), at its end where it claims
/// one, and without jumps where it claims none.
///
/// `build` makes the schedule anew, as a resumed run does.
///
/// ```
/// use kiln_testkit::{ScheduleLaws, check_schedule};
///
/// let laws = ScheduleLaws { steps: 100, most: 0.1, end: Some(0.0), change: Some(0.0011) };
/// check_schedule("linear", || |step: u64| 0.1 * (1.0 - (step as f64 / 100.0).min(1.0)), laws);
/// ```
///
/// # Panics
/// When a law is broken; the message has `name`, the step and the values.
#[track_caller]
pub fn check_schedule<S: Fn(u64) -> f64>(name: &str, build: impl Fn() -> S, laws: ScheduleLaws) {
    let ScheduleLaws { steps, most, end, change } = laws;
    let schedule = build();
    let values: Vec<f64> = (0..=steps).map(&schedule).collect();
    let late = [steps + 1, steps + 17, 10 * steps + 3, 1_000_000_007, u64::MAX / 2, u64::MAX];
    let slack = 1e-12 * most.abs();
    for (step, value) in
        (0..=steps).zip(values.iter().copied()).chain(late.map(|step| (step, schedule(step))))
    {
        assert!(value.is_finite(), "{name} at step {step} is {value}");
        assert!(
            (0.0..=most + slack).contains(&value),
            "{name} at step {step} is {value}, beyond [0, {most}]"
        );
    }
    // Backwards and in strides: whoever counts its calls gives itself away.
    for step in (0..=steps).rev().chain((0..=steps).step_by(7)) {
        let (first, again) = (values[step as usize], schedule(step));
        assert!(first.to_bits() == again.to_bits(), "{name} at step {step} was {first} and is {again}");
    }
    for step in [0, 1, steps / 3, steps / 2, steps.saturating_sub(1), steps] {
        let fresh = build();
        for step in step..=steps.min(step + 3) {
            let (first, resumed) = (values[step as usize], fresh(step));
            assert!(
                first.to_bits() == resumed.to_bits(),
                "{name} resumed at step {step} is {resumed}, not {first}"
            );
        }
    }
    if let Some(end) = end {
        for step in std::iter::once(steps).chain(late) {
            let value = schedule(step);
            assert!((value - end).abs() <= slack, "{name} at step {step} is {value}, its end is {end}");
        }
    }
    if let Some(change) = change {
        for (step, pair) in values.windows(2).enumerate() {
            let jump = (pair[1] - pair[0]).abs();
            assert!(jump <= change, "{name} jumps from {} to {} behind step {step}", pair[0], pair[1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    const LAWS: ScheduleLaws = ScheduleLaws { steps: 50, most: 1.0, end: Some(0.0), change: Some(0.03) };

    fn line(step: u64) -> f64 {
        1.0 - (step as f64 / 50.0).min(1.0)
    }

    fn broken<S: Fn(u64) -> f64>(build: impl Fn() -> S) -> String {
        let error = catch_unwind(AssertUnwindSafe(|| check_schedule("it", build, LAWS))).unwrap_err();
        error.downcast_ref::<String>().cloned().unwrap_or_default()
    }

    #[test]
    fn each_broken_law_is_found() {
        check_schedule("it", || line, LAWS);
        assert!(broken(|| |step| if step == 30 { f64::NAN } else { line(step) }).contains("step 30 is NaN"));
        assert!(broken(|| |step| line(step) - if step == 50 { 1e-6 } else { 0.0 }).contains("beyond [0, 1]"));
        assert!(broken(|| |step| 1.01 * line(step)).contains("beyond [0, 1]"));
        assert!(
            broken(|| |step: u64| if step > 1 << 40 { 0.5 } else { line(step) }).contains("its end is 0")
        );
        assert!(broken(|| |step| if step < 20 { 1.0 } else { line(step) }).contains("jumps from 1 to 0.6"));
    }

    #[test]
    fn hidden_state_is_found() {
        let calls = Cell::new(0_u32);
        let counting = |step| {
            calls.set(calls.get() + 1);
            line(step) * (1.0 - 1e-9 * f64::from(calls.get()))
        };
        assert!(broken(|| counting).contains("was "));
        let made = Cell::new(0_u32);
        let differs = || {
            made.set(made.get() + 1);
            let factor = 1.0 - 1e-9 * f64::from(made.get());
            move |step| factor * line(step)
        };
        assert!(broken(differs).contains("resumed at step"));
    }
}
