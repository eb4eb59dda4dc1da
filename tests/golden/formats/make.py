"""One table in every typed format, and what pandas, NumPy and json read of it.

Run with Python 3, pandas, pyarrow and openpyxl:  python make.py
"""

import datetime
import decimal
import json
import pathlib
import random

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

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


def rows(data):
    return {"names": [str(name) for name in data.columns], "rows": [[cell(v) for v in row] for row in data.itertuples(index=False)]}


expected = {}

data = frame()
data.to_parquet(HERE / "table.parquet")
read = pd.read_parquet(HERE / "table.parquet")
expected["table.parquet"] = rows(read)
fine = data.assign(when=data["when"].astype("datetime64[ns]"))
fine.to_parquet(HERE / "nanoseconds.parquet", compression="gzip", version="2.6")
data.iloc[::-1].set_index(data["price"].rename(None)).to_parquet(HERE / "index.parquet", compression="lz4")
expected["nanoseconds.parquet"] = rows(pd.read_parquet(HERE / "nanoseconds.parquet"))
expected["index.parquet"] = rows(pd.read_parquet(HERE / "index.parquet"))
data.to_feather(HERE / "table.feather")
expected["table.feather"] = rows(pd.read_feather(HERE / "table.feather"))
data.to_feather(HERE / "plain.arrow", compression="uncompressed")
expected["plain.arrow"] = rows(pd.read_feather(HERE / "plain.arrow"))

# Types and encodings that pandas does not write by itself.
moments = pd.Series(pd.date_range("2024-03-31 00:30", periods=ROWS, freq="30min", tz="UTC"))
packed = pa.table(
    {
        "amount": pa.array([decimal.Decimal(f"{i * 7 - 20}.{i:02}") if i != 4 else None for i in range(ROWS)], pa.decimal128(12, 2)),
        "huge": pa.array([decimal.Decimal(f"{i - 5}.5") for i in range(ROWS)], pa.decimal256(40, 1)),
        "byte": pa.array([i - 6 for i in range(ROWS)], pa.int8()),
        "count": pa.array([2**63 + i if i % 2 else i for i in range(ROWS)], pa.uint64()),
        "half": pa.array(np.arange(ROWS, dtype="float16") / 3, pa.float16()),
        "open": pa.array([i % 3 == 0 if i % 4 else None for i in range(ROWS)]),
        "text": pa.array([f"row {i // 3} äöü" for i in range(ROWS)], pa.large_string()),
        "kind": pa.array(["a", None, "b"] * (ROWS // 3)).dictionary_encode(),
        "sum": pa.array([1000 * i for i in range(ROWS)], pa.int64()),
        "local": pa.array(moments.dt.tz_convert("Europe/Berlin"), pa.timestamp("ms", "Europe/Berlin")),
        "second": pa.array([i * 86399 for i in range(ROWS)], pa.timestamp("s")),
        "day": pa.array([i * 86_400_000 * 400 for i in range(ROWS)], pa.date64()),
        "nothing": pa.array([None] * ROWS, pa.null()),
    }
)
encodings = {"text": "DELTA_BYTE_ARRAY", "sum": "DELTA_BINARY_PACKED", "byte": "DELTA_BINARY_PACKED"}
pq.write_table(packed, HERE / "packed.parquet", compression="zstd", data_page_version="2.0", use_dictionary=["kind"], column_encoding=encodings, row_group_size=5)
with pa.ipc.new_file(HERE / "packed.arrow", packed.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as out:
    out.write_table(packed, max_chunksize=5)
for name in ["packed.parquet", "packed.arrow"]:
    read = pq.read_table(HERE / name).to_pandas() if name.endswith("parquet") else pa.ipc.open_file(HERE / name).read_all().to_pandas()
    # A moment of a time zone is one of UTC.
    read["local"] = read["local"].dt.tz_convert("UTC").dt.tz_localize(None)
    whole = read.astype({"count": object}).assign(open=read["open"].astype(object), kind=read["kind"].astype(object))
    expected[name] = rows(whole)

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

book = texts.drop(columns="large").assign(day=pd.to_datetime(data["day"]), when=data["when"].dt.round("s"))
book.to_excel(HERE / "table.xlsx", index=False)
read = pd.read_excel(HERE / "table.xlsx", keep_default_na=True, dtype={"zone": object})
# A workbook has moments only: one at midnight is a day.
days = {column: read[column].map(lambda t: t if t is pd.NaT else t.date() if t == t.normalize() else t) for column in ["day", "when"]}
expected["table.xlsx"] = rows(read.astype({"day": object, "when": object}).assign(**{k: v.astype(object) for k, v in days.items()}))

# One table to train on in every format, which must give the same weights.
homes = pd.DataFrame(
    {
        "area": [20 + 1.5 * i for i in range(60)],
        "rooms": [1 + i * 7 % 5 for i in range(60)],
        "kind": [["flat", "house", "farm"][i * 11 % 3] for i in range(60)],
        "garden": [i % 3 != 0 for i in range(60)],
        "sold": [datetime.date(2024, 1, 1) + datetime.timedelta(days=i * 37 % 365) for i in range(60)],
        "price": [round(100 + 3 * i + 20 * (i % 3) + random.gauss(0, 5), 2) for i in range(60)],
    }
)
words = homes.assign(garden=homes["garden"].map({True: "true", False: "false"}), sold=homes["sold"].astype(str))
words.to_csv(HERE / "homes.csv", index=False)
words.assign(garden=homes["garden"]).to_json(HERE / "homes.jsonl", orient="records", lines=True)
homes.to_parquet(HERE / "homes.parquet")
homes.to_feather(HERE / "homes.feather")
homes.assign(sold=pd.to_datetime(homes["sold"])).to_excel(HERE / "homes.xlsx", index=False)
records = np.array(
    list(words.assign(garden=homes["garden"]).itertuples(index=False, name=None)),
    dtype=[("area", "f8"), ("rooms", "i4"), ("kind", "U5"), ("garden", "?"), ("sold", "U10"), ("price", "f8")],
)
np.save(HERE / "homes.npy", records)
np.savez_compressed(HERE / "homes.npz", **{name: records[name] for name in records.dtype.names})

text = json.dumps(expected, ensure_ascii=False, indent=0)
(HERE / "expected.json").write_text(text + "\n")
