"""Whole trainings in PyTorch that kiln must repeat step by step.

    python tests/golden/parity.py        (needs torch, numpy, scikit-learn and safetensors)

Writes parity-{mlp,cnn}-{sgd,adam}.safetensors and parity.json beside itself. All in float32 on one thread:

- Data: scikit-learn's digits, rows 0 to 1399 in the order of the file, as bytes x: (x / 255 - mean) / std, where mean
  and population std are of all pixels of these rows, computed in float64 and rounded to float32 at the end.
- Batches of 50 in that order, no shuffling, 3 epochs: 84 steps. Loss: mean cross-entropy of the batch.
- mlp: 64 - 32 - 10 with relu. cnn: conv 3x3 1 - 8, relu, max-pool 2, conv 3x3 8 - 16, relu, max-pool 2, then
  64 - 32 - 10 with relu; padding keeps the size. No dropout, no normalisation.
- sgd: lr 0.05, momentum 0.9. adam: lr 0.001 and PyTorch's defaults.

In each file, with kiln's paths of parameters and Burn's layout (the weight of a linear layer is [inputs, outputs]):

    initial/PATH   weights before the first step
    losses         [84], the loss of every step, before its update
    final/PATH     weights after the last step

parity.json holds the versions, the SHA-256 of every file, and how far the same training in float64 is from it: the room
that rounding alone needs.
"""

import hashlib
import json
import platform
from pathlib import Path

import numpy
import safetensors
import sklearn
import torch
from safetensors.torch import save_file
from sklearn.datasets import load_digits
from torch import nn

HERE = Path(__file__).parent
ROWS, BATCH, EPOCHS, SEED = 1400, 50, 3, 20

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)


def data(dtype):
    digits = load_digits()
    pixels = digits.images.astype(numpy.uint8).astype(numpy.float64)[:, None] / 255.0
    mean, std = pixels[:ROWS].mean(), pixels[:ROWS].std()
    inputs = torch.from_numpy(((pixels - mean) / std).astype(numpy.float32)).to(dtype)
    return inputs, torch.from_numpy(digits.target), {"mean": mean, "std": std}


def mlp():
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    return net, {"1": "layers.0.linear", "3": "output"}


def cnn():
    net = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10),
    )  # fmt: skip
    return net, {"0": "blocks.0.conv", "3": "blocks.1.conv", "7": "layers.0.linear", "9": "output"}


OPTIMISERS = {
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=0.05, momentum=0.9),
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=1e-3),
}


def weights(net, names, prefix):
    """The parameters under kiln's names, float32, in Burn's layout."""
    found = {}
    for path, value in net.named_parameters():
        layer, kind = path.split(".")
        value = value.detach().float()
        value = value.T if value.dim() == 2 else value
        found[f"{prefix}/{names[layer]}.{kind}"] = value.contiguous().clone()
    return found


def train(model, optimiser, dtype):
    torch.manual_seed(SEED)
    net, names = model()
    net = net.to(dtype)  # after the draw, so that both precisions begin with the same numbers
    inputs, classes, scale = data(dtype)
    stored = weights(net, names, "initial")
    update, losses = OPTIMISERS[optimiser](net.parameters()), []
    for _ in range(EPOCHS):
        for begin in range(0, ROWS, BATCH):
            batch = slice(begin, begin + BATCH)
            update.zero_grad()
            loss = nn.functional.cross_entropy(net(inputs[batch]), classes[batch])
            loss.backward()
            update.step()
            losses.append(loss.item())
    stored["losses"] = torch.tensor(losses, dtype=torch.float32)
    stored |= weights(net, names, "final")
    with torch.no_grad():
        right = (net(inputs[ROWS:]).argmax(1) == classes[ROWS:]).float().mean().item()
    return stored, {"accuracy_of_the_other_rows": right, "scale": scale}


def difference(a, b, prefix):
    return max((a[name] - b[name]).abs().max().item() for name in a if name.startswith(prefix))


def main():
    files = {}
    for model in (mlp, cnn):
        for optimiser in OPTIMISERS:
            single, facts = train(model, optimiser, torch.float32)
            double, _ = train(model, optimiser, torch.float64)
            path = HERE / f"parity-{model.__name__}-{optimiser}.safetensors"
            save_file(single, path)
            files[path.name] = {
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "parameters": sum(value.numel() for name, value in single.items() if name.startswith("final/")),
                "first_loss": single["losses"][0].item(),
                "last_loss": single["losses"][-1].item(),
                "accuracy_of_the_other_rows": facts["accuracy_of_the_other_rows"],
                "float64_loss_difference": difference(single, double, "losses"),
                "float64_weight_difference": difference(single, double, "final/"),
            }
    versions = {module.__name__: module.__version__ for module in (torch, numpy, sklearn, safetensors)}
    record = {
        "python": platform.python_version(),
        "versions": versions,
        "rows": ROWS, "batch_size": BATCH, "epochs": EPOCHS, "seed": SEED,
        "scale": facts["scale"],
        "files": files,
    }  # fmt: skip
    (HERE / "parity.json").write_text(json.dumps(record, indent=2) + "\n")
    print(json.dumps(files, indent=2))


if __name__ == "__main__":
    main()
