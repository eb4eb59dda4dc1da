"""scikit-learn's lasso_path, enet_path, LassoCV and ElasticNetCV on a part of the diabetes data with columns of noise.
Writes path.json beside this file."""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.datasets import load_diabetes
from sklearn.linear_model import ElasticNetCV, LassoCV, enet_path, lasso_path
from sklearn.model_selection import KFold

rng = np.random.default_rng(5)
x, y = load_diabetes(return_X_y=True)
x = np.hstack([x[:160] * 20, rng.normal(size=(160, 8))]).round(4)
y = (y[:160] / y[:160].std()).round(6)
TIGHT = {"tol": 1e-14, "max_iter": 1_000_000}


def path(l1_ratio, run):
    # The functions have no intercept: the data are centred for them.
    alphas, coefs, gaps = run(x - x.mean(axis=0), y - y.mean(), alphas=100, eps=1e-3)
    return {"l1_ratio": l1_ratio, "alphas": alphas.tolist(), "coefs": coefs.T.tolist()}


def cv(l1_ratio, model):
    model.fit(x, y)
    errors = model.mse_path_.reshape(100, -1)
    return {"l1_ratio": l1_ratio, "alpha": model.alpha_, "mse": errors.tolist()}


result = {
    "scikit_learn": sklearn.__version__,
    "x": x.tolist(),
    "y": y.tolist(),
    "paths": [
        path(1.0, lambda x, y, **kw: lasso_path(x, y, **kw, **TIGHT)),
        path(0.5, lambda x, y, **kw: enet_path(x, y, l1_ratio=0.5, **kw, **TIGHT)),
    ],
    "cv": [
        cv(1.0, LassoCV(alphas=100, eps=1e-3, cv=KFold(5), **TIGHT)),
        cv(0.5, ElasticNetCV(l1_ratio=0.5, alphas=100, eps=1e-3, cv=KFold(5), **TIGHT)),
    ],
}
Path(__file__).with_suffix(".json").write_text(json.dumps(result) + "\n")
