//! Tensors that are made from memory of the host.

use std::sync::atomic::{AtomicU64, Ordering};

use burn::tensor::TensorData;

static BYTES: AtomicU64 = AtomicU64::new(0);

/// Adds the bytes of what is about to become a tensor to those that [`sent_bytes`] tells, and gives it back. What a step uploads
/// goes through here.
pub fn sent(data: TensorData) -> TensorData {
    sent_as_bytes(data.as_bytes().len());
    data
}

/// As [`sent`], for `bytes` bytes that become no tensor before they are on the device.
pub fn sent_as_bytes(bytes: usize) {
    BYTES.fetch_add(bytes as u64, Ordering::Relaxed);
}

/// Bytes of everything that this process has [`sent`], whatever the device.
pub fn sent_bytes() -> u64 {
    BYTES.load(Ordering::Relaxed)
}
