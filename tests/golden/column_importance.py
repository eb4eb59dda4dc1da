"""Permutation importance and grids of scikit-learn 1.9, SHAP values of shap 0.51, for models with given weights.

    python tests/golden/column_importance.py        (needs scikit-learn, scipy, torch and shap)
"""

import json
import pathlib

import numpy as np
import shap
import torch
from scipy.stats.mstats import mquantiles
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.inspection import permutation_importance
from sklearn.inspection._partial_dependence import _grid_from_X
from torch import nn

rng = np.random.default_rng(0)
torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
numbers = lambda array: {"shape": list(np.shape(array)), "data": np.asarray(array).ravel().tolist()}


class Given(BaseEstimator):
    def __init__(self, weights=None):
        self.weights = weights

    def fit(self, X, y=None):
        self.is_fitted_ = True
        return self


class Regressor(RegressorMixin, Given):
    def predict(self, X):
        return np.asarray(X) @ self.weights


class Classifier(ClassifierMixin, Given):
    classes_ = np.array([0, 1])

    def predict(self, X):
        return (np.asarray(X) @ self.weights > 0).astype(int)


def orders(seed, items, columns, repeats):
    """Those that permutation_importance shuffles by: every column begins anew with the same seed; a repeat shuffles the order once more, and the column that the one before left."""
    seed = np.random.RandomState(seed).randint(np.iinfo(np.int32).max + 1)
    found = []
    for _ in range(columns):
        state, order, column, of_column = np.random.RandomState(seed), np.arange(items), np.arange(items), []
        for _ in range(repeats):
            state.shuffle(order)
            column = column[order]
            of_column.append(column.tolist())
        found.append(of_column)
    return found


permutation = []
for score, kind in [("r2", Regressor), ("accuracy", Classifier)]:
    X, weights = rng.normal(size=(40, 4)), np.array([2.0, -1.0, 0.5, 0.0])
    y = X @ weights + rng.normal(size=40)
    y = (y > 0).astype(int) if score == "accuracy" else y
    found = permutation_importance(kind(weights).fit(X), X, y, scoring=score, n_repeats=5, random_state=7)
    permutation.append({"score": score, "inputs": numbers(X), "actual": y.tolist(), "weights": weights.tolist(),
                        "orders": orders(7, 40, 4, 5), "importances": found.importances.tolist(),
                        "mean": found.importances_mean.tolist(), "deviation": found.importances_std.tolist()})

grids = []
for cells, resolution in [(rng.normal(size=57), 20), (rng.integers(0, 9, 80).astype(float), 30), (rng.exponential(size=12), 4)]:
    _, axes = _grid_from_X(cells[:, None], (0.05, 0.95), [False], resolution, {})
    grids.append({"cells": cells.tolist(), "resolution": resolution, "grid": axes[0].tolist()})

features, background = rng.normal(size=(6, 5)), rng.normal(size=(20, 5))
weights, bias = rng.normal(size=(5, 3)), rng.normal(size=3)
masker = shap.maskers.Independent(background, max_samples=1000)
values = np.stack([shap.LinearExplainer((weights[:, k], bias[k]), masker).shap_values(features) for k in range(3)], -1)
linear = {"weights": numbers(weights), "mean": background.mean(0).tolist(), "inputs": numbers(features), "values": numbers(values)}

mlp = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 3))
predict = lambda X: mlp(torch.tensor(X)).detach().numpy()
exact = shap.ExactExplainer(predict, masker)(features).values
# Outputs are those of item % 3, as in Rust; the mean of many repetitions, with its standard error.
repeats = []
for seed in range(24):
    found = shap.GradientExplainer(mlp, torch.tensor(background)).shap_values(torch.tensor(features), nsamples=400, rseed=seed)
    repeats.append(np.stack([np.asarray(found)[item, :, item % 3] for item in range(6)]))
repeats = np.stack(repeats)
mlp_case = {"weights": {key: numbers(value.numpy()) for key, value in mlp.state_dict().items()},
            "inputs": numbers(features), "background": numbers(background), "exact": numbers(exact),
            "expected": numbers(repeats.mean(0)), "expected_errors": numbers(repeats.std(0, ddof=1) / len(repeats) ** 0.5)}

path = pathlib.Path(__file__).parent / "column_importance.json"
path.write_text(json.dumps({"permutation": permutation, "grids": grids, "linear": linear, "mlp": mlp_case}) + "\n")
