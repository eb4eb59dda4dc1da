//! Predicted numbers.

use kiln_metrics::{
    RegressionSums, d2_absolute_error_score, d2_pinball_score, d2_tweedie_score, explained_variance_score,
    max_error, mean_absolute_error, mean_absolute_percentage_error, mean_gamma_deviance, mean_pinball_loss,
    mean_poisson_deviance, mean_squared_error, mean_squared_log_error, mean_tweedie_deviance,
    median_absolute_error, per_output, r2_score, root_mean_squared_error, root_mean_squared_log_error,
};

use crate::golden::{batches, cases, one};

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

#[test]
fn scores_of_numbers_are_scikit_learns() {
    for case in cases("numbers") {
        let (y, p, w): (Vec<f64>, Vec<f64>, _) = (case.get("y"), case.get("p"), case.weights());
        let w = w.as_deref();
        case.check(|name| {
            one(match name {
                ["mse"] => mean_squared_error(&y, &p, w),
                ["rmse"] => root_mean_squared_error(&y, &p, w),
                ["mae"] => mean_absolute_error(&y, &p, w),
                ["median"] => median_absolute_error(&y, &p, w),
                ["max_error"] => max_error(&y, &p),
                ["mape"] => mean_absolute_percentage_error(&y, &p, w),
                ["msle"] => mean_squared_log_error(&y, &p, w),
                ["rmsle"] => root_mean_squared_log_error(&y, &p, w),
                ["r2"] => r2_score(&y, &p, w),
                ["explained_variance"] => explained_variance_score(&y, &p, w),
                ["d2_absolute_error"] => d2_absolute_error_score(&y, &p, w),
                ["pinball", alpha] => mean_pinball_loss(&y, &p, number(alpha), w),
                ["d2_pinball", alpha] => d2_pinball_score(&y, &p, number(alpha), w),
                ["tweedie", "1.0"] => mean_poisson_deviance(&y, &p, w),
                ["tweedie", "2.0"] => mean_gamma_deviance(&y, &p, w),
                ["tweedie", power] => mean_tweedie_deviance(&y, &p, number(power), w),
                ["d2_tweedie", power] => d2_tweedie_score(&y, &p, number(power), w),
                _ => panic!("{name:?} is not tested"),
            })
        });
    }
}

#[test]
fn sums_of_batches_give_the_same() {
    for case in cases("numbers") {
        let (y, p, w): (Vec<f64>, Vec<f64>, _) = (case.get("y"), case.get("p"), case.weights());
        let (mut merged, mut added) = (RegressionSums::new(), RegressionSums::new());
        for batch in batches(y.len()) {
            let weights = w.as_deref().map(|w| &w[batch.clone()]);
            let mut part = RegressionSums::new();
            part.add(&y[batch.clone()], &p[batch.clone()], weights).unwrap();
            merged.merge(&part);
            added.add(&y[batch.clone()], &p[batch], weights).unwrap();
        }
        for sums in [merged, added] {
            case.check_some(|name| {
                Some(one(match name {
                    ["mse"] => sums.mse(),
                    ["rmse"] => sums.rmse(),
                    ["mae"] => sums.mae(),
                    ["max_error"] => sums.max_error(),
                    ["r2"] => sums.r2(),
                    ["explained_variance"] => sums.explained_variance(),
                    _ => return None,
                }))
            });
        }
    }
}

#[test]
fn scores_of_several_outputs_are_scikit_learns() {
    for case in cases("outputs") {
        let (y, p, w): (Vec<f64>, Vec<f64>, _) = (case.get("y"), case.get("p"), case.weights());
        let outputs: usize = case.get("outputs");
        case.check(|name| {
            let metric = match name[0] {
                "mse" => mean_squared_error,
                "rmse" => root_mean_squared_error,
                "median" => median_absolute_error,
                "r2" => r2_score,
                _ => explained_variance_score,
            };
            let found = per_output(&y, &p, outputs, w.as_deref(), metric)?;
            Ok(match name[1] {
                "raw_values" => found.values().to_vec(),
                "uniform_average" => vec![found.mean()],
                _ => vec![found.variance_weighted()],
            })
        });
    }
}
