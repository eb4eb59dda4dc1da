"""Golden edges of bins by a tree of the target, by rtdl_num_embeddings and scikit-learn.

Run: python tests/golden/bins_by_tree.py   (writes bins_by_tree.json beside it)
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from rtdl_num_embeddings import compute_bins

ROWS, BINS = 600, 7
rng = np.random.default_rng(5)
columns = {
    "steps": rng.normal(0.0, 1.0, ROWS),
    "counts": rng.poisson(4.0, ROWS).astype(float),
    "noise": rng.normal(3.0, 2.0, ROWS),
}
columns = {name: np.round(values, 3) for name, values in columns.items()}
signal = np.floor(2.0 * columns["steps"]) + np.sqrt(columns["counts"]) + rng.normal(0.0, 0.3, ROWS)
targets = {
    "numbers": np.round(7.0 * signal, 3),
    "two": (signal > 2.0).astype(int),
    "three": np.digitize(signal, [0.5, 3.0]),
}
x = torch.tensor(np.stack(list(columns.values()), 1), dtype=torch.float32)


def edges(target):
    regression = target.dtype.kind == "f"
    y = torch.tensor((target - target.mean()) / target.std() if regression else target)
    tree = {"min_samples_leaf": 64, "min_impurity_decrease": 1e-4}
    return [bins.double().tolist() for bins in compute_bins(x, BINS, tree_kwargs=tree, y=y, regression=regression)]


golden = {
    "versions": {name: version(name) for name in ("rtdl_num_embeddings", "scikit-learn", "torch", "numpy")},
    "bins": BINS,
    "columns": {name: values.tolist() for name, values in columns.items()},
    "targets": {name: values.tolist() for name, values in targets.items()},
    "edges": {name: edges(values) for name, values in targets.items()},
}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
