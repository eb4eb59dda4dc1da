//! Linear models solved to a certificate, as users of the program meet them.

use serde_json::Value;

use crate::common::{Place, json, train};

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| unreachable!("{value} is no number"))
}

const LASSO: &str = "data.source=diabetes model.kind=linear penalty.0.kind=l1 penalty.0.strength=0.1";

#[test]
fn a_lasso_is_solved_to_a_gap_and_can_be_used_like_any_run() {
    let place = Place::new();
    let ends = ["cd", "fista"].map(|solver| train(&place, &format!("{LASSO} --solver {solver}")));
    for end in &ends {
        assert_eq!(end["stop"], "optimal");
        assert!(number(&end["certificate"]["gap"]) <= 1e-8, "{end}");
        assert!(number(&end["sparsity"]["output.weight"]) > 0.0, "{end}");
    }
    let difference =
        number(&ends[0]["certificate"]["objective"]) - number(&ends[1]["certificate"]["objective"]);
    assert!(difference.abs() <= 2e-8, "{difference:e}");
    assert!((number(&ends[0]["test"]["mse"]) - number(&ends[1]["test"]["mse"])).abs() < 0.5);
    let run = &place.run_dirs()[0];
    assert_eq!(json(&run.join("run.json"))["certificate"], ends[0]["certificate"]);
    let eval = place.ok(&format!("eval {} --json", run.display())).last_event();
    assert_eq!(eval["metrics"]["mse"], ends[0]["test"]["mse"], "{eval}");
    // A run that has ended is as it was.
    let again = place.ok(&format!("resume {} --json -q", run.display())).last_event();
    assert_eq!(again["weights_blake3"], ends[0]["weights_blake3"]);
    // What the run wrote down repeats it.
    let repeat = train(&place, &run.join("run.toml").display().to_string());
    assert_eq!(repeat["weights_blake3"], ends[0]["weights_blake3"]);
    let words = place.ok(&format!("train {LASSO} --solver cd"));
    for piece in ["duality gap", "KKT residual", "zeros in output.weight", "the optimum is reached"] {
        assert!(words.says(piece), "{piece}\n{}", words.stderr);
    }
}

#[test]
fn a_solver_that_does_not_fit_says_so_and_what_to_do() {
    let place = Place::new();
    place.fails(&format!("train {LASSO} --solver lbfgs"), 2, "lbfgs needs a smooth problem");
    place.fails("train digits --solver fista", 2, "the model is not linear");
    place.fails(
        "train data.source=iris model.kind=linear --solver cd",
        2,
        "coordinate descent is for the squared error",
    );
    let bias = format!("train {LASSO} penalty.0.params=all --solver cd");
    place.fails(&bias, 2, "includes the bias");
    let decay = "train data.source=iris model.kind=linear optim.kind=adamw train.kkt_tolerance=1e-3";
    place.fails(decay, 2, "optim.weight_decay is 0.01");
    place.fails(&format!("train {LASSO} --solver newton"), 2, "possible values");
    place.fails(&format!("train {LASSO} train.solver=newton"), 2, "one of fista, cd, lbfgs");
    place.fails(&format!("train {LASSO} train.gap_tolerance=-1 --solver cd"), 2, "train.gap_tolerance is -1");
    // One that runs out of iterations says so too, and keeps what it has.
    let short = place.ok(&format!("train {LASSO} --solver fista train.steps=3 --json"));
    assert!(short.says("the solver stopped before its tolerance"), "{}", short.stderr);
    assert_eq!(short.last_event()["stop"], "finished");
}

#[test]
fn steps_stop_at_the_optimum_that_the_solver_finds() {
    let place = Place::new();
    // Without a validation part the last weights are the ones that are kept.
    let ridge =
        "data.source=diabetes data.validation=0 model.kind=linear penalty.0.kind=l2 penalty.0.strength=0.1";
    let solved = train(&place, &format!("{ridge} --solver lbfgs"));
    let sgd = "optim.kind=sgd optim.lr=0.1 train.batch_size=0 train.epochs=3000 train.kkt_tolerance=1e-4";
    let stepped = train(&place, &format!("{ridge} {sgd}"));
    assert_eq!(stepped["stop"], "optimal", "{stepped}");
    assert!(number(&stepped["certificate"]["kkt_residual"]) < 1e-3, "{stepped}");
    let best = number(&solved["certificate"]["objective"]);
    let (objective, gap) =
        (number(&stepped["certificate"]["objective"]), number(&stepped["certificate"]["gap"]));
    // The bound that the steps end with holds against the true optimum, and is a small one.
    assert!(objective - best <= gap + 1e-9 && gap < 1e-2, "{objective} {best} {gap}");
}

#[test]
fn a_sparse_logistic_model_of_the_digits_is_near_the_dense_one() {
    let place = Place::new();
    let model = "data.source=digits data.validation=0 model.kind=linear train.gap_tolerance=1e-6";
    // 1/(2 n C) with n = 1442: scikit-learn's default, C = 1.
    let dense =
        train(&place, &format!("{model} penalty.0.kind=l2 penalty.0.strength=3.467e-4 --solver lbfgs"));
    let sparse = train(&place, &format!("{model} penalty.0.kind=l1 penalty.0.strength=0.006 --solver fista"));
    let zeros = number(&sparse["sparsity"]["output.weight"]);
    let [dense, sparse] = [&dense, &sparse].map(|end| number(&end["test"]["accuracy"]));
    println!("zeros {zeros:.4}, accuracy {sparse:.4}, dense {dense:.4}");
    assert!(zeros >= 0.8 && sparse >= dense - 0.01, "{zeros} zeros, {sparse} instead of {dense}");
}
