"""kiln's search beside Optuna's default sampler: the best value of 100 trials on six problems, 20 studies each.

    cargo bench --bench tune > tune.jsonl
    python bench/peers/tune.py tune.jsonl            # prints the table
    python bench/peers/tune.py --golden              # writes tests/golden/tune.json anew

Rows with a lag of 4 are held to Optuna with as many trials at once: asked for one by one, each told when the fourth after it is asked for. p is
that of the Mann-Whitney test that kiln's values are larger, that is, worse.
"""

import json
import math
import statistics
import sys
import time
import warnings
from pathlib import Path

GOLDEN = Path(__file__).parents[2] / "tests" / "golden" / "tune.json"


def branin(t):
    x, y = t.suggest_float("x0", -5, 10), t.suggest_float("x1", 0, 15)
    curve = y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6
    return curve * curve + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def hartmann(t):
    alpha = [1.0, 1.2, 3.0, 3.2]
    a = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
    p = [
        [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
        [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
        [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
        [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ]
    x = [t.suggest_float(f"x{i}", 0, 1) for i in range(6)]
    return -sum(alpha[k] * math.exp(-sum(a[k][i] * (x[i] - p[k][i]) ** 2 for i in range(6))) for k in range(4))


def rosenbrock(t):
    x = [t.suggest_float(f"x{i}", -2, 2) for i in range(4)]
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


def mixed(t):
    choice = {"a": 0.5, "b": 0.0, "c": 1.0, "d": 0.3}[t.suggest_categorical("c", ["a", "b", "c", "d"])]
    k, n = t.suggest_int("k", 1, 512, log=True), t.suggest_int("n", 1, 12)
    s, x = t.suggest_float("s", 0, 1, step=0.05), t.suggest_float("x", 1e-5, 1e-1, log=True)
    return (
        (math.log10(x) + 3) ** 2
        + choice
        + 0.05 * (n - 7) ** 2
        + math.log(k / 48) ** 2 / 4
        + 2 * (s - 0.35 - 0.02 * n) ** 2
    )


def network(t):
    layers, lr = t.suggest_int("layers", 1, 3), math.log10(t.suggest_float("lr", 1e-5, 1, log=True))
    if t.suggest_categorical("optim", ["adam", "sgd"]) == "sgd":
        momentum = t.suggest_float("momentum", 0, 0.99)
        value = (lr + 1 + momentum) ** 2 + 2 * (momentum - 0.9) ** 2
    else:
        value = 0.05 + (lr + 3) ** 2
    value += 0.3 * abs(layers - 2)
    for i, best in zip(range(layers), [128, 64, 32]):
        value += 0.1 * math.log(t.suggest_int(f"width{i + 1}", 8, 512, log=True) / best) ** 2
    return value


def kernel(t):
    c = math.log10(t.suggest_float("c", 1e-3, 1e3, log=True))
    kind = t.suggest_categorical("kernel", ["linear", "poly", "rbf"])
    if kind == "linear":
        return 0.4 + 0.2 * (c + 1) ** 2
    degree = t.suggest_int("degree", 2, 5) if kind == "poly" else None
    gamma = math.log10(t.suggest_float("gamma", 1e-4, 10, log=True))
    if kind == "rbf":
        return 0.3 * (c - 1) ** 2 + 0.5 * (gamma + 2 + 0.5 * (c - 1)) ** 2
    return 0.2 + 0.3 * c * c + 0.5 * (gamma + 1) ** 2 + 0.1 * abs(degree - 3)


PROBLEMS = {
    "branin": branin,
    "hartmann-6": hartmann,
    "rosenbrock-4": rosenbrock,
    "mixed": mixed,
    "network": network,
    "kernel": kernel,
}


def best_value(optuna, objective, seed, lag):
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    running = []
    for _ in range(100):
        if len(running) == lag:
            study.tell(*running.pop(0))
        trial = study.ask()
        running.append((trial, objective(trial)))
    for trial, value in running:
        study.tell(trial, value)
    return study.best_value


def optuna_best():
    import optuna

    warnings.filterwarnings("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    best, ms = {1: {}, 4: {}}, {}
    # Four at once: more studies, for the medians of 20 differ by as much as what is looked for.
    for lag, studies in [(1, 20), (4, 60)]:
        for name, objective in PROBLEMS.items():
            began = time.perf_counter()
            best[lag][name] = [best_value(optuna, objective, seed, lag) for seed in range(studies)]
            ms[name, lag] = (time.perf_counter() - began) * 10 / studies
    return {"optuna": optuna.__version__, "best": best[1], "best_lag_4": best[4]}, ms


def main():
    theirs, ms = optuna_best()
    if sys.argv[1:] == ["--golden"]:
        GOLDEN.write_text(json.dumps(theirs, indent=0) + "\n")
        return
    from scipy.stats import mannwhitneyu

    ours = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines() if line.startswith("{")]
    print(f"{'problem':14}{'sampler':18}{'kiln':>10}{'Optuna':>10}{'p':>8}{'kiln ms':>9}{'Optuna ms':>11}")
    for row in ours:
        lag = 4 if "lag 4" in row["sampler"] else 1
        other = theirs["best_lag_4" if lag == 4 else "best"][row["problem"]]
        p = mannwhitneyu(row["best"], other, alternative="greater", method="asymptotic").pvalue
        print(
            f"{row['problem']:14}{row['sampler']:18}{statistics.median(row['best']):10.4f}"
            f"{statistics.median(other):10.4f}{p:8.3f}{row['ms']:9.3f}{ms[row['problem'], lag]:11.3f}"
        )


main()
