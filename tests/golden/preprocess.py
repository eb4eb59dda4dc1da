"""Golden numbers for kiln-data's preprocessing, by scikit-learn.

Run: python tests/golden/preprocess.py   (writes preprocess.json beside it)
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

TRAIN, TEST = 40, 12
rng = np.random.default_rng(7)
rows = TRAIN + TEST


def f32(values):
    """What kiln reads is f32, so the oracle gets the same numbers, in f64."""
    return np.asarray(values, dtype=np.float32).astype(np.float64)


def missing(values, share):
    values = values.copy()
    values[rng.random(rows) < share] = np.nan
    return values


# Columns in the order of the table; None and NaN are missing.
numeric = {
    "normal": f32(rng.normal(3.0, 2.0, rows)),
    "gaps": missing(f32(rng.exponential(1.5, rows)), 0.3),
    "offset": f32(1e6 + rng.integers(0, 4, rows)),
    "tiny": f32(rng.normal(0.0, 1e-12, rows)),
    "constant": f32(np.full(rows, 0.1)),
    "constant_gaps": missing(f32(np.full(rows, -7.3)), 0.5),
    "zero": f32(np.zeros(rows)),
}
words = np.array(["red", "green", "blue", "Zoë", "10", "9"], dtype=object)
colour = words[rng.integers(0, len(words), rows)]
colour[TRAIN] = "unseen"  # only after the training rows
colour[TRAIN + 1] = None  # missing there, never missing in training
size = np.array(["s", "m", "l", None], dtype=object)[rng.integers(0, 4, rows)]  # missing in training too
size[TRAIN] = None
size[TRAIN + 1] = "unseen"
categorical = {"colour": colour, "size": size}
assert not any(word is None for word in colour[:TRAIN]) and any(word is None for word in size[:TRAIN])


def encoded(standardize):
    parts = []
    for values in numeric.values():
        column = values.reshape(-1, 1)
        steps = [SimpleImputer(strategy="mean")] + ([StandardScaler()] if standardize else [])
        parts.append(make_pipeline(*steps).fit(column[:TRAIN]).transform(column))
    for values in categorical.values():
        column = values.reshape(-1, 1)
        encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        parts.append(encoder.fit(column[:TRAIN]).transform(column))
    return np.hstack(parts).tolist()


targets = f32(np.stack([rng.normal(150.0, 77.0, rows), rng.uniform(-1e-3, 1e-3, rows)], axis=1))
scaler = StandardScaler().fit(targets[:TRAIN])

# Images [rows, 3, 4, 5]; the last channel is constant in the training rows.
pixels = rng.integers(0, 256, (rows, 3, 4, 5))
pixels[:, 1] = pixels[:, 1] // 8 + 40
pixels[:TRAIN, 2] = 200
unit = pixels / 255.0
images = np.stack(
    [
        StandardScaler().fit(unit[:TRAIN, c].reshape(-1, 1)).transform(unit[:, c].reshape(-1, 1)).reshape(rows, 20)
        for c in range(3)
    ],
    axis=1,
)


# Weights of rows, drawn apart so that nothing else of the file changes. SimpleImputer knows none: the mean is numpy's.
weights = np.random.default_rng(8).integers(0, 4, rows) * 0.5
assert (weights[:TRAIN] == 0).any() and (weights[TRAIN:] > 0).any()
counted = weights > 0


def weighted(values):
    """Imputed and standardised; `values` has a row for each of the table."""
    train, by = values[:TRAIN], weights[:TRAIN]
    known = ~np.isnan(train)
    filled = np.where(np.isnan(values), np.average(train[known], weights=by[known]), values).reshape(-1, 1)
    return StandardScaler().fit(filled[:TRAIN], sample_weight=by).transform(filled)


def weighted_channel(channel):
    of_pixels = np.repeat(weights[:TRAIN], 20)
    scaler = StandardScaler().fit(unit[:TRAIN, channel].reshape(-1, 1), sample_weight=of_pixels)
    return scaler.transform(unit[:, channel].reshape(-1, 1)).reshape(rows, 20)


def listed(values):
    return [None if value is None or value != value else value for value in values]


out = {
    "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
    "train": TRAIN,
    "numeric": {name: listed(values.tolist()) for name, values in numeric.items()},
    "categorical": {name: listed(values) for name, values in categorical.items()},
    "standardized": encoded(True),
    "plain": encoded(False),
    "targets": targets.tolist(),
    "targets_standardized": scaler.transform(targets).tolist(),
    "pixels": pixels.reshape(rows, 60).tolist(),
    "weights": weights.tolist(),
    "weighted_standardized": np.hstack([weighted(values) for values in numeric.values()])[counted].tolist(),
    "weighted_targets": np.hstack([weighted(values) for values in targets.T])[counted].tolist(),
    "images_weighted": np.round(
        np.stack([weighted_channel(channel) for channel in range(3)], axis=1).reshape(rows, 60), 9
    ).tolist(),
    "images_standardized": np.round(images.reshape(rows, 60), 9).tolist(),
}
Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
