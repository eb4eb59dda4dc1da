//! Coefficients, support and certificates against scikit-learn and PyTorch (`tests/golden/convex.py`).

use kiln_convex::{
    Design, ElasticNet, Lbfgs, Loss, Problem, Solver, Stopping, elastic_net, lasso, lbfgs, ridge,
};
use safetensors::SafeTensors;

struct Golden(Vec<u8>);

impl Golden {
    fn open() -> Self {
        Self(
            std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/convex.safetensors"))
                .unwrap(),
        )
    }

    fn get(&self, name: &str) -> (Vec<f64>, Vec<usize>) {
        let tensors = SafeTensors::deserialize(&self.0).unwrap();
        let tensor = tensors.tensor(name).unwrap_or_else(|_| panic!("no golden tensor {name}"));
        let numbers =
            tensor.data().chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect();
        (numbers, tensor.shape().to_vec())
    }

    fn numbers(&self, name: &str) -> Vec<f64> {
        self.get(name).0
    }

    fn design(&self, name: &str) -> Design {
        let (x, shape) = self.get(&format!("{name}/x"));
        Design::new(&x, shape[0], shape[1]).unwrap()
    }

    /// Coefficients, then intercepts.
    fn model(&self, name: &str) -> Vec<f64> {
        [self.numbers(&format!("{name}/coef")), self.numbers(&format!("{name}/intercept"))].concat()
    }
}

/// Relative to the larger of 1 and the expected number.
fn assert_close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let off = (found - expected).abs() / expected.abs().max(1.0);
        assert!(off <= tolerance, "{what}[{i}]: {found} instead of {expected}, off by {off:e}");
    }
}

fn exact() -> Stopping {
    Stopping { tolerance: 1e-11, max_iterations: 200_000, interrupt: None }
}

#[test]
fn ridge_is_closed_form() {
    let golden = Golden::open();
    for (name, data, intercept) in
        [("diabetes", "diabetes", true), ("wide", "wide", true), ("plain", "wide", false)]
    {
        let y = golden.numbers(&format!("{data}/y"));
        for alpha in [0.1, 10.0] {
            let fit = ridge(&golden.design(data), &y, 1, alpha, intercept).unwrap();
            let name = format!("ridge/{name}/{alpha:?}");
            assert_close(&[fit.coef, fit.intercept].concat(), &golden.model(&name), 1e-10, &name);
        }
    }
    let fit = ridge(&golden.design("diabetes"), &golden.numbers("diabetes/y2"), 2, 1.0, true).unwrap();
    assert_close(&[fit.coef, fit.intercept].concat(), &golden.model("ridge/two/1.0"), 1e-10, "two targets");
}

#[test]
fn lasso_and_elastic_net_have_its_coefficients_and_support() {
    let golden = Golden::open();
    let cases =
        [("lasso", "diabetes", 1.0), ("net", "diabetes", 0.7), ("lasso", "wide", 1.0), ("net", "wide", 0.3)];
    for (kind, data, l1_ratio) in cases {
        let (x, y) = (golden.design(data), golden.numbers(&format!("{data}/y")));
        let mut warm: Option<Vec<f64>> = None;
        for lambda in [2.0, 0.5, 0.05] {
            if data == "wide" && lambda == 2.0 {
                continue;
            }
            let name = format!("{kind}/{data}/{lambda:?}");
            let expected = golden.model(&name);
            // Until nothing moves: a gap of 1e-11 leaves the sixth digit open where the L2 term is weak.
            let stopping = Stopping { tolerance: 0.0, max_iterations: 20_000, interrupt: None };
            let settings = ElasticNet { lambda, l1_ratio, intercept: true, stopping };
            // Cold, and from the solution of the λ before: the same.
            for warm in [None, warm.as_deref()] {
                let fit = elastic_net(&x, &y, &settings, warm).unwrap();
                assert!(fit.gap <= 1e-10, "{name}: gap {:e}", fit.gap);
                for (found, expected) in fit.coef.iter().zip(&expected) {
                    assert_eq!(*found == 0.0, expected.abs() < 1e-9, "{name}: {found} {expected}");
                }
                assert_close(&[fit.coef, vec![fit.intercept]].concat(), &expected, 1e-6, &name);
            }
            warm = Some(elastic_net(&x, &y, &settings, None).unwrap().coef);
            let problem = Problem::new(
                x.clone(),
                Loss::Squared { y: y.clone(), outputs: 1 },
                lambda * l1_ratio,
                lambda * (1.0 - l1_ratio),
                true,
            );
            // The objective is near 1,500, so that its rounding shows below 1e-10.
            let stopping = Stopping { tolerance: 1e-10, ..exact() };
            let fista = problem.unwrap().solve(Solver::Fista, &stopping, None).unwrap();
            assert!(fista.converged, "{name}: {:?}", fista.certificate);
            // A gap of 1e-10 pins the coefficients, which are hundreds, down to 1e-4 where the L2 term is weak.
            assert_close(&fista.point, &expected, 1e-4, &format!("{name} by FISTA"));
        }
    }
    let fit = lasso(&golden.design("diabetes"), &golden.numbers("diabetes/y"), 0.5, None).unwrap();
    assert!(fit.gap <= 1e-8 && fit.converged);
}

