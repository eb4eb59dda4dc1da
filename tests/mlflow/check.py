"""Trains against an MLflow server of its own, which also goes away and comes back, and reads back with MLflow what it was told.

    python tests/mlflow/check.py KILN
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import mlflow
from mlflow.tracking import MlflowClient

kiln = sys.argv[1]
place = Path(tempfile.mkdtemp(prefix="kiln-mlflow-"))
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
# Which device it is may be said from outside, nothing else.
own = {name: value for name, value in os.environ.items() if not name.startswith(("KILN_", "MLFLOW_")) or name == "KILN_DEVICE"}
own["NO_PROXY"] = "127.0.0.1"
uri = f"http://127.0.0.1:{port}"
passed = 0


def check(what, is_so, seen=""):
    global passed
    assert is_so, f"{what}: {seen}"
    passed += 1


def start():
    """Starts the server, and waits until it answers."""
    log = open(place / "server.log", "ab")
    command = [
        sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--backend-store-uri", f"sqlite:///{place}/mlflow.db", "--artifacts-destination", str(place / "artifacts"),
    ]
    server = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    for _ in range(1200):
        try:
            urllib.request.urlopen(f"{uri}/health", timeout=1)
            return server
        except OSError:
            assert server.poll() is None, (place / "server.log").read_text()
            time.sleep(0.1)
    raise SystemExit("the server does not answer")


def wait(what, until):
    for _ in range(1200):
        if until():
            return
        time.sleep(0.1)
    raise SystemExit(f"{what} did not come")


def stop(server):
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def run(*arguments, code=0, **environment):
    known = own | environment
    began = time.monotonic()
    ran = subprocess.run([kiln, *arguments], cwd=place, env=known, capture_output=True, text=True)
    assert ran.returncode == code, ran.stderr
    return ran.stderr, time.monotonic() - began


def newest():
    return sorted((place / "runs").iterdir())[-1]


def epochs(folder):
    # A last line may be on its way.
    whole = (folder / "metrics.jsonl").read_text().rpartition("\n")[0]
    return [json.loads(line) for line in whole.splitlines()]


def found(folder):
    """The run of the server that this run is."""
    return MlflowClient(uri).get_run(json.loads((folder / "mlflow.json").read_text())["run_id"])


def history(run_id, key):
    return [(metric.step, metric.value) for metric in MlflowClient(uri).get_metric_history(run_id, key)]


def same(folder, run_id, first=0):
    """The server has every number of every epoch, once."""
    records = epochs(folder)[first:]
    for part in ["train", "validation"]:
        for name in records[-1][part]:
            wanted = [(record["step"], record[part][name]) for record in records]
            seen = sorted(history(run_id, f"{part}_{name}"))
            check(f"{part}_{name}", seen == wanted, f"{seen} is not {wanted}")
    check("lr", sorted(history(run_id, "lr")) == [(record["step"], record["lr"]) for record in records])


training = None
server = start()
try:
    said, _ = run("train", "iris", "train.epochs=4", "schedule.kind=constant", "--log", "mlflow", "--mlflow-uri", uri, "-q")
    check("nothing to say", said == "", said)
    folder = newest()
    seen = found(folder)
    check("finished", seen.info.status == "FINISHED", seen.info.status)
    check("name", seen.info.run_name == folder.name, seen.info.run_name)
    check("experiment", seen.info.experiment_id == "0", seen.info.experiment_id)
    check("settings", seen.data.params["train.epochs"] == "4" and seen.data.params["data.source"] == "iris", seen.data.params)
    check("tags", seen.data.tags["kiln.data"] == "iris" and seen.data.tags["kiln.folder"] == str(folder), seen.data.tags)
    record = json.loads((folder / "run.json").read_text())
    for name, value in record["test"].items():
        check(f"test_{name}", seen.data.metrics[f"test_{name}"] == value, seen.data.metrics)
    same(folder, seen.info.run_id)
    files = {file.path for file in MlflowClient(uri).list_artifacts(seen.info.run_id)}
    check("files", files == {"run.toml", "run.json", "metrics.jsonl"}, files)
    kept = MlflowClient(uri).download_artifacts(seen.info.run_id, "run.toml", str(place))
    check("run.toml", Path(kept).read_bytes() == (folder / "run.toml").read_bytes())

    # A run that goes on is the same run of the server, with each epoch once.
    run("resume", "last", "train.epochs=6", "--log", "mlflow", "-q", MLFLOW_TRACKING_URI=uri)
    again = found(folder)
    check("the same run", again.info.run_id == seen.info.run_id)
    check("six epochs", len(history(again.info.run_id, "train_loss")) == 6, history(again.info.run_id, "train_loss"))
    same(folder, again.info.run_id)

    # An experiment that is not there is made; an error is the end of a run, too.
    run("train", "iris", "train.epochs=3", "optim.kind=sgd", "optim.lr=1e30", "--log", "mlflow", "-q", code=4,
        MLFLOW_TRACKING_URI=uri, MLFLOW_EXPERIMENT_NAME="flowers & more")
    failed = found(newest())
    check("failed", failed.info.status == "FAILED", failed.info.status)
    check("its experiment", mlflow.MlflowClient(uri).get_experiment(failed.info.experiment_id).name == "flowers & more")

    # The server goes away in the middle, and comes back: nothing is lost.
    training = subprocess.Popen(
        [kiln, "train", "digits", "train.epochs=100000", "schedule.kind=constant", "--log", "mlflow", "--mlflow-uri", uri, "-q"],
        cwd=place, env=own, stderr=subprocess.PIPE, text=True,
    )
    told = lambda: [path.parent for path in (place / "runs").glob("*-digits-*/mlflow.json")]
    wait("a run of digits", told)
    # Not `newest`: in one second folders are in the order of their data sets.
    [folder] = told()
    wait("three epochs", lambda: (folder / "metrics.jsonl").exists() and len(epochs(folder)) >= 3)
    stop(server)
    away = len(epochs(folder))
    time.sleep(3)
    check("training goes on", len(epochs(folder)) > away)
    server = start()
    time.sleep(7)
    training.send_signal(signal.SIGTERM)
    said = training.communicate(timeout=120)[1]
    check("stopped", training.returncode == 143 and said == "", said)
    seen = found(folder)
    check("killed", seen.info.status == "KILLED", seen.info.status)
    records = epochs(folder)
    steps = sorted(history(seen.info.run_id, "train_loss"))
    check("no epoch is lost", steps == [(record["step"], record["train"]["loss"]) for record in records], f"{len(steps)} of {len(records)}")

    # A server that is not there costs a moment, and is said once; what it does not get is counted.
    stop(server)
    said, took = run("train", "iris", "train.epochs=3", "--log", "mlflow", "--mlflow-uri", uri, "-q")
    lines = [line for line in said.splitlines() if "warning" in line]
    check("said at the beginning and the end", len(lines) == 2, said)
    check("why", "does not take the run" in lines[0] and "did not get" in lines[1] and "and the end of the run" in lines[1], said)
    check("in a moment", took < 10, took)
finally:
    stop(server)
    if training is not None:
        training.kill()
print(f"{passed} passed, 0 failed (MLflow {mlflow.__version__})")
