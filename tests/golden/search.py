"""Sobol points of SciPy; suggestions of Optuna's TPE with draws that are handed in; what Optuna's pruners give up.
Writes search.json beside this file."""

import json
import warnings
from pathlib import Path

import numpy as np
import optuna
import scipy
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState, create_trial
from scipy.stats import qmc

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
rng = np.random.default_rng(2026)

# Sobol: all 64 dimensions that kiln has, some of them written down.
DIMENSIONS = [0, 1, 2, 3, 7, 20, 63]
points = qmc.Sobol(d=64, scramble=False, bits=32).random(128)
sobol = {"dimensions": DIMENSIONS, "points": points[:, DIMENSIONS].tolist()}


class Draws:
    """A generator that remembers its uniform numbers."""

    def __init__(self):
        self.used = []

    def _take(self, size):
        drawn = rng.random(size)
        self.used += drawn.ravel().tolist()
        return drawn

    def choice(self, n, p, size):
        cdf = np.cumsum(p)
        return np.searchsorted(cdf / cdf[-1], self._take(size), side="right")

    def rand(self, n):
        return self._take(n)

    def uniform(self, low, high, size):
        assert (low, high) == (0, 1)
        return self._take(size)


class Lazy:
    def __init__(self, draws):
        self.rng = draws


# Names in alphabetical order: Optuna sorts them.
SPACE = {
    "a": ("uniform(-2,3)", FloatDistribution(-2, 3)),
    "b": ("log(1e-4,10)", FloatDistribution(1e-4, 10, log=True)),
    "c": ("uniform(0,1,0.1)", FloatDistribution(0, 1, step=0.1)),
    "d": ("int(1,9)", IntDistribution(1, 9)),
    "e": ("logint(1,512)", IntDistribution(1, 512, log=True)),
    "f": ("choice(p,q,r)", CategoricalDistribution(["p", "q", "r"])),
    "g": ("int(0,40,8)", IntDistribution(0, 40, step=8)),
}


def random_params(names):
    def draw(d):
        if isinstance(d, CategoricalDistribution):
            return str(rng.choice(d.choices))
        if d.log:
            x = float(np.exp(rng.uniform(np.log(d.low), np.log(d.high))))
            return int(round(x)) if isinstance(d, IntDistribution) else x
        if d.step is not None:
            x = d.low + d.step * int(rng.integers(0, round((d.high - d.low) / d.step) + 1))
            return int(x) if isinstance(d, IntDistribution) else float(x)
        return float(rng.uniform(d.low, d.high))

    return {name: draw(SPACE[name][1]) for name in names}


def tpe(names, ended, pruned, running, maximise):
    study = optuna.create_study(direction="maximize" if maximise else "minimize")
    trials = []
    for number in range(ended):
        # The parameter g is missing in some trials.
        kept = [name for name in names if name != "g" or rng.random() < 0.7]
        params = random_params(kept)
        is_pruned = bool(rng.random() < pruned)
        reports = {step: float(rng.normal()) for step in range(1, int(rng.integers(2, 6)))} if is_pruned else {}
        value = None if is_pruned else float(rng.normal())
        trials.append({"params": params, "value": value, "reports": list(reports.items())})
        study.add_trial(
            create_trial(
                state=TrialState.PRUNED if is_pruned else TrialState.COMPLETE,
                value=value,
                params=params,
                distributions={name: SPACE[name][1] for name in kept},
                intermediate_values=reports,
            )
        )
    liars = []
    for _ in range(running):
        params = random_params(names)
        liars.append(params)
        distributions = {name: SPACE[name][1] for name in names}
        study.add_trial(create_trial(state=TrialState.RUNNING, params=params, distributions=distributions))
    sampler = optuna.samplers.TPESampler()
    asked = create_trial(state=TrialState.RUNNING)
    case = {"space": [f"{name}={SPACE[name][0]}" for name in names], "maximise": maximise, "trials": trials}
    case |= {"running": liars, "suggestions": []}
    for group in [names, *[[name] for name in names]]:
        if "g" in group and len(group) > 1:
            group = [name for name in group if name != "g"]
        for _ in range(4):
            draws = Draws()
            sampler._rng = Lazy(draws)
            found = sampler._sample(study, asked, {name: SPACE[name][1] for name in group})
            case["suggestions"].append({"names": group, "draws": draws.used, "found": found})
    return case


everything = list(SPACE)
cases = [
    tpe(everything, ended=11, pruned=0.0, running=0, maximise=False),
    tpe(everything, ended=60, pruned=0.4, running=3, maximise=True),
    tpe(["a", "f"], ended=300, pruned=0.1, running=1, maximise=False),
    tpe(["e"], ended=10, pruned=0.9, running=0, maximise=False),
]

# Pruners: what each trial reports is fixed, so that only the decisions differ.
STEPS, TRIALS = 27, 40
quality = rng.normal(size=(TRIALS, 1))
curves = np.round(quality + 3 / np.arange(1, STEPS + 1) + 0.5 * rng.normal(size=(TRIALS, STEPS)), 3)


def pruned(pruner, maximise):
    study = optuna.create_study(
        study_name="kiln", pruner=pruner, direction="maximize" if maximise else "minimize"
    )
    ends = []
    for number in range(TRIALS):
        trial = study.ask()
        end = None
        for step in range(1, STEPS + 1):
            trial.report(float(curves[number, step - 1]), step)
            if trial.should_prune():
                end = step
                break
        if end is None:
            study.tell(trial, float(curves[number, -1]))
        else:
            study.tell(trial, state=TrialState.PRUNED)
        ends.append(end)
    brackets = None
    if isinstance(pruner, optuna.pruners.HyperbandPruner):
        brackets = [pruner._get_bracket_id(study, trial) for trial in study.trials]
    return {"maximise": maximise, "ends": ends, "brackets": brackets}


pruners = []
for maximise in [False, True]:
    for startup, warmup in [(5, 0), (1, 4), (10, 2)]:
        case = pruned(optuna.pruners.MedianPruner(n_startup_trials=startup, n_warmup_steps=warmup), maximise)
        pruners.append(case | {"pruner": {"kind": "median", "startup": startup, "warmup": warmup}})
    for resource, factor, late in [(1, 4, 0), (1, 2, 0), (2, 3, 1)]:
        case = pruned(optuna.pruners.SuccessiveHalvingPruner(resource, factor, late), maximise)
        pruners.append(case | {"pruner": {"kind": "asha", "resource": resource, "factor": factor, "late": late}})
    for resource, most, factor in [(1, 27, 3), (2, 27, 2)]:
        case = pruned(optuna.pruners.HyperbandPruner(resource, most, factor), maximise)
        case |= {"pruner": {"kind": "hyperband", "resource": resource, "most": most, "factor": factor}}
        pruners.append(case)

brackets = []
for resource, most, factor in [(1, 81, 3), (1, 27, 3), (1, 100, 4), (2, 27, 2), (5, 5, 3), (1, 60, 2), (3, 200, 5)]:
    pruner = optuna.pruners.HyperbandPruner(resource, most, factor)
    pruner._try_initialization(optuna.create_study())
    brackets.append([resource, most, factor, pruner._trial_allocation_budgets])

result = {
    "scipy": scipy.__version__,
    "optuna": optuna.__version__,
    "sobol": sobol,
    "tpe": cases,
    "curves": curves.tolist(),
    "pruners": pruners,
    "brackets": brackets,
}
Path(__file__).with_suffix(".json").write_text(json.dumps(result) + "\n")
