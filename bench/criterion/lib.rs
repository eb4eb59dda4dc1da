//! What the benches share.

/// The command's allocator. The system's hands large blocks back to the kernel, and the first benches would time page faults.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Numbers between -1 and 1 whose values do not matter to the clock.
pub fn numbers(len: usize) -> Vec<f32> {
    (0..len).map(|i| ((i * 7919 % 2003) as f32) / 1001.5 - 1.0).collect()
}
