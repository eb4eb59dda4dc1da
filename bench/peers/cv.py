"""Five-fold cross-validation of an MLP: kiln cv beside scikit-learn's cross_validate(MLPClassifier), the same with skorch, and a plain
PyTorch loop.

    python bench/peers/cv.py [--rounds 5] [--kiln target/release/kiln] [--epochs 20] [--alone] [--json]

With --alone kiln is measured without the others: one job beside two.

Two data sets: scikit-learn's digits (1,797 x 64, ten classes) and a table of 2,000 rows, 20 numbers and three classes, which kiln reads from a
CSV file. Same architecture (64 hidden units), optimiser (Adam, 1e-3), batch (64), epochs and folds; no early stopping. kiln runs twice with
--jobs 1, as it comes and with one thread; every job of --jobs 2 and all others have one thread for each fold. The jobs are interleaved: each
round measures every one of them, and the ratios are of neighbours. Times are of the whole process for kiln (it starts, reads, trains, scores
and writes the folds), and of the call alone, its workers started before, for the others. A peer that does not import is left out, by name.
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
os.environ["PYTHONWARNINGS"] = "ignore"  # in the workers too: that it has not converged; neither has kiln

import numpy as np  # noqa: E402
import sklearn  # noqa: E402
from joblib import Parallel, delayed  # noqa: E402
from sklearn.datasets import load_digits, make_classification  # noqa: E402
from sklearn.model_selection import StratifiedKFold, cross_validate  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

HIDDEN, BATCH = 64, 64

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--kiln", default="target/release/kiln")
parser.add_argument("--epochs", type=int, default=20)
parser.add_argument("--alone", action="store_true")
parser.add_argument("--json", action="store_true")
arguments = parser.parse_args()
kiln_path = os.path.abspath(arguments.kiln)
warnings.simplefilter("ignore")


def table(folder):
    x, y = make_classification(2000, 20, n_informative=10, n_redundant=5, n_classes=3, class_sep=1.0, random_state=0)
    path = os.path.join(folder, "table.csv")
    head = ",".join([f"x{i}" for i in range(20)] + ["label"])
    rows = (",".join([f"{value:.6f}" for value in row] + [f"c{label}"]) for row, label in zip(x, y))
    with open(path, "w") as file:
        file.write("\n".join([head, *rows]) + "\n")
    return x, y, ["data.source=csv", f"data.path={path}", "data.target=label"]


def kiln(data, *options):
    with tempfile.TemporaryDirectory() as folder:
        command = [
            kiln_path, "cv", *data, "data.validation=0", f"model.hidden={HIDDEN}", "model.kind=mlp", "optim.kind=adam", "optim.lr=1e-3",
            f"train.epochs={arguments.epochs}", f"train.batch_size={BATCH}", "--folds", "5", *options, "--json", "-q", "--runs-dir", folder,
        ]  # fmt: skip
        began = time.perf_counter()
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        seconds = time.perf_counter() - began
    return seconds, json.loads(output.splitlines()[-1])["mean"]["accuracy"]


def timed_cross_validate(model, x, y, jobs):
    began = time.perf_counter()
    scores = cross_validate(make_pipeline(StandardScaler(), model), x, y, cv=StratifiedKFold(5), n_jobs=jobs)
    return time.perf_counter() - began, scores["test_score"].mean()


def mlp_classifier(x, y, jobs):
    model = MLPClassifier((HIDDEN,), alpha=0.0, batch_size=BATCH, max_iter=arguments.epochs, n_iter_no_change=10**6, random_state=0)
    return timed_cross_validate(model, x, y, jobs)


def network(inputs, classes):
    import torch

    return torch.nn.Sequential(torch.nn.Linear(inputs, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, classes))


def skorch(x, y, jobs):
    import torch
    from skorch import NeuralNetClassifier

    torch.set_num_threads(1)
    model = NeuralNetClassifier(
        network(x.shape[1], len(set(y))), criterion=torch.nn.CrossEntropyLoss, optimizer=torch.optim.Adam, lr=1e-3, batch_size=BATCH,
        max_epochs=arguments.epochs, train_split=None, iterator_train__shuffle=True, verbose=0,
    )  # fmt: skip
    return timed_cross_validate(model, x.astype(np.float32), y.astype(np.int64), jobs)


def pytorch_fold(x, y, train, test):
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    scaler = StandardScaler().fit(x[train])
    items = torch.from_numpy(scaler.transform(x[train]).astype(np.float32))
    labels = torch.from_numpy(y[train].astype(np.int64))
    model, loss = network(x.shape[1], len(set(y))), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    for _ in range(arguments.epochs):
        # Whole batches by index: three times as fast as a DataLoader.
        for batch in torch.randperm(len(items)).split(BATCH):
            optimizer.zero_grad()
            loss(model(items[batch]), labels[batch]).backward()
            optimizer.step()
    with torch.no_grad():
        guess = model(torch.from_numpy(scaler.transform(x[test]).astype(np.float32))).argmax(1).numpy()
    return (guess == y[test]).mean()


def pytorch(x, y, jobs):
    began = time.perf_counter()
    folds = StratifiedKFold(5).split(x, y)
    scores = Parallel(n_jobs=jobs)(delayed(pytorch_fold)(x, y, train, test) for train, test in folds)
    return time.perf_counter() - began, np.mean(scores)


PEERS = {} if arguments.alone else {"MLPClassifier": mlp_classifier, "skorch": skorch, "PyTorch loop": pytorch}


def measure(name, x, y, data):
    jobs = {
        "kiln --jobs 1": lambda: kiln(data, "--jobs", "1"),
        "kiln --jobs 1 --threads 1": lambda: kiln(data, "--jobs", "1", "--threads", "1"),
        "kiln --jobs 2": lambda: kiln(data, "--jobs", "2", "--threads", "1"),
    }
    for peer, run in PEERS.items():
        for count in [1, 2]:
            jobs[f"{peer} n_jobs={count}"] = lambda run=run, count=count: run(x, y, count)
    for job in list(jobs):
        try:
            jobs[job]()  # warm: files in memory, workers of joblib started
        except ImportError as error:
            print(f"{job}: left out: {error}")
            del jobs[job]
    times, accuracy = {job: [] for job in jobs}, {}
    for _ in range(arguments.rounds):
        for job, run in jobs.items():
            seconds, accuracy[job] = run()
            times[job].append(seconds)

    def ratio(a, b):
        ratios = [x / y for x, y in zip(times[a], times[b])]
        return [statistics.median(ratios), min(ratios), max(ratios)]

    median = {job: statistics.median(values) for job, values in times.items()}
    ratios = {
        "kiln --jobs 2 / --jobs 1": ratio("kiln --jobs 2", "kiln --jobs 1"),
        "kiln --jobs 2 / --jobs 1 --threads 1": ratio("kiln --jobs 2", "kiln --jobs 1 --threads 1"),
    }
    for count in [1, 2]:
        peers = [job for job in jobs if job.endswith(f"n_jobs={count}")]
        if peers:
            fastest = min(peers, key=median.get)
            ratios[f"{fastest} / kiln --jobs {count}"] = ratio(fastest, f"kiln --jobs {count}")
    if arguments.json:
        print(json.dumps({"data": name, "sklearn": sklearn.__version__, "seconds": median, "accuracy": accuracy, "ratios": ratios}))
        return
    print(f"\n{name}, {arguments.epochs} epochs, {arguments.rounds} rounds")
    for job, values in times.items():
        print(f"{job:27} {median[job]:7.3f} s  [{min(values):.3f}, {max(values):.3f}]  accuracy {accuracy[job]:.4f}")
    for what, (middle, low, high) in ratios.items():
        print(f"{what:42} {middle:.2f}  [{low:.2f}, {high:.2f}]")


measure("digits", *load_digits(return_X_y=True), ["data.source=digits"])
with tempfile.TemporaryDirectory() as folder:
    measure("table of 2,000 rows", *table(folder))
