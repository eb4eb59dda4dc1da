"""kiln-infer beside onnxruntime and PyTorch: microseconds of a prediction, batches of 1 and 32, everything on 2 threads.

    cargo bench -p kiln-infer --bench infer --no-run                      (says where the program BENCH is)
    python bench/infer.py KILN BENCH [THREADS [NAME,…]]     (needs numpy, onnxruntime, torch, torchvision, safetensors)

Trains each model for an epoch on the bundled digits (8 × 8) or on made-up images, exports it as .kiln, .onnx and .safetensors, and times the three in
rounds that follow each other. kiln-infer and onnxruntime get bytes and give probabilities; PyTorch gets scaled floats and gives logits, so that
its preprocessing costs nothing. Medians of the rounds; the ratio is to the faster of the other two.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KILN, BENCH = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
THREADS, ROUNDS = int(sys.argv[3]) if len(sys.argv) > 3 else 2, 7
os.environ["RAYON_NUM_THREADS"] = str(THREADS)

import numpy
import onnxruntime
import torch
import torchvision.models as torchvision_models
from safetensors.torch import load_file
from torch import nn

torch.set_num_threads(THREADS)
place = Path(tempfile.mkdtemp())


def kiln(*words):
    ran = subprocess.run([KILN, *words], cwd=place, capture_output=True, text=True)
    assert ran.returncode == 0, f"kiln {' '.join(words)}\n{ran.stderr}"


class Net(nn.Module):
    """Layers by the paths of a state dictionary, in the order in which they run."""

    def __init__(self, layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)


def mlp(weights):
    return cnn(weights)


def convolutions(path, weights):
    """Convolution, batch norm and relu."""
    outputs, inputs, side, _ = weights[f"{path}.conv.weight"].shape
    conv, norm = nn.Conv2d(inputs, outputs, side, padding=side // 2, bias=False), nn.BatchNorm2d(outputs)
    conv.load_state_dict({"weight": weights[f"{path}.conv.weight"]})
    norm.load_state_dict({key.removeprefix(f"{path}.norm."): value for key, value in weights.items() if key.startswith(f"{path}.norm.")})
    return [conv, norm, nn.ReLU()]


def dense(path, weights, activation=True):
    outputs, inputs = weights[f"{path}.weight"].shape
    layer = nn.Linear(inputs, outputs)
    layer.load_state_dict({key: weights[f"{path}.{key}"] for key in ("weight", "bias")})
    return [layer, nn.ReLU()] if activation else [layer]


def cnn(weights):
    layers, block = [], 0
    while f"blocks.{block}.conv.weight" in weights:
        layers += [*convolutions(f"blocks.{block}", weights), nn.MaxPool2d(2)]
        block += 1
    layers, layer = [*layers, nn.Flatten()], 0
    while f"layers.{layer}.linear.weight" in weights:
        layers += dense(f"layers.{layer}.linear", weights)
        layer += 1
    return Net([*layers, *dense("output", weights, False)])


class Residual(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.branch = nn.Sequential(*layers)

    def forward(self, x):
        return self.branch(x) + x


def resnet(weights):
    layers, stage = convolutions("prep", weights), 0
    while f"stages.{stage}.block.conv.weight" in weights:
        layers += [*convolutions(f"stages.{stage}.block", weights), nn.MaxPool2d(2)]
        paths = [f"stages.{stage}.residual.{at}" for at in range(2)]
        if f"{paths[0]}.conv.weight" in weights:
            layers.append(Residual([layer for path in paths for layer in convolutions(path, weights)]))
        stage += 1
    return Net([*layers, nn.AdaptiveMaxPool2d(1), nn.Flatten(), *dense("output", weights, False)])


def torchvision(name, head):
    """The network of that name, with as many classes as its last layer has."""

    def make(weights):
        network = torchvision_models.get_model(name, weights=None, num_classes=weights[f"{head}.weight"].shape[0])
        network.load_state_dict(weights)
        return network

    return make


def photos(name, size, count=40):
    """A folder of noise in two classes: what the pixels are costs the same."""
    from PIL import Image

    random = numpy.random.default_rng(3)
    for label in ("a", "b"):
        (place / name / label).mkdir(parents=True)
        for at in range(count // 2):
            pixels = random.integers(0, 256, (size, size, 3), dtype=numpy.uint8)
            Image.fromarray(pixels).save(place / name / label / f"{at}.png")


photos("small", 32)
photos("large", 224, 12)
MODELS = {
    "digits MLP": (mlp, (1, 8, 8), ["digits"]),
    "digits CNN": (cnn, (1, 8, 8), ["digits", "model.kind=cnn", "model.norm=batch"]),
    "CNN 3×32×32": (cnn, (3, 32, 32), ["small", "model.kind=cnn", "model.norm=batch"]),
    "resnet 3×32×32": (resnet, (3, 32, 32), ["small", "model.kind=resnet"]),
}
for kind, name, head in [
    ("resnet18", "resnet18", "fc"),
    ("resnet50", "resnet50", "fc"),
    ("mobilenet-v3-large", "mobilenet_v3_large", "classifier.3"),
    ("efficientnet-b0", "efficientnet_b0", "classifier.1"),
]:
    MODELS[f"{kind} 3×224×224"] = (torchvision(name, head), (3, 224, 224), ["large", f"model.kind={kind}", "train.batch_size=4"])
ONLY = sys.argv[4].split(",") if len(sys.argv) > 4 else [""]
MODELS = {name: model for name, model in MODELS.items() if any(only in name for only in ONLY)}

program = subprocess.Popen([BENCH, "--ask"], cwd=place, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ask(file, batch, calls):
    program.stdin.write(f"{file} {batch} {calls}\n")
    program.stdin.flush()
    return float(program.stdout.readline())


def timed(call, calls):
    """Mean microseconds, behind a call that wakes the threads."""
    call()
    began = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - began) * 1e6 / calls


def rested(call, calls):
    """Threads of the one before may spin for a while: by then they sleep."""
    time.sleep(0.1)
    return call(calls)


print(f"torch {torch.__version__}, onnxruntime {onnxruntime.__version__}, {THREADS} threads, median of {ROUNDS} rounds, µs")
print(f"{'model':<28} {'batch':>5} {'kiln-infer':>11} {'onnxruntime':>11} {'PyTorch':>11} {'ratio':>6}")
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = THREADS
options.inter_op_num_threads = 1
for number, (name, (make, shape, words)) in enumerate(MODELS.items()):
    kiln("train", *words, "train.epochs=1", "--name", f"m{number}", "--quiet")
    for kind in ("kiln", "onnx", "safetensors"):
        kiln("export", f"m{number}", "-o", f"m{number}.{kind}")
    network = make(load_file(place / f"m{number}.safetensors")).eval()
    session = onnxruntime.InferenceSession(place / f"m{number}.onnx", options, providers=["CPUExecutionProvider"])
    for batch in (1, 32):
        pixels = numpy.random.default_rng(1).integers(0, 17, (batch, *shape), dtype=numpy.uint8)
        scaled = torch.from_numpy(pixels).float() / 16
        with torch.inference_mode():
            calls = {
                "kiln": lambda count: ask(f"m{number}.kiln", batch, count),
                "onnx": lambda count: timed(lambda: session.run(None, {"image": pixels}), count),
                "torch": lambda count: timed(lambda: network(scaled), count),
            }
            counts = {key: max(1, min(20_000, int(30_000 / call(3)))) for key, call in calls.items()}
            rounds = [{key: rested(call, counts[key]) for key, call in calls.items()} for _ in range(ROUNDS)]
        found = {key: float(numpy.median([each[key] for each in rounds])) for key in calls}
        ratio = found["kiln"] / min(found["onnx"], found["torch"])
        print(f"{name:<28} {batch:>5} {found['kiln']:>11.2f} {found['onnx']:>11.2f} {found['torch']:>11.2f} {ratio:>6.2f}", flush=True)
program.stdin.close()
