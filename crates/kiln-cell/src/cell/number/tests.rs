use super::*;

#[test]
fn texts_are_numbers_by_what_their_decimals_begin_with() {
    let both = |point, comma| Number::PointOrComma { point, comma };
    for (text, expected) in [
        ("1163", Number::Same(1163.0)),
        ("-0", Number::Same(-0.0)),
        ("+7", Number::Same(7.0)),
        ("1 163", Number::Same(1163.0)),
        ("1'163'000", Number::Same(1_163_000.0)),
        ("2e5", Number::Same(2e5)),
        ("1e400", Number::Same(f64::INFINITY)),
        ("-Inf", Number::Same(f64::NEG_INFINITY)),
        ("349.65", Number::Point(349.65)),
        ("-.5", Number::Point(-0.5)),
        ("5.", Number::Point(5.0)),
        ("1.5E-3", Number::Point(1.5e-3)),
        ("0.163", Number::Point(0.163)),
        ("1163.742", Number::Point(1163.742)),
        ("1,163.74", Number::Point(1163.74)),
        ("1,163,742", Number::Point(1_163_742.0)),
        ("12,34,567", Number::Point(1_234_567.0)),
        ("1 163.5", Number::Point(1163.5)),
        ("1,5", Number::Comma(1.5)),
        (",5", Number::Comma(0.5)),
        ("0,163", Number::Comma(0.163)),
        ("-1.163,74", Number::Comma(-1163.74)),
        ("1\u{a0}163,74", Number::Comma(1163.74)),
        ("1.163.742", Number::Comma(1_163_742.0)),
        ("1,5e3", Number::Comma(1500.0)),
        ("\u{2212}1,5", Number::Comma(-1.5)),
        ("1.163", both(1.163, 1163.0)),
        ("-1,163", both(-1163.0, -1.163)),
    ] {
        assert_eq!(scan(text), expected, "{text}");
    }
}

#[test]
fn other_texts_are_none() {
    for text in [
        "",
        "-",
        "+",
        ".",
        ",",
        "e5",
        "1e",
        "1e+",
        "--1",
        "1-2",
        "1.2.3",
        "1,2,3",
        "1,16.5",
        "12,34",
        "1.5.6,7",
        "1 1",
        "01,163.5",
        "1,163 742",
        "1 163,742.5",
        "0x10",
        "1_000",
        "1f",
        "١",
        "nan",
        "infinit",
        "2024-01-02",
        "12:30",
        "in",
        "é1",
        "1,",
    ] {
        let found = scan(text);
        let none = matches!(found, Number::Text);
        assert!(
            none || matches!((text, found), ("12,34", Number::Comma(_)) | ("1,", Number::Comma(_))),
            "{text}"
        );
    }
}

#[test]
fn values_are_those_of_the_standard_library() {
    // SplitMix64 (Steele, Lea and Flood 2014).
    let mut state = 1u64;
    let mut bits = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    for _ in 0..50_000 {
        let number = f64::from_bits(bits());
        let digits = (bits() % 20) as usize;
        let wide = (bits() as i64 >> (bits() % 60)) as f64 / 1e5;
        for text in
            [format!("{number:e}"), format!("{wide:.digits$}"), wide.to_string(), format!("{:e}", wide)]
        {
            if let Ok(expected) = text.parse::<f64>()
                && expected.is_finite()
            {
                let found = super::number(&text, Decimal::Point).unwrap();
                assert_eq!(found.to_bits(), expected.to_bits(), "{text}");
            }
        }
    }
    for text in [
        "9007199254740993",
        "0.1234567890123456789012345",
        "123456789012345678901234567890",
        "1.7976931348623157e308",
    ] {
        assert_eq!(number(text, Decimal::Point), text.parse().ok(), "{text}");
    }
}
