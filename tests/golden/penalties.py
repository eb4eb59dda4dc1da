"""Penalties by PyTorch's autograd and their proximal operators by numpy, float64. Writes penalties.safetensors."""

from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

torch.manual_seed(2)
STRENGTH, RATIO, STEP, MAX_NORM = 0.3, 0.7, 0.5, 0.8
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


# Matrices [inputs, outputs] and filters [outputs, inputs, kernel, kernel], as Burn lays them out.
TENSORS = {
    "tall": torch.randn(5, 3, dtype=torch.float64),
    "wide": torch.randn(3, 6, dtype=torch.float64),
    "filters": torch.randn(4, 2, 3, 3, dtype=torch.float64) / 3,
}
TENSORS["tall"][:, 1] *= 0.03  # an output, an input and a filter that a proximal step takes out
TENSORS["wide"][2] *= 0.03
TENSORS["filters"][0] *= 0.03
TENSORS["filters"][:, 1] *= 0.05


def axes(kind, w):
    """The axes that one group runs over."""
    output = 1 if w.ndim == 2 else 0
    keep = output if kind in ("group-lasso", "filter") else 1 - output
    return tuple(axis for axis in range(w.ndim) if axis != keep)


def group_strength(kind, w):
    over = axes(kind, w)
    size = np.prod([w.shape[axis] for axis in over])
    return STRENGTH * (1.0 if kind == "l21" else np.sqrt(size))


def group_value(kind):
    return lambda w: group_strength(kind, w) * (w**2).sum(dim=axes(kind, w)).sqrt().sum()


def orthogonal(w):
    matrix = w if w.ndim == 2 else w.flatten(1)
    rows, columns = matrix.shape
    gram = matrix @ matrix.T if rows <= columns else matrix.T @ matrix
    return STRENGTH * ((gram - torch.eye(len(gram), dtype=w.dtype)) ** 2).sum()


def spectral(w):
    return STRENGTH / 2 * torch.linalg.matrix_norm(w if w.ndim == 2 else w.flatten(1), 2) ** 2


MATRIX_PENALTIES = {
    "group-lasso": group_value("group-lasso"),
    "group-lasso-input": group_value("group-lasso-input"),
    "l21": group_value("l21"),
    "orthogonal": orthogonal,
    "spectral": spectral,
}


def group_prox(kind, w, sizes):
    """argmin_u Σ (u − w)²/(2 size) + strength Σ ‖u_g‖, each group's norm by bisection of its optimality condition."""
    over = axes(kind, w)
    strength = group_strength(kind, torch.from_numpy(w))
    keep = next(axis for axis in range(w.ndim) if axis not in over)
    u = np.zeros_like(w)
    for group in range(w.shape[keep]):
        at = tuple(group if axis == keep else slice(None) for axis in range(w.ndim))
        own, d = w[at], 1.0 / sizes[at]
        if np.sqrt(((d * own) ** 2).sum()) <= strength:
            continue
        low, high = 0.0, np.sqrt((own**2).sum())
        for _ in range(300):
            middle = (low + high) / 2
            ratio = ((d * own / (d * middle + strength)) ** 2).sum()
            low, high = (middle, high) if ratio > 1 else (low, middle)
        norm = (low + high) / 2
        u[at] = own * d * norm / (d * norm + strength)
        # The gradient of the whole is zero there.
        residual = d * (u[at] - own) + strength * u[at] / np.sqrt((u[at] ** 2).sum())
        assert np.abs(residual).max() < 1e-11, residual
    return u


