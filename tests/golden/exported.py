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

TYPES = {"tensor(double)": numpy.float64, "tensor(uint8)": numpy.uint8, "tensor(string)": object}
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
    # Any number of items, one by one with the same results.
    alone = session.run(None, {name: value[:1] for name, value in feed.items()})
    for one, all_ in zip(alone, outputs):
        if one.dtype != object:
            numpy.testing.assert_allclose(one, all_[:1], rtol=1e-5, atol=1e-6)
    print(path.stem, {name: numpy.shape(value) for name, value in golden["outputs"].items()})
