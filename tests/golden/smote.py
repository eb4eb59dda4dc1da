"""Neighbours and items of SMOTE from scikit-learn and imbalanced-learn.

    python tests/golden/smote.py

Made with the versions named in the file.
"""

import json
from pathlib import Path

import imblearn
import numpy as np
import sklearn
from imblearn.over_sampling import SMOTE
from imblearn.utils import check_sampling_strategy
from sklearn.datasets import load_wine
from sklearn.neighbors import NearestNeighbors

rng = np.random.default_rng(0)
x, y = load_wine(return_X_y=True)
x = ((x - x.mean(0)) / x.std(0)).astype(np.float32)
rows = x[y == 2]
neighbors = NearestNeighbors(n_neighbors=6).fit(rows).kneighbors(rows, return_distance=False)[:, 1:]

# The formula, with the draws given.
count = 30
at = rng.integers(0, len(rows), count)
place = rng.integers(0, 5, count)
steps = rng.uniform(size=(count, 1))
made = SMOTE()._generate_samples(rows, rows, neighbors, at, place, steps)

golden = {
    "versions": {"scikit-learn": sklearn.__version__, "imbalanced-learn": imblearn.__version__},
    "width": x.shape[1],
    "rows": rows.ravel().tolist(),
    "neighbors": neighbors.tolist(),
    "at": at.tolist(),
    "place": place.tolist(),
    "steps": steps.ravel().astype(np.float32).tolist(),
    "made": np.asarray(made, dtype=np.float64).ravel().tolist(),
    "added": {str(k): int(v) for k, v in check_sampling_strategy("auto", y, "over-sampling").items()},
}
path = Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden) + "\n")
print(path, path.stat().st_size)
