//! What was chosen, and why.

use std::fmt;

use kiln_core::device::DeviceName;
use serde::{Deserialize, Serialize};

/// The device that `--device auto` has come to, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeviceChoice {
    /// The chosen one, by its full name.
    pub device: String,
    /// All that open here, and what was found of them; in the order in which they were tried.
    pub candidates: Vec<DeviceCandidate>,
    /// Seconds that it took to find out.
    pub seconds: f64,
    /// Whether this is what an earlier probe of the same model found.
    #[serde(default)]
    pub remembered: bool,
}

/// A device that opens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeviceCandidate {
    /// The device by its full name.
    pub device: String,
    /// Milliseconds of a step; `None` where it was not tried, or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_ms: Option<f64>,
    /// Why there is no time of a step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl DeviceChoice {
    /// Without a step: `device`, and of the other candidates why they were not tried.
    pub(crate) fn only(device: &str, candidates: &[DeviceName], reason: &str) -> Self {
        let others = candidates.iter().map(ToString::to_string).filter(|name| name != device);
        let candidates = others.map(|name| DeviceCandidate::without(name, reason)).collect();
        Self { device: device.to_owned(), candidates, seconds: 0.0, remembered: false }
    }
}

impl DeviceCandidate {
    pub(crate) fn took(device: String, step_ms: f64) -> Self {
        Self { device, step_ms: Some(step_ms), reason: None }
    }

    pub(crate) fn without(device: String, reason: impl Into<String>) -> Self {
        Self { device, step_ms: None, reason: Some(reason.into()) }
    }
}

/// One line: `device auto: cuda:0, 0.80 ms a step (flex 9.20 ms), probed in 2.1 s`.
impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "device auto: {}", self.device)?;
        let (own, others): (Vec<_>, Vec<_>) = self.candidates.iter().partition(|of| of.device == self.device);
        if let Some(step_ms) = own.first().and_then(|own| own.step_ms) {
            write!(f, ", {step_ms:.2} ms a step")?;
        }
        let others: Vec<String> = others.iter().map(|other| of(other)).collect();
        if others.is_empty() {
            return write!(f, ", the only one that opens here and is no software adapter");
        }
        write!(f, " ({})", others.join("; "))?;
        if self.remembered {
            write!(f, ", as an earlier probe of this model found")
        } else {
            write!(f, ", probed in {:.1} s", self.seconds)
        }
    }
}

fn of(candidate: &DeviceCandidate) -> String {
    let DeviceCandidate { device, step_ms, reason } = candidate;
    match (step_ms, reason) {
        (Some(step_ms), _) => format!("{device} {step_ms:.2} ms"),
        (None, Some(reason)) => format!("{device}: {reason}"),
        (None, None) => device.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_says_what_and_why() {
        let took = |device: &str, ms| DeviceCandidate::took(device.into(), ms);
        let mut choice = DeviceChoice {
            device: "cuda:0".into(),
            candidates: vec![took("flex", 9.2), took("cuda:0", 0.8)],
            seconds: 2.1,
            remembered: false,
        };
        assert_eq!(choice.to_string(), "device auto: cuda:0, 0.80 ms a step (flex 9.20 ms), probed in 2.1 s");
        choice.remembered = true;
        let expected =
            "device auto: cuda:0, 0.80 ms a step (flex 9.20 ms), as an earlier probe of this model found";
        assert_eq!(choice.to_string(), expected);
        choice.candidates = vec![took("cuda:0", 0.8)];
        assert!(choice.to_string().ends_with("the only one that opens here and is no software adapter"));
    }
}
