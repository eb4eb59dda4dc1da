"""Exported models against kiln: every model, in onnxruntime on 10,000 rows and in odd batches, and its weights in PyTorch.

    python bench/export.py KILN        (the program; needs numpy, onnx, onnxruntime, pillow, torch, torchvision, timm, safetensors)

Trains each model for an epoch or two on made-up data, exports it, and prints the largest difference of a probability or number, how
many classes differ, and whether the equal torch.nn.Sequential loads the state dictionary strictly and gives the same logits.
"""

import collections
import csv
import json
import random
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy
import onnx
import onnxruntime
import timm
import torch
import torchvision.models as tv
from PIL import Image
from safetensors.torch import load_file
from torch import nn

KILN, ROWS = Path(sys.argv[1]).resolve(), 10_000
random.seed(5)
place = Path(tempfile.mkdtemp())


def kiln(*words):
    ran = subprocess.run([KILN, *words], cwd=place, capture_output=True, text=True)
    assert ran.returncode == 0, f"kiln {' '.join(words)}\n{ran.stderr}"
    return ran.stdout


def table(name, rows):
    with open(place / name, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["x", "y", "town", "born", "class", "price"])
        for _ in range(rows):
            x, y = random.gauss(50, 20), random.lognormvariate(0, 1)
            town = random.choice(["Ulm", "Bonn", "Kiel", ""])
            born = date(1960, 1, 1) + timedelta(days=random.randrange(20_000))
            kind = "a" if x + 10 * y > 65 else "b" if town == "Ulm" else "c"
            price = 3 * x - y + (5 if town == "Kiel" else 0)
            missing = random.random() < 0.05
            writer.writerow(["" if missing else f"{x:.3f}", f"{y:.4f}", town, born.isoformat(), kind, f"{price:.2f}"])


table("train.csv", 2_000)
table("new.csv", ROWS)
new = list(csv.DictReader(open(place / "new.csv")))
DAYS = [float((date.fromisoformat(row["born"]) - date(1970, 1, 1)).days) for row in new]
COLUMNS = {"x": [row["x"] for row in new], "y": [row["y"] for row in new]}


def feed(session):
    found = {}
    for info in session.get_inputs():
        if info.name == "born":
            found[info.name] = numpy.array(DAYS).reshape(-1, 1)
        elif info.type == "tensor(string)":
            found[info.name] = numpy.array([row[info.name] for row in new], dtype=object).reshape(-1, 1)
        else:
            values = [float(row[info.name]) if row[info.name] else numpy.nan for row in new]
            found[info.name] = numpy.array(values).reshape(-1, 1)
    return found


def compare(name, session, inputs, predictions):
    whole = session.run(None, inputs)
    items = len(next(iter(inputs.values())))
    odd, start, size = [], 0, 1
    while start < items:  # batches of 1, 3, 7, 15 …
        part = {key: value[start : start + size] for key, value in inputs.items()}
        odd.append(session.run(None, part))
        start, size = start + size, 2 * size + 1
    for place_, output in enumerate(whole):
        joined = numpy.concatenate([part[place_] for part in odd])
        if output.dtype == object:
            assert (joined == output).all()
        else:
            assert numpy.abs(joined.astype(float) - output).max() < 1e-5
    names = [info.name for info in session.get_outputs()]
    found = dict(zip(names, whole))
    if "label" in found:
        classes = json.loads(session.get_modelmeta().custom_metadata_map["kiln.outputs"])
        ours = numpy.array([[row["probabilities"][name] for name in classes] for row in predictions])
        differ = sum(row["prediction"] != label for row, label in zip(predictions, found["label"]))
        off = numpy.abs(ours - found["probabilities"]).max()
    else:
        ours = numpy.array([list(row["prediction"].values()) for row in predictions])
        differ, off = 0, (numpy.abs(ours - found["values"]) / numpy.maximum(ours.std(), numpy.abs(ours))).max()
    print(f"{name:12} {items} items: off by {off:.1e}, {differ} classes differ")
    assert off <= 1e-5 and differ == 0


def named(**parts):
    return nn.Sequential(collections.OrderedDict(parts))


