"""Penalties by PyTorch's autograd and their proximal operators by numpy, float64. Writes penalties.safetensors."""

from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

torch.manual_seed(2)
STRENGTH, RATIO, STEP = 0.3, 0.7, 0.5
weight = torch.randn(20, dtype=torch.float64)
weight[3] = 0.0
weight[5], weight[6], weight[7] = 0.02, -0.04, -0.1  # below every threshold
weight[4] = STRENGTH * STEP  # exactly on the threshold of L1
out = {"weight": weight.numpy()}

PENALTIES = {
    "l1": lambda w: STRENGTH * w.abs().sum(),
    "l2": lambda w: STRENGTH * (w**2).sum(),
    "elastic-net": lambda w: STRENGTH * (RATIO * w.abs().sum() + (1 - RATIO) / 2 * (w**2).sum()),
}


def minimise(penalty, w):
    """argmin_u (u − w)²/2 + STEP · penalty(u) for one number, by ternary search: knows no closed form."""
    low, high = -abs(w) - 1.0, abs(w) + 1.0
    objective = lambda u: (u - w) ** 2 / 2 + STEP * penalty(u)
    for _ in range(400):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, b) if objective(a) <= objective(b) else (a, high)
    return (low + high) / 2


SCALAR = {
    "l1": lambda u: STRENGTH * abs(u),
    "l2": lambda u: STRENGTH * u * u,
    "elastic-net": lambda u: STRENGTH * (RATIO * abs(u) + (1 - RATIO) / 2 * u * u),
}


def soft(w, t):
    return np.sign(w) * np.maximum(np.abs(w) - t, 0.0)


w = weight.numpy()
PROX = {
    "l1": soft(w, STEP * STRENGTH),
    "l2": w / (1 + 2 * STEP * STRENGTH),
    "elastic-net": soft(w, STEP * STRENGTH * RATIO) / (1 + STEP * STRENGTH * (1 - RATIO)),
}
for name, penalty in PENALTIES.items():
    leaf = weight.clone().requires_grad_()
    value = penalty(leaf)
    value.backward()
    out[f"{name}/value"] = value.detach().reshape(1).numpy()
    out[f"{name}/gradient"] = leaf.grad.numpy()
    searched = np.array([minimise(SCALAR[name], x) for x in w])
    # A search on values finds a minimum to the root of the machine precision.
    assert np.abs(searched - PROX[name]).max() < 1e-7, name
    out[f"{name}/prox"] = PROX[name]

versions = {"torch": torch.__version__.split("+")[0], "numpy": np.__version__}
save_file(out, Path(__file__).with_suffix(".safetensors"), metadata=versions)
