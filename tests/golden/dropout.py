"""The dropout family, each with its mask: inputs, masks, outputs and gradients, float64. Writes dropout.safetensors beside
this file.

Masks are 1 for what is kept. They are read off what PyTorch gives, or drawn again from the same seed; Gaussian dropout, which
PyTorch lacks, is the formula of Srivastava and others (2014, section 10) with numbers that are saved.
"""

from pathlib import Path

import torch
import torchvision
from safetensors.torch import save_file
from torch.nn import functional as F
from torchvision.ops import drop_block2d, stochastic_depth

torch.manual_seed(3)
f64 = torch.float64
P = 0.3
ALPHA = 1.7580993408473766
out = {}


def case(name, shape, function, mask):
    """Runs `function` from a known state of the generator; `mask` reads the mask off input and output."""
    x = torch.randn(shape, dtype=f64).requires_grad_()
    weight = torch.randn(shape, dtype=f64)
    state = torch.get_rng_state()
    y = function(x)
    (y * weight).sum().backward()
    after = torch.get_rng_state()
    torch.set_rng_state(state)
    found = mask(x.detach(), y.detach())
    torch.set_rng_state(after)
    parts = {"x": x.detach(), "weight": weight, "mask": found, "y": y.detach(), "gradient": x.grad}
    out.update({f"{name}/{part}": tensor.to(f64).contiguous() for part, tensor in parts.items()})


def zeros(x, y):
    return (y != 0).to(f64)


def lower_end(x, y):
    # What is dropped has one known value.
    a = ((ALPHA**2 * P + 1) * (1 - P)) ** -0.5
    dropped = (y - (-a * ALPHA + a * ALPHA * P)).abs() < 1e-12
    assert 0 < dropped.sum() < dropped.numel()
    return (~dropped).to(f64)


def per_channel(mask):
    def of(x, y):
        whole = mask(x, y)
        first = whole.flatten(2)[..., :1]
        assert (whole.flatten(2) == first).all()
        return first.reshape(*first.shape[:2], *[1] * (x.ndim - 2))

    return of


def per_item(x, y):
    first = zeros(x, y).flatten(1)[:, :1]
    assert (zeros(x, y).flatten(1) == first).all()
    return first.reshape(-1, *[1] * (x.ndim - 1))


case("element", (5, 7), lambda x: F.dropout(x, P), zeros)
case("spatial", (4, 6, 3, 2), lambda x: F.dropout2d(x, P), per_channel(zeros))
case("alpha", (5, 7), lambda x: F.alpha_dropout(x, P, training=True), lower_end)
case("feature_alpha", (4, 6, 3, 2), lambda x: F.feature_alpha_dropout(x, P, training=True), per_channel(lower_end))
case("depth", (9, 3, 2, 2), lambda x: stochastic_depth(x, P, "row"), per_item)

# As kiln, DropBlock draws corners of squares: its mask is what stays free, drawn with the generator in the same state.
for block, (height, width) in [(3, (7, 8)), (5, (6, 9))]:
    def corners(x, y):
        inner = (height - block + 1, width - block + 1)
        gamma = P * height * width / (block**2 * inner[0] * inner[1])
        drawn = torch.empty((*x.shape[:2], *inner), dtype=f64).bernoulli_(gamma)
        assert 0 < drawn.sum() < drawn.numel()
        return 1 - drawn

    case(f"block/{block}", (2, 3, height, width), lambda x: drop_block2d(x, P, block), corners)

x = torch.randn(5, 7, dtype=f64).requires_grad_()
normal, weight = torch.randn(5, 7, dtype=f64), torch.randn(5, 7, dtype=f64)
y = x * (1 + (P / (1 - P)) ** 0.5 * normal)
(y * weight).sum().backward()
parts = {"x": x.detach(), "weight": weight, "mask": normal, "y": y.detach(), "gradient": x.grad}
out.update({f"gaussian/{part}": tensor for part, tensor in parts.items()})

versions = {"torch": torch.__version__.split("+")[0], "torchvision": torchvision.__version__.split("+")[0]}
save_file(out, Path(__file__).with_suffix(".safetensors"), metadata=versions)
