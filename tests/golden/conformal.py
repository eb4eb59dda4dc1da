"""Intervals and sets of MAPIE 1.6 for predictions that are given.

    python tests/golden/conformal.py

The "model" is a column of the inputs, so that nothing is trained.
"""

import json
import pathlib

import numpy as np
from mapie.classification import SplitConformalClassifier
from mapie.regression import ConformalizedQuantileRegressor, CrossConformalRegressor, SplitConformalRegressor
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.model_selection import KFold

rng = np.random.default_rng(0)


class Column(RegressorMixin, BaseEstimator):
    """Predicts a column of its inputs."""

    def __init__(self, column=0):
        self.column = column

    def fit(self, X, y=None):
        self.is_fitted_ = True
        return self

    def predict(self, X):
        return np.asarray(X)[:, self.column]


class Shares(ClassifierMixin, BaseEstimator):
    """Its inputs are the probabilities."""

    def __init__(self, classes=3):
        self.classes = classes

    def fit(self, X, y=None):
        self.classes_ = np.arange(self.classes)
        self.is_fitted_ = True
        return self

    def predict_proba(self, X):
        return np.asarray(X)

    def predict(self, X):
        return np.argmax(X, axis=1)


cases = {"split": [], "quantile": [], "cross": [], "sets": []}
for n, level in [(19, 0.9), (50, 0.8), (37, 0.95)]:
    predicted, new = rng.normal(size=n), rng.normal(size=5)
    actual = predicted + rng.normal(size=n)
    model = SplitConformalRegressor(Column().fit(None), confidence_level=level, prefit=True)
    model.conformalize(predicted[:, None], actual)
    _, intervals = model.predict_interval(new[:, None])
    cases["split"].append({"level": level, "predicted": predicted.tolist(), "actual": actual.tolist(), "new": new.tolist(),
                           "intervals": intervals[:, :, 0].tolist()})

    lower, upper = predicted - rng.uniform(0.2, 1, n), predicted + rng.uniform(0.2, 1, n)
    inputs = np.stack([lower, upper, predicted], 1)
    new3 = np.stack([new - 0.5, new + 0.7, new], 1)
    models = [Column(0).fit(None), Column(1).fit(None), Column(2).fit(None)]
    model = ConformalizedQuantileRegressor(models, confidence_level=level, prefit=True)
    model.conformalize(inputs, actual)
    # Both ends move alike, as in the paper.
    _, intervals = model.predict_interval(new3, symmetric_correction=True)
    cases["quantile"].append({"level": level, "lower": lower.tolist(), "upper": upper.tolist(), "actual": actual.tolist(),
                              "new": new3[:, :2].tolist(), "intervals": intervals[:, :, 0].tolist()})


class OfFold(RegressorMixin, BaseEstimator):
    """Predicts the column of its fold: the one whose rows it was not fitted on."""

    def fit(self, X, y=None):
        seen = set(np.asarray(X)[:, -1].astype(int))
        self.fold_ = ({0, 1, 2, 3} - seen or {0}).pop()
        return self

    def predict(self, X):
        return np.asarray(X)[:, self.fold_]


for n, level in [(20, 0.9), (44, 0.8)]:
    folds = np.arange(n) % 4
    by_fold = rng.normal(size=(n, 4)) * 0.2 + rng.normal(size=(n, 1))
    actual = by_fold.mean(1) + rng.normal(size=n)
    new = rng.normal(size=(6, 4)) * 0.2 + rng.normal(size=(6, 1))
    splits = [(np.where(folds != k)[0], np.where(folds == k)[0]) for k in range(4)]

    class Given(KFold):
        def split(self, X, y=None, groups=None):
            return iter(splits)

    model = CrossConformalRegressor(OfFold(), confidence_level=level, method="plus", cv=Given(4))
    model.fit_conformalize(np.column_stack([by_fold, folds]), actual)
    _, intervals = model.predict_interval(np.column_stack([new, np.zeros(6)]))
    held_out = by_fold[np.arange(n), folds]
    cases["cross"].append({"level": level, "folds": folds.tolist(), "held_out": held_out.tolist(), "actual": actual.tolist(),
                           "new": new.tolist(), "intervals": intervals[:, :, 0].tolist()})

for n, classes, level in [(30, 3, 0.9), (60, 5, 0.8), (25, 2, 0.95)]:
    def shares(items):
        logits = rng.normal(size=(items, classes)) * 1.5
        e = np.exp(logits)
        return e / e.sum(1, keepdims=True)

    calibration, new = shares(n), shares(12)
    labels = np.array([rng.choice(classes, p=p) for p in calibration])
    labels[:classes] = np.arange(classes)
    case = {"level": level, "classes": classes, "calibration": calibration.ravel().tolist(), "labels": labels.tolist(),
            "new": new.ravel().tolist()}
    model = SplitConformalClassifier(Shares(classes).fit(None), confidence_level=level, prefit=True, conformity_score="lac")
    model.conformalize(calibration, labels)
    _, sets = model.predict_set(new)
    case["sets"] = sets[:, :, 0].astype(int).tolist()
    cases["sets"].append(case)

path = pathlib.Path(__file__).parent / "conformal.json"
path.write_text(json.dumps(cases) + "\n")
