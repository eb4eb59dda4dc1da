"""Losses and their gradients by PyTorch, float64. Writes losses.safetensors beside this file."""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(1)
N, K, COLUMNS = 12, 5, 3
f64 = torch.float64
out = {}


def case(name, inputs, loss):
    inputs = inputs.detach().clone().requires_grad_()
    value = loss(inputs)
    value.backward()
    out[f"{name}/value"] = value.detach().reshape(1)
    out[f"{name}/gradient"] = inputs.grad


logits = torch.randn(N, K, dtype=f64) * 2
huge = logits * 500  # softmax underflows without the log-sum-exp trick
classes = torch.arange(N) % K
shares = torch.softmax(torch.randn(N, K, dtype=f64), 1)
weights = torch.tensor([0.5, 2.0, 1.0, 0.25, 3.0], dtype=f64)
out |= {"logits": logits, "huge": huge, "classes": classes, "shares": shares, "weights": weights}
for weighted in (False, True):
    for smoothing in (0.0, 0.1, 1.0):
        name = f"cross-entropy/{'weighted' if weighted else 'plain'}/{smoothing}"
        options = {"weight": weights if weighted else None, "label_smoothing": smoothing}
        case(name, logits, lambda x: F.cross_entropy(x, classes, **options))
        case(f"{name}/huge", huge, lambda x: F.cross_entropy(x, classes, **options))
        case(f"{name}/shares", logits, lambda x: F.cross_entropy(x, shares, **options))

logit = torch.randn(N, 1, dtype=f64) * 3
logit[0], logit[1], logit[2], logit[3] = 0.0, 90.0, -90.0, 0.0
labels = torch.arange(N) % 2
soft = torch.rand(N, 1, dtype=f64)
out |= {"logit": logit, "labels": labels, "soft": soft}
case("binary/labels", logit, lambda x: F.binary_cross_entropy_with_logits(x, labels.to(f64)[:, None]))
case("binary/soft", logit, lambda x: F.binary_cross_entropy_with_logits(x, soft))

outputs = torch.randn(N, COLUMNS, dtype=f64) * 2
values = torch.randn(N, COLUMNS, dtype=f64)
outputs[0, 0] = values[0, 0]  # no error at all: the kink of the absolute value
outputs[1, 1] = values[1, 1] + 1.0  # where Huber turns
out |= {"outputs": outputs, "values": values}
case("mse", outputs, lambda x: F.mse_loss(x, values))
case("mae", outputs, lambda x: F.l1_loss(x, values))
for delta in (1.0, 0.3):
    case(f"huber/{delta}", outputs, lambda x: F.huber_loss(x, values, delta=delta))

path = Path(__file__).with_suffix(".safetensors")
save_file(out, path, metadata={"torch": torch.__version__.split("+")[0]})
