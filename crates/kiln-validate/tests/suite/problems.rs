//! Objectives with known minima, as `bench/peers/tune.py` has them in Python.

use kiln_validate::search::{Assignment, Value};

/// An objective to be made small.
pub(crate) struct Problem {
    pub(crate) name: &'static str,
    pub(crate) space: &'static [&'static str],
    pub(crate) value: fn(&Assignment) -> f64,
}

pub(crate) const PROBLEMS: [Problem; 6] = [
    Problem { name: "branin", space: &["x0=uniform(-5,10)", "x1=uniform(0,15)"], value: branin },
    Problem {
        name: "hartmann-6",
        space: &[
            "x0=uniform(0,1)",
            "x1=uniform(0,1)",
            "x2=uniform(0,1)",
            "x3=uniform(0,1)",
            "x4=uniform(0,1)",
            "x5=uniform(0,1)",
        ],
        value: hartmann,
    },
    Problem {
        name: "rosenbrock-4",
        space: &["x0=uniform(-2,2)", "x1=uniform(-2,2)", "x2=uniform(-2,2)", "x3=uniform(-2,2)"],
        value: rosenbrock,
    },
    Problem {
        name: "mixed",
        space: &[
            "c=choice(a,b,c,d)",
            "k=logint(1,512)",
            "n=int(1,12)",
            "s=uniform(0,1,0.05)",
            "x=log(1e-5,1e-1)",
        ],
        value: mixed,
    },
    Problem {
        name: "network",
        space: &[
            "layers=int(1,3)",
            "lr=log(1e-5,1)",
            "optim=choice(adam,sgd)",
            "momentum=uniform(0,0.99) if optim=sgd",
            "width1=logint(8,512)",
            "width2=logint(8,512) if layers>=2",
            "width3=logint(8,512) if layers>=3",
        ],
        value: network,
    },
    Problem {
        name: "kernel",
        space: &[
            "c=log(1e-3,1e3)",
            "kernel=choice(linear,poly,rbf)",
            "degree=int(2,5) if kernel=poly",
            "gamma=log(1e-4,10) if kernel=poly|rbf",
        ],
        value: kernel,
    },
];

fn at(params: &Assignment, name: &str) -> f64 {
    params.number(name).unwrap_or_else(|| unreachable!("{name} is not set"))
}

fn is(params: &Assignment, name: &str, value: &str) -> bool {
    params.get(name) == Some(&Value::Text(value.to_owned()))
}

fn branin(params: &Assignment) -> f64 {
    use std::f64::consts::PI;
    let (x, y) = (at(params, "x0"), at(params, "x1"));
    let curve = y - 5.1 / (4.0 * PI * PI) * x * x + 5.0 / PI * x - 6.0;
    curve * curve + 10.0 * (1.0 - 1.0 / (8.0 * PI)) * x.cos() + 10.0
}

fn hartmann(params: &Assignment) -> f64 {
    const ALPHA: [f64; 4] = [1.0, 1.2, 3.0, 3.2];
    const A: [[f64; 6]; 4] = [
        [10.0, 3.0, 17.0, 3.5, 1.7, 8.0],
        [0.05, 10.0, 17.0, 0.1, 8.0, 14.0],
        [3.0, 3.5, 1.7, 10.0, 17.0, 8.0],
        [17.0, 8.0, 0.05, 10.0, 0.1, 14.0],
    ];
    const P: [[f64; 6]; 4] = [
        [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
        [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
        [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
        [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ];
    let x: Vec<f64> = (0..6).map(|i| at(params, &format!("x{i}"))).collect();
    let term = |k: usize| (0..6).map(|i| A[k][i] * (x[i] - P[k][i]).powi(2)).sum::<f64>();
    -(0..4).map(|k| ALPHA[k] * (-term(k)).exp()).sum::<f64>()
}

fn rosenbrock(params: &Assignment) -> f64 {
    let x: Vec<f64> = (0..4).map(|i| at(params, &format!("x{i}"))).collect();
    x.windows(2).map(|w| 100.0 * (w[1] - w[0] * w[0]).powi(2) + (1.0 - w[0]).powi(2)).sum()
}

fn mixed(params: &Assignment) -> f64 {
    let choice = ["a", "b", "c", "d"].iter().position(|c| is(params, "c", c)).unwrap_or(0);
    let offset = [0.5, 0.0, 1.0, 0.3][choice];
    (at(params, "x").log10() + 3.0).powi(2)
        + offset
        + 0.05 * (at(params, "n") - 7.0).powi(2)
        + (at(params, "k") / 48.0).ln().powi(2) / 4.0
        + 2.0 * (at(params, "s") - 0.35 - 0.02 * at(params, "n")).powi(2)
}

fn network(params: &Assignment) -> f64 {
    let lr = at(params, "lr").log10();
    let layers = at(params, "layers");
    let optim = if is(params, "optim", "sgd") {
        let momentum = at(params, "momentum");
        (lr + 1.0 + momentum).powi(2) + 2.0 * (momentum - 0.9).powi(2)
    } else {
        0.05 + (lr + 3.0).powi(2)
    };
    let width = |name: &str, best: f64| 0.1 * (at(params, name) / best).ln().powi(2);
    let mut value = optim + width("width1", 128.0) + 0.3 * (layers - 2.0).abs();
    if layers >= 2.0 {
        value += width("width2", 64.0);
    }
    if layers >= 3.0 {
        value += width("width3", 32.0);
    }
    value
}

fn kernel(params: &Assignment) -> f64 {
    let c = at(params, "c").log10();
    if is(params, "kernel", "linear") {
        0.4 + 0.2 * (c + 1.0).powi(2)
    } else if is(params, "kernel", "rbf") {
        let gamma = at(params, "gamma").log10();
        0.3 * (c - 1.0).powi(2) + 0.5 * (gamma + 2.0 + 0.5 * (c - 1.0)).powi(2)
    } else {
        let gamma = at(params, "gamma").log10();
        0.2 + 0.3 * c * c + 0.5 * (gamma + 1.0).powi(2) + 0.1 * (at(params, "degree") - 3.0).abs()
    }
}
