"""What onnxruntime predicts by the files that kiln wrote.

    KILN_GOLDEN=overwrite cargo test --release -p kiln --test suite export::
    python tests/golden/exported.py        (needs onnx, onnxruntime and numpy)

Checks each file of tests/golden/onnx with the checker of ONNX, runs it on the inputs in the JSON file beside it, and writes its outputs
there.
"""

import json
from pathlib import Path

import numpy
import onnx
import onnxruntime

TYPES = {
    "tensor(double)": numpy.float64,
    "tensor(int64)": numpy.int64,
    "tensor(uint8)": numpy.uint8,
    "tensor(string)": object,
}


def close(some, all_, rows):
    for one, whole in zip(some, all_):
        if one.dtype == object:
            assert (one == whole[rows]).all()
        else:
            numpy.testing.assert_allclose(one, whole[rows], rtol=1e-5, atol=1e-6)


for path in sorted((Path(__file__).parent / "onnx").glob("*.onnx")):
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    golden = json.loads(path.with_suffix(".json").read_text())
    feed = {}
    for info in session.get_inputs():
        given = golden["inputs"][info.name]
        values = [numpy.nan if value is None else value for value in given["values"]]
        feed[info.name] = numpy.array(values, dtype=TYPES[info.type]).reshape(given["shape"])
    outputs = session.run(None, feed)
    golden["outputs"] = {info.name: found.tolist() for info, found in zip(session.get_outputs(), outputs)}
    path.with_suffix(".json").write_text(json.dumps(golden))
    # Any number of items, one by one with the same results, and three at a time.
    for rows in [slice(0, 1), slice(2, 5)]:
        close(session.run(None, {name: value[rows] for name, value in feed.items()}), outputs, rows)
    if "lengths" in feed:
        # Without the padding that others need, and with more of it, whatever is there.
        for item, length in enumerate(feed["lengths"]):
            rows = slice(item, item + 1)
            cut = {name: value[rows, ..., : max(length, 1)] for name, value in feed.items() if name != "lengths"}
            close(session.run(None, {**cut, "lengths": feed["lengths"][rows]}), outputs, rows)
        more = {"lengths": feed["lengths"]}
        for name, value in feed.items():
            if name != "lengths":
                more[name] = numpy.concatenate([value, numpy.full((*value.shape[:-1], 3), 1, value.dtype)], axis=-1)
        close(session.run(None, more), outputs, slice(None))
    print(path.stem, {name: numpy.shape(value) for name, value in golden["outputs"].items()})