ROWS_OF = {
    "linear": ["model.kind=linear"],
    "mlp": ["model.kind=mlp", "model.hidden=[32,16]", "model.norm=batch", "model.activation=gelu"],
    "mlp-clip": ["model.kind=mlp", "model.hidden=[16]", "data.scale=robust-smooth-clip"],
    "mlp-layer": ["model.kind=mlp", "model.hidden=[16]", "model.norm=layer", "model.activation=silu"],
    "realmlp": [
        "model.kind=mlp", "model.hidden=[32,32]", "model.input_scale=true", "model.parametrization=ntk", "model.learned_activation=true",
        "model.activation=mish", "model.embedding={kind='pbld'}",
    ],
    "tabm": ["model.kind=tabm", "model.hidden=[32,32]", "model.heads=8", "model.embedding={kind='plr',width=8,frequencies=8}"],
    "tabm-bins": ["model.kind=tabm", "model.hidden=[32]", "model.heads=8", "data.bins=8", "model.embedding={kind='piecewise-linear'}"],
    "table-resnet": ["model.kind=table-resnet", "model.width=32"],
    "ft-transformer": ["model.kind=ft-transformer", "model.width=32", "model.units=48"],
}
for name, settings in ROWS_OF.items():
    for target, other in [("class", "price"), ("price", "class")]:
        kiln("train", "train.csv", "--target", target, f"data.ignore={other}", "train.epochs=3", *settings)
        kiln("export", "last", "-o", f"{name}-{target}.onnx")
        words = ["--proba"] if target == "class" else []
        kiln("predict", "last", "new.csv", "-o", "out.jsonl", *words)
        session = onnxruntime.InferenceSession(place / f"{name}-{target}.onnx", providers=["CPUExecutionProvider"])
        compare(f"{name}-{target}", session, feed(session), [json.loads(line) for line in open(place / "out.jsonl")])


def block(inputs, outputs, kernel, pool):
    parts = {"conv": nn.Conv2d(inputs, outputs, kernel, padding="same", bias=False), "norm": nn.BatchNorm2d(outputs), "act": nn.ReLU()}
    return named(**parts, **({"pool": nn.MaxPool2d(pool)} if pool > 1 else {}))


class Residual(nn.Module):
    def __init__(self, inputs, outputs, residual):
        super().__init__()
        self.block = block(inputs, outputs, 3, 2)
        self.residual = nn.Sequential(*[block(outputs, outputs, 3, 1) for _ in range(2 if residual else 0)])

    def forward(self, x):
        x = self.block(x)
        return x + self.residual(x) if len(self.residual) else x


class Largest(nn.Module):
    def forward(self, x):
        return x.amax((2, 3))


IMAGES = {
    "cnn": (
        ["model.kind=cnn", "model.channels=[8,16]", "model.norm=batch", "model.hidden=[32]"],
        named(
            blocks=nn.Sequential(block(1, 8, 3, 2), block(8, 16, 3, 2)),
            flatten=nn.Flatten(),
            layers=nn.Sequential(named(linear=nn.Linear(64, 32), act=nn.ReLU())),
            output=nn.Linear(32, 10),
        ),
    ),
    "resnet": (
        ["model.kind=resnet", "model.width=4"],
        named(
            prep=block(1, 4, 3, 1),
            stages=nn.Sequential(Residual(4, 8, True), Residual(8, 16, False), Residual(16, 16, True)),
            pool=Largest(),
            output=nn.Linear(16, 10),
        ),
    ),
}


class Sum(nn.Module):
    def __init__(self, layers, shortcut=()):
        super().__init__()
        self.layers, self.shortcut = nn.Sequential(*layers), nn.Sequential(*shortcut)

    def forward(self, x):
        return self.layers(x) + self.shortcut(x)


def conv(inputs, outputs, **more):
    return nn.Conv2d(inputs, outputs, 3, padding=1, **more)


