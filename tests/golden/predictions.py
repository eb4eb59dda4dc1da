"""Reads predictions.parquet, which a test of kiln-experiment writes (KILN_GOLDEN=1), with pyarrow and pandas.

    python3 tests/golden/predictions.py
"""

from pathlib import Path

import pandas
import pyarrow
import pyarrow.parquet

path = Path(__file__).with_name("predictions.parquet")
table = pyarrow.parquet.read_table(path)
assert table.schema.names == [
    "row", "file", "id", "input_prediction", "prediction", "p_no", "p_ja, klar", "sd_no", "sd_ja, klar",
], table.schema
assert table.schema.field("row").type == pyarrow.int64()
assert table.schema.field("id").type == pyarrow.string()
assert table.schema.field("p_no").type == pyarrow.float64()
assert table.to_pylist()[1] == {
    "row": 2, "file": "sub/b.png", "id": "", "input_prediction": "ja", "prediction": "no",
    "p_no": 0.9, "p_ja, klar": 0.1, "sd_no": 0.125, "sd_ja, klar": 0.0625,
}, table.to_pylist()
frame = pandas.read_parquet(path)
assert frame["id"].tolist() == ["007", "", "8"] and frame["prediction"].tolist() == ["ja, klar", "no", "no"]
assert frame["file"].tolist() == ["a.png", "sub/b.png", "ü.png"]
print(f"{path.name}: {table.num_rows} rows as they were written, pyarrow {pyarrow.__version__}")
