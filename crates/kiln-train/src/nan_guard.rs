//! The NaN guard: a loss that is not finite ends the run, with exit code 4.

use std::borrow::Cow;

use crate::TrainError;

/// Fails when `value`, which is called `what`, is NaN or infinite. `epoch` and `step` count from 1.
pub(crate) fn check_finite(
    what: impl Into<Cow<'static, str>>,
    value: f64,
    epoch: u64,
    step: u64,
) -> Result<(), TrainError> {
    if value.is_finite() {
        Ok(())
    } else {
        Err(TrainError::Diverged { what: what.into(), value, epoch, step })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_finite_losses_pass() {
        assert!(check_finite("training loss", -1.5, 1, 1).is_ok());
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let error = check_finite("training loss", value, 2, 7).unwrap_err();
            assert_eq!(error.to_string(), format!("the training loss became {value} in epoch 2 at step 7"));
        }
    }
}
