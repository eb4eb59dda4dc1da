"""Models in whole numbers of eight bits beside floating point and beside onnxruntime's own quantisation: accuracy, bytes, time.

    python bench/int8.py KILN [NAME …]        (the program; needs numpy, onnx, onnxruntime, and Debian's dataset-fashion-mnist)

Trains each network, exports it with and without `--int8`, and has onnxruntime quantise the latter: `quantize_static`, QDQ, signed weights with
a scale for each output, smallest and largest numbers of 512 items of the training part, the same kinds of operations. Accuracy is that on the test part, in
onnxruntime. Times are medians of rounds that follow each other, 2 threads.
"""

import csv
import gzip
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stdout
from pathlib import Path

import numpy
import onnx
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

KILN, WANTED = Path(sys.argv[1]).resolve(), sys.argv[2:]
HERE = Path(__file__).resolve().parent
place = Path(tempfile.mkdtemp())
OPERATIONS = ["Conv", "Gemm", "Add", "MaxPool", "GlobalAveragePool", "Flatten", "Relu"]


def kiln(*words):
    ran = subprocess.run([KILN, *words], cwd=place, capture_output=True, text=True)
    assert ran.returncode == 0, f"kiln {' '.join(words)}\n{ran.stderr}"
    return ran.stdout


def digits():
    with gzip.open(HERE.parent / "crates/kiln-data/assets/digits.csv.gz", "rt") as file:
        rows = numpy.array(list(csv.reader(file))[1:], dtype=numpy.uint8)
    pixels, labels = rows[:, :64].reshape(-1, 1, 8, 8), rows[:, 64]
    # The fixed test part: of each class every fifth.
    test = numpy.zeros(len(rows), dtype=bool)
    for label in range(10):
        test[numpy.flatnonzero(labels == label)[4::5]] = True
    return (pixels[~test], labels[~test]), (pixels[test], labels[test])


def fashion():
    def part(name):
        folder = Path("/usr/share/datasets/fashion-mnist")
        pixels = gzip.open(folder / f"{name}-images-idx3-ubyte.gz").read()[16:]
        labels = gzip.open(folder / f"{name}-labels-idx1-ubyte.gz").read()[8:]
        return numpy.frombuffer(pixels, numpy.uint8).reshape(-1, 1, 28, 28), numpy.frombuffer(labels, numpy.uint8)

    return part("train"), part("t10k")


class Items(CalibrationDataReader):
    def __init__(self, pixels):
        self.rest = iter([{"image": pixels[start : start + 64]} for start in range(0, len(pixels), 64)])

    def get_next(self):
        return next(self.rest, None)


def session(path, optimised=None):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.log_severity_level = 3
    if optimised:
        options.optimized_model_filepath = str(optimised)
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def labels_of(session, pixels):
    found = [session.run(["label", "probabilities"], {"image": pixels[start : start + 500]}) for start in range(0, len(pixels), 500)]
    return numpy.concatenate([label for label, _ in found]), numpy.concatenate([shares for _, shares in found])


def times(sessions, pixels, rounds=15, least=0.03):
    taken = {name: [] for name in sessions}
    for one in sessions.values():
        one.run(None, {"image": pixels})
    for _ in range(rounds):
        for name, one in sessions.items():
            runs, began = 0, time.perf_counter()
            while time.perf_counter() - began < least:
                one.run(None, {"image": pixels})
                runs += 1
            taken[name].append((time.perf_counter() - began) / runs * 1e6)
    return {name: statistics.median(all_) for name, all_ in taken.items()}


NETWORKS = {
    "digits mlp": (digits, ["digits"]),
    "digits cnn": (digits, ["data.source=digits", "model.kind=cnn", "model.norm=batch", "train.epochs=30"]),
    "fashion cnn": (fashion, ["fashion-mnist-cnn", "train.epochs=2"]),
    "fashion resnet18": (fashion, ["data.source=fashion-mnist", "model.kind=resnet18", "train.epochs=1", "train.batch_size=64"]),
}
NAMES = {"f32": "f32", "kiln": "kiln --int8", "theirs": "quantize_static"}
for name, (data, words) in NETWORKS.items():
    if WANTED and name not in WANTED:
        continue
    (pixels, _), (test, truth) = data()
    kiln("train", *words, "--seed", "0", "--name", "net", "-q")
    kiln("export", "last", "-o", "f32.onnx", "--fold-batch-norm")
    print(kiln("export", "last", "-o", "kiln.onnx", "--int8").strip())
    spread = pixels[numpy.arange(512) * len(pixels) // 512]
    with redirect_stdout(io.StringIO()):
        quantize_static(
            place / "f32.onnx",
            place / "theirs.onnx",
            Items(spread),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=OPERATIONS,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
    onnx.checker.check_model(onnx.load(place / "kiln.onnx"), full_check=True)
    sessions = {kind: session(place / f"{kind}.onnx", place / f"{kind}.optimised.onnx") for kind in NAMES}
    predicted = {kind: labels_of(one, test) for kind, one in sessions.items()}
    classes = session(place / "f32.onnx").get_modelmeta().custom_metadata_map["kiln.outputs"]
    truth = numpy.array(json.loads(classes), dtype=object)[truth]
    one, many = times(sessions, test[:1]), times(sessions, test[:32])
    whole = onnx.load(place / "kiln.optimised.onnx").graph.node
    print(f"{name}: {len(test)} items; in whole numbers run", sorted({node.op_type for node in whole if node.op_type.startswith("QLinear") or node.op_type in ("QGemm", "ConvInteger")}))
    for kind, said in NAMES.items():
        labels, shares = predicted[kind]
        right = (labels == truth).mean()
        other = (labels != predicted["f32"][0]).sum()
        off = numpy.abs(shares - predicted["f32"][1]).mean()
        size = (place / f"{kind}.onnx").stat().st_size
        print(
            f"  {said:16} accuracy {right:.4f}, {other} classes other than f32, probabilities {off:.1e} off on average, "
            f"{size} bytes, batch 1 {one[kind]:.1f} µs ({one[kind] / one['f32']:.2f}), batch 32 {many[kind]:.1f} µs ({many[kind] / many['f32']:.2f})"
        )