IMAGES["layers"] = (
    [
        "model.kind=sequential",
        "model.layers=[{kind='conv',filters=8,bias=false},{kind='batch-norm'},{kind='activation'},"
        "{kind='residual',layers=[{kind='conv',filters=8},{kind='group-norm',groups=2},{kind='activation',function='silu'}]},"
        "{kind='residual',projection=true,layers=[{kind='conv',filters=12,stride=2,groups=4}]},{kind='activation'},"
        "{kind='avg-pool'},{kind='flatten'},{kind='linear',width=16},{kind='activation',function='gelu'}]",
    ],
    named(
        layers=nn.Sequential(
            conv(1, 8, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            Sum([conv(8, 8), nn.GroupNorm(2, 8), nn.SiLU()]),
            Sum([conv(8, 12, stride=2, groups=4)], [nn.Conv2d(8, 12, 1, stride=2, bias=False)]),
            nn.ReLU(),
            nn.AvgPool2d(2),
            nn.Flatten(),
            nn.Linear(48, 16),
            nn.GELU(),
        ),
        output=nn.Linear(16, 10),
    ),
)
pixels = numpy.random.default_rng(2).integers(0, 256, (ROWS, 1, 8, 8), dtype=numpy.uint8)
header = lambda kind, shape: bytes([0, 0, 8, kind]) + b"".join(size.to_bytes(4, "big") for size in shape)
(place / "new-idx3-ubyte").write_bytes(header(3, (ROWS, 8, 8)) + pixels.tobytes())
for name, (settings, module) in IMAGES.items():
    kiln("train", "digits", "train.epochs=2", f"name={name}", *settings)
    kiln("export", "last", "-o", f"{name}.onnx")
    kiln("export", "last", "-o", f"{name}.safetensors")
    kiln("predict", "last", "new-idx3-ubyte", "-o", "out.jsonl", "--proba")
    session = onnxruntime.InferenceSession(place / f"{name}.onnx", providers=["CPUExecutionProvider"])
    predictions = [json.loads(line) for line in open(place / "out.jsonl")]
    compare(name, session, {"image": pixels}, predictions)
    module.load_state_dict(load_file(place / f"{name}.safetensors"), strict=True)
    module.eval()
    # What the graph gives to its first convolution, and its last matrix product: the network alone.
    graph = onnx.load(place / f"{name}.onnx")
    first = next(node for node in graph.graph.node if node.op_type == "Conv").input[0]
    last = [node for node in graph.graph.node if node.op_type == "Gemm"][-1].output[0]
    for value in [first, last]:
        graph.graph.output.append(onnx.helper.make_tensor_value_info(value, onnx.TensorProto.FLOAT, None))
    inner = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    x, logits = inner.run([first, last], {"image": pixels[:501]})
    with torch.no_grad():
        off = (module(torch.tensor(x)) - torch.tensor(logits)).abs().max().item()
    print(f"{name:12} the state dictionary loads strictly, logits of PyTorch off by {off:.1e}")
    assert off < 1e-4

# Networks of others, on noise in colour.
photos = numpy.random.default_rng(3).integers(0, 256, (101, 32, 32, 3), dtype=numpy.uint8)
for item, photo in enumerate(photos):
    folder = place / "photos" / "ab"[item % 2]
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(photo).save(folder / f"{item:03}.png")
paths = sorted((place / "photos/a").glob("*.png"))
x = numpy.stack([numpy.asarray(Image.open(path)).transpose(2, 0, 1) for path in paths])
THEIRS = {
    "resnet18": lambda: tv.resnet18(num_classes=2),
    "resnet34": lambda: tv.resnet34(num_classes=2),
    "resnet50": lambda: tv.resnet50(num_classes=2),
    "mobilenet-v3-small": lambda: tv.mobilenet_v3_small(num_classes=2),
    "mobilenet-v3-large": lambda: tv.mobilenet_v3_large(num_classes=2),
    "efficientnet-b0": lambda: tv.efficientnet_b0(num_classes=2),
    "convnext-tiny": lambda: tv.convnext_tiny(num_classes=2),
    "vit-tiny": lambda: timm.create_model("vit_tiny_patch16_224", num_classes=2, img_size=32),
    "vit-small": lambda: timm.create_model("vit_small_patch16_224", num_classes=2, img_size=32),
}
for kind in THEIRS:
    words = ["data.source=images", f"data.path={place / 'photos'}", f"model.kind={kind}", "train.epochs=1", "train.batch_size=16"]
    kiln("train", *words, f"name={kind}", "-q")
    for more in [[], ["--fold-batch-norm"]]:
        kiln("export", kind, "-o", f"{kind}.onnx", *more)
        kiln("predict", kind, "photos/a", "-o", "out.jsonl", "--proba")
        session = onnxruntime.InferenceSession(place / f"{kind}.onnx", providers=["CPUExecutionProvider"])
        predictions = [json.loads(line) for line in open(place / "out.jsonl")]
        compare(f"{kind} {' '.join(more)}", session, {"image": x}, predictions)
    kiln("export", kind, "-o", "net.safetensors")
    theirs = THEIRS[kind]().eval()
    theirs.load_state_dict(load_file(place / "net.safetensors"), strict=True)
    graph = onnx.load(place / f"{kind}.onnx")
    first = next(node.input[0] for node in graph.graph.node if node.op_type == "Conv")
    last = next(node.output[0] for node in reversed(graph.graph.node) if node.op_type == "Gemm")
    for value in [first, last]:
        graph.graph.output.append(onnx.helper.make_tensor_value_info(value, onnx.TensorProto.FLOAT, None))
    inner = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    pixels, logits = inner.run([first, last], {"image": x})
    with torch.no_grad():
        off = (theirs(torch.tensor(pixels)) - torch.tensor(logits)).abs().max().item() / numpy.abs(logits).max()
    print(f"{kind:12} the state dictionary loads strictly there, logits off by {off:.1e} of the largest")
    assert off < 1e-4

# Time series and texts of different lengths. Batches are padded to the longest of all, kiln's to their own.
def series(name, count):
    items = [numpy.random.default_rng(item).normal(size=(2, 5 + item * 7 % 40)).cumsum(1) for item in range(count)]
    with open(place / name, "w") as file:
        file.write("id,step,x,y,kind\n")
        for item, values in enumerate(items):
            values[item % 2, item % 5] = numpy.nan
            for step, (x, y) in enumerate(values.T):
                cells = ["" if numpy.isnan(cell) else repr(float(cell)) for cell in (x, y)]
                file.write(f"s{item},{step},{cells[0]},{cells[1]},{'abc'[item % 3]}\n")
    whole = numpy.zeros((count, 2, max(values.shape[1] for values in items)))
    for values, to in zip(items, whole):
        to[:, : values.shape[1]] = values
    return {"series": whole, "lengths": numpy.array([values.shape[1] for values in items])}


series("steps.csv", 300)
inputs = series("new-steps.csv", 2_000)
for name in ["inception-time", "tcn", "lstm", "gru", "transformer"]:
    words = ["data.series=id", "data.time=step", "data.target=kind", f"model.kind={name}", "train.epochs=1", "-q"]
    kiln("train", "steps.csv", *words, "data.scale=series" if name == "gru" else "data.standardize=true")
    kiln("export", "last", "-o", f"{name}.onnx")
    kiln("predict", "last", "new-steps.csv", "-o", "out.jsonl", "--proba")
    session = onnxruntime.InferenceSession(place / f"{name}.onnx", providers=["CPUExecutionProvider"])
    compare(f"series {name}", session, inputs, [json.loads(line) for line in open(place / "out.jsonl")])


def texts(name, count):
    words = [f"w{word}" for word in range(200)]
    lines = [" ".join(random.choice(words) for _ in range(random.randrange(1, 30))) for _ in range(count)]
    with open(place / name, "w") as file:
        file.write("body,kind\n" + "".join(f"{line},{'ab'[len(line) % 2]}\n" for line in lines))
    return lines


texts("texts.csv", 500)
lines = texts("new-texts.csv", ROWS)
for name, more in [("bag", "model.ngrams=2"), ("text-cnn", ""), ("lstm", ""), ("gru", ""), ("transformer", "model.positions=rotary")]:
    words = ["data.text=body", "data.target=kind", f"model.kind={name}", "train.epochs=1", "-q", *more.split()]
    kiln("train", "texts.csv", *words)
    kiln("export", "last", "-o", f"{name}.onnx")
    kiln("predict", "last", "new-texts.csv", "-o", "out.jsonl", "--proba")
    session = onnxruntime.InferenceSession(place / f"{name}.onnx", providers=["CPUExecutionProvider"])
    known = json.loads(session.get_modelmeta().custom_metadata_map["kiln.tokenizer"])["vocabulary"]
    number = {word: place_ + 2 for place_, word in enumerate(known)}
    ids = numpy.zeros((ROWS, max(len(line.split()) for line in lines)), dtype=numpy.int64)
    for line, to in zip(lines, ids):
        to[: len(line.split())] = [number.get(word, 1) for word in line.split()]
    inputs = {"ids": ids, "lengths": numpy.array([len(line.split()) for line in lines])}
    compare(f"texts {name}", session, inputs, [json.loads(line) for line in open(place / "out.jsonl")])
print("all equal")
