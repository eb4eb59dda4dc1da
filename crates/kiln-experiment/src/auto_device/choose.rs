//! The rule by which a device is chosen. What measures and what time it is come from outside.

use std::time::Duration;

use kiln_core::device::DeviceName;

use crate::device_choice::{DeviceCandidate, DeviceChoice};

/// The most that a probe takes, but for a step that has begun.
pub(super) const LIMIT: Duration = Duration::from_secs(5);
/// A run that the CPU ends in this time is not worth opening another device for: that takes seconds by itself.
pub(super) const SHORT: Duration = Duration::from_secs(20);

/// What the rule goes by.
pub(super) struct Rule {
    pub(super) limit: Duration,
    pub(super) short: Duration,
    /// Steps of the whole run.
    pub(super) steps: u64,
}

/// Chooses among `candidates`, of which a CPU is tried first: its first step costs next to nothing, and says whether the run is long enough
/// to look further. `measure` gives the time of a step, found within the limit that it gets; `clock` the time since anything.
///
/// The fastest wins; of two that are equal the one that was tried first. Where nothing can be measured, the first.
pub(super) fn choose(
    candidates: &[DeviceName],
    rule: &Rule,
    measure: &mut dyn FnMut(DeviceName, Duration) -> Result<Duration, String>,
    clock: &dyn Fn() -> Duration,
) -> DeviceChoice {
    let began = clock();
    let (mut order, gpus): (Vec<DeviceName>, Vec<DeviceName>) =
        candidates.iter().partition(|name| name.is_cpu());
    order.extend(gpus);
    let mut found: Vec<DeviceCandidate> = Vec::new();
    let mut best: Option<(DeviceName, Duration)> = None;
    for (tried, &name) in order.iter().enumerate() {
        let spent = clock().saturating_sub(began);
        if let Some((first, step)) = best.filter(|(first, _)| first.is_cpu() && !name.is_cpu()) {
            let whole = step.as_secs_f64() * rule.steps as f64;
            if whole < rule.short.as_secs_f64() {
                let reason = format!("not tried, the run takes {whole:.1} s on {first}");
                found.push(DeviceCandidate::without(name.to_string(), reason));
                continue;
            }
        }
        if best.is_some() && spent >= rule.limit {
            let reason = format!("not tried within {} s", rule.limit.as_secs());
            found.push(DeviceCandidate::without(name.to_string(), reason));
            continue;
        }
        // An equal share of what is left for each that is left.
        let left = (order.len() - tried) as u32;
        match measure(name, rule.limit.saturating_sub(spent) / left) {
            Ok(step) => {
                found.push(DeviceCandidate::took(name.to_string(), step.as_secs_f64() * 1e3));
                if best.is_none_or(|(_, fastest)| step < fastest) {
                    best = Some((name, step));
                }
            }
            Err(reason) => found.push(DeviceCandidate::without(name.to_string(), reason)),
        }
    }
    let device = best.map(|(name, _)| name).or(order.first().copied()).unwrap_or_default();
    let seconds = clock().saturating_sub(began).as_secs_f64();
    DeviceChoice { device: device.to_string(), candidates: found, seconds, remembered: false }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use kiln_core::device::Adapter;

    use super::*;

    const FLEX: DeviceName = DeviceName::Flex;
    const WGPU: DeviceName = DeviceName::Wgpu(Adapter::Best);
    const CUDA: DeviceName = DeviceName::Cuda(0);

    /// Chooses where a step takes so many milliseconds on each device, and the measurement so many seconds. Also gives who was measured, with
    /// the limits in seconds.
    fn chosen(of: &[(DeviceName, Result<u64, &str>, u64)], steps: u64) -> (DeviceChoice, Vec<(String, f64)>) {
        let (now, asked) = (Cell::new(Duration::from_secs(100)), RefCell::new(Vec::new()));
        let names: Vec<DeviceName> = of.iter().map(|(name, ..)| *name).collect();
        let rule = Rule { limit: LIMIT, short: SHORT, steps };
        let mut measure = |name: DeviceName, limit: Duration| {
            asked.borrow_mut().push((name.to_string(), limit.as_secs_f64()));
            let (_, step, takes) = of.iter().find(|(of, ..)| *of == name).unwrap();
            now.set(now.get() + Duration::from_secs(*takes));
            step.map(Duration::from_millis).map_err(str::to_owned)
        };
        let choice = choose(&names, &rule, &mut measure, &|| now.get());
        (choice, asked.into_inner())
    }

    #[test]
    fn the_fastest_is_chosen_and_the_cpu_tried_first() {
        let (choice, asked) = chosen(&[(CUDA, Ok(1), 2), (WGPU, Ok(3), 1), (FLEX, Ok(9), 0)], 100_000);
        assert_eq!((choice.device.as_str(), choice.seconds), ("cuda:0", 3.0));
        let names: Vec<&str> = asked.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["flex", "cuda:0", "wgpu"]);
        // Shares of the five seconds: a third, a half of what is left, all that is left.
        assert_eq!(asked.iter().map(|(_, limit)| *limit).collect::<Vec<_>>()[1..], [2.5, 3.0]);
        let (choice, _) = chosen(&[(CUDA, Ok(12), 2), (FLEX, Ok(9), 0)], 100_000);
        assert_eq!(choice.device, "flex");
        // Of two that are equal the simpler one.
        assert_eq!(chosen(&[(CUDA, Ok(9), 2), (FLEX, Ok(9), 0)], 100_000).0.device, "flex");
    }

    #[test]
    fn a_short_run_is_not_worth_a_look_at_other_devices() {
        let (choice, asked) = chosen(&[(CUDA, Ok(1), 2), (FLEX, Ok(9), 0)], 2_000);
        assert_eq!((choice.device.as_str(), asked.len(), choice.seconds), ("flex", 1, 0.0));
        assert_eq!(
            choice.to_string(),
            "device auto: flex, 9.00 ms a step (cuda:0: not tried, the run takes 18.0 s on flex), probed in 0.0 s"
        );
        assert_eq!(chosen(&[(CUDA, Ok(1), 2), (FLEX, Ok(9), 0)], 2_300).0.device, "cuda:0");
    }

    #[test]
    fn a_device_that_fails_or_comes_too_late_is_said_and_not_chosen() {
        let (choice, _) = chosen(&[(CUDA, Err("out of memory"), 1), (FLEX, Ok(9), 0)], 100_000);
        assert_eq!(choice.device, "flex");
        assert!(choice.to_string().contains("(cuda:0: out of memory)"), "{choice}");
        let (choice, asked) = chosen(&[(CUDA, Ok(2), 1), (WGPU, Ok(1), 1), (FLEX, Ok(900), 6)], 100_000);
        assert_eq!((choice.device.as_str(), asked.len()), ("flex", 1));
        assert!(choice.to_string().contains("wgpu: not tried within 5 s"), "{choice}");
        let nothing = chosen(&[(CUDA, Err("broken"), 1), (FLEX, Err("broken"), 0)], 100_000).0;
        assert_eq!(nothing.device, "flex");
    }
}
