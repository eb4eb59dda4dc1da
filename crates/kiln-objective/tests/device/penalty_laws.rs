//! Every penalty keeps the laws of penalties: gradients by differences, proximal steps by what they minimise.

use kiln_objective::{
    CumulativeL1, Custom, ElasticNet, GroupLasso, L1, L2, L2Sp, Orthogonal, Penalty, PenaltyConfig, Spectral,
    Units,
};
use kiln_testkit::{PenaltyLaws, check_penalty, few};

const CONVEX: PenaltyLaws = PenaltyLaws { convex: true, least_at_zero: true };

/// Rounds of the power iteration.
const ROUNDS: usize = 200;

/// Whether these rounds are enough to tell the largest singular value from the next.
fn has_one_largest_value(weight: &[f64], dims: &[usize]) -> bool {
    let columns = match dims {
        [_, columns] => *columns,
        [length] => *length,
        _ => weight.len() / dims[0],
    };
    let gram = |v: &[f64]| -> Vec<f64> {
        let mut out = vec![0.0; columns];
        for row in weight.chunks(columns) {
            let image: f64 = row.iter().zip(v).map(|(w, v)| w * v).sum();
            out.iter_mut().zip(row).for_each(|(out, w)| *out += w * image);
        }
        let norm = out.iter().map(|x| x * x).sum::<f64>().sqrt();
        out.into_iter().map(|x| x / norm).collect()
    };
    let mut v: Vec<f64> = (0..columns).map(|i| 1.0 + (i as f64).sin()).collect();
    (0..ROUNDS / 2).for_each(|_| v = gram(&v));
    let next = gram(&v);
    next.iter().zip(&v).all(|(a, b)| (a - b).abs() < 1e-8)
}

/// Whether no number is near 0.
fn away_from_zero(weight: &[f64], _: &[usize]) -> bool {
    weight.iter().all(|w| w.abs() > 1e-3)
}

#[test]
fn sums_over_numbers() {
    check_penalty("l1", &L1 { strength: 0.3 }, away_from_zero, CONVEX);
    check_penalty("cumulative l1", &CumulativeL1 { strength: 0.3 }, away_from_zero, CONVEX);
    check_penalty("l2", &L2 { strength: 0.3 }, |_, _| true, CONVEX);
    check_penalty("l2-sp of what has no start", &L2Sp { strength: 0.3 }, |_, _| true, CONVEX);
    for &l1_ratio in few(&[0.4, 1.0, 0.0]) {
        check_penalty("elastic net", &ElasticNet { strength: 0.5, l1_ratio }, away_from_zero, CONVEX);
    }
}

#[test]
fn sums_over_units() {
    let [output, input, filter] = [Units::Output, Units::Input, Units::Filter];
    let all =
        [(output, true), (filter, false), (input, true), (output, false), (input, false), (filter, true)];
    for &(units, weighted) in few(&all) {
        let lasso = GroupLasso { strength: 0.4, units, weighted };
        check_penalty(&lasso.to_string(), &lasso, away_from_zero, CONVEX);
    }
}

#[test]
fn functions_of_matrices() {
    let orthogonal = PenaltyLaws { convex: false, least_at_zero: false };
    check_penalty("orthogonal", &Orthogonal { strength: 0.2 }, |_, _| true, orthogonal);
    let spectral = Spectral { strength: 0.5, iterations: ROUNDS };
    check_penalty("spectral", &spectral, has_one_largest_value, CONVEX);
}

#[test]
fn functions_of_ones_own() {
    let quartic = Custom::new("0.2 Σ w⁴", |weight| weight.flat.powi_scalar(4).sum().mul_scalar(0.2));
    check_penalty("quartic", &quartic, |_, _| true, CONVEX);
}

#[test]
fn the_laws_can_be_broken() {
    /// L1 whose step is half as long as it should be.
    #[derive(Debug)]
    struct Timid(L1);
    impl std::fmt::Display for Timid {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl Penalty for Timid {
        fn value(&self, weight: kiln_objective::WeightView<'_>) -> burn::tensor::Tensor<1> {
            self.0.value(weight)
        }
        fn prox(
            &self,
            weight: kiln_objective::WeightView<'_>,
            size: &kiln_optim::StepSize,
        ) -> Option<burn::tensor::Tensor<1>> {
            self.0.prox(weight, &size.clone().scaled(0.5))
        }
        fn is_proximal(&self) -> bool {
            true
        }
    }
    let broken = || check_penalty("timid", &Timid(L1 { strength: 0.3 }), away_from_zero, CONVEX);
    assert!(std::panic::catch_unwind(broken).is_err());
}

#[test]
fn every_kind_that_has_parameters_is_one_of_these() {
    let kinds = ["l1", "cumulative-l1", "l2", "elastic-net", "group-lasso", "l21", "orthogonal", "spectral"];
    for kind in kinds {
        let config: PenaltyConfig = toml::from_str(&format!("kind = {kind:?}\nstrength = 0.5")).unwrap();
        let penalty = config.build("penalty.0").unwrap().unwrap();
        assert_eq!(penalty.is_proximal(), !matches!(kind, "orthogonal" | "spectral"), "{kind}");
    }
}
