//! Waiting for a store that does not answer.

use std::thread;
use std::time::{Duration, Instant};

use crate::error::StoreError;

/// How long a store is waited for that does not answer: a database that is started again, a network that is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How long. Default 10 minutes.
    pub time: Duration,
    /// The first pause between two tries; each is half as long again as the one before, at most 5 s. Default 50 ms.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { time: Duration::from_secs(600), pause: Duration::from_millis(50) }
    }
}

impl Patience {
    /// The longest pause between two tries.
    const LONGEST: Duration = Duration::from_secs(5);

    /// Asks the store until it answers. `stop` is asked between two tries: true gives the error as it is.
    ///
    /// # Errors
    /// Any that does not pass, and one that has not passed in time.
    pub fn ask<T>(
        &self,
        stop: impl Fn() -> bool,
        mut store: impl FnMut() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let (began, mut pause) = (Instant::now(), self.pause);
        loop {
            match store() {
                Err(error) if error.is_passing() && began.elapsed() < self.time && !stop() => {
                    thread::sleep(pause);
                    pause = (pause * 3 / 2).min(Self::LONGEST);
                }
                answer => return answer,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(passing: bool) -> StoreError {
        StoreError::Database { action: "ask", place: "db".into(), reason: "gone".into(), passing }
    }

    #[test]
    fn what_passes_is_waited_for_and_what_does_not_is_not() {
        let patience = Patience { time: Duration::from_millis(40), pause: Duration::from_millis(1) };
        let mut tries = 0;
        let found = patience.ask(
            || false,
            || {
                tries += 1;
                if tries < 4 { Err(error(true)) } else { Ok(tries) }
            },
        );
        assert_eq!(found.unwrap(), 4);
        tries = 0;
        let mut count = |passing| {
            tries += 1;
            Err::<(), _>(error(passing))
        };
        assert!(patience.ask(|| false, || count(false)).is_err());
        assert!(patience.ask(|| true, || count(true)).is_err());
        assert_eq!(tries, 2);
        assert!(patience.ask(|| false, || Err::<(), _>(error(true))).is_err());
    }
}
