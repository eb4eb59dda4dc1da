"""How well an MLP with early stopping does on data it has not seen, beside scikit-learn's pipelines: 10-fold accuracy on wine, breast cancer
and digits.

    python bench/peers/accuracy.py [--shuffles N] [--kiln target/release/kiln] [DATA…]

kiln trains one network for each data set, with the settings below, which stops early on a tenth of its training items. scikit-learn has nine
pipelines, and the best of them for each data set is what kiln is held to. Both are cross-validated over ten stratified folds of several
shuffles (small data sets need more of them: one wine is half a point); the standard error is that of ten folds, the mean over the shuffles.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import warnings

import sklearn
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

FOLDS = 10

DATA = {
    "wine": (load_wine, 10, ["optim.weight_decay=3", "early_stopping.patience=20"]),
    "breast-cancer": (load_breast_cancer, 10, ["loss.kind=cross-entropy", "loss.label_smoothing=0.1"]),
    "digits": (load_digits, 3, ["model.hidden=[512,256]", "model.dropout=0.4", "train.epochs=60", "early_stopping.patience=20"]),
}

PIPELINES = {
    "SVC, scaled": lambda: make_pipeline(StandardScaler(), SVC()),
    "SVC C=10, scaled": lambda: make_pipeline(StandardScaler(), SVC(C=10)),
    "SVC": lambda: SVC(),
    "SVC gamma=0.001": lambda: SVC(gamma=0.001),
    "logistic": lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)),
    "logistic C=0.1": lambda: make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000)),
    "MLP": lambda: make_pipeline(StandardScaler(), MLPClassifier(max_iter=500, random_state=0)),
    "MLP, early stopping": lambda: make_pipeline(StandardScaler(), MLPClassifier(max_iter=500, early_stopping=True, random_state=0)),
    "forest": lambda: RandomForestClassifier(random_state=0),
}

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("data", nargs="*", default=list(DATA), metavar="DATA", help=", ".join(DATA))
parser.add_argument("--shuffles", type=int, help="default: 10, digits 3")
parser.add_argument("--kiln", default="target/release/kiln")
arguments = parser.parse_args()
warnings.simplefilter("ignore")


def summary(shuffles):
    errors = [statistics.stdev(scores) / FOLDS**0.5 for scores in shuffles]
    return statistics.mean(score for scores in shuffles for score in scores), statistics.mean(errors)


def theirs(pipeline, x, y, count):
    folds = lambda seed: StratifiedKFold(FOLDS, shuffle=True, random_state=seed)  # noqa: E731
    return summary([list(cross_val_score(pipeline(), x, y, cv=folds(seed))) for seed in range(count)])


def ours(name, options, count):
    shuffles = []
    for seed in range(count):
        with tempfile.TemporaryDirectory() as runs:
            command = [
                os.path.abspath(arguments.kiln), "cv", name, *options, "--folds", str(FOLDS), "--shuffle", "--seed", str(seed), "--jobs", "2",
                "--threads", "1", "--json", "-q", "--runs-dir", runs,
            ]  # fmt: skip
            output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            run = json.loads(output.splitlines()[-1])["run_dir"]
            folds = [json.load(open(os.path.join(run, "folds", str(fold), "fold.json"))) for fold in range(FOLDS)]
            shuffles.append([fold["test"]["accuracy"] for fold in folds])
    return summary(shuffles)


print(f"scikit-learn {sklearn.__version__}, {FOLDS} folds")
print(f"{'data':15}{'shuffles':>8}{'kiln':>8}{'s.e.':>8}   {'best of scikit-learn':22}{'s.e.':>6}   within one standard error")
for name in arguments.data:
    load, usual, options = DATA[name]
    count = arguments.shuffles or usual
    x, y = load(return_X_y=True)
    scores = {pipeline: theirs(make, x, y, count) for pipeline, make in PIPELINES.items()}
    best = max(scores, key=lambda pipeline: scores[pipeline][0])
    (mean, error), (best_mean, best_error) = ours(name, options, count), scores[best]
    within = "yes" if mean >= best_mean - best_error else "no"
    print(f"{name:15}{count:8}{mean:8.4f}{error:8.4f}   {best_mean:.4f} {best:15}{best_error:6.4f}   {within}")
