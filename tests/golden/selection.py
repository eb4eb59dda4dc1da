"""Golden numbers for the selection of columns, by scikit-learn.

Run: python tests/golden/selection.py   (writes selection.json beside it)
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.feature_selection import SelectKBest, f_classif, f_regression

warnings.filterwarnings("ignore")  # constant columns
rng = np.random.default_rng(5)


def f32(values):
    """Target numbers are f32 in kiln."""
    return np.asarray(values, dtype=np.float32).astype(np.float64)


def case(rows, columns, classes, constants, counts):
    x = rng.normal(size=(rows, columns)) * rng.uniform(0.1, 10.0, columns)
    if classes:
        y = np.concatenate([np.arange(classes), rng.integers(0, classes, rows - classes)])
        x += y[:, None] * rng.uniform(0.0, 2.0, columns)
        score = f_classif
    else:
        y = f32(x @ rng.normal(size=columns) + rng.normal(size=rows) * 5.0)
        score = f_regression
    # Whole numbers, so that scikit-learn's sums of them are exact and it sees that nothing varies.
    x[:, constants] = 2.0
    selected = {}
    for count in counts:
        best = SelectKBest(score, k=count).fit(x, y)
        selected[str(count)] = np.flatnonzero(best.get_support()).tolist()
    scores = [None if np.isnan(score) else score for score in best.scores_.tolist()]
    return {"classes": classes, "x": x.tolist(), "y": y.tolist(), "scores": scores, "selected": selected}


out = {
    "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
    "cases": {
        "two_classes": case(40, 8, 2, [], [1, 4, 8]),
        "five_classes": case(60, 10, 5, [0, 7], [1, 3, 8]),
        "regression": case(40, 8, 0, [], [1, 4, 8]),
        "regression_constants": case(25, 9, 0, [2, 8], [1, 5, 7]),
        "more_columns_than_rows": case(12, 30, 3, [4], [5, 20, 29]),
    },
}
Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
