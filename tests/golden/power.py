"""Golden numbers for transforms of targets and for flags of missing cells, by scikit-learn.

    python tests/golden/power.py        (writes power.json beside it)
"""

import json
import warnings
from pathlib import Path

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import PowerTransformer, StandardScaler

rng = np.random.default_rng(4)
TRAIN, ROWS = 300, 340
targets = {
    "skewed": rng.exponential(3.0, ROWS),
    "lognormal": np.exp(rng.normal(11.0, 0.8, ROWS)),
    "both_signs": rng.standard_t(3, ROWS) * 5.0 - 1.0,
    "left": -rng.gamma(2.0, 2.0, ROWS) + 1.0,
    "normal": rng.normal(2.0, 1.0, ROWS),
}
targets = {name: np.round(values, 6) for name, values in targets.items()}
cases = []
for name, values in targets.items():
    column = values[:, None]
    power = PowerTransformer(method="yeo-johnson", standardize=True).fit(column[:TRAIN])
    case = {"name": name, "values": values.tolist(), "lambda": power.lambdas_[0], "yeo-johnson": power.transform(column)[:, 0].tolist()}
    if (values > 0).all():
        logs = np.log(column)
        case["log"] = StandardScaler().fit(logs[:TRAIN]).transform(logs)[:, 0].tolist()
    cases.append(case)

cells = np.round(rng.normal(size=(ROWS, 3)), 6)
cells[rng.random(ROWS) < 0.2, 0] = np.nan
cells[TRAIN:, 1] = np.where(rng.random(ROWS - TRAIN) < 0.5, np.nan, cells[TRAIN:, 1])
with warnings.catch_warnings():
    # Missing in rows to judge alone: no flag.
    warnings.simplefilter("ignore")
    imputer = SimpleImputer(strategy="mean", add_indicator=True).fit(cells[:TRAIN])
flags = {"cells": [[None if np.isnan(x) else x for x in row] for row in cells.tolist()], "imputed": imputer.transform(cells).tolist()}
path = Path(__file__).parent / "power.json"
path.write_text(json.dumps({"train": TRAIN, "cases": cases, "flags": flags}) + "\n")
