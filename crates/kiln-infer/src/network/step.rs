//! Steps, and how they follow each other.

use std::fmt::Debug;

use kiln_kernels::cpu::Scratch;

/// What is done to a batch. Lengths were checked when the step was made, for any number of items.
pub(super) trait Step: Debug + Send + Sync {
    /// What `n` items become.
    fn run(&self, n: usize, x: &[f32]) -> Scratch;

    /// Does it where the items are, if it can. Default: it cannot.
    fn in_place(&self, _x: &mut [f32]) -> bool {
        false
    }
}

/// Steps one after the other.
#[derive(Debug, Default)]
pub(super) struct Steps(Vec<Box<dyn Step>>);

impl Steps {
    pub(super) fn push(&mut self, step: impl Step + 'static) {
        self.0.push(Box::new(step));
    }

    pub(super) fn run(&self, n: usize, x: &[f32]) -> Scratch {
        let mut now: Option<Scratch> = None;
        for step in &self.0 {
            if now.as_mut().is_some_and(|x| step.in_place(x)) {
                continue;
            }
            now = Some(step.run(n, now.as_deref().unwrap_or(x)));
        }
        now.unwrap_or_else(|| copy(x))
    }
}

/// The same numbers in memory of their own.
pub(super) fn copy(x: &[f32]) -> Scratch {
    let mut y = Scratch::take(x.len());
    y.copy_from_slice(x);
    y
}
