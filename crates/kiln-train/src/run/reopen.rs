//! Whether a run may go on with the settings that it has now, and from where.

use serde_json::Value;

use super::Run;
use crate::change::{Change, differences};
use crate::checkpoint::{Checkpoint, TrainState};
use crate::plan::other_way;
use crate::settings::{CALLBACKS, SCHEDULES, completed, has_section};
use crate::{ResumeError, Stop, Task, TrainError};

impl<T: Task> Run<'_, T> {
    /// `checkpoint` as the run goes on from it: one that has ended is opened again where the settings now let it go on.
    pub(super) fn reopen(&self, mut checkpoint: Checkpoint) -> Result<Checkpoint, TrainError> {
        let allowed = &self.trainer.allowed;
        let unknown = |name: &&String| !has_section(&self.state.settings, name);
        if let Some(name) = allowed.iter().find(unknown) {
            return Err(ResumeError::UnknownSetting { name: name.clone() }.into());
        }
        let mut changes = self.changes(&checkpoint.state)?;
        changes.retain(|change| !allowed.iter().any(|name| change.is_within(name)));
        if !changes.is_empty() {
            return Err(ResumeError::Changed { path: checkpoint.path, changes }.into());
        }
        if self.goes_on(&checkpoint.state) {
            let ended = checkpoint.state;
            checkpoint.state = match ended.before_cut {
                Some(before) => {
                    let (seconds, weights_blake3, task) = (ended.seconds, ended.weights_blake3, ended.task);
                    TrainState { seconds, weights_blake3, task, ..*before }
                }
                None => TrainState { stop: None, before_cut: None, ..ended },
            };
        }
        Ok(checkpoint)
    }

    /// Whether a run that has ended would not have ended there with the settings now.
    fn goes_on(&self, ended: &TrainState) -> bool {
        let config = &self.trainer.config;
        let at = ended.before_cut.as_deref().unwrap_or(ended);
        if config.solver.is_some() || config.steps.is_some_and(|steps| at.step >= steps) {
            return false;
        }
        if ended.settings.is_null() && at.step != at.epoch * self.per_epoch() {
            // kiln 0.1.0 cut the last epoch short, and did not keep how it stood.
            return false;
        }
        match &ended.stop {
            Some(Stop::Finished) => at.epoch < config.epochs,
            Some(Stop::EarlyStopping { .. }) => {
                self.trainer.early_stopping.as_ref().is_none_or(|early| !at.monitor.exhausted(early))
            }
            _ => false,
        }
    }

    /// What is not as it was: everything that the run so far would have been another with.
    fn changes(&self, state: &TrainState) -> Result<Vec<Change>, TrainError> {
        let at = state.before_cut.as_deref().unwrap_or(state);
        let mut changes = Vec::new();
        let was = match &state.settings {
            // Written by kiln 0.1.0: of its length alone is known, where it has come to the end of it.
            Value::Null => (state.stop == Some(Stop::Finished)).then_some(state.step),
            was => {
                let mut was = completed(was.clone());
                let mut is = self.state.settings.clone();
                let was_steps = self.take_length(&mut was);
                self.take_length(&mut is);
                take_unknown(&mut was, &mut is);
                take_patience(&mut was, &is);
                changes.extend(self.too_short(at));
                changes.extend(differences(&was, &is));
                was_steps
            }
        };
        // A solver takes no steps.
        if let Some(was) = was.filter(|_| self.trainer.config.solver.is_none()) {
            let longer = other_way(&*self.trainer, self.per_epoch(), [was, self.steps], at.step)?;
            // What has other settings is told already.
            let told = |change: &Change| changes.iter().any(|known| known.is_within(&change.name));
            let untold: Vec<Change> = longer.into_iter().filter(|change| !told(change)).collect();
            changes.extend(untold);
        }
        let orphans = state.callbacks.orphans(&self.trainer.callbacks);
        changes.extend(orphans.iter().map(|key| Change::new(format!("{CALLBACKS}.{key}"), "there", "none")));
        Ok(changes)
    }

    fn per_epoch(&self) -> u64 {
        self.train.batches().div_ceil(self.trainer.config.accumulate) as u64
    }

    /// Takes epochs and steps out of settings: how long they make the run, in steps.
    fn take_length(&self, settings: &mut Value) -> Option<u64> {
        let train = settings.get_mut("train")?.as_object_mut()?;
        let [epochs, steps] = ["epochs", "steps"].map(|name| train.remove(name).and_then(|n| n.as_u64()));
        Some(steps.unwrap_or(u64::MAX).min(epochs?.saturating_mul(self.per_epoch())))
    }

    /// A length that is shorter than what is done.
    fn too_short(&self, at: &TrainState) -> Option<Change> {
        let config = &self.trainer.config;
        let epochs = at.epoch + u64::from(at.batch > 0);
        if epochs > config.epochs {
            return Some(Change::new("train.epochs", format!("{epochs} or more"), config.epochs));
        }
        let steps = config.steps.filter(|steps| at.step > *steps)?;
        Some(Change::new("train.steps", format!("{} or more", at.step), steps))
    }
}

/// Takes out what one of the two says nothing of.
fn take_unknown(was: &mut Value, is: &mut Value) {
    for [section, name] in [["", "task"], ["/data/train", "fingerprint"], ["/data/validation", "fingerprint"]]
    {
        let says =
            |of: &Value| of.pointer(&format!("{section}/{name}")).is_some_and(|value| !value.is_null());
        if !says(&*was) || !says(&*is) {
            for settings in [&mut *was, &mut *is] {
                if let Some(within) = settings.pointer_mut(section).and_then(Value::as_object_mut) {
                    within.remove(name);
                }
            }
        }
    }
    // A schedule of one's own is known at the steps that both runs have.
    for section in SCHEDULES {
        let at = format!("/{section}/values");
        let then = was.pointer_mut(&at).and_then(Value::as_object_mut);
        if let Some((then, now)) = then.zip(is.pointer_mut(&at).and_then(Value::as_object_mut)) {
            then.retain(|step, _| now.contains_key(step));
            now.retain(|step, _| then.contains_key(step));
        }
    }
}

/// With more patience, or without an end to it, the run so far would have been the same.
fn take_patience(was: &mut Value, is: &Value) {
    let Some(then) = was.get_mut("early_stopping") else { return };
    match is.get("early_stopping") {
        None | Some(Value::Null) => *then = Value::Null,
        Some(now) => {
            let patience = |of: &Value| of.get("patience").and_then(Value::as_u64);
            if patience(now) > patience(&*then)
                && let Some(then) = then.get_mut("patience")
            {
                *then = now["patience"].clone();
            }
        }
    }
}
