//! Which solver there is, and when it stops.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How a problem is solved. Each goes over all rows at every iteration and draws nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Solver {
    /// Accelerated proximal gradient descent: for every loss and penalty.
    Fista,
    /// Cyclic coordinate descent: for the squared error.
    CoordinateDescent,
    /// Limited-memory BFGS: for problems without an L1 term.
    Lbfgs,
}

impl Solver {
    /// Its name in a configuration: `fista`, `cd`, `lbfgs`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fista => "fista",
            Self::CoordinateDescent => "cd",
            Self::Lbfgs => "lbfgs",
        }
    }
}

impl fmt::Display for Solver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// When a solver stops.
///
/// | setting | default | range |
/// |---|---|---|
/// | `tolerance` | 1e-8 | at least 0 |
/// | `max_iterations` | 100,000 | |
/// | `interrupt` | none | |
#[derive(Debug, Clone)]
pub struct Stopping {
    /// The largest duality gap that is good enough, in the unit of the objective (not relative); the largest KKT
    /// residual where there is no penalty.
    pub tolerance: f64,
    /// Iterations at most.
    pub max_iterations: usize,
    /// A flag that ends the solver, with what it has, soon after it becomes true.
    pub interrupt: Option<Arc<AtomicBool>>,
}

impl Stopping {
    pub(crate) fn interrupted(&self) -> bool {
        self.interrupt.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed))
    }
}

impl Default for Stopping {
    fn default() -> Self {
        Self { tolerance: 1e-8, max_iterations: 100_000, interrupt: None }
    }
}
