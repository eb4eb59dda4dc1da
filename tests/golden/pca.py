"""Golden numbers for principal components, by scikit-learn.

Run: python tests/golden/pca.py   (writes pca.json beside it)
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.decomposition import PCA

rng = np.random.default_rng(11)


def separated(rows, columns, rank):
    """Rows whose singular values are well apart: each 0.7 of the one before it."""
    left = np.linalg.qr(rng.normal(size=(rows, rank)))[0]
    right = np.linalg.qr(rng.normal(size=(columns, rank)))[0]
    return left @ np.diag(10.0 * 0.7 ** np.arange(rank)) @ right.T + rng.normal(size=columns)


def with_constants(matrix):
    matrix[:, 1] = 0.1
    matrix[:, -1] = -3.0
    return matrix


# Name: training rows, new rows, components.
cases = {
    "tall": (separated(40, 6, 6), 4),
    "all": (separated(30, 5, 5), 5),
    "one": (separated(20, 3, 3), 1),
    "many_rows": (separated(150, 8, 8), 8),
    "wide": (separated(9, 25, 8), 7),
    "square": (separated(8, 8, 7), 6),
    "constants": (with_constants(separated(25, 7, 7)), 4),
    "wide_constants": (with_constants(separated(7, 15, 6)), 4),
    "share_low": (separated(40, 6, 6), 0.3),
    "share": (separated(40, 6, 6), 0.9),
    "share_wide": (separated(10, 25, 9), 0.95),
}
out = {"versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__}, "cases": {}}
for name, (train, components) in cases.items():
    new = train[:3] + rng.normal(size=(3, train.shape[1]))
    # The exact solver for every shape: the other one squares the numbers.
    pca = PCA(components, svd_solver="full").fit(train)
    white = PCA(components, svd_solver="full", whiten=True).fit(train)
    out["cases"][name] = {
        "wanted": components,
        "train": train.tolist(),
        "new": new.tolist(),
        "mean": pca.mean_.tolist(),
        "components": pca.components_.tolist(),
        "explained_variance": pca.explained_variance_.tolist(),
        "explained_variance_ratio": pca.explained_variance_ratio_.tolist(),
        "transformed": pca.transform(np.vstack([train, new])).tolist(),
        "whitened": white.transform(np.vstack([train, new])).tolist(),
    }
Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
