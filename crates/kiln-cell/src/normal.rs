//! The quantiles of the normal distribution.

// The digits are the paper's; where f64 has fewer, they are rounded.
#![allow(clippy::excessive_precision, clippy::unreadable_literal)]

/// Numerator in the middle, highest power first.
#[rustfmt::skip]
const MIDDLE: [f64; 8] = [
    2.509_080_928_730_122_672_7e3, 3.343_057_558_358_812_810_5e4, 6.726_577_092_700_870_085_3e4, 4.592_195_393_154_987_145_7e4,
    1.373_169_376_550_946_112_5e4, 1.971_590_950_306_551_442_7e3, 1.331_416_678_917_843_774_5e2, 3.387_132_872_796_366_608,
];
/// Denominator in the middle.
#[rustfmt::skip]
const MIDDLE_BELOW: [f64; 8] = [
    5.226_495_278_852_854_561e3, 2.872_908_573_572_194_267_4e4, 3.930_789_580_009_271_061e4, 2.121_379_430_158_659_586_7e4,
    5.394_196_021_424_751_107_7e3, 6.871_870_074_920_579_083e2, 4.231_333_070_160_091_125_2e1, 1.0,
];
/// Numerator in the tails.
#[rustfmt::skip]
const TAIL: [f64; 8] = [
    7.745_450_142_783_414_076_4e-4, 2.272_384_498_926_918_458_33e-2, 2.417_807_251_774_506_117_7e-1, 1.270_458_252_452_368_382_58,
    3.647_848_324_763_204_605_04, 5.769_497_221_460_691_405_5, 4.630_337_846_156_545_295_9, 1.423_437_110_749_683_577_34,
];
/// Denominator in the tails.
#[rustfmt::skip]
const TAIL_BELOW: [f64; 8] = [
    1.050_750_071_644_416_843_24e-9, 5.475_938_084_995_344_946e-4, 1.519_866_656_361_645_719_66e-2, 1.481_039_764_274_800_745_9e-1,
    6.897_673_349_851_000_045_5e-1, 1.676_384_830_183_803_849_4, 2.053_191_626_637_758_821_87, 1.0,
];
/// Numerator below e⁻²⁵.
#[rustfmt::skip]
const FAR: [f64; 8] = [
    2.010_334_399_292_288_132_65e-7, 2.711_555_568_743_487_578_15e-5, 1.242_660_947_388_078_438_6e-3, 2.653_218_952_657_612_309_3e-2,
    2.965_605_718_285_048_912_3e-1, 1.784_826_539_917_291_335_8, 5.463_784_911_164_114_369_9, 6.657_904_643_501_103_777_2,
];
/// Denominator below e⁻²⁵.
#[rustfmt::skip]
const FAR_BELOW: [f64; 8] = [
    2.044_263_103_389_939_785_64e-1, 1.421_511_758_316_445_888_7e-7, 1.846_318_317_510_054_681_8e-5, 7.868_691_311_456_132_591e-4,
    1.487_536_129_085_061_485_25e-2, 1.369_298_809_227_358_053_1e-1, 5.998_322_065_558_879_376_9e-1, 1.0,
];

/// The number below which a standard normal one lies with probability `p`, `(0, 1)`; infinite at its ends, NaN outside of them.
///
/// By the rational approximations of Wichura (AS 241, PPND16, 1988), right to about 16 digits.
///
/// ```
/// assert!((kiln_cell::normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
/// ```
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * polynomial(&MIDDLE, r) / polynomial(&MIDDLE_BELOW, r);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    if tail == 0.0 {
        return f64::INFINITY.copysign(q);
    }
    let r = (-tail.ln()).sqrt();
    let size = if r <= 5.0 {
        polynomial(&TAIL, r - 1.6) / polynomial(&TAIL_BELOW, r - 1.6)
    } else {
        polynomial(&FAR, r - 5.0) / polynomial(&FAR_BELOW, r - 5.0)
    };
    size.copysign(q)
}

fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_scipys() {
        // scipy.stats.norm.ppf
        let cases = [
            (1e-07, -5.199_337_582_192_816_5),
            (1e-05, -4.264_890_793_922_825),
            (0.001, -3.090_232_306_167_813),
            (0.02, -2.053_748_910_631_823),
            (0.07, -1.475_791_028_179_170_6),
            (0.08, -1.405_071_560_309_632_9),
            (0.2, -0.841_621_233_572_914_2),
            (0.4, -0.253_347_103_135_799_7),
        ];
        for (p, wanted) in cases {
            let found = normal_quantile(p);
            assert!((found - wanted).abs() <= 1e-14 * wanted.abs(), "{p}: {found}, {wanted}");
            assert!((normal_quantile(1.0 - p) + wanted).abs() <= 1e-8 * wanted.abs(), "1 - {p}");
        }
        assert_eq!([0.0, 0.5, 1.0].map(normal_quantile), [f64::NEG_INFINITY, 0.0, f64::INFINITY]);
        assert!(normal_quantile(1.5).is_nan() && normal_quantile(f64::NAN).is_nan());
    }
}
