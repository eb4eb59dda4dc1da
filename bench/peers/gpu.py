"""Training steps of a network in PyTorch on a GPU: the worker that bench/gpu.py compares kiln with.

    python bench/peers/gpu.py NETWORK BATCH STEPS eager|compile [--dry]

Writes a line of JSON for each arithmetic: f32 with TF32 off, tf32, and bf16 by autocast. A step is the batch from pinned memory to the device,
forward, backward, Adam, and the loss on the host. Without CUDA it needs --dry, which takes toy sizes and the CPU.
"""

import argparse
import contextlib
import json
import time

import torch
from torch import nn
from torch.nn import functional as F

from steps import Residual, block

WARM_UP = 10


def network(name, dry):
    """The networks of bench/gpu.py, and the shape of an item."""
    side = 8 if dry else 28
    if name == "mlp":
        widths = [side * side, 32, 10] if dry else [784, 512, 256, 10]
        layers = [layer for pair in zip(widths, widths[1:]) for layer in (nn.Linear(*pair), nn.ReLU())]
        return nn.Sequential(*layers[:-1]), (side * side,)
    if name == "cnn":
        channels, hidden = ([4], 16) if dry else ([32, 64], 128)
        convs, inputs = [], 1
        for outputs in channels:
            convs += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
            inputs = outputs
        features = inputs * (side >> len(channels)) ** 2
        return nn.Sequential(*convs, nn.Flatten(), nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, 10)), (1, side, side)
    width = 4 if dry else 64
    stages = [block(1, width), block(width, 2 * width, True), Residual(block(2 * width, 2 * width), block(2 * width, 2 * width))]
    stages += [block(2 * width, 4 * width, True), block(4 * width, 4 * width, True)]
    stages += [Residual(block(4 * width, 4 * width), block(4 * width, 4 * width))]
    return nn.Sequential(*stages, nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(4 * width, 10)), (1, side, side)


def measure(options, device, how):
    torch.manual_seed(0)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = how == "tf32"
    torch.backends.cudnn.benchmark = True
    net, shape = network(options.network, options.dry)
    net = net.to(device)
    x, y = torch.rand(options.batch, *shape), torch.arange(options.batch) % 10
    if device == "cuda":
        x, y = x.pin_memory(), y.pin_memory()
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-3)
    # Without a GPU there may be no compiler either: the graph is taken, and run as it is.
    forward = torch.compile(net, backend="eager" if options.dry else "inductor") if options.mode == "compile" else net
    lower = torch.autocast(device, torch.bfloat16) if how == "bf16" else contextlib.nullcontext()
    times = []
    for step in range(WARM_UP + options.steps):
        began = time.perf_counter()
        optimiser.zero_grad(set_to_none=True)
        inputs, labels = x.to(device, non_blocking=True), y.to(device, non_blocking=True)
        with lower:
            loss = F.cross_entropy(forward(inputs), labels)
        loss.backward()
        optimiser.step()
        loss.item()
        if step >= WARM_UP:
            times.append(1e3 * (time.perf_counter() - began))
    times.sort()
    return times[len(times) // 2]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", choices=["mlp", "cnn", "resnet"])
    parser.add_argument("batch", type=int)
    parser.add_argument("steps", type=int)
    parser.add_argument("mode", choices=["eager", "compile"])
    parser.add_argument("--dry", action="store_true")
    options = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cpu" and not options.dry:
        parser.exit(3, "PyTorch finds no CUDA device\n")
    for how in ["f32", "tf32", "bf16"] if device == "cuda" else ["f32", "bf16"]:
        print(json.dumps({"device": device, "how": how, "median_ms": measure(options, device, how)}), flush=True)
