//! The stated bound is never below the true gap, and errors name what is wrong.

use kiln_convex::{
    ConvexError, Design, ElasticNet, Loss, Problem, Solver, Stopping, elastic_net, lambda_max, ridge,
};
use kiln_core::Seed;
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Case {
    rows: usize,
    columns: usize,
    kind: u8,
    l1: f64,
    l2: f64,
    intercept: bool,
    /// How far from the optimum the point is that is certified.
    distance: f64,
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    let strength = || prop_oneof![Just(0.0), 1e-3..0.5f64];
    let data = (2usize..14, 1usize..8, 0u8..3, any::<u64>());
    (data, strength(), strength(), any::<bool>(), prop_oneof![Just(1e-6), Just(1e-2), Just(1.0), Just(5.0)])
        .prop_filter("without a penalty there is no gap", |(_, l1, l2, ..)| l1 + l2 > 0.0)
        .prop_map(|((rows, columns, kind, seed), l1, l2, intercept, distance)| Case {
            rows,
            columns,
            kind,
            l1,
            l2,
            intercept,
            distance,
            seed,
        })
}

/// Numbers in `[-1, 1)`.
fn draws(seed: u64, count: usize) -> Vec<f64> {
    (0..count as u64).map(|i| Seed::new(seed).at(i).value() as f64 / 2f64.powi(63) - 1.0).collect()
}

fn problem(case: &Case) -> Problem {
    let n = case.rows;
    let x: Vec<f64> = draws(case.seed, n * case.columns).iter().map(|x| 2.0 * x + 0.5).collect();
    let t = draws(case.seed ^ 1, 2 * n);
    let loss = match case.kind {
        0 => Loss::Squared { y: t.iter().map(|t| 5.0 * t).collect(), outputs: 2 },
        1 => Loss::Binary { y: t[..n].iter().map(|t| f64::from(u8::from(*t > 0.0))).collect() },
        _ => Loss::Softmax { y: t[..n].iter().map(|t| ((t + 1.0) * 1.5) as usize).collect(), classes: 3 },
    };
    Problem::new(Design::new(&x, n, case.columns).unwrap(), loss, case.l1, case.l2, case.intercept).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_bound_is_never_below_the_true_gap(case in cases()) {
        let problem = problem(&case);
        let stopping = Stopping { tolerance: 1e-11, max_iterations: 3000, interrupt: None };
        // Any point is above the minimum, so this one gives a gap that is at most the true one.
        let best = problem.solve(Solver::Fista, &stopping, None).unwrap();
        let moved: Vec<f64> = best.point.iter().zip(draws(case.seed ^ 2, best.point.len()))
            .enumerate()
            .map(|(i, (x, d))| {
                let frozen = !case.intercept && i >= best.point.len() / (case.columns + 1) * case.columns;
                if frozen { *x } else { x + case.distance * d }
            })
            .collect();
        for point in [&moved, &best.point, &vec![0.0; moved.len()]] {
            let certificate = problem.certificate(point).unwrap();
            let known = problem.objective(point).unwrap() - best.certificate.objective;
            let rounding = 1e-13 * (1.0 + certificate.objective.abs());
            prop_assert!(certificate.gap.unwrap() >= known - rounding, "{:?} {known:e}", certificate);
        }
        // And it is of use: at what the solver calls the optimum it is small.
        if best.converged {
            prop_assert!(best.certificate.gap.unwrap() <= 1e-11);
        }
    }
}

#[test]
fn a_start_that_hides_the_largest_eigenvalue_does_no_harm() {
    // Power iteration stands still at the second eigenvalue here, and steps of its length grow without bound.
    let case = Case {
        rows: 6,
        columns: 2,
        kind: 0,
        l1: 0.0,
        l2: 0.001,
        intercept: true,
        distance: 1e-6,
        seed: 8_818_467_415_727_404_276,
    };
    let stopping = Stopping { tolerance: 1e-11, max_iterations: 3000, interrupt: None };
    let solution = problem(&case).solve(Solver::Fista, &stopping, None).unwrap();
    assert!(solution.converged, "{:?}", solution.certificate);
}

