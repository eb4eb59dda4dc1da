"""scikit-learn's LogisticRegression with L1 and elastic net at the strengths of a path, l1_min_c, and log losses over
folds; two classes (a part of the breast cancer data) and three (wine). Writes logistic_path.json beside this file."""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import l1_min_c

# It runs until nothing moves, and says that it did.
warnings.simplefilter("ignore")


def standard(x):
    return ((x - x.mean(axis=0)) / x.std(axis=0)).round(4)


def model(n, lam, l1_ratio):
    return LogisticRegression(
        C=1 / (n * lam), l1_ratio=l1_ratio, solver="saga", tol=1e-13, max_iter=300_000, random_state=0
    )


def lambda_max(x, y, l1_ratio):
    # The gradient at zero weights, where the intercepts alone give each class its share.
    one_hot = (y[:, None] == np.unique(y)).astype(float)
    one_hot = one_hot[:, 1:] if one_hot.shape[1] == 2 else one_hot
    return np.abs((one_hot - one_hot.mean(axis=0)).T @ (x - x.mean(axis=0))).max() / (len(y) * l1_ratio)


def path(x, y, l1_ratio):
    most = lambda_max(x, y, l1_ratio)
    lambdas = most * np.geomspace(1, 1e-2, 10)
    points = [model(len(y), lam, l1_ratio).fit(x, y) for lam in lambdas]
    # Just below the largest strength something is there, at it there is nothing.
    assert np.abs(model(len(y), 1.0001 * most, l1_ratio).fit(x, y).coef_).max() < 1e-9
    assert np.abs(model(len(y), 0.99 * most, l1_ratio).fit(x, y).coef_).max() > 1e-4
    return {
        "l1_ratio": l1_ratio,
        "lambdas": lambdas.tolist(),
        "coefs": [point.coef_.tolist() for point in points],
        "intercepts": [point.intercept_.tolist() for point in points],
    }


def cv(x, y, l1_ratio):
    # Not from 1: saga looks at the weights alone, and with none of them stops before the intercept is there.
    lambdas = lambda_max(x, y, l1_ratio) * np.geomspace(0.7, 1e-2, 8)
    folds = list(StratifiedKFold(3).split(x, y))
    losses, errors = [], []
    for train, test in folds:
        fits = [model(len(train), lam, l1_ratio).fit(x[train], y[train]) for lam in lambdas]
        assert all(np.abs(fit.coef_).max() > 1e-3 for fit in fits)
        losses.append([log_loss(y[test], fit.predict_proba(x[test])) for fit in fits])
        errors.append([1 - fit.score(x[test], y[test]) for fit in fits])
    tests = [test.tolist() for _, test in folds]
    return {"l1_ratio": l1_ratio, "lambdas": lambdas.tolist(), "tests": tests, "log_loss": losses, "error_rate": errors}


def case(name, x, y):
    return {
        "name": name,
        "classes": int(y.max()) + 1,
        "x": x.tolist(),
        "y": y.tolist(),
        "paths": [path(x, y, 1.0), path(x, y, 0.5)],
        "cv": cv(x, y, 1.0),
    }


cancer, malignant = load_breast_cancer(return_X_y=True)
cancer, malignant = standard(cancer[:150, :12]), malignant[:150]
wine, kinds = load_wine(return_X_y=True)
wine = standard(wine)

# l1_min_c knows no intercept that is fitted: with none, and with as many items of one class as of the other, where the best one
# is 0 (and the column of ones it adds has no correlation).
few = min((malignant == 0).sum(), (malignant == 1).sum())
even = np.sort(np.concatenate([np.flatnonzero(malignant == k)[:few] for k in (0, 1)]))
bounds = {
    "plain": 1 / (len(malignant) * l1_min_c(cancer, malignant, loss="log", fit_intercept=False)),
    "even_rows": even.tolist(),
    "even": 1 / (len(even) * l1_min_c(cancer[even], malignant[even], loss="log", fit_intercept=True)),
}

result = {
    "scikit_learn": sklearn.__version__,
    "l1_min_c": bounds,
    "cases": [case("cancer", cancer, malignant), case("wine", wine, kinds)],
}
Path(__file__).with_suffix(".json").write_text(json.dumps(result) + "\n")
