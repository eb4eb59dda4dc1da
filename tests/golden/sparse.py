"""Sparse linear models at their optimum by scikit-learn, float64. Writes sparse.safetensors beside this file.

The same models trained by steps with proximal penalties have to come to rest there. scikit-learn halves the squared error:
its alpha is half of kiln's strength, and half a strength for each output where there are several.
"""

from pathlib import Path

import numpy as np
import sklearn
from safetensors.numpy import save_file
from sklearn.linear_model import ElasticNet, Lasso, MultiTaskLasso

rng = np.random.default_rng(5)
ITEMS, FEATURES, OUTPUTS = 60, 8, 3
x = rng.standard_normal((ITEMS, FEATURES))
x[:, 4] += 0.6 * x[:, 0]
truth = rng.standard_normal((FEATURES, OUTPUTS)) * (rng.random((FEATURES, 1)) < 0.5)
y = x @ truth + 0.5 * rng.standard_normal((ITEMS, OUTPUTS))
out = {"x": x, "y": y}
settings = {"fit_intercept": False, "tol": 1e-14, "max_iter": 1_000_000}
out["lasso"] = Lasso(alpha=0.15, **settings).fit(x, y[:, 0]).coef_.reshape(-1, 1)
out["lasso-positive"] = Lasso(alpha=0.05, positive=True, **settings).fit(x, y[:, 0]).coef_.reshape(-1, 1)
out["elastic-net"] = ElasticNet(alpha=0.2, l1_ratio=0.7, **settings).fit(x, y[:, 0]).coef_.reshape(-1, 1)
out["multi-task-lasso"] = np.ascontiguousarray(MultiTaskLasso(alpha=0.3, **settings).fit(x, y).coef_.T)
for name in ("lasso", "lasso-positive", "elastic-net", "multi-task-lasso"):
    zeros = (out[name] == 0).all(axis=1).sum()
    assert 0 < zeros < FEATURES, name
versions = {"scikit-learn": sklearn.__version__, "numpy": np.__version__}
save_file(out, Path(__file__).with_suffix(".safetensors"), metadata=versions)
