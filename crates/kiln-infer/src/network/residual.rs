//! Sums of branches.

use kiln_kernels::cpu::{Act, Scratch, add_onto};

use super::step::{Step, Steps};

/// `act(f(x) + g(x))`.
#[derive(Debug)]
pub(super) struct Sum {
    branch: Steps,
    /// `None`: x itself.
    shortcut: Option<Steps>,
    act: Act,
}

impl Sum {
    pub(super) fn new(branch: Steps, shortcut: Option<Steps>, act: Act) -> Self {
        Self { branch, shortcut, act }
    }
}

impl Step for Sum {
    fn run(&self, n: usize, x: &[f32]) -> Scratch {
        let mut branch = self.branch.run(n, x);
        let shortcut = self.shortcut.as_ref().map(|steps| steps.run(n, x));
        add_onto(shortcut.as_deref().unwrap_or(x), self.act, &mut branch);
        branch
    }
}
