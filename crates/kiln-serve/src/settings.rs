//! How a server behaves.

use std::time::Duration;

use kiln_core::{NumberError, Range};

use crate::batch::Batching;

/// How a server behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The address or name to listen on. Default `127.0.0.1`, which nothing outside this machine reaches.
    pub host: String,
    /// The port; 0 takes a free one. Default 8080.
    pub port: u16,
    /// How requests become batches.
    pub batching: Batching,
    /// The most bytes of a body, 1 or more. Default 16 MiB.
    pub max_body: usize,
    /// How long each step of a request may take: its headers, its body, its prediction, and the end when the server stops. From
    /// 0.001 s to an hour. Default 30 s.
    pub timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 8080,
            batching: Batching::default(),
            max_body: 16 << 20,
            timeout: Duration::from_secs(30),
        }
    }
}

impl Settings {
    /// Whether every number is in its range.
    ///
    /// # Errors
    /// [`NumberError`] with the name of the setting.
    pub fn check(&self) -> Result<(), NumberError> {
        let at_least_one = Range::at_least(1.0);
        let Batching { max_batch, max_wait, queue } = self.batching;
        at_least_one.check("max-batch", max_batch as f64)?;
        at_least_one.check("queue", queue as f64)?;
        at_least_one.check("max-body", self.max_body as f64)?;
        Range::between(0.0, 60.0).check("max-wait", max_wait.as_secs_f64())?;
        Range::between(0.001, 3600.0).check("timeout", self.timeout.as_secs_f64())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_each_range_are_known() {
        let is_fine = |change: fn(&mut Settings)| {
            let mut settings = Settings::default();
            change(&mut settings);
            settings.check().is_ok()
        };
        assert!(is_fine(|_| ()));
        assert!(is_fine(|settings| settings.batching.max_batch = 1));
        assert!(!is_fine(|settings| settings.batching.max_batch = 0));
        assert!(!is_fine(|settings| settings.batching.queue = 0));
        assert!(!is_fine(|settings| settings.max_body = 0));
        assert!(is_fine(|settings| settings.batching.max_wait = Duration::from_secs(60)));
        assert!(!is_fine(|settings| settings.batching.max_wait = Duration::from_secs(61)));
        assert!(is_fine(|settings| settings.timeout = Duration::from_millis(1)));
        assert!(!is_fine(|settings| settings.timeout = Duration::ZERO));
        assert!(is_fine(|settings| settings.timeout = Duration::from_secs(3600)));
        assert!(!is_fine(|settings| settings.timeout = Duration::from_secs(3601)));
    }
}
