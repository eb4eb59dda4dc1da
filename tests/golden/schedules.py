"""Learning rates of PyTorch's schedulers, stepped once an update. Writes schedules.json beside this file.

`rates` are those of some steps, all breaks among them; `sum` is the exact sum over every step of the run. Where PyTorch
has no such schedule, the formula is optax's or the paper's, cited beside the case, as a `LambdaLR`.
"""

import json
import math
import warnings
from pathlib import Path

import torch
from torch import optim
from torch.optim import lr_scheduler as s

warnings.filterwarnings("ignore")
LR = 0.3


def follow(make, steps):
    optimiser = optim.SGD([torch.zeros(1, requires_grad=True)], lr=LR, momentum=0.9)
    scheduler = make(optimiser)
    lr, momentum = [], []
    for _ in range(steps):
        lr.append(float(optimiser.param_groups[0]["lr"]))
        momentum.append(float(optimiser.param_groups[0]["momentum"]))
        optimiser.step()
        scheduler.step()
    return lr, momentum


def samples(lr):
    """The first steps, some hundred in between, the last ones, and both sides of every break."""
    steps = len(lr)
    at = set(range(min(steps, 30))) | set(range(0, steps, max(1, steps // 100))) | {steps - 2, steps - 1}
    bends = [abs((lr[i + 1] - lr[i]) - (lr[i] - lr[i - 1])) for i in range(1, steps - 1)]
    for step in sorted(range(len(bends)), key=bends.__getitem__)[-25:]:
        at |= {step, step + 1, step + 2}
    return sorted(at)


def sequence(optimiser, warmup, start, rest):
    first = s.LinearLR(optimiser, start_factor=start, end_factor=1.0, total_iters=warmup)
    return s.SequentialLR(optimiser, [first, rest(optimiser)], milestones=[warmup])


# name -> (the `[schedule]` section, steps per epoch, steps of the run, PyTorch's scheduler)
CASES = {
    "constant": ({}, 10, 100, lambda o: s.ConstantLR(o, factor=1.0)),
    "step": ({"kind": "step", "every": 2.5}, 100, 2000, lambda o: s.StepLR(o, 250)),
    "step-gamma": ({"kind": "step", "every": 1, "gamma": 0.97}, 100, 10000, lambda o: s.StepLR(o, 100, 0.97)),
    "multi-step": (
        {"kind": "multi-step", "milestones": [1, 2.5, 7], "gamma": 0.2},
        100,
        1000,
        lambda o: s.MultiStepLR(o, [100, 250, 700], 0.2),
    ),
    "exponential": ({"kind": "exponential", "gamma": 0.999}, 1, 10000, lambda o: s.ExponentialLR(o, 0.999)),
    "exponential-fine": (
        {"kind": "exponential", "gamma": 0.81},
        4,
        200,
        lambda o: s.ExponentialLR(o, 0.81**0.25),
    ),
    "inverse-time": (
        {"kind": "inverse-time", "rate": 0.5},
        20,
        1000,
        lambda o: s.LambdaLR(o, lambda step: 1 / (1 + 0.5 * (step / 20))),
    ),
    # scikit-learn's "invscaling" (BaseSGD: eta0 / t**power_t, its updates from 1).
    "inverse-power": ({"kind": "inverse-power"}, 20, 1000, lambda o: s.LambdaLR(o, lambda t: (t + 1) ** -0.5)),
    "inverse-power-quarter": (
        {"kind": "inverse-power", "power": 0.25},
        20,
        10000,
        lambda o: s.LambdaLR(o, lambda t: (t + 1) ** -0.25),
    ),
    "polynomial": ({"kind": "polynomial", "power": 2.5}, 10, 10000, lambda o: s.PolynomialLR(o, 10000, 2.5)),
    "linear": ({"kind": "linear"}, 10, 1000, lambda o: s.LinearLR(o, 1.0, 0.0, 1000)),
    "linear-end": ({"kind": "linear", "end": 0.1}, 10, 10000, lambda o: s.LinearLR(o, 1.0, 0.1, 10000)),
    "linear-start": (
        {"kind": "linear", "start": 0.25, "end": 0.75},
        10,
        1000,
        lambda o: s.LinearLR(o, 0.25, 0.75, 1000),
    ),
    "cosine": ({"kind": "cosine"}, 10, 10000, lambda o: s.CosineAnnealingLR(o, 10000)),
    "cosine-end": (
        {"kind": "cosine", "end": 0.05},
        10,
        777,
        lambda o: s.CosineAnnealingLR(o, 777, eta_min=0.05 * LR),
    ),
    "one-cycle": ({"kind": "one-cycle"}, 10, 10000, lambda o: s.OneCycleLR(o, LR, total_steps=10000)),
    "one-cycle-options": (
        {"kind": "one-cycle", "rise": 0.25, "div": 10, "final_div": 100},
        7,
        333,
        lambda o: s.OneCycleLR(o, LR, total_steps=333, pct_start=0.25, div_factor=10, final_div_factor=100),
    ),
    "one-cycle-linear": (
        {"kind": "one-cycle", "anneal": "linear"},
        10,
        10000,
        lambda o: s.OneCycleLR(o, LR, total_steps=10000, anneal_strategy="linear"),
    ),
    "one-cycle-three-phases": (
        {"kind": "one-cycle", "three_phase": True, "rise": 0.4, "cycle_momentum": True},
        10,
        10000,
        lambda o: s.OneCycleLR(o, LR, total_steps=10000, pct_start=0.4, three_phase=True),
    ),
    "one-cycle-momentum": (
        {"kind": "one-cycle", "cycle_momentum": True, "base_momentum": 0.7, "max_momentum": 0.99},
        10,
        1000,
        lambda o: s.OneCycleLR(o, LR, total_steps=1000, base_momentum=0.7, max_momentum=0.99),
    ),
    "restarts": (
        {"kind": "cosine-restarts", "every": 10, "end": 0.1},
        70,
        10000,
        lambda o: s.CosineAnnealingWarmRestarts(o, 700, eta_min=0.1 * LR),
    ),
    "restarts-longer": (
        {"kind": "cosine-restarts", "every": 1, "mult": 2},
        100,
        10000,
        lambda o: s.CosineAnnealingWarmRestarts(o, 100, T_mult=2),
    ),
    # optax.sgdr_schedule with peaks that halve.
    "restarts-lower": (
        {"kind": "cosine-restarts", "every": 5, "gamma": 0.5},
        20,
        1000,
        lambda o: s.LambdaLR(o, lambda t: 0.5 ** (t // 100) * (1 + math.cos(math.pi * (t % 100) / 100)) / 2),
    ),
    "cyclic": (
        {"kind": "cyclic", "rise": 2, "base": 0.2, "cycle_momentum": True},
        150,
        10000,
        lambda o: s.CyclicLR(o, 0.2 * LR, LR, 300),
    ),
    "cyclic-halved": (
        {"kind": "cyclic", "rise": 1, "fall": 3, "base": 0, "mode": "triangular2", "cycle_momentum": True},
        100,
        10000,
        lambda o: s.CyclicLR(o, 0, LR, 100, 300, mode="triangular2"),
    ),
    "cyclic-exponential": (
        {"kind": "cyclic", "rise": 1, "fall": 0.5, "mode": "exp-range", "gamma": 0.9997**100},
        100,
        10000,
        lambda o: s.CyclicLR(o, 0.1 * LR, LR, 100, 50, mode="exp_range", gamma=0.9997, cycle_momentum=False),
    ),
    # Hu et al. 2024 (MiniCPM), Hägele et al. 2024; as optax.join_schedules of linear, constant and linear.
    "warmup-stable-decay": (
        {"kind": "stable-decay", "warmup": 10, "warmup_start": 0.01, "decay": 0.25, "end": 0.1},
        100,
        9000,
        lambda o: s.SequentialLR(
            o,
            [s.LinearLR(o, 0.01, 1, 1000), s.ConstantLR(o, 1.0), s.LinearLR(o, 1.0, 0.1, 2000)],
            milestones=[1000, 7000],
        ),
    ),
    # Equation 3 of Hägele et al. 2024 (arXiv 2405.18392).
    "stable-sqrt": (
        {"kind": "stable-decay", "anneal": "sqrt"},
        100,
        10000,
        lambda o: s.LambdaLR(o, lambda t: 1.0 if t <= 8000 else 1 - math.sqrt((t - 8000) / 2000)),
    ),
    # pytabkit's `coslog4` and `flat_cos`, which RealMLP has (Holzmüller et al. 2024, arXiv 2407.04491).
    "coslog4": (
        {"kind": "coslog"},
        100,
        10000,
        lambda o: s.LambdaLR(o, lambda t: 0.5 * (1 - math.cos(2 * math.pi * math.log2(1 + 15 * t / 10000)))),
    ),
    "flat-cos": (
        {"kind": "stable-decay", "decay": 0.5, "anneal": "cosine"},
        100,
        10000,
        lambda o: s.LambdaLR(o, lambda t: 0.5 * (1 + math.cos(math.pi * max(0.0, 2 * t / 10000 - 1)))),
    ),
    # Equation 3 of Vaswani et al. 2017 (arXiv 1706.03762), its steps from 1.
    "noam": (
        {"kind": "noam", "rise": 4, "model_size": 512},
        100,
        10000,
        lambda o: s.LambdaLR(o, lambda t: 512**-0.5 * min((t + 1) ** -0.5, (t + 1) * 400**-1.5)),
    ),
    "noam-peak": (
        {"kind": "noam", "rise": 4},
        100,
        10000,
        lambda o: s.LambdaLR(o, lambda t: min((400 / (t + 1)) ** 0.5, (t + 1) / 400)),
    ),
    "sequential": (
        {
            "kind": "sequential",
            "parts": [{"kind": "constant", "scale": 0.25}, {"kind": "exponential", "gamma": 0.5}, {"kind": "cosine"}],
            "starts": [5, 12.5],
        },
        200,
        10000,
        lambda o: s.SequentialLR(
            o,
            [s.ConstantLR(o, 0.25, 10**9), s.ExponentialLR(o, 0.5 ** (1 / 200)), s.CosineAnnealingLR(o, 7500)],
            milestones=[1000, 2500],
        ),
    ),
    "product": (
        {"kind": "product", "parts": [{"kind": "step", "every": 10, "gamma": 0.5}, {"kind": "exponential", "gamma": 0.97}]},
        100,
        10000,
        lambda o: s.ChainedScheduler([s.StepLR(o, 1000, 0.5), s.ExponentialLR(o, 0.97**0.01)]),
    ),
    "warmup-cosine": (
        {"kind": "cosine", "warmup": 2, "warmup_start": 0.1},
        50,
        1000,
        lambda o: sequence(o, 100, 0.1, lambda o: s.CosineAnnealingLR(o, 900)),
    ),
    "warmup-constant": (
        {"warmup": 0.5, "warmup_start": 0.01},
        50,
        100,
        lambda o: sequence(o, 25, 0.01, lambda o: s.ConstantLR(o, factor=1.0)),
    ),
    "warmup-step": (
        {"kind": "step", "every": 3, "warmup": 1, "warmup_start": 0.2},
        30,
        500,
        lambda o: sequence(o, 30, 0.2, lambda o: s.StepLR(o, 90)),
    ),
}

cases = {}
for name, (section, steps_per_epoch, steps, make) in CASES.items():
    lr, momentum = follow(make, steps)
    at = samples(lr)
    cases[name] = {
        "schedule": {"kind": "constant"} | section,
        "steps_per_epoch": steps_per_epoch,
        "steps": steps,
        "rates": [[step, lr[step]] for step in at],
        "sum": math.fsum(lr),
    }
    if section.get("cycle_momentum"):
        cases[name]["momenta"] = [[step, momentum[step]] for step in at]

# Metrics of a made-up training: better, flat, worse, better again, flat for long.
METRICS = [1.0, 0.9, 0.89, 0.889, 0.8889, 0.88889] + [0.95] * 4 + [0.7, 0.69999] + [0.7] * 20 + [0.3] + [0.3] * 15
plateau = {}
for name, maximise, options in [
    ("min", False, {}),
    ("min-patient", False, {"factor": 0.5, "patience": 3, "threshold": 0.01, "cooldown": 2}),
    ("min-floor", False, {"factor": 0.3, "patience": 0, "min": 0.05}),
    ("max", True, {"factor": 0.5, "patience": 2, "cooldown": 1}),
    ("absolute", False, {"factor": 0.5, "patience": 1, "threshold": 0.15, "threshold_mode": "abs"}),
]:
    metrics = [2.0 - m for m in METRICS] if maximise else METRICS
    optimiser = optim.SGD([torch.zeros(1, requires_grad=True)], lr=LR)
    torch_options = {k: v for k, v in options.items() if k != "min"}
    scheduler = s.ReduceLROnPlateau(
        optimiser, "max" if maximise else "min", min_lr=options.get("min", 0) * LR, eps=0, **torch_options
    )
    found = []
    for metric in metrics:
        scheduler.step(metric)
        found.append(optimiser.param_groups[0]["lr"])
    section = {"kind": "plateau"} | options
    plateau[name] = {"schedule": section, "maximise": maximise, "metrics": metrics, "rates": found}

result = {"torch": torch.__version__.split("+")[0], "lr": LR, "cases": cases, "plateau": plateau}
Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=0) + "\n")
