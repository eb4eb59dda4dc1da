"""Reads metrics.parquet, which a test of kiln-experiment writes (KILN_GOLDEN=overwrite), with pyarrow and pandas.

    python3 tests/golden/metrics_table.py
"""

import math
from pathlib import Path

import pandas
import pyarrow
import pyarrow.parquet

path = Path(__file__).with_name("metrics.parquet")
table = pyarrow.parquet.read_table(path)
assert table.schema.names == [
    "epoch", "step", "lr", "seconds", "train_loss", "validation_loss", "validation_accuracy",
], table.schema
for name in table.schema.names:
    wanted = pyarrow.int64() if name in ("epoch", "step") else pyarrow.float64()
    assert table.schema.field(name).type == wanted, (name, table.schema)
frame = pandas.read_parquet(path)
assert frame["epoch"].tolist() == [1, 2, 3] and frame["step"].tolist() == [20, 40, 60]
assert frame["lr"].tolist() == [0.1, 0.1 / 2, 0.1 / 3] and frame["seconds"].tolist() == [1.5] * 3
assert frame["train_loss"].tolist() == [0.5, 0.25, 0.5 / 3]
# What is not there, and what is no number, count as missing.
assert frame["validation_accuracy"].isna().tolist() == [False, True, True]
assert math.isnan(table.column("validation_accuracy")[2].as_py())
print(f"{path.name}: {table.num_rows} epochs as they were written, pyarrow {pyarrow.__version__}, pandas {pandas.__version__}")
