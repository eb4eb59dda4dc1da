"""Five-fold cross-validation of the digits' MLP: kiln cv against scikit-learn's cross_validate(MLPClassifier).

    python bench/peers/cv.py [--rounds 5] [--kiln target/release/kiln] [--epochs 20] [--json]

Same architecture (64 hidden units), optimiser (Adam, 1e-3), batch (64), epochs and folds; no early stopping; one thread for each fold. The
jobs are interleaved: each round measures every one of them, and the ratios are of neighbours. Times are of the whole process for
kiln (it starts, reads, trains, scores and writes the folds), and of the call alone for scikit-learn.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
import warnings

for variable in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]:
    os.environ[variable] = "1"

import sklearn  # noqa: E402
from sklearn.datasets import load_digits  # noqa: E402
from sklearn.model_selection import StratifiedKFold, cross_validate  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--kiln", default="target/release/kiln")
parser.add_argument("--epochs", type=int, default=20)
parser.add_argument("--json", action="store_true")
arguments = parser.parse_args()
kiln_path = os.path.abspath(arguments.kiln)
X, y = load_digits(return_X_y=True)
warnings.simplefilter("ignore")  # that it has not converged: neither has kiln


def kiln(jobs):
    with tempfile.TemporaryDirectory() as folder:
        command = [
            kiln_path, "cv", "data.source=digits", "data.validation=0", "model.hidden=64", "model.kind=mlp",
            "optim.kind=adam", "optim.lr=1e-3", f"train.epochs={arguments.epochs}", "train.batch_size=64", "--folds", "5",
            "--jobs", str(jobs), "--threads", "1", "--json", "-q", "--runs-dir", folder,
        ]  # fmt: skip
        began = time.perf_counter()
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        seconds = time.perf_counter() - began
    return seconds, json.loads(output.splitlines()[-1])["mean"]["accuracy"]


def sk(jobs):
    model = make_pipeline(
        StandardScaler(),
        MLPClassifier((64,), alpha=0.0, batch_size=64, max_iter=arguments.epochs, n_iter_no_change=10**6, random_state=0),
    )
    began = time.perf_counter()
    scores = cross_validate(model, X, y, cv=StratifiedKFold(5), n_jobs=jobs)
    return time.perf_counter() - began, scores["test_score"].mean()


JOBS = {"kiln --jobs 1": lambda: kiln(1), "kiln --jobs 2": lambda: kiln(2), "sklearn n_jobs=1": lambda: sk(1), "sklearn n_jobs=2": lambda: sk(2)}
times, accuracy = {name: [] for name in JOBS}, {}
for name, job in JOBS.items():
    job()  # warm: files in memory, workers of joblib started
for _ in range(arguments.rounds):
    for name, job in JOBS.items():
        seconds, accuracy[name] = job()
        times[name].append(seconds)


def ratio(a, b):
    return statistics.median(x / y for x, y in zip(times[a], times[b]))


result = {
    "sklearn": sklearn.__version__,
    "seconds": {name: statistics.median(values) for name, values in times.items()},
    "accuracy": accuracy,
    "jobs2_over_jobs1": ratio("kiln --jobs 2", "kiln --jobs 1"),
    "sklearn_over_kiln_1": ratio("sklearn n_jobs=1", "kiln --jobs 1"),
    "sklearn_over_kiln_2": ratio("sklearn n_jobs=2", "kiln --jobs 2"),
}
if arguments.json:
    print(json.dumps(result))
else:
    for name, values in times.items():
        print(f"{name:18} {statistics.median(values):7.3f} s  [{min(values):.3f}, {max(values):.3f}]  accuracy {accuracy[name]:.4f}")
    for name in ["jobs2_over_jobs1", "sklearn_over_kiln_1", "sklearn_over_kiln_2"]:
        print(f"{name:22} {result[name]:.2f}")
