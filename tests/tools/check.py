"""Trains with `--log`, and compares what TensorBoard, pandas, pyarrow and Prometheus' parser read with what the run recorded. A run that goes on is one curve.

    python tests/tools/check.py KILN
"""

import json
import os
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy
import pandas
import pyarrow.parquet
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

kiln = sys.argv[1]
place = Path(tempfile.mkdtemp(prefix="kiln-tools-"))
own = {name: value for name, value in os.environ.items() if not name.startswith("KILN_") or name == "KILN_DEVICE"}
passed = 0


def check(what, is_so, seen=""):
    global passed
    assert is_so, f"{what}: {seen}"
    passed += 1


def run(*arguments):
    ran = subprocess.run([kiln, *arguments, "-q"], cwd=place, env=own, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def same(folder):
    records = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    names = [(part, name) for part in ["train", "validation"] for name in records[0].get(part) or {}]

    events = EventAccumulator(str(folder))
    events.Reload()
    tags = {f"{name}/{part}" for part, name in names} | {"learning_rate", "epoch"}
    check("tags of TensorBoard", set(events.Tags()["scalars"]) == tags, events.Tags())
    for part, name in names:
        read = [(event.step, event.value) for event in events.Scalars(f"{name}/{part}")]
        wanted = [(record["step"], float(numpy.float32(record[part][name]))) for record in records]
        check(f"{name}/{part} in TensorBoard", read == wanted, f"{read} is not {wanted}")

    for tool, table in [("pandas", pandas.read_csv(folder / "metrics.csv")), ("pyarrow", pyarrow.parquet.read_table(folder / "metrics.parquet").to_pandas())]:
        check(f"rows of {tool}", len(table) == len(records), len(table))
        check(f"types of {tool}", [str(table[name].dtype) for name in ["epoch", "step", "lr"]] == ["int64", "int64", "float64"], table.dtypes)
        for part, name in names:
            check(f"{part}_{name} of {tool}", table[f"{part}_{name}"].tolist() == [record[part][name] for record in records])

    families = {family.name: family for family in text_string_to_metric_families((folder / "metrics.prom").read_text())}
    check("families", set(families) == {"kiln_epoch", "kiln_step", "kiln_learning_rate", "kiln_metric"}, set(families))
    check("types", all(family.type == "gauge" for family in families.values()))
    read = {(sample.labels["part"], sample.labels["name"]): sample.value for sample in families["kiln_metric"].samples}
    check("OpenMetrics", read == {(part, name): records[-1][part][name] for part, name in names}, read)
    check("run", {sample.labels["run"] for sample in families["kiln_metric"].samples} == {folder.name})
    check("epoch", families["kiln_epoch"].samples[0].value == records[-1]["epoch"])


logs = ["--log", "tensorboard,csv,parquet,openmetrics"]
for data in ["iris", "diabetes"]:
    run("train", data, "train.epochs=4", "schedule.kind=constant", *logs)
    folder = sorted((place / "runs").iterdir())[-1]
    same(folder)
    run("resume", folder.name, "train.epochs=7", *logs)
    same(folder)
print(f"{passed} passed: TensorBoard {version('tensorboard')}, pandas {version('pandas')}, pyarrow {version('pyarrow')}, prometheus_client {version('prometheus_client')}")
