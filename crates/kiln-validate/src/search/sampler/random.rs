//! Independent draws.

use kiln_core::Seed;

use super::super::space::{Assignment, Space};

/// One draw for each setting, whichever of them are set: a condition that changes moves no other draw.
pub(super) fn random(space: &Space, seed: Seed) -> Assignment {
    space.assign(|place, parameter| parameter.domain.at(seed.uniform(place as u64)))
}
