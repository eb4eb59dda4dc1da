//! Leases as one worker sees them, by its own clock.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// What was seen of each unit, and since when it has not changed.
#[derive(Debug)]
pub(super) struct Watch {
    lease_time: Duration,
    seen: HashMap<u64, ((u64, u64), Instant)>,
}

impl Watch {
    pub(super) fn new(lease_time: Duration) -> Self {
        Self { lease_time, seen: HashMap::new() }
    }

    /// Notes the number and the beat of a unit's lease. Gives whether they have not changed for the time of a lease.
    pub(super) fn has_run_out(&mut self, unit: u64, now: (u64, u64)) -> bool {
        self.at(unit, now, Instant::now())
    }

    fn at(&mut self, unit: u64, now: (u64, u64), time: Instant) -> bool {
        match self.seen.get(&unit) {
            Some((before, since)) if *before == now => time.duration_since(*since) >= self.lease_time,
            _ => {
                self.seen.insert(unit, (now, time));
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_runs_out_when_it_does_not_change_for_its_time() {
        let mut watch = Watch::new(Duration::from_secs(10));
        let (began, mut beat) = (Instant::now(), 0);
        let mut at = |unit, beat, seconds| watch.at(unit, (1, beat), began + Duration::from_secs(seconds));
        for seconds in (0..60).step_by(9) {
            assert!(!at(7, beat, seconds));
            beat += 1;
        }
        assert!(!at(7, beat, 60) && !at(7, beat, 69) && at(7, beat, 70));
        // Nobody has watched this one before.
        assert!(!at(8, 0, 1000) && at(8, 0, 1010));
        // It was taken again meanwhile, which begins with the same beat.
        assert!(!watch.at(8, (2, 0), began + Duration::from_secs(1020)));
    }
}