#[test]
fn every_solver_closes_the_gap_to_1e_8_on_the_same_optimum() {
    for seed in 0..20 {
        let case =
            Case { rows: 30, columns: 6, kind: 0, l1: 0.0, l2: 0.05, intercept: true, distance: 0.0, seed };
        let problem = problem(&case);
        let solve = |solver| {
            problem.solve(solver, &Stopping { tolerance: 1e-12, ..Stopping::default() }, None).unwrap()
        };
        let solutions = [Solver::Fista, Solver::CoordinateDescent, Solver::Lbfgs].map(solve);
        for solution in &solutions {
            assert!(solution.converged, "{seed}: {solution:?}");
            for (a, b) in solution.point.iter().zip(&solutions[0].point) {
                assert!((a - b).abs() < 1e-5, "{seed}: {a} {b}");
            }
        }
    }
}

#[test]
fn at_lambda_max_and_above_everything_is_zero() {
    let (x, y) = (draws(3, 60), draws(4, 20));
    let x = Design::new(&x, 20, 3).unwrap();
    for (l1_ratio, intercept) in [(1.0, true), (0.5, false)] {
        let largest = lambda_max(&x, &y, l1_ratio, intercept).unwrap();
        let fit = |share: f64| {
            let settings =
                ElasticNet { lambda: share * largest, l1_ratio, intercept, ..ElasticNet::default() };
            elastic_net(&x, &y, &settings, None).unwrap().coef
        };
        assert_eq!(fit(1.0 + 1e-12), [0.0; 3]);
        assert!(fit(0.99).iter().any(|w| *w != 0.0));
    }
}

#[test]
fn constant_and_repeated_columns_are_no_trouble() {
    let x: Vec<f64> = draws(5, 20).iter().flat_map(|x| [*x, 7.3, *x]).collect();
    let x = Design::new(&x, 20, 3).unwrap();
    let y = draws(5, 20);
    let settings = ElasticNet { lambda: 0.01, ..ElasticNet::default() };
    let fit = elastic_net(&x, &y, &settings, None).unwrap();
    assert!(fit.gap <= 1e-8 && fit.coef[1] == 0.0, "{fit:?}");
    assert_eq!(ridge(&x, &y, 1, 0.0, true), Err(ConvexError::Singular));
    let unpenalised = ElasticNet { lambda: 0.0, ..ElasticNet::default() };
    let fit = elastic_net(&x, &y, &unpenalised, None).unwrap();
    assert!(
        fit.converged && fit.gap.is_infinite() && (fit.coef[0] + fit.coef[2] - 1.0).abs() < 1e-6,
        "{fit:?}"
    );
}

#[test]
fn what_cannot_be_is_refused() {
    let x = Design::new(&[1.0, 2.0], 2, 1).unwrap();
    let nan = Design::new(&[1.0, f64::NAN], 2, 1).unwrap_err();
    assert_eq!(nan.to_string(), "a feature at row 1 is NaN");
    assert_eq!(
        Design::new(&[1.0], 2, 1).unwrap_err().to_string(),
        "the matrix of features has 1 numbers, 2 are needed"
    );
    assert_eq!(Design::new(&[], 0, 1).unwrap_err().to_string(), "there are no rows to fit");
    let pose = |loss, l1| Problem::new(x.clone(), loss, l1, 0.0, true);
    let message = |loss, l1| pose(loss, l1).unwrap_err().to_string();
    let squared = || Loss::Squared { y: vec![1.0, 2.0], outputs: 1 };
    assert_eq!(message(squared(), f64::NAN), "l1 is NaN, it must be at least 0");
    assert_eq!(
        message(Loss::Binary { y: vec![0.0, 1.5] }, 0.0),
        "the target at row 1 is 1.5, it must be from 0 to 1"
    );
    assert_eq!(
        message(Loss::Softmax { y: vec![0, 3], classes: 3 }, 0.0),
        "the target at row 1 is 3, it must be a class below 3"
    );
    let lasso = pose(squared(), 0.5).unwrap();
    assert_eq!(
        lasso.solve(Solver::Lbfgs, &Stopping::default(), None).unwrap_err().to_string(),
        "lbfgs needs a smooth problem, but there is an L1 term of 0.5"
    );
    let logistic = pose(Loss::Binary { y: vec![0.0, 1.0] }, 0.5).unwrap();
    assert_eq!(
        logistic.solve(Solver::CoordinateDescent, &Stopping::default(), None).unwrap_err(),
        ConvexError::NotSquared
    );
    assert_eq!(lasso.objective(&[0.0]).unwrap_err().to_string(), "the point has 1 numbers, 2 are needed");
}
