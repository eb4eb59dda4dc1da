//! Memory for what launches are told, taken once.
//!
//! CubeCL keeps what the last 512 launches that differ were told, each in a buffer of its own, in case the same comes again. The seeds of
//! dropout and the constants of updates never do, so memory would grow in the first hundreds of steps of a training. After as many
//! launches that do nothing it does not: what is told from then on takes the place of what is oldest.

use std::cell::RefCell;

use burn::backend::wgpu::CubeTensor;
use cubecl::prelude::*;

use super::tensors::empty;

/// How many CubeCL keeps on a stream of wgpu.
const KEPT: u32 = 512;
/// The most bytes that a launch is told and CubeCL keeps, with a little room for what it adds by itself.
pub(super) const MOST_BYTES: usize = 1984;

thread_local! {
    /// The devices where this thread, which has streams of its own, has done it.
    static DONE: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Takes the memory, where that is not done.
pub(super) fn reserve(like: &CubeTensor) {
    let client = &like.client;
    let device = format!("{:?}", client.service_id());
    let is_done = DONE.with_borrow_mut(|done| {
        let is_done = done.contains(&device);
        if !is_done {
            done.push(device);
        }
        is_done
    });
    if is_done || !client.name().starts_with("wgpu") {
        return;
    }
    let scratch = empty(like, [1]);
    for number in 0..KEPT {
        // As long as any, so that all others find room.
        let numbers = (0..MOST_BYTES / size_of::<u32>()).map(|_| number).collect();
        let out = scratch.clone().into_buffer_arg();
        note::launch(client, CubeCount::Static(1, 1, 1), CubeDim::new_1d(1), out, numbers);
    }
}

#[cube(launch)]
fn note(out: &mut [f32], numbers: &Sequence<u32>) {
    if ABSOLUTE_POS == 0usize {
        out[0] = f32::cast_from(numbers[0usize]);
    }
}
