//! Exponentials as plain arithmetic, which compiles to vectors.

/// `eˣ` within 2e-7 of itself; 0 below -87.3, infinity above 88.3; NaN stays NaN.
#[inline(always)]
pub(in crate::cpu) fn exp(x: f32) -> f32 {
    const MOST: f32 = 88.3;
    const LEAST: f32 = -87.3;
    // 1.5 · 2²³: what is added to it is rounded to a whole number, which is then in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let inside = if x > MOST { MOST } else { x };
    let inside = if inside < LEAST { LEAST } else { inside };
    let shifted = inside * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    // ln 2 in two parts, the first of few digits, so that their products are exact.
    let rest = inside - whole * 0.693_359_4 - whole * -2.121_944_4e-4;
    // Cephes' polynomial for e^rest, |rest| <= ln 2 / 2.
    let mut y = 1.987_569_1e-4;
    for coefficient in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        y = y * rest + coefficient;
    }
    let y = y * rest * rest + rest + 1.0;
    let y = f32::from_bits(y.to_bits().wrapping_add(shifted.to_bits() << 23));
    let y = if x > MOST { f32::INFINITY } else { y };
    let y = if x < LEAST { 0.0 } else { y };
    if x.is_nan() { x } else { y }
}

/// `1 - erf(z)` for `z` from 0 on, within 3e-7 of itself but for the error of the exponent (Press et al., Numerical Recipes, `erfcc`).
#[inline(always)]
pub(super) fn erfc(z: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.5 * z);
    let mut y = 0.170_872_77;
    for coefficient in [
        -0.822_152_23,
        1.488_515_9,
        -1.135_204,
        0.278_868_07,
        -0.186_288_06,
        0.096_784_18,
        0.374_091_96,
        1.000_023_7,
        -1.265_512_2,
    ] {
        y = y * t + coefficient;
    }
    t * exp(-z * z + y)
}
