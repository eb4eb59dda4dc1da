//! The Sobol sequence, in the order of the Gray code, and its scrambling.
//!
//! Sobol': On the distribution of points in a cube and the approximate evaluation of integrals. USSR Computational
//! Mathematics and Mathematical Physics 7 (1967). Owen: Randomly permuted (t,m,s)-nets and (t,s)-sequences. Monte
//! Carlo and Quasi-Monte Carlo Methods in Scientific Computing (1995).

use kiln_core::Seed;

use super::joe_kuo::TABLE;

/// Bits of a coordinate: 2³² points until the sequence repeats.
const BITS: usize = 32;

/// The coordinate `dimension` (below `DIMENSIONS`) of the point `number`, in `[0, 1)`.
pub(super) fn coordinate(number: u64, dimension: usize, scramble: Option<Seed>) -> f64 {
    let numbers = directions(dimension);
    let gray = number ^ (number >> 1);
    let bits = (0..BITS).filter(|bit| gray >> bit & 1 == 1).fold(0, |point, bit| point ^ numbers[bit]);
    let bits = match scramble {
        Some(seed) => owen(bits, seed.at(dimension as u64)),
        None => bits,
    };
    f64::from(bits) / 2f64.powi(BITS as i32)
}

/// Direction numbers of one dimension, the most significant bit first.
fn directions(dimension: usize) -> [u32; BITS] {
    let mut v = [1u32; BITS];
    if let Some((polynomial, first)) = dimension.checked_sub(1).and_then(|place| TABLE.get(place)) {
        let degree = first.len();
        v[..degree].copy_from_slice(first);
        for j in degree..BITS {
            // m_j = m_{j−d} ⊕ 2ᵈ·m_{j−d} ⊕ Σ 2ᵏ·a_k·m_{j−k}: Bratley and Fox, Algorithm 659 (1988).
            let mut new = v[j - degree];
            for k in 1..=degree {
                if polynomial >> (degree - k) & 1 == 1 {
                    new ^= v[j - k] << k;
                }
            }
            v[j] = new;
        }
    }
    for (j, v) in v.iter_mut().enumerate() {
        *v <<= BITS - 1 - j;
    }
    v
}

/// Nested uniform scrambling: whether a bit is flipped is drawn for every prefix of higher bits. It keeps the points a
/// digital net, and makes each of them uniform.
fn owen(bits: u32, seed: Seed) -> u32 {
    (0..BITS as u32).fold(bits, |out, place| {
        let prefix = u64::from(bits) >> (32 - place);
        let flip = (seed.at(u64::from(place)).bits(prefix) & 1) as u32;
        out ^ (flip << (31 - place))
    })
}
