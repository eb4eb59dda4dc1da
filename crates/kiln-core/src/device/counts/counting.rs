//! A stretch of a program that is counted.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use burn::tensor::Device;
use cubecl::config::{TypeNameFormatLevel, type_name_format};
use cubecl::logging::{LaunchObservation, LaunchObserver};

use super::commands::{Commands, commands};
use super::{Counts, sent_bytes};

/// Counts what the process asks of GPUs through wgpu from its beginning until it is dropped.
///
/// Launches are told by CubeCL, everything else is counted in the log of wgpu-core. That log is taken for the rest of the process: a
/// program that has one of its own cannot be counted.
pub struct Counting {
    launched: Arc<Launched>,
    commands: &'static Commands,
    begun: Counts,
    _observation: LaunchObservation,
}

impl fmt::Debug for Counting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counting").finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Launched {
    all: AtomicU64,
    kernels: Mutex<BTreeMap<&'static str, u64>>,
}

impl LaunchObserver for Launched {
    fn launched(&self, kernel: &'static str) {
        self.all.fetch_add(1, Ordering::Relaxed);
        *self.kernels.lock().unwrap_or_else(PoisonError::into_inner).entry(kernel).or_default() += 1;
    }
}

impl Counting {
    /// Begins to count. `None` where the program has a log of its own.
    pub fn begin() -> Option<Self> {
        let commands = commands()?;
        let launched = Arc::new(Launched::default());
        let observation = LaunchObservation::new(launched.clone());
        let mut counting = Self { launched, commands, begun: Counts::default(), _observation: observation };
        counting.begun = counting.all();
        Some(counting)
    }

    /// The counts since the beginning. What `device` was given before is handed to the driver first; nothing is waited for.
    pub fn so_far(&self, device: &Device) -> Counts {
        // What goes wrong on the device is the business of who reads from it.
        let _ = device.flush();
        self.all() - &self.begun
    }

    fn all(&self) -> Counts {
        let now = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let kernels = self.launched.kernels.lock().unwrap_or_else(PoisonError::into_inner);
        let mut named = BTreeMap::new();
        for (name, count) in kernels.iter() {
            // Names of generic kernels may be the same once they are short.
            *named.entry(type_name_format(name, TypeNameFormatLevel::Short)).or_default() += count;
        }
        Counts {
            launches: now(&self.launched.all),
            dispatches: now(&self.commands.dispatches),
            uploads: now(&self.commands.uploads),
            tensor_bytes: sent_bytes(),
            reads: now(&self.commands.reads),
            read_bytes: now(&self.commands.read_bytes),
            held_back: now(&self.commands.held_back),
            buffers: now(&self.commands.buffers),
            freed: now(&self.commands.freed),
            pipelines: now(&self.commands.pipelines),
            kernels: named,
        }
    }
}