for tensor, w in TENSORS.items():
    out[tensor] = w.numpy()
    sizes = torch.rand(w.shape, dtype=torch.float64) + 0.1
    out[f"{tensor}/sizes"] = sizes.numpy()
    for name, penalty in MATRIX_PENALTIES.items():
        leaf = w.clone().requires_grad_()
        value = penalty(leaf)
        value.backward()
        out[f"{tensor}/{name}/value"] = value.detach().reshape(1).numpy()
        out[f"{tensor}/{name}/gradient"] = leaf.grad.numpy()
        if name in ("orthogonal", "spectral"):
            continue
        same = np.full(w.shape, STEP)
        out[f"{tensor}/{name}/prox"] = group_prox(name, w.numpy(), same)
        out[f"{tensor}/{name}/prox-each"] = group_prox(name, w.numpy(), sizes.numpy())
    # Constraints. torch.renorm divides by the norm plus 1e-7.
    output = 1 if w.ndim == 2 else 0
    norms = (w**2).sum(dim=tuple(a for a in range(w.ndim) if a != output), keepdim=True).sqrt()
    out[f"{tensor}/max-norm"] = (w * (MAX_NORM / norms).clamp(max=1.0)).numpy()
    assert torch.allclose(torch.renorm(w, 2, output, MAX_NORM), w * (MAX_NORM / norms).clamp(max=1.0), atol=1e-6)
    out[f"{tensor}/unit-norm"] = (w / norms).numpy()
    out[f"{tensor}/non-negative"] = w.clamp(min=0.0).numpy()
    out[f"{tensor}/box"] = w.clamp(-0.5, 0.25).numpy()

for name in ("group-lasso", "group-lasso-input", "l21"):
    steps = [out[f"{tensor}/{name}/prox-each"] for tensor in TENSORS]
    assert any((step == 0).any() for step in steps) and all((step != 0).any() for step in steps), name

# Elementwise penalties with a size for each element.
sizes = torch.rand(20, dtype=torch.float64).numpy() + 0.1
out["sizes"] = sizes
for name, each in {
    "l1": soft(w20 := weight.numpy(), sizes * STRENGTH),
    "l2": w20 / (1 + 2 * sizes * STRENGTH),
    "elastic-net": soft(w20, sizes * STRENGTH * RATIO) / (1 + sizes * STRENGTH * (1 - RATIO)),
}.items():
    objective = lambda u, x, size: (u - x) ** 2 / (2 * size) + SCALAR[name](u)
    for u, x, size in zip(each, w20, sizes):
        best = objective(u, x, size)
        assert all(best <= objective(u + step, x, size) for step in (-1e-3, -1e-6, 1e-6, 1e-3)), name
    out[f"{name}/prox-each"] = each

# What a batch does in a small network, by double backward.
x = torch.randn(7, 4, dtype=torch.float64)
labels = torch.tensor([0, 2, 1, 1, 0, 2, 2])
hidden = torch.randn(4, 5, dtype=torch.float64).requires_grad_()
output = torch.randn(5, 3, dtype=torch.float64).requires_grad_()
out |= {"x": x.numpy(), "labels": labels.numpy(), "hidden": hidden.detach().numpy(), "output": output.detach().numpy()}
inputs = x.clone().requires_grad_()
activity = torch.tanh(inputs @ hidden)
logits = activity @ output
losses = torch.nn.functional.cross_entropy(logits, labels, reduction="none")
(gradient,) = torch.autograd.grad(losses.sum(), inputs, create_graph=True)
jacobian = torch.stack(
    [torch.autograd.grad(logits[:, k].sum(), inputs, create_graph=True)[0] for k in range(3)], dim=1
)
for name, value in {
    "input-gradient": STRENGTH * (gradient**2).sum(dim=1).mean(),
    "jacobian": STRENGTH * (jacobian**2).sum(dim=(1, 2)).mean(),
    "activity-l1": STRENGTH * activity.abs().sum(dim=1).mean(),
    "activity-l2": STRENGTH * (activity**2).sum(dim=1).mean(),
}.items():
    slopes = torch.autograd.grad(value, [hidden, output], retain_graph=True, allow_unused=True)
    out[f"{name}/value"] = value.detach().reshape(1).numpy()
    for parameter, slope in zip(("hidden", "output"), slopes):
        if slope is not None:
            out[f"{name}/{parameter}"] = slope.numpy()

versions = {"torch": torch.__version__.split("+")[0], "numpy": np.__version__}
save_file(out, Path(__file__).with_suffix(".safetensors"), metadata=versions)
