"""Fold by fold, the test and training items of scikit-learn's splitters without shuffling.

Writes splitters.json beside this file. numpy's generator only makes the labels and groups, which are stored.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn import model_selection as ms

warnings.simplefilter("ignore")  # small classes: that they are told of is not compared
rng = np.random.default_rng(3)
cases = []


def case(splitter, n, labels=None, groups=None, **settings):
    cv = getattr(ms, splitter)(**settings)
    folds = [
        {"train": train.tolist(), "test": test.tolist()}
        for train, test in cv.split(np.zeros((n, 1)), labels, groups)
    ]
    cases.append({
        "splitter": splitter, "settings": settings, "items": n,
        "labels": None if labels is None else [int(x) for x in labels],
        "groups": None if groups is None else [int(x) for x in groups],
        "folds": folds,
    })


for n, k in [(10, 5), (11, 5), (14, 5), (7, 2), (7, 7), (23, 4)]:
    case("KFold", n, n_splits=k)
for n, k, classes in [(30, 5, 3), (31, 4, 3), (47, 5, 4), (12, 3, 2), (20, 6, 3)]:
    labels = rng.integers(0, classes, n) * 3 + 1
    case("StratifiedKFold", n, labels, n_splits=k)
    case("StratifiedKFold", n, np.sort(labels), n_splits=k)
    case("StratifiedKFold", n, np.sort(labels)[::-1], n_splits=k)
case("StratifiedKFold", 12, [0] * 9 + [1] * 2 + [2], n_splits=4)
for n, k, groups in [(30, 3, 7), (31, 4, 9), (40, 5, 5), (24, 2, 12)]:
    ids = rng.integers(0, groups, n) * 2 + 5
    ids[:groups] = np.arange(groups) * 2 + 5
    labels = rng.integers(0, 3, n)
    case("GroupKFold", n, groups=ids, n_splits=k)
    case("StratifiedGroupKFold", n, labels, ids, n_splits=k)
    case("LeaveOneGroupOut", n, groups=ids)
ties = np.repeat(np.arange(8), 3)  # equally large groups
case("GroupKFold", 24, groups=ties, n_splits=3)
case("StratifiedGroupKFold", 24, np.tile([0, 1, 1], 8), ties, n_splits=3)  # equally uneven groups
case("StratifiedGroupKFold", 24, np.repeat([0, 1], 12), ties, n_splits=3)
case("LeaveOneOut", 6)
for n, p in [(5, 2), (6, 3), (4, 1), (5, 4)]:
    case("LeavePOut", n, p=p)
for n, settings in [
    (12, {"n_splits": 3}), (13, {"n_splits": 5}), (20, {"n_splits": 4, "gap": 2}),
    (20, {"n_splits": 3, "test_size": 2}), (21, {"n_splits": 3, "max_train_size": 4}),
    (30, {"n_splits": 4, "max_train_size": 6, "gap": 1, "test_size": 3}),
    (6, {"n_splits": 5}), (11, {"n_splits": 2, "test_size": 3, "gap": 4}),
]:
    case("TimeSeriesSplit", n, **settings)
case("PredefinedSplit", 7, test_fold=[0, 1, -1, 1, 3, -1, 0])

path = Path(__file__).with_suffix(".json")
path.write_text(json.dumps({"sklearn": sklearn.__version__, "numpy": np.__version__, "cases": cases}) + "\n")
