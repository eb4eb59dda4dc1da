"""Tables as JSON lines and as NumPy's files, and what Python's json and NumPy read of them.

Run with Python 3, pandas 3 and NumPy 2:  python make.py
"""

import datetime
import json
import pathlib
import random

import numpy as np
import pandas as pd

HERE = pathlib.Path(__file__).parent
random.seed(2026)
ROWS = 12


def cell(value):
    """A cell as kiln gives it: null, a number, or a text."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (int, np.integer)):
        return int(value) if abs(int(value)) <= 2**53 else str(int(value))
    if isinstance(value, (float, np.floating)):
        return None if np.isnan(value) else float(value)
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, (pd.Timestamp, datetime.datetime)):
        return value.isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


def frame():
    pick = random.choice
    return pd.DataFrame(
        {
            "whole": [random.randrange(-9, 9) for _ in range(ROWS)],
            "large": [2**60 + i for i in range(ROWS)],
            "price": [round(random.gauss(100, 30), 4) if i % 5 else None for i in range(ROWS)],
            "small": np.array([i / 8 for i in range(ROWS)], dtype="float32"),
            "zone": [pick(["North", "South", "äöü 😀", "007"]) if i % 4 else None for i in range(ROWS)],
            "open": [i % 3 == 0 for i in range(ROWS)],
            "kind": pd.Categorical([pick(["a", "b"]) if i != 3 else None for i in range(ROWS)]),
            "day": [datetime.date(2024, 2, 28) + datetime.timedelta(days=i) for i in range(ROWS)],
            "when": [pd.Timestamp("2024-02-28 23:59:58.5") + pd.Timedelta(seconds=i) if i != 5 else None for i in range(ROWS)],
        }
    )


expected = {}

data = frame()
texts = data.assign(day=data["day"].astype(str), when=data["when"].dt.strftime("%Y-%m-%dT%H:%M:%S.%f"))
texts.to_json(HERE / "table.jsonl", orient="records", lines=True, force_ascii=False)
lines = [json.loads(line) for line in (HERE / "table.jsonl").read_text().splitlines()]
expected["table.jsonl"] = {"names": list(lines[0]), "rows": [[cell(line[name]) for name in lines[0]] for line in lines]}
ragged = '{"b": 1, "a": "x"}\n{"a": null, "c": 2.5e-3}\n\n{"b": 12345678901234567890, "c": -0.0, "a": "\\u00e4\\ud83d\\ude00"}\n'
(HERE / "ragged.jsonl").write_text(ragged)
lines = [json.loads(line) for line in ragged.splitlines() if line]
names = list(dict.fromkeys(name for line in lines for name in line))
expected["ragged.jsonl"] = {"names": names, "rows": [[cell(line.get(name)) for name in names] for line in lines]}

matrix = np.arange(3 * ROWS, dtype="<f8").reshape(ROWS, 3) / 7
arrays = {
    "matrix.npy": matrix,
    "fortran.npy": np.asfortranarray(matrix.astype(">f4")),
    "half.npy": matrix.astype("<f2"),
    "integers.npy": np.array([[1, -2], [2**62, -(2**62)], [3, 4]], dtype="<i8"),
    "records.npy": np.array([(i, i / 3, f"t{i}", i % 2 == 0) for i in range(ROWS)], dtype=[("a", "<u2"), ("b c", "<f8"), ("text", "<U3"), ("flag", "?")]),
}
for name, array in arrays.items():
    np.save(HERE / name, array)
    read = np.load(HERE / name)
    if read.dtype.names:
        expected[name] = {"names": list(read.dtype.names), "rows": [[cell(v) for v in row] for row in read.tolist()]}
    else:
        expected[name] = {"names": [str(i) for i in range(read.shape[1])], "rows": [[cell(v) for v in row] for row in read.astype(read.dtype if read.dtype.kind == "i" else "f8").tolist()]}
for name, save in [("stored.npz", np.savez), ("packed.npz", np.savez_compressed)]:
    save(HERE / name, x=np.asfortranarray(matrix), y=np.array(["no", "yes"] * (ROWS // 2)), n=np.arange(ROWS, dtype="u1"))
    read = np.load(HERE / name)
    expected[name] = {
        "names": ["x.0", "x.1", "x.2", "y", "n"],
        "rows": [[cell(v) for v in [*read["x"][i], read["y"][i], read["n"][i]]] for i in range(ROWS)],
    }

text = json.dumps(expected, ensure_ascii=False, indent=0)
(HERE / "expected.json").write_text(text + "\n")
