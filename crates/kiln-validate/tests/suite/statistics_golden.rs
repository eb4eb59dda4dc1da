//! Statistics against scipy and scikit-learn's example: `tests/golden/comparisons.py`.

use std::path::Path;
use std::sync::LazyLock;

use kiln_validate::statistics::{
    StatisticsError, chi_squared_above, corrected_interval, corrected_t_test, correlated_bayes, f_above,
    five_by_two_f, five_by_two_t, friedman, mcnemar, nemenyi_difference, normal_cdf, normal_quantile,
    permutation_p_value, summary, t_above, t_quantile, wilcoxon,
};
use serde_json::Value;

static GOLDEN: LazyLock<Value> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/comparisons.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
});

fn list(value: &Value) -> Vec<f64> {
    serde_json::from_value(value.clone()).unwrap()
}

#[track_caller]
fn close(found: f64, wanted: &Value) {
    let wanted = wanted.as_f64().unwrap();
    let tolerance = 1e-10 * wanted.abs().max(1e-300);
    assert!((found - wanted).abs() <= tolerance, "{found} {wanted}");
}

/// `f` of each of the numbers `x` is `y`.
#[track_caller]
fn table(case: &Value, x: &str, y: &str, f: impl Fn(f64) -> f64) {
    for (x, wanted) in list(&case[x]).into_iter().zip(case[y].as_array().unwrap()) {
        close(f(x), wanted);
    }
}

#[test]
fn distributions_to_ten_digits() {
    let normal = &GOLDEN["normal"];
    table(normal, "x", "cdf", normal_cdf);
    // The median is 0, to which ten digits do not apply.
    for (p, wanted) in list(&normal["p"]).into_iter().zip(list(&normal["quantile"])) {
        assert!((normal_quantile(p) - wanted).abs() < 1e-10 * wanted.abs().max(1e-3), "{p}");
    }
    for case in GOLDEN["t"].as_array().unwrap() {
        let df = case["df"].as_f64().unwrap();
        table(case, "x", "above", |x| t_above(x, df));
        for (p, wanted) in list(&case["p"]).into_iter().zip(list(&case["quantile"])) {
            assert!((t_quantile(p, df) - wanted).abs() < 1e-9 * wanted.abs().max(1e-3), "{df} {p}");
        }
    }
    for case in GOLDEN["f"].as_array().unwrap() {
        let (d1, d2) = (case["d1"].as_f64().unwrap(), case["d2"].as_f64().unwrap());
        table(case, "x", "above", |x| f_above(x, d1, d2));
    }
    for case in GOLDEN["chi_squared"].as_array().unwrap() {
        let df = case["df"].as_f64().unwrap();
        table(case, "x", "above", |x| chi_squared_above(x, df));
    }
}

#[test]
fn the_example_of_scikit_learn() {
    let example = &GOLDEN["example"];
    let (a, b) = (list(&example["a"]), list(&example["b"]));
    let share = example["test_share"].as_f64().unwrap();
    let test = corrected_t_test(&a, &b, share).unwrap();
    close(test.statistic, &example["t"]);
    close(test.p_value, &example["p"]);
    close(test.p_value / 2.0, &example["p_one_sided"]);
    // The numbers that its page prints.
    assert_eq!(format!("{:.3} {:.3}", test.statistic, test.p_value / 2.0), "0.750 0.227");
    let belief = correlated_bayes(&a, &b, share, 0.0).unwrap();
    close(belief.a_better, &example["better"]);
    assert!(belief.equivalent == 0.0 && (belief.a_better + belief.b_better - 1.0).abs() < 1e-12);
    assert_eq!(format!("{:.3}", belief.a_better), "0.773");
    let belief = correlated_bayes(&a, &b, share, 0.01).unwrap();
    close(belief.equivalent, &example["rope"]);
    close(belief.a_better, &example["above_rope"]);
    close(belief.b_better, &example["below_rope"]);
    assert_eq!(format!("{:.3}", belief.equivalent), "0.432");
    let differences: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a - b).collect();
    let interval = corrected_interval(&differences, share, 0.95).unwrap();
    close(interval[0], &example["interval"][0]);
    close(interval[1], &example["interval"][1]);
    let summary = summary(&differences, share, 0.95).unwrap();
    assert_eq!(summary.interval, interval);
    assert!((summary.mean - (interval[0] + interval[1]) / 2.0).abs() < 1e-12);
}

