"""Learning rates of PyTorch's schedulers, stepped once an update. Writes schedules.json beside this file."""

import json
import warnings
from pathlib import Path

import torch
from torch import optim
from torch.optim import lr_scheduler as s

warnings.filterwarnings("ignore")
LR = 0.3


def rates(make, steps, at):
    optimiser = optim.SGD([torch.zeros(1, requires_grad=True)], lr=LR)
    scheduler = make(optimiser)
    found = []
    for step in range(steps):
        if step in at:
            found.append([step, optimiser.param_groups[0]["lr"]])
        optimiser.step()
        scheduler.step()
    return found


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
    "polynomial": ({"kind": "polynomial", "power": 2.5}, 10, 10000, lambda o: s.PolynomialLR(o, 10000, 2.5)),
    "linear": ({"kind": "linear"}, 10, 1000, lambda o: s.LinearLR(o, 1.0, 0.0, 1000)),
    "linear-end": ({"kind": "linear", "end": 0.1}, 10, 10000, lambda o: s.LinearLR(o, 1.0, 0.1, 10000)),
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
    at = set(range(min(steps, 30))) | set(range(0, steps, max(1, steps // 50))) | {steps - 2, steps - 1}
    cases[name] = {
        "schedule": {"kind": "constant"} | section,
        "steps_per_epoch": steps_per_epoch,
        "steps": steps,
        "rates": rates(make, steps, at),
    }

# Metrics of a made-up training: better, flat, worse, better again, flat for long.
METRICS = [1.0, 0.9, 0.89, 0.889, 0.8889, 0.88889] + [0.95] * 4 + [0.7, 0.69999] + [0.7] * 20 + [0.3] + [0.3] * 15
plateau = {}
for name, maximise, options in [
    ("min", False, {}),
    ("min-patient", False, {"factor": 0.5, "patience": 3, "threshold": 0.01, "cooldown": 2}),
    ("min-floor", False, {"factor": 0.3, "patience": 0, "min": 0.05}),
    ("max", True, {"factor": 0.5, "patience": 2, "cooldown": 1}),
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
