"""Linear and logistic models by scikit-learn, minima by PyTorch's L-BFGS, float64. Writes convex.safetensors."""

import warnings
from pathlib import Path

import numpy as np
import sklearn
import torch
from safetensors.numpy import save_file
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

warnings.simplefilter("error")
rng = np.random.default_rng(4)
out = {}


def put(name, model):
    out[f"{name}/coef"] = np.atleast_2d(model.coef_)
    out[f"{name}/intercept"] = np.atleast_1d(model.intercept_)


# Regression: diabetes as it comes (columns of norm 1, targets of 150), a wide problem, two targets at once.
x, y = load_diabetes(return_X_y=True)
out["diabetes/x"], out["diabetes/y"] = x, y
wide = rng.normal(size=(20, 40)) + 3.0
truth = np.zeros(40)
truth[:4] = [2.0, -1.5, 1.0, -0.5]
wide_y = wide @ truth + 0.1 * rng.normal(size=20)
out["wide/x"], out["wide/y"] = wide, wide_y
both = np.stack([y, x[:, 2] * 100 + y / 3], axis=1)
out["diabetes/y2"] = both
for alpha in [0.1, 10.0]:
    put(f"ridge/diabetes/{alpha}", Ridge(alpha=alpha, solver="cholesky").fit(x, y))
    put(f"ridge/wide/{alpha}", Ridge(alpha=alpha, solver="cholesky").fit(wide, wide_y))
    put(f"ridge/plain/{alpha}", Ridge(alpha=alpha, solver="cholesky", fit_intercept=False).fit(wide, wide_y))
put("ridge/two/1.0", Ridge(alpha=1.0, solver="cholesky").fit(x, both))
# Until nothing moves: the smallest tolerance leaves a sixth digit open. It warns that it used up its iterations.
exact = dict(tol=0.0, max_iter=100_000)
warnings.simplefilter("ignore")
for alpha in [2.0, 0.5, 0.05]:
    put(f"lasso/diabetes/{alpha}", Lasso(alpha=alpha, **exact).fit(x, y))
    put(f"net/diabetes/{alpha}", ElasticNet(alpha=alpha, l1_ratio=0.7, **exact).fit(x, y))
for alpha in [0.5, 0.05]:
    put(f"lasso/wide/{alpha}", Lasso(alpha=alpha, **exact).fit(wide, wide_y))
    put(f"net/wide/{alpha}", ElasticNet(alpha=alpha, l1_ratio=0.3, **exact).fit(wide, wide_y))
warnings.simplefilter("error")

# Classification, standardised.
cancer, malignant = load_breast_cancer(return_X_y=True)
cancer = StandardScaler().fit_transform(cancer[:200])
out["cancer/x"], out["cancer/y"] = cancer, malignant[:200].astype(np.float64)
iris, kinds = load_iris(return_X_y=True)
iris = StandardScaler().fit_transform(iris)
out["iris/x"], out["iris/y"] = iris, kinds.astype(np.float64)
for name, features, target in [("cancer", cancer, malignant[:200]), ("iris", iris, kinds)]:
    for c in [1.0, 0.1]:
        smooth = LogisticRegression(C=c, solver="newton-cholesky" if name == "cancer" else "lbfgs", tol=1e-12, max_iter=100_000)
        put(f"logistic-l2/{name}/{c}", smooth.fit(features, target))
        for kind, ratio in [("l1", 1.0), ("net", 0.5)]:
            saga = LogisticRegression(C=c, l1_ratio=ratio, solver="saga", tol=1e-12, max_iter=1_000_000, random_state=0)
            put(f"logistic-{kind}/{name}/{c}", saga.fit(features, target))

# Minima of smooth functions by torch.optim.LBFGS with a strong Wolfe line search.


def minimum(name, function, start):
    point = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    options = dict(tolerance_grad=1e-13, tolerance_change=0.0, line_search_fn="strong_wolfe")
    optimizer = torch.optim.LBFGS([point], max_iter=5000, max_eval=20000, history_size=10, **options)

    def closure():
        optimizer.zero_grad()
        value = function(point)
        value.backward()
        return value

    # Its line search gives up where values differ by rounding; a fresh memory goes on from there.
    for _ in range(20):
        optimizer.step(closure)
        optimizer.state.clear()
    assert point.grad.abs().max() < 2e-9, point.grad.abs().max()
    out[f"lbfgs/{name}/start"] = np.asarray(start, dtype=np.float64)
    out[f"lbfgs/{name}/point"] = point.detach().numpy()
    out[f"lbfgs/{name}/value"] = function(point).detach().reshape(1).numpy()


minimum("rosenbrock", lambda x: ((1 - x[:-1]) ** 2 + 100 * (x[1:] - x[:-1] ** 2) ** 2).sum(), [-1.2, 1.0] * 3)
cx, cy = torch.tensor(cancer), torch.tensor(out["cancer/y"])
logistic = lambda w: torch.nn.functional.binary_cross_entropy_with_logits(cx @ w, cy) + 0.1 * (w**2).sum()
minimum("logistic", logistic, [0.0] * 30)

out = {name: np.ascontiguousarray(array) for name, array in out.items()}
versions = {"scikit-learn": sklearn.__version__, "torch": torch.__version__.split("+")[0], "numpy": np.__version__}
save_file(out, Path(__file__).with_suffix(".safetensors"), metadata=versions)