#[test]
fn mcnemar_and_five_by_two() {
    for case in GOLDEN["mcnemar"].as_array().unwrap() {
        let count = |name: &str| case[name].as_u64().unwrap() as usize;
        let (only_a, only_b) = (count("only_a"), count("only_b"));
        let right = |own: usize, skip: usize| -> Vec<bool> {
            // Twenty on which both agree, ten right and ten wrong, then those of one alone.
            let agree = (0..20).map(|i| i < 10);
            agree.chain((0..only_a + only_b).map(|i| i >= skip && i < skip + own)).collect()
        };
        let found = mcnemar(&right(only_a, 0), &right(only_b, only_a)).unwrap();
        assert_eq!((found.only_a as usize, found.only_b as usize), (only_a, only_b));
        close(found.exact.p_value, &case["exact"]);
        close(found.chi_squared.statistic, &case["chi"]);
        close(found.chi_squared.p_value, &case["chi_p"]);
    }
    let case = &GOLDEN["five_by_two"];
    let differences: [[f64; 2]; 5] = serde_json::from_value(case["differences"].clone()).unwrap();
    let (t, f) = (five_by_two_t(&differences).unwrap(), five_by_two_f(&differences).unwrap());
    close(t.statistic, &case["t"]);
    close(t.p_value, &case["t_p"]);
    close(f.statistic, &case["f"]);
    close(f.p_value, &case["f_p"]);
}

#[test]
fn many_data_sets() {
    for case in GOLDEN["wilcoxon"].as_array().unwrap() {
        let found = wilcoxon(&list(&case["a"]), &list(&case["b"])).unwrap();
        assert_eq!(found.exact, case["exact"].as_bool().unwrap());
        close(found.statistic, &case["statistic"]);
        close(found.p_value, &case["p"]);
    }
    for case in GOLDEN["friedman"].as_array().unwrap() {
        let scores: Vec<Vec<f64>> = serde_json::from_value(case["scores"].clone()).unwrap();
        let found = friedman(&scores).unwrap();
        for (rank, wanted) in found.mean_ranks.iter().zip(case["mean_ranks"].as_array().unwrap()) {
            close(*rank, wanted);
        }
        close(found.chi_squared.statistic, &case["chi"]);
        close(found.chi_squared.p_value, &case["p"]);
        close(found.f.statistic, &case["f"]);
        close(found.f.p_value, &case["f_p"]);
        // scipy integrates its studentised range numerically, to about this.
        let wanted = case["difference"].as_f64().unwrap();
        let found = nemenyi_difference(scores[0].len(), scores.len(), 0.05).unwrap();
        assert!((found - wanted).abs() < 1e-6 * wanted, "{found} {wanted}");
    }
}

#[test]
fn edges_and_errors() {
    let same = [0.5, 0.6, 0.7];
    let test = corrected_t_test(&same, &same, 0.5).unwrap();
    assert_eq!((test.statistic, test.p_value), (0.0, 1.0));
    // 0.25 is exact in binary: the difference is the same in every fold.
    let shifted = [0.75, 0.85, 0.95];
    let always = corrected_t_test(&[0.5, 0.75, 1.0], &[0.25, 0.5, 0.75], 0.5).unwrap();
    assert_eq!((always.statistic, always.p_value), (f64::INFINITY, 0.0));
    let belief = correlated_bayes(&same, &same, 0.5, 0.01).unwrap();
    assert_eq!((belief.a_better, belief.equivalent, belief.b_better), (0.0, 1.0, 0.0));
    assert_eq!(permutation_p_value(0.9, &[0.5; 99], true).unwrap(), 0.01);
    assert_eq!(permutation_p_value(0.9, &[0.5; 99], false).unwrap(), 1.0);

    let message = |error: StatisticsError| error.to_string();
    assert_eq!(
        message(corrected_t_test(&same, &shifted[..2], 0.5).unwrap_err()),
        "the lists have 3 and 2 numbers, and cannot be compared one by one"
    );
    assert_eq!(
        message(corrected_interval(&[0.5], 0.25, 0.95).unwrap_err()),
        "1 scores are too few: at least 2 are needed"
    );
    assert_eq!(
        message(corrected_interval(&[0.5, f64::NAN], 0.25, 0.95).unwrap_err()),
        "number 1, counted from 0, is NaN"
    );
    assert!(matches!(corrected_interval(&same, 0.0, 0.95), Err(StatisticsError::Number(_))));
    assert!(matches!(corrected_interval(&same, 0.25, f64::NAN), Err(StatisticsError::Number(_))));
    assert!(matches!(wilcoxon(&same, &same), Err(StatisticsError::TooFew { .. })));
    assert!(matches!(friedman(&[vec![1.0; 3]]), Err(StatisticsError::TooFew { .. })));
}
