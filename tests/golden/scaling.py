"""Golden numbers for the scales of columns and for rare categories, by pytabkit, scikit-learn and rtdl_num_embeddings.

Run: python tests/golden/scaling.py   (writes scaling.json beside it)
"""

import json
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from pytabkit.models.data.data import DictDataset, TensorInfo
from pytabkit.models.nn_models.models import smooth_clip_func
from pytabkit.models.nn_models.pipeline import MedianCenterFactory, RobustScaleFactory
from rtdl_num_embeddings import compute_bins
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer

torch.set_default_dtype(torch.float64)  # for the shares of compute_bins
TRAIN, TEST = 700, 40
BINS = 9
rows = TRAIN + TEST
rng = np.random.default_rng(11)


def gaps(values, share):
    values = values.copy()
    values[rng.random(rows) < share] = np.nan
    return values


far = rng.normal(0.0, 1.0, rows)
far[rng.random(rows) < 0.03] *= 1e6
numeric = {
    "skewed": rng.exponential(3.0, rows),
    "far": far,
    "gaps": gaps(rng.normal(-4.0, 2.0, rows), 0.2),
    "counts": rng.poisson(2.0, rows).astype(float),
    "mostly_zero": np.where(rng.random(rows) < 0.9, 0.0, rng.integers(1, 9, rows)).astype(float),
    "seconds": 1.7e9 + rng.integers(0, 10_000, rows).astype(float),
}
# Beyond what training saw.
for values in numeric.values():
    values[TRAIN], values[TRAIN + 1] = values[:TRAIN][~np.isnan(values[:TRAIN])].max() * 3 + 1, -1e4
numeric = {name: np.round(values, 6) for name, values in numeric.items()}

words = np.array(["a", "b", "c", "d", "e", "f", "g"], dtype=object)
word = words[rng.choice(7, rows, p=[0.4, 0.3, 0.2, 0.07, 0.02, 0.008, 0.002])]
word[:7] = words
word[TRAIN], word[TRAIN + 1] = "unseen", None
least = 20


def filled(values):
    column = values.reshape(-1, 1)
    return SimpleImputer(strategy="median").fit(column[:TRAIN]).transform(column)


def robust(values):
    known = torch.tensor(values[:TRAIN][~np.isnan(values[:TRAIN])].reshape(-1, 1))
    x = torch.tensor(filled(values))
    for factory in (MedianCenterFactory, RobustScaleFactory):
        layer = factory()._fit(DictDataset({"x_cont": known}, {"x_cont": TensorInfo(feat_shape=[1])}))
        known, x = layer.forward_cont(known), layer.forward_cont(x)
    return smooth_clip_func(x).numpy()


def normal(values):
    count = max(min(TRAIN // 30, 1000), 10)
    scaler = QuantileTransformer(n_quantiles=count, output_distribution="normal", subsample=10**9)
    return scaler.fit(values[:TRAIN].reshape(-1, 1)).transform(filled(values))


encoder = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=least, sparse_output=False)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the two categories that training did not see
    encoded = encoder.fit(word[:TRAIN].reshape(-1, 1)).transform(word.reshape(-1, 1))


def edges(values):
    """Of numbers as the model sees them, in float32. Edges that the package's rounding alone tells apart are one."""
    x = robust(values)[:TRAIN].astype(np.float32).astype(np.float64)
    return np.unique(np.round(compute_bins(torch.tensor(x), BINS)[0].numpy(), 9)).tolist()


def listed(values):
    return [None if value is None or value != value else value for value in values]


# Every fifth row of the training part, and all others.
shown = [*range(0, TRAIN, 5), *range(TRAIN, rows)]
out = {
    "versions": {name: version(name) for name in ("scikit-learn", "pytabkit", "numpy")},
    "train": TRAIN,
    "shown": shown,
    "numeric": {name: listed(values.tolist()) for name, values in numeric.items()},
    "robust_smooth_clip": np.round(np.hstack([robust(values) for values in numeric.values()])[shown], 9).tolist(),
    "quantile_normal": np.round(np.hstack([normal(values) for values in numeric.values()])[shown], 9).tolist(),
    "bins": {"count": BINS, "edges": [edges(values) for values in numeric.values()]},
    "words": listed(word),
    "min_frequency": least,
    "infrequent": encoded[shown].astype(int).tolist(),
}
Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
