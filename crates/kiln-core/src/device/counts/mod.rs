//! What a device is asked to do, counted: launches, uploads, read-backs, waits. Counts are the same on every machine, so they
//! can be looked at without a GPU and kept by tests.

#[cfg(feature = "wgpu")]
mod commands;
#[cfg(feature = "wgpu")]
mod counting;
mod step;
mod tensors;

use std::collections::BTreeMap;
use std::ops::Sub;

use serde::{Deserialize, Serialize};

#[cfg(feature = "wgpu")]
pub use counting::Counting;
pub use step::StepCounts;
pub use tensors::{sent, sent_as_bytes, sent_bytes};

/// What a device was asked to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counts {
    /// Kernels that were launched.
    pub launches: u64,
    /// The same launches as wgpu saw them: a second opinion.
    #[serde(default)]
    pub dispatches: u64,
    /// Writes from the host to a buffer: tensors, and the parameters of kernels that were not there yet.
    pub uploads: u64,
    /// Bytes of the tensors among the uploads. Parameters of kernels are not in it: each is some dozens of bytes.
    pub tensor_bytes: u64,
    /// Buffers that were read back. The host waits for each.
    pub reads: u64,
    /// Bytes that were read back.
    pub read_bytes: u64,
    /// Times that the host was held back because 512 launches were under way.
    pub held_back: u64,
    /// Buffers that were allocated.
    pub buffers: u64,
    /// Buffers that were given back.
    #[serde(default)]
    pub freed: u64,
    /// Pipelines that were compiled.
    pub pipelines: u64,
    /// Launches by the name of the kernel.
    pub kernels: BTreeMap<String, u64>,
}

impl Sub<&Self> for Counts {
    type Output = Self;

    /// What came after `earlier`.
    fn sub(mut self, earlier: &Self) -> Self {
        for (kernel, count) in &earlier.kernels {
            if let Some(own) = self.kernels.get_mut(kernel) {
                *own -= count;
            }
        }
        self.kernels.retain(|_, count| *count > 0);
        Self {
            launches: self.launches - earlier.launches,
            dispatches: self.dispatches - earlier.dispatches,
            uploads: self.uploads - earlier.uploads,
            tensor_bytes: self.tensor_bytes - earlier.tensor_bytes,
            reads: self.reads - earlier.reads,
            read_bytes: self.read_bytes - earlier.read_bytes,
            held_back: self.held_back - earlier.held_back,
            buffers: self.buffers - earlier.buffers,
            freed: self.freed - earlier.freed,
            pipelines: self.pipelines - earlier.pipelines,
            kernels: self.kernels,
        }
    }
}

impl Counts {
    /// Adds those of `other`.
    pub fn add(&mut self, other: &Self) {
        self.launches += other.launches;
        self.dispatches += other.dispatches;
        self.uploads += other.uploads;
        self.tensor_bytes += other.tensor_bytes;
        self.reads += other.reads;
        self.read_bytes += other.read_bytes;
        self.held_back += other.held_back;
        self.buffers += other.buffers;
        self.freed += other.freed;
        self.pipelines += other.pipelines;
        for (kernel, count) in &other.kernels {
            *self.kernels.entry(kernel.clone()).or_default() += count;
        }
    }
}
