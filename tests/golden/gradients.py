"""Clipping and centralisation of gradients, and scheduled momentum and weight decay, float64. Writes
gradients.safetensors beside this file.

Matrices are stored transposed, as Burn has them: [inputs, outputs].
"""

import math
import warnings
from pathlib import Path

import timm
import torch
from safetensors.torch import save_file
from timm.utils.agc import adaptive_clip_grad
from torch import optim

warnings.filterwarnings("ignore")
torch.manual_seed(5)
f64 = torch.float64
# A matrix, a convolution filter, a bias; the gradients of some units are small, those of others large.
shapes = {"matrix": (4, 7), "filter": (3, 2, 3, 3), "bias": (5,)}
out = {}


def burn(tensor):
    return (tensor.T if tensor.ndim == 2 else tensor).contiguous().clone()


params = {}
for name, shape in shapes.items():
    weight = torch.randn(shape, dtype=f64).requires_grad_()
    spread = torch.logspace(-3, 1, shape[0], dtype=f64).reshape(-1, *[1] * (len(shape) - 1))
    gradient = torch.randn(shape, dtype=f64) * spread
    params[name] = (weight, gradient)
    out[f"{name}/weight"], out[f"{name}/gradient"] = burn(weight.detach()), burn(gradient)

for factor, eps in [(0.01, 1e-3), (0.5, 2.0)]:
    for name, (weight, gradient) in params.items():
        weight.grad = gradient.clone()
        adaptive_clip_grad(weight, factor, eps)
        out[f"{name}/adaptive/{factor}"] = burn(weight.grad)
for name, (weight, gradient) in params.items():
    weight.grad = gradient.clone()
    torch.nn.utils.clip_grad_norm_([weight], 0.5)
    out[f"{name}/param_norm"] = burn(weight.grad)
    # Algorithm 1 of Yong et al. 2020 (arXiv 2004.01461), as the authors' SGD_GC has it.
    mean = gradient.mean(dim=tuple(range(1, gradient.ndim)), keepdim=True) if gradient.ndim > 1 else 0
    out[f"{name}/centralized"] = burn(gradient - mean)

# A quadratic, its minimum at 3, under one-cycle with momentum and a linear weight decay.
start = torch.randn(6, dtype=f64)
curvature = torch.linspace(0.1, 1, 6, dtype=f64)
out["start"], out["curvature"] = start, curvature
STEPS = 100
for name, make in {
    "sgd": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.05),
    "adam": lambda p: optim.Adam(p, lr=0.1, weight_decay=0.05),
    "adamw": lambda p: optim.AdamW(p, lr=0.1, weight_decay=0.05),
}.items():
    w = start.clone().requires_grad_()
    optimiser = make([w])
    scheduler = optim.lr_scheduler.OneCycleLR(optimiser, 0.1, total_steps=STEPS, base_momentum=0.6, max_momentum=0.95)
    for step in range(STEPS):
        optimiser.param_groups[0]["weight_decay"] = 0.05 * (1 - step / STEPS)
        optimiser.zero_grad()
        (curvature * (w - 3) ** 2 / 2).sum().backward()
        optimiser.step()
        if step + 1 < STEPS:
            scheduler.step()
        if step + 1 in (10, 50, STEPS):
            out[f"scheduled/{name}/{step + 1}"] = w.detach().clone()

metadata = {"torch": torch.__version__.split("+")[0], "timm": timm.__version__}
save_file(out, Path(__file__).with_suffix(".safetensors"), metadata=metadata)
