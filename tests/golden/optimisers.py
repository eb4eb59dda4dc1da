"""Trajectories of PyTorch's optimisers, float64, 100 steps. Writes optimisers.safetensors beside this file.

`<case>/float32` is how far PyTorch itself is off in float32: what float32 can be asked for.

The problem is logistic regression plus a quadratic: loss(w, b) = mean log(1 + exp(-s (X w + b))) + |b - 3|^2 / 20.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import optim

torch.manual_seed(3)
f64 = torch.float64
N, FEATURES, OUTPUTS = 20, 4, 3
STEPS = (1, 10, 50, 100)
x = torch.randn(N, FEATURES, dtype=f64)
signs = torch.sign(torch.randn(N, OUTPUTS, dtype=f64))
weight0 = torch.randn(FEATURES, OUTPUTS, dtype=f64)
bias0 = torch.randn(OUTPUTS, dtype=f64)
out = {"x": x, "signs": signs, "weight": weight0, "bias": bias0}

# Every case is stable: a change of 1e-15 in the first weights stays below 1e-13 over the 100 steps. (RMSprop with
# a small eps and much decay would not be: it circles the minimum in chaos.)
CASES = {
    "sgd": lambda p: optim.SGD(p, lr=0.1),
    "sgd-decay": lambda p: optim.SGD(p, lr=0.1, weight_decay=0.01),
    "momentum": lambda p: optim.SGD(p, lr=0.1, momentum=0.9),
    "dampening": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.01),
    "nesterov": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adam": lambda p: optim.Adam(p, lr=0.05),
    "adam-options": lambda p: optim.Adam(p, lr=0.05, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.02),
    "amsgrad": lambda p: optim.Adam(p, lr=0.05, betas=(0.9, 0.5), amsgrad=True),
    "adamw": lambda p: optim.AdamW(p, lr=0.05, weight_decay=0.1),
    "adamw-amsgrad": lambda p: optim.AdamW(p, lr=0.05, betas=(0.9, 0.5), amsgrad=True),
    "rmsprop": lambda p: optim.RMSprop(p, lr=0.02),
    "rmsprop-decay": lambda p: optim.RMSprop(p, lr=0.02, weight_decay=0.05, alpha=0.95, eps=0.1),
    "rmsprop-momentum": lambda p: optim.RMSprop(p, lr=0.01, momentum=0.8),
    "rmsprop-centered": lambda p: optim.RMSprop(p, lr=0.01, centered=True),
    "rmsprop-all": lambda p: optim.RMSprop(p, lr=0.01, momentum=0.8, centered=True, weight_decay=0.05),
    # decay_all = false: only the weight decays.
    "adamw-weights": lambda p: optim.AdamW([{"params": p[:1]}, {"params": p[1:], "weight_decay": 0.0}], lr=0.05),
    "clipped": lambda p: optim.SGD(p, lr=0.5),
}


def loss(weight, bias):
    to = weight.dtype
    return F.softplus(-signs.to(to) * (x.to(to) @ weight + bias)).mean() + ((bias - 3) ** 2).sum() / 20


def trajectory(name, make, dtype, out):
    weight, bias = weight0.to(dtype, copy=True).requires_grad_(), bias0.to(dtype, copy=True).requires_grad_()
    optimiser = make([weight, bias])
    for step in range(1, 101):
        optimiser.zero_grad()
        loss(weight, bias).backward()
        if name == "clipped":
            norm = torch.nn.utils.clip_grad_norm_([weight, bias], 0.2)
            if step == 1:
                out["clipped/norm"] = norm.reshape(1)
                out["clipped/gradient"] = torch.cat([weight.grad.flatten(), bias.grad.flatten()])
        optimiser.step()
        if step in STEPS:
            out[f"{name}/{step}/weight"] = weight.detach().clone()
            out[f"{name}/{step}/bias"] = bias.detach().clone()


for name, make in CASES.items():
    exact, single = {}, {}
    trajectory(name, make, f64, exact)
    trajectory(name, make, torch.float32, single)
    off = [((single[key] - value).abs() / value.abs().clamp(min=1)).max() for key, value in exact.items()]
    out |= exact
    out[f"{name}/float32"] = torch.stack(off).max().reshape(1)

path = Path(__file__).with_suffix(".safetensors")
save_file(out, path, metadata={"torch": torch.__version__.split("+")[0]})
