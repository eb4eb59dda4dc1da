"""Averages of weights over 100 steps, float64. Writes average.safetensors beside this file.

Step t (from 1) of the training that is averaged: weight_t = a cos(t / 10) + b t / 100, and a running statistic likewise.
"""

import math
from pathlib import Path

import timm
import torch
from safetensors.torch import save_file
from timm.utils import ModelEmaV3
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

torch.manual_seed(9)
f64 = torch.float64
STEPS = 100


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(3, 2, dtype=f64))
        self.register_buffer("running_mean", torch.zeros(4, dtype=f64))


out = {name: torch.randn(shape, dtype=f64) for name, shape in {
    "weight/a": (3, 2), "weight/b": (3, 2), "running_mean/a": (4,), "running_mean/b": (4,)}.items()}


def move(model, t):
    with torch.no_grad():
        for name in ("weight", "running_mean"):
            value = out[f"{name}/a"] * math.cos(t / 10) + out[f"{name}/b"] * (t / 100)
            getattr(model, name).copy_(value)


def timm_ema(**options):
    model = Model()
    ema = ModelEmaV3(model, **options)
    for t in range(1, STEPS + 1):
        move(model, t)
        ema.update(model, step=t)
        yield t, ema.module


def torch_average(every=1, start=0, **options):
    model = Model()
    average = AveragedModel(model, use_buffers=True, **options)
    for t in range(1, STEPS + 1):
        move(model, t)
        if t > start and (t - start) % every == 0:
            average.update_parameters(model)
        yield t, average.module


for name, run in {
    "ema": timm_ema(decay=0.95),
    "ema-late": timm_ema(decay=0.9, update_after_step=20),
    "ema-warmup": timm_ema(decay=0.999, use_warmup=True),
    "ema-warmup-options": timm_ema(decay=0.9, min_decay=0.3, use_warmup=True, warmup_gamma=5.0, warmup_power=0.75),
    "ema-torch": torch_average(multi_avg_fn=get_ema_multi_avg_fn(0.97)),
    "ema-every": torch_average(every=7, multi_avg_fn=get_ema_multi_avg_fn(0.8)),
    "swa": torch_average(every=10, start=50),
}.items():
    for t, module in run:
        if t in (1, 2, 10, 60, 77, STEPS):
            out[f"{name}/{t}/weight"] = module.weight.detach().clone()
            if not name.startswith("swa"):
                out[f"{name}/{t}/running_mean"] = module.running_mean.clone()

metadata = {"torch": torch.__version__.split("+")[0], "timm": timm.__version__}
save_file(out, Path(__file__).with_suffix(".safetensors"), metadata=metadata)
