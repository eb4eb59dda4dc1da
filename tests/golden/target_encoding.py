"""Golden numbers for the encoding of categories by the target, by scikit-learn.

Run: python tests/golden/target_encoding.py   (writes target_encoding.json beside it)
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import TargetEncoder

rng = np.random.default_rng(17)


def f32(values):
    return np.asarray(values, dtype=np.float32).astype(np.float64)


def listed(column):
    return [None if value is None else str(value) for value in column]


def case(rows, target, missing):
    words = np.array(["red", "green", "blue", "Zoe", "10", "9"], dtype=object)
    colour = words[rng.integers(0, len(words), rows)]
    size = np.array(["s", "m", "l"], dtype=object)[rng.integers(0, 3, rows)]
    # One that a single row has, so that most inner folds have not seen it.
    colour[3] = "once"
    if missing:
        size[rng.random(rows) < 0.2] = None
    effect = np.array([sum(map(ord, word)) % 7 for word in colour], dtype=float)
    if target == "numbers":
        y = f32(effect * 3.0 + rng.normal(size=rows) * 4.0 + 100.0)
        folds = KFold(5)
    else:
        # Every class is there, and class 2 comes first.
        y = (effect + rng.integers(0, 3, rows)).astype(int) % target
        y[:3] = [target - 1, 0, 1]
        folds = StratifiedKFold(5)
    x = np.stack([colour, size], axis=1)
    new = np.array([["red", "s"], ["unseen", "m"], ["once", "unseen"], ["9", None if missing else "l"]], dtype=object)
    encoder = TargetEncoder(smooth="auto", cv=folds)
    cross_fitted = encoder.fit_transform(x, y)
    test_folds = np.empty(rows, dtype=int)
    for fold, (_, test) in enumerate(folds.split(x, y)):
        test_folds[test] = fold
    return {
        "classes": 0 if target == "numbers" else target,
        "colour": listed(colour),
        "size": listed(size),
        "y": y.tolist(),
        "new": {"colour": listed(new[:, 0]), "size": listed(new[:, 1])},
        "folds": test_folds.tolist(),
        "target_mean": np.atleast_1d(encoder.target_mean_).tolist(),
        "categories": [listed(categories) for categories in encoder.categories_],
        "encodings": [encoding.tolist() for encoding in encoder.encodings_],
        "cross_fitted": cross_fitted.tolist(),
        "transformed": encoder.transform(np.vstack([x, new])).tolist(),
    }


out = {
    "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
    "cases": {
        "numbers": case(53, "numbers", False),
        "numbers_missing": case(40, "numbers", True),
        "binary": case(47, 2, True),
        "three_classes": case(61, 3, False),
        "five_classes": case(72, 5, True),
    },
}
Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
