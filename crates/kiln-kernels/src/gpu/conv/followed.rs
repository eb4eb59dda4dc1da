//! What a gradient of a convolution is read through.

use burn::backend::wgpu::CubeTensor;

use super::window::After;

/// A gradient with what is needed to undo what followed the convolution: the output for relu, the winners for pooling.
pub(in crate::gpu) struct Followed {
    pub(in crate::gpu) gradient: CubeTensor,
    pub(in crate::gpu) seen: Option<CubeTensor>,
    pub(in crate::gpu) after: After,
}

impl Followed {
    /// What was seen, where it was this that followed.
    pub(super) fn seen_after(&self, after: After) -> impl Iterator<Item = CubeTensor> {
        self.seen.clone().filter(|_| self.after == after).into_iter()
    }
}
