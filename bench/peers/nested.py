"""What choosing settings by the score that is then reported is worth: non-nested minus nested cross-validation on iris.

    python bench/peers/nested.py [--trials 30] [--kiln target/release/kiln]

scikit-learn's example (model_selection/plot_nested_cross_validation_iris) gives 0.0076 with a standard deviation of 0.0078 over 30 shuffles:
a support vector machine, six settings, four folds outside and four inside. It is run again here, beside kiln with as many folds: an MLP and
eight settings of learning rate and weight decay. Nested is `kiln cv --tune`; non-nested is the best score that `kiln cv` gives to one of the
settings.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile

import sklearn
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.svm import SVC

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("--trials", type=int, default=30)
parser.add_argument("--kiln", default="target/release/kiln")
arguments = parser.parse_args()


def theirs(seed):
    x, y = load_iris(return_X_y=True)
    folds = lambda: KFold(4, shuffle=True, random_state=seed)  # noqa: E731
    search = GridSearchCV(SVC(kernel="rbf"), {"C": [1, 10, 100], "gamma": [0.01, 0.1]}, cv=folds())
    search.fit(x, y)
    return search.best_score_ - cross_val_score(search, x, y, cv=folds()).mean()


def kiln_cv(seed, *options):
    with tempfile.TemporaryDirectory() as runs:
        command = [
            os.path.abspath(arguments.kiln), "cv", "iris", "data.validation=0", "--folds", "4", "--shuffle", "--no-stratified", "--jobs", "2",
            "--threads", "1", "--seed", str(seed), "-q", "--json", "--runs-dir", runs, *options,
        ]  # fmt: skip
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        return json.loads(output.splitlines()[-1])["mean"]["accuracy"]


def ours(seed):
    rates, decays = ["1e-3", "3e-3", "1e-2", "3e-2"], ["0.01", "0.1"]
    settings = [[f"optim.lr={rate}", f"optim.weight_decay={decay}"] for rate in rates for decay in decays]
    spaces = [f"optim.lr=choice({','.join(rates)})", f"optim.weight_decay=choice({','.join(decays)})"]
    search = ["train.monitor=accuracy", "--sampler", "grid", "--trials", "8", "--inner", "4"]
    tune = [word for space in spaces for word in ["--tune", space]]
    return max(kiln_cv(seed, *setting) for setting in settings) - kiln_cv(seed, *search, *tune)


for name, run in [(f"scikit-learn {sklearn.__version__}, SVC", theirs), ("kiln, MLP", ours)]:
    values = [run(seed) for seed in range(arguments.trials)]
    print(f"{name:26}{statistics.mean(values):8.4f}  standard deviation {statistics.stdev(values):.4f}  over {len(values)} shuffles", flush=True)
