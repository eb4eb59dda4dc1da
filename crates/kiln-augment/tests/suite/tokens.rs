//! Sequences of tokens: what is kept, what changes, and how often.

use kiln_augment::tokens::{Masking, delete, swap};
use kiln_core::Seed;
use proptest::prelude::*;

proptest! {
    #[test]
    fn deletion_keeps_the_order_and_something(
        tokens in prop::collection::vec(0u32..50, 0..40), p in 0.0..=1.0, seed in any::<u64>()
    ) {
        let left = delete(&tokens, p, Seed::new(seed));
        prop_assert_eq!(left.is_empty(), tokens.is_empty());
        let mut rest = tokens.iter();
        prop_assert!(left.iter().all(|token| rest.any(|other| other == token)), "a subsequence");
        prop_assert_eq!(delete(&tokens, 0.0, Seed::new(seed)), tokens);
    }

    #[test]
    fn a_swap_moves_two_tokens(tokens in prop::collection::vec(0u32..1000, 0..40), seed in any::<u64>()) {
        let mut distinct: Vec<u32> = (0..tokens.len() as u32).collect();
        swap(&mut distinct, 1, Seed::new(seed));
        let moved = distinct.iter().enumerate().filter(|(place, token)| *place as u32 != **token).count();
        prop_assert_eq!(moved, if tokens.len() < 2 { 0 } else { 2 });
        let mut swapped = tokens.clone();
        swap(&mut swapped, 5, Seed::new(seed));
        let sorted = |mut list: Vec<u32>| { list.sort_unstable(); list };
        prop_assert_eq!(sorted(swapped), sorted(tokens));
    }

    #[test]
    fn only_chosen_tokens_change(tokens in prop::collection::vec(0u32..20, 0..60), seed in any::<u64>()) {
        let masking = Masking { p: 0.5, special: vec![0, 3], ..Masking::new(19, 20) };
        let mut masked = tokens.clone();
        let chosen = masking.apply(&mut masked, Seed::new(seed)).unwrap();
        for ((old, new), chosen) in tokens.iter().zip(&masked).zip(chosen) {
            prop_assert!(chosen || old == new);
            prop_assert!(!(chosen && [0, 3].contains(old)));
        }
    }
}

#[test]
fn shares_are_those_asked_for() {
    let n = 100_000;
    let within = |found: usize, share: f64, of: usize| {
        let deviation = (share * (1.0 - share) / of as f64).sqrt();
        let found = found as f64 / of as f64;
        assert!((found - share).abs() < 4.0 * deviation, "{found} is not {share}");
    };
    let tokens = vec![7u32; n];
    within(n - delete(&tokens, 0.2, Seed::new(1)).len(), 0.2, n);
    let mut masked = tokens.clone();
    let chosen = Masking::new(1, 1000).apply(&mut masked, Seed::new(2)).unwrap();
    let chosen: Vec<u32> =
        masked.iter().zip(&chosen).filter(|(_, chosen)| **chosen).map(|(token, _)| *token).collect();
    within(chosen.len(), 0.15, n);
    // A random token is one of these two in two of a thousand cases.
    within(chosen.iter().filter(|token| **token == 1).count(), 0.8 + 0.1 / 1000.0, chosen.len());
    within(chosen.iter().filter(|token| **token == 7).count(), 0.1 + 0.1 / 1000.0, chosen.len());
}

#[test]
fn settings_out_of_range_are_named() {
    let error = |masking: Masking| masking.apply(&mut [1], Seed::new(0)).unwrap_err().to_string();
    let good = Masking::new(1, 10);
    assert!(error(Masking { p: 1.5, ..good.clone() }).starts_with("p is 1.5"));
    assert!(error(Masking { random: -0.1, ..good.clone() }).starts_with("random is -0.1"));
    assert!(error(Masking { random: 0.6, keep: 0.6, ..good.clone() }).starts_with("keep is 0.6"));
    assert!(error(Masking { vocabulary: 0, ..good }).starts_with("vocabulary is 0"));
}
