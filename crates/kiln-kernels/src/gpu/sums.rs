//! Sums and maxima over the units of a cube. Always in the same order, so that a kernel gives the same bits again.

use cubecl::prelude::*;

/// Units of a cube that does one thing together.
pub(super) const UNITS: usize = 256;
/// Units that share a row, and rows of such a cube.
const LANES: u32 = 32;
const ROWS: u32 = 8;
/// The most cubes along an axis that every device takes.
const MOST_CUBES: usize = 65_535;

/// Cubes for so many rows, 32 units for each; unit `UNIT_POS_X` of row [`row`].
pub(super) fn cubes_of_rows(rows: usize) -> (CubeCount, CubeDim) {
    let cubes = rows.div_ceil(ROWS as usize);
    let across = cubes.clamp(1, MOST_CUBES);
    (CubeCount::Static(across as u32, cubes.div_ceil(across) as u32, 1), CubeDim::new_2d(LANES, ROWS))
}

/// The row of this unit; behind the last one there may be some that are none.
#[cube]
pub(super) fn row() -> usize {
    ((CUBE_POS_Y * CUBE_COUNT_X + CUBE_POS_X) * ROWS + UNIT_POS_Y) as usize
}

/// The sum over all 256 units of the cube.
#[cube]
pub(super) fn sum_of_cube(shared: &mut Shared<[f32]>, value: f32) -> f32 {
    let unit = UNIT_POS as usize;
    shared[unit] = value;
    sync_cube();
    #[unroll]
    for step in 1..9u32 {
        let half = comptime!(256usize >> step);
        if unit < half {
            let other = shared[unit + half];
            shared[unit] += other;
        }
        sync_cube();
    }
    let sum = shared[0];
    sync_cube();
    sum
}

/// The sum over the 32 units of a row, eight rows at once.
#[cube]
pub(super) fn sum_of_row(shared: &mut Shared<[f32]>, value: f32) -> f32 {
    let lane = UNIT_POS_X as usize;
    let first = (UNIT_POS_Y * LANES) as usize;
    shared[first + lane] = value;
    sync_cube();
    #[unroll]
    for step in 1..6u32 {
        let half = comptime!(32usize >> step);
        if lane < half {
            let other = shared[first + lane + half];
            shared[first + lane] += other;
        }
        sync_cube();
    }
    let sum = shared[first];
    sync_cube();
    sum
}

/// The largest over the 32 units of a row, eight rows at once.
#[cube]
pub(super) fn largest_of_row(shared: &mut Shared<[f32]>, value: f32) -> f32 {
    let lane = UNIT_POS_X as usize;
    let first = (UNIT_POS_Y * LANES) as usize;
    shared[first + lane] = value;
    sync_cube();
    #[unroll]
    for step in 1..6u32 {
        let half = comptime!(32usize >> step);
        if lane < half {
            let own = shared[first + lane];
            let other = shared[first + lane + half];
            shared[first + lane] = select(other > own, other, own);
        }
        sync_cube();
    }
    let largest = shared[first];
    sync_cube();
    largest
}

/// The slices of two sums added up.
#[cube(launch)]
pub(super) fn add_slices(
    parts: &[f32],
    other_parts: &[f32],
    sums: &mut [f32],
    other_sums: &mut [f32],
    slices: u32,
) {
    let i = ABSOLUTE_POS;
    let many = sums.len();
    let mut sum = 0.0f32;
    if i < many {
        for slice in 0..slices {
            sum += parts[slice as usize * many + i];
        }
        sums[i] = sum;
    } else if i < many + other_sums.len() {
        for slice in 0..slices {
            sum += other_parts[slice as usize * other_sums.len() + i - many];
        }
        other_sums[i - many] = sum;
    }
}

/// The slices of a sum added up.
#[cube(launch)]
pub(super) fn add_parts(parts: &[f32], sums: &mut [f32], slices: u32) {
    let i = ABSOLUTE_POS;
    if i < sums.len() {
        let mut sum = 0.0f32;
        for slice in 0..slices {
            sum += parts[slice as usize * sums.len() + i];
        }
        sums[i] = sum;
    }
}
