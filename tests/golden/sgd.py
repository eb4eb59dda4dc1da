"""Trajectories of scikit-learn's SGDRegressor and SGDClassifier, item by item and unshuffled, float64. Writes sgd.json beside
this file: weights, then the intercept, after 1, 10, 50 and 100 updates.

"adaptive" divides the rate by 5 within one call of fit, so that it is fitted anew for as many epochs as there are updates; all
others go on by partial_fit.
"""

import json
import warnings
from pathlib import Path

import numpy
import sklearn
from sklearn.linear_model import SGDClassifier, SGDRegressor

warnings.filterwarnings("ignore")  # so few epochs are not until convergence
ITEMS, FEATURES, ALPHA, ETA0 = 10, 4, 0.1, 0.3
UPDATES = (1, 10, 50, 100)
random = numpy.random.default_rng(5)
x = 0.5 * random.standard_normal((ITEMS, FEATURES))
numbers = x @ random.standard_normal(FEATURES) + 0.5 + 0.3 * random.standard_normal(ITEMS)
signs = numpy.array([1, -1, -1, 1, -1, 1, 1, -1, 1, -1])  # no plane divides them
RATES = {
    "constant": {"learning_rate": "constant"},
    "invscaling": {"learning_rate": "invscaling", "power_t": 0.25},
    "invscaling-half": {"learning_rate": "invscaling", "power_t": 0.5},
    "optimal": {"learning_rate": "optimal"},
    "adaptive": {"learning_rate": "adaptive", "n_iter_no_change": 2, "tol": 0.0},
}
# Large enough to overshoot: the objective rises, and the rate falls within 10 epochs.
ADAPTIVE_ETA0 = {"squared_error": 1.1, "log_loss": 4.0}


def model(loss, penalty, options):
    kind = SGDRegressor if loss == "squared_error" else SGDClassifier
    settings = {"eta0": ETA0, "tol": None} | options
    return kind(loss=loss, penalty=penalty, alpha=ALPHA, shuffle=False, **settings)


def parameters(fitted):
    return [*fitted.coef_.ravel().tolist(), float(fitted.intercept_[0])]


def step_by_step(loss, penalty, options, y):
    going, found = model(loss, penalty, options), []
    first = {} if loss == "squared_error" else {"classes": [-1, 1]}
    for update in range(max(UPDATES)):
        at = slice(update % ITEMS, update % ITEMS + 1)
        going.partial_fit(x[at], y[at], **first)
        first = {}
        if update + 1 in UPDATES:
            found.append(parameters(going))
    return found


def fit_anew(loss, penalty, options, y):
    """The first update does not depend on how the rate will fall."""
    found = step_by_step(loss, penalty, options, y)[:1]
    for updates in UPDATES[1:]:
        going = model(loss, penalty, options | {"max_iter": updates // ITEMS}).fit(x, y)
        assert going.n_iter_ == updates // ITEMS
        found.append(parameters(going))
    return found


cases = {}
for loss, y in [("squared_error", numbers), ("log_loss", signs)]:
    for name, options in RATES.items():
        for penalty in ["l2", None]:
            case = f"{loss}/{name}/{penalty or 'none'}"
            if name == "adaptive":
                cases[case] = fit_anew(loss, penalty, options | {"eta0": ADAPTIVE_ETA0[loss]}, y)
            else:
                cases[case] = step_by_step(loss, penalty, options, y)

result = {
    "sklearn": sklearn.__version__,
    "numpy": numpy.__version__,
    "alpha": ALPHA,
    "eta0": ETA0,
    "adaptive_eta0": ADAPTIVE_ETA0,
    "x": x.tolist(),
    "numbers": numbers.tolist(),
    "signs": signs.tolist(),
    "cases": cases,
}
Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=0) + "\n")
