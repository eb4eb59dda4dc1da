//! Sums of branches.

use kiln_kernels::cpu::{Act, Scratch, add};

use super::step::{Step, Steps};

/// `f(x) + g(x)`.
#[derive(Debug)]
pub(super) struct Sum {
    branch: Steps,
    /// `None`: x itself.
    shortcut: Option<Steps>,
}

impl Sum {
    pub(super) fn new(branch: Steps, shortcut: Option<Steps>) -> Self {
        Self { branch, shortcut }
    }
}

impl Step for Sum {
    fn run(&self, n: usize, x: &[f32]) -> Scratch {
        let branch = self.branch.run(n, x);
        let shortcut = self.shortcut.as_ref().map(|steps| steps.run(n, x));
        let mut y = Scratch::take(branch.len());
        add(&branch, shortcut.as_deref().unwrap_or(x), Act::None, &mut y);
        y
    }
}