#[test]
fn logistic_models_have_its_coefficients() {
    let golden = Golden::open();
    for data in ["cancer", "iris"] {
        let (x, y) = (golden.design(data), golden.numbers(&format!("{data}/y")));
        let loss = match data {
            "cancer" => Loss::Binary { y },
            _ => Loss::Softmax { y: y.iter().map(|y| *y as usize).collect(), classes: 3 },
        };
        for (kind, ratio) in [("l2", 0.0), ("l1", 1.0), ("net", 0.5)] {
            for c in [1.0, 0.1] {
                let lambda = 1.0 / (c * x.rows() as f64);
                let problem =
                    Problem::new(x.clone(), loss.clone(), lambda * ratio, lambda * (1.0 - ratio), true)
                        .unwrap();
                let solvers: &[_] =
                    if ratio == 0.0 { &[Solver::Lbfgs, Solver::Fista] } else { &[Solver::Fista] };
                for &solver in solvers {
                    let name = format!("logistic-{kind}/{data}/{c:?}");
                    let solution =
                        problem.solve(solver, &Stopping { tolerance: 1e-12, ..exact() }, None).unwrap();
                    println!("{name} {solver}: {} {:?}", solution.iterations, solution.certificate);
                    assert!(solution.converged, "{name} by {solver}: {:?}", solution.certificate);
                    let mut expected = golden.model(&name);
                    let weights = expected.len() - loss.outputs();
                    let mut found = solution.point;
                    if data == "iris" {
                        // Intercepts of a softmax are defined up to a constant.
                        for point in [&mut expected, &mut found] {
                            let mean = point[weights..].iter().sum::<f64>() / 3.0;
                            point[weights..].iter_mut().for_each(|b| *b -= mean);
                        }
                    }
                    assert_close(&found, &expected, 1e-5, &format!("{name} by {solver}"));
                }
            }
        }
    }
}

#[test]
fn lbfgs_finds_pytorchs_minima() {
    let golden = Golden::open();
    let check = |name: &str, function: &mut dyn FnMut(&[f64], &mut [f64]) -> f64| {
        let settings = Lbfgs { tolerance: 1e-11, ..Lbfgs::default() };
        let minimum = lbfgs(function, &golden.numbers(&format!("lbfgs/{name}/start")), &settings).unwrap();
        println!("{name}: {} iterations, gradient {:e}", minimum.iterations, minimum.gradient);
        assert!(minimum.converged, "{name}: gradient {:e}", minimum.gradient);
        assert_close(&minimum.point, &golden.numbers(&format!("lbfgs/{name}/point")), 1e-8, name);
        assert_close(&[minimum.value], &golden.numbers(&format!("lbfgs/{name}/value")), 1e-12, name);
    };
    check("rosenbrock", &mut |x, g| {
        g.fill(0.0);
        let mut sum = 0.0;
        for i in 1..x.len() {
            let (a, b) = (1.0 - x[i - 1], x[i] - x[i - 1] * x[i - 1]);
            sum += a * a + 100.0 * b * b;
            g[i - 1] += -2.0 * a - 400.0 * x[i - 1] * b;
            g[i] += 200.0 * b;
        }
        sum
    });
    let (x, shape) = golden.get("cancer/x");
    let y = golden.numbers("cancer/y");
    check("logistic", &mut |w, g| {
        let n = shape[0] as f64;
        g.iter_mut().zip(w).for_each(|(g, w)| *g = 0.2 * w);
        let mut sum = 0.1 * w.iter().map(|w| w * w).sum::<f64>();
        for (row, y) in x.chunks_exact(shape[1]).zip(&y) {
            let z: f64 = row.iter().zip(w).map(|(x, w)| x * w).sum();
            sum += (z.max(0.0) + (-z.abs()).exp().ln_1p() - y * z) / n;
            let pull = (1.0 / (1.0 + (-z).exp()) - y) / n;
            g.iter_mut().zip(row).for_each(|(g, x)| *g += pull * x);
        }
        sum
    });
}
