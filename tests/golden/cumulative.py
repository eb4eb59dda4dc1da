"""Trajectories of scikit-learn's SGDRegressor(penalty="l1"), whose L1 is cumulative, unshuffled, float64. Writes
cumulative.safetensors beside this file: the weights after 10, 20, 50 and 100 updates.

Every call of fit or partial_fit begins with nothing owed, so each is a fit of its own, for as many epochs.
"""

import warnings
from pathlib import Path

import numpy as np
import sklearn
from safetensors.numpy import save_file
from sklearn.linear_model import SGDRegressor

warnings.filterwarnings("ignore")  # so few epochs are not until convergence
ITEMS, FEATURES, ALPHA, ETA0 = 10, 6, 0.15, 0.2
UPDATES = (10, 20, 50, 100)
random = np.random.default_rng(8)
x = 0.7 * random.standard_normal((ITEMS, FEATURES))
y = x @ (random.standard_normal(FEATURES) * np.array([1, 0, 1, 0, 0, 1])) + 0.3 * random.standard_normal(ITEMS)
out = {"x": x, "y": y}
for name, options in {
    "constant": {"learning_rate": "constant"},
    "invscaling": {"learning_rate": "invscaling", "power_t": 0.25},
}.items():
    settings = {"alpha": ALPHA, "eta0": ETA0, "fit_intercept": False, "shuffle": False, "tol": None} | options
    for updates in UPDATES:
        model = SGDRegressor(penalty="l1", max_iter=updates // ITEMS, **settings).fit(x, y)
        out[f"{name}/{updates}"] = model.coef_
    # Some weights are cut at 0: there a step without memory goes another way.
    plain = SGDRegressor(penalty="l1", **settings)
    for update in range(max(UPDATES)):
        plain.partial_fit(x[update % ITEMS : update % ITEMS + 1], y[update % ITEMS : update % ITEMS + 1])
    assert (model.coef_ == 0).any() and np.abs(model.coef_ - plain.coef_).max() > 1e-3, name
versions = {"scikit-learn": sklearn.__version__, "numpy": np.__version__}
save_file(out, Path(__file__).with_suffix(".safetensors"), metadata=versions)
