"""One training step of several networks in PyTorch, or one prediction: the worker that bench/run.py compares kiln with.

Reads a line `JOB STEPS` from standard input and answers with a line of JSON, until the input ends, as bench/steps.rs does.
    echo "cnn-sgd 30" | python bench/peers/steps.py [eager | channels-last | compile | onnxruntime] [--threads 2]

Jobs that end in `-infer` are predictions; onnxruntime knows those alone. Networks of torchvision and timm have images of 3×224×224.
"""

import argparse
import io
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

# Steps before those that count; fewer where few are asked for.
WARM_UP = 5


class Residual(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x) + x


def block(inputs, outputs, pool=False):
    # No bias before batch norm, which would subtract it again.
    layers = [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers, *[nn.MaxPool2d(2)] * pool)


def network(name):
    """The network, the shape of one item and the usual batch size."""
    if name == "cnn":
        convs = [nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        convs += [nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        head = [nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10)]
        return nn.Sequential(*convs, *head), (1, 28, 28), 128
    if name == "resnet":
        stages = [block(3, 64), block(64, 128, True), Residual(block(128, 128), block(128, 128))]
        stages += [block(128, 256, True), block(256, 256, True), Residual(block(256, 256), block(256, 256))]
        return nn.Sequential(*stages, nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(256, 10)), (3, 32, 32), 128
    if name not in ("mlp", "digits"):
        return published(name), (3, 224, 224), 16
    widths = {"mlp": [784, 512, 256, 10], "digits": [64, 100, 10]}[name]
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1]), (widths[0],), 32 if name == "digits" else 128


def published(name):
    """A network of torchvision, or of timm where torchvision has none of the size, for ten classes."""
    import timm
    import torchvision.models as tv

    vits = {"vit-tiny": "vit_tiny_patch16_224", "vit-small": "vit_small_patch16_224"}
    if name in vits:
        return timm.create_model(vits[name], num_classes=10)
    return getattr(tv, name.replace("-", "_"))(num_classes=10)


def infer(net, x, steps, mode, threads):
    """Milliseconds of each prediction after the first few."""
    net.eval()
    if mode == "onnxruntime":
        import onnxruntime

        file, options = io.BytesIO(), onnxruntime.SessionOptions()
        torch.onnx.export(net, (x,), file, input_names=["x"], dynamo=False)
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(file.getvalue(), options)
        values = x.numpy()
        forward = lambda: session.run(None, {"x": values})[0]
    else:
        compiled = torch.compile(net) if mode == "compile" else net
        forward = lambda: compiled(x).numpy()
    times = []
    with torch.inference_mode():
        for step in range(min(WARM_UP, steps) + steps):
            began = time.perf_counter()
            forward()
            if step >= min(WARM_UP, steps):
                times.append(1e3 * (time.perf_counter() - began))
    return times


def run(job, steps, mode, threads):
    name, optimiser = job.rsplit("-", 1)
    name, _, size = name.partition("@")
    torch.manual_seed(0)
    net, shape, batch = network(name)
    batch = int(size or batch)
    x, y = torch.rand(batch, *shape), torch.arange(batch) % 10
    if mode == "channels-last" and x.dim() == 4:
        net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    if optimiser == "infer":
        return median(job, infer(net, x, steps, mode, threads))
    if mode == "onnxruntime":
        return None
    optimiser = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimiser](net.parameters(), lr=1e-3)
    forward = torch.compile(net) if mode == "compile" else net
    times = []
    warm_up = min(WARM_UP, steps)
    for step in range(warm_up + steps):
        began = time.perf_counter()
        optimiser.zero_grad(set_to_none=True)
        loss = F.cross_entropy(forward(x), y)
        loss.backward()
        optimiser.step()
        loss.item()
        if step >= warm_up:
            times.append(1e3 * (time.perf_counter() - began))
    return median(job, times)


def median(job, times):
    times.sort()
    return {"job": job, "median_ms": times[len(times) // 2], "min_ms": times[0]}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", nargs="?", default="eager", choices=["eager", "channels-last", "compile", "onnxruntime"])
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for line in sys.stdin:
        job, steps = line.split()
        print(json.dumps(run(job, int(steps), options.mode, options.threads)), flush=True)
