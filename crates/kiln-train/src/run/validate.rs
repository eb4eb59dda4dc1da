//! Validation: the metrics of the weights that count, over the validation part.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use burn::module::Module;
use burn::tensor::{Tensor, TensorData};
use kiln_core::{Layout, Weights};
use kiln_ranks::{Ranks, own};

use super::Run;
use super::weights::model_that_counts;
use crate::statistics::{Pass, recompute};
use crate::{Metrics, Scores, Stop, Task, TrainError, Trainer};

/// What a rank says that was asked to stop. No batch is called so.
const STOPPED: &str = "stopped";

impl<T: Task> Run<'_, T> {
    /// The validation metrics, `None` without a validation part. Breaks off when the run is asked to stop.
    ///
    /// Several ranks share what the model makes of the items; the first one scores it, in the order of the items, and the others hear of it.
    pub(super) fn validate(&mut self) -> Result<ControlFlow<Stop, Option<Metrics>>, TrainError> {
        if self.validation.is_none() {
            return Ok(ControlFlow::Continue(None));
        }
        // An average without statistics of its own gets them on rank 0, which scores by itself then.
        let alone =
            self.average.as_ref().is_some_and(|average| average.counts() && average.needs_statistics());
        let found = match self.trainer.ranks.clone() {
            Some(ranks) if !alone => match self.scored_by_all(&ranks) {
                Ok(found) => found,
                Err(error) => return self.lose(error).map(ControlFlow::Break),
            },
            _ if self.is_head() => self.scored()?,
            _ => ControlFlow::Continue(None),
        };
        self.heard(found)
    }

    /// As [`Run::scored`], with what each rank makes of its batches: rank 0 has the first ones.
    fn scored_by_all(&self, ranks: &Ranks) -> Result<ControlFlow<Stop, Option<Metrics>>, TrainError> {
        let Some(loader) = &self.validation else { return Ok(ControlFlow::Continue(None)) };
        let (task, device) = (&self.trainer.task, self.device.clone().inner());
        let model = model_that_counts(self.model(), &self.parts, self.average.as_ref());
        let mine = own(ranks.rank(), ranks.count(), loader.batches());
        let (mut scores, mut found) = (Scores::new(), Weights::default());
        for (number, batch) in mine.clone().zip(loader.epoch_from(0, mine.start, &device)) {
            if self.trainer.stop.load(Ordering::Relaxed) {
                found.insert(STOPPED, TensorData::new(vec![1.0_f32], [1]));
                break;
            }
            let data = batch?.data;
            match (ranks.is_head(), task.outputs(&model, &data)) {
                (true, Some(outputs)) => task.score_outputs(outputs, data, &mut scores),
                (true, None) => task.score(&model, data, &mut scores),
                (false, Some(outputs)) => found.insert_tensor(number.to_string(), outputs),
                (false, None) => break,
            }
        }
        let mut outgoing: Vec<Arc<Vec<u8>>> = vec![Arc::default(); ranks.count()];
        if !ranks.is_head() {
            outgoing[0] = Arc::new(found.to_safetensors()?);
        }
        let incoming = ranks.swap(outgoing)?;
        if !ranks.is_head() {
            return Ok(ControlFlow::Continue(None));
        }
        let mut all = vec![found];
        for bytes in incoming.iter().skip(1) {
            all.push(Weights::from_safetensors_as(bytes, Layout::Kiln)?);
        }
        if all.iter().any(|found| found.get(STOPPED).is_some()) {
            return Ok(ControlFlow::Break(Stop::Interrupted));
        }
        let of = |number: usize| all.iter().find_map(|found| found.get(&number.to_string()));
        for (number, batch) in (mine.end..loader.batches()).zip(loader.epoch_from(0, mine.end, &device)) {
            let data = batch?.data;
            match of(number) {
                Some(outputs) if outputs.rank() == 2 => {
                    let dtype = outputs.dtype();
                    let outputs = Tensor::<2>::from_data(outputs.clone(), (&device, dtype));
                    task.score_outputs(outputs, data, &mut scores);
                }
                _ => task.score(&model, data, &mut scores),
            }
        }
        Ok(ControlFlow::Continue(Some(scores.metrics())))
    }

    fn scored(&mut self) -> Result<ControlFlow<Stop, Option<Metrics>>, TrainError> {
        let Some(loader) = self.validation.clone() else { return Ok(ControlFlow::Continue(None)) };
        if self.refresh_statistics(&self.trainer.stop.clone())?.is_break() {
            return Ok(ControlFlow::Break(Stop::Interrupted));
        }
        let model = model_that_counts(self.model(), &self.parts, self.average.as_ref());
        let mut scores = Scores::new();
        for batch in loader.pass(&self.device.clone().inner()) {
            if self.trainer.stop.load(Ordering::Relaxed) {
                return Ok(ControlFlow::Break(Stop::Interrupted));
            }
            self.trainer.task.score(&model, batch?.data, &mut scores);
        }
        Ok(ControlFlow::Continue(Some(scores.metrics())))
    }

    /// Gives an average without running statistics of its own those of a pass over the training items. Breaks off when
    /// `stop` is set.
    pub(super) fn refresh_statistics(&mut self, stop: &AtomicBool) -> Result<ControlFlow<()>, TrainError> {
        let Some(average) = self.average.as_ref().filter(|a| a.counts() && a.needs_statistics()) else {
            return Ok(ControlFlow::Continue(()));
        };
        let model = average.apply(self.model().valid());
        let Trainer { task, seed, .. } = &*self.trainer;
        let pass = Pass { train: &self.train, device: &self.device, generator: self.generator(), run: *seed };
        let Some(model) = recompute(task, model, &self.losses(), pass, stop)? else {
            return Ok(ControlFlow::Break(()));
        };
        if let Some(average) = &mut self.average {
            average.set_statistics(&model);
        }
        Ok(ControlFlow::Continue(()))
    }
}
