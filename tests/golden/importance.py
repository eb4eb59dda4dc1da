"""Importance of settings by Optuna's PED-ANOVA, of trials that are given.

    python tests/golden/importance.py
"""

import json
import pathlib

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import PedAnovaImportanceEvaluator

optuna.logging.set_verbosity(optuna.logging.ERROR)
rng = np.random.default_rng(0)
SPACE = {
    "lr": ("log(1e-4, 1)", FloatDistribution(1e-4, 1.0, log=True)),
    "drop": ("uniform(0, 0.5)", FloatDistribution(0.0, 0.5)),
    "stepped": ("uniform(0, 1, 0.25)", FloatDistribution(0.0, 1.0, step=0.25)),
    "depth": ("int(1, 6)", IntDistribution(1, 6)),
    "width": ("logint(8, 512)", IntDistribution(8, 512, log=True)),
    "kind": ("choice(adam, sgd, lion)", CategoricalDistribution(["adam", "sgd", "lion"])),
    "momentum": ("uniform(0, 1) if kind=sgd", FloatDistribution(0.0, 1.0)),
    "fixed": ("choice(1)", CategoricalDistribution([1])),
}


def draw(distribution):
    if isinstance(distribution, CategoricalDistribution):
        return distribution.choices[rng.integers(len(distribution.choices))]
    if isinstance(distribution, IntDistribution):
        return int(rng.integers(distribution.low, distribution.high + 1))
    if distribution.step is not None:
        return float(distribution.low + distribution.step * rng.integers(round((distribution.high - distribution.low) / distribution.step) + 1))
    if distribution.log:
        return float(np.exp(rng.uniform(np.log(distribution.low), np.log(distribution.high))))
    return float(rng.uniform(distribution.low, distribution.high))


def valley(params):
    return (np.log10(params["lr"]) + 2) ** 2 + 0.3 * abs(params["depth"] - 3) + (params["kind"] == "sgd") * (params.get("momentum", 0) - 0.3) + 0.05 * rng.normal()


def width_only(params):
    return np.log2(params["width"]) + params["stepped"]


cases = []
for name, objective, count, maximise in [
    ("valley", valley, 100, False), ("few", valley, 12, False), ("upwards", width_only, 75, True), ("many", width_only, 150, False),
]:
    study = optuna.create_study(direction="maximize" if maximise else "minimize")
    trials = []
    for _ in range(count):
        params = {key: draw(distribution) for key, (_, distribution) in SPACE.items()}
        if params["kind"] != "sgd":
            del params["momentum"]
        value = float(objective(params))
        trials.append({"params": params, "value": value})
        study.add_trial(optuna.trial.create_trial(params=params, distributions={key: SPACE[key][1] for key in params}, value=value))
    found = optuna.importance.get_param_importances(study, evaluator=PedAnovaImportanceEvaluator())
    cases.append({"name": name, "maximise": maximise, "space": [f"{key}={text}" for key, (text, _) in SPACE.items()],
                  "trials": trials, "importance": {key: found.get(key, 0.0) for key in SPACE}})
path = pathlib.Path(__file__).parent / "importance.json"
path.write_text(json.dumps({"optuna": optuna.__version__, "cases": cases}) + "\n")
