"""Tests and distributions by scipy, and the numbers of scikit-learn's example plot_grid_search_stats, recomputed.

Writes comparisons.json beside this file.
"""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn.datasets import make_moons
from sklearn.model_selection import GridSearchCV, RepeatedStratifiedKFold
from sklearn.svm import SVC

rng = np.random.default_rng(5)
out = {"scipy": scipy.__version__, "sklearn": sklearn.__version__, "numpy": np.__version__}

xs = [-9.0, -2.5, -1.0, -0.1, 0.0, 0.3, 1.0, 1.96, 4.0, 8.0]
ps = [1e-6, 0.01, 0.25, 0.5, 0.6, 0.975, 0.9999]
dfs = [1.0, 2.0, 4.0, 9.0, 99.0, 1000.0]
positive = [1e-4, 0.2, 1.0, 3.84, 10.0, 60.0]
out["normal"] = {"x": xs, "cdf": stats.norm.cdf(xs).tolist(), "p": ps, "quantile": stats.norm.ppf(ps).tolist()}
out["t"] = [
    {"df": df, "x": xs, "above": stats.t.sf(xs, df).tolist(), "p": ps, "quantile": stats.t.ppf(ps, df).tolist()}
    for df in dfs
]
out["f"] = [
    {"d1": a, "d2": b, "x": positive, "above": stats.f.sf(positive, a, b).tolist()}
    for a, b in [(1, 5), (10, 5), (3, 40), (30, 2)]
]
out["chi_squared"] = [{"df": df, "x": positive, "above": stats.chi2.sf(positive, df).tolist()} for df in dfs]

# scikit-learn's example: the best two models over 10 times 10 folds.
X, y = make_moons(noise=0.352, random_state=1, n_samples=100)
cv = RepeatedStratifiedKFold(n_splits=10, n_repeats=10, random_state=0)
grid = [{"kernel": ["linear"]}, {"kernel": ["poly"], "degree": [2, 3]}, {"kernel": ["rbf"]}]
search = GridSearchCV(SVC(random_state=0), grid, scoring="roc_auc", cv=cv).fit(X, y)
results = search.cv_results_
order = np.argsort(results["rank_test_score"], kind="stable")
scores = np.array([[results[f"split{i}_test_score"][m] for i in range(100)] for m in order])
d = scores[0] - scores[1]
train, test = next(cv.split(X, y))
n_train, n_test = len(train), len(test)
error = np.sqrt(np.var(d, ddof=1) * (1 / len(d) + n_test / n_train))
t = np.mean(d) / error
naive = np.mean(d) / np.sqrt(np.var(d, ddof=1) / len(d))
post = stats.t(len(d) - 1, loc=np.mean(d), scale=error)
out["example"] = {
    "a": scores[0].tolist(), "b": scores[1].tolist(), "test_share": n_test / n_train,
    "t": t, "p_one_sided": stats.t.sf(abs(t), len(d) - 1), "p": 2 * stats.t.sf(abs(t), len(d) - 1),
    "naive_t": naive, "naive_p_one_sided": stats.t.sf(abs(naive), len(d) - 1),
    "better": 1 - post.cdf(0), "rope": post.cdf(0.01) - post.cdf(-0.01),
    "above_rope": 1 - post.cdf(0.01), "below_rope": post.cdf(-0.01),
    "interval": stats.t.interval(0.95, len(d) - 1, loc=np.mean(d), scale=error),
}

out["mcnemar"] = []
for only_a, only_b in [(9, 3), (30, 14), (5, 5), (0, 4), (0, 0), (1, 0)]:
    n, m = only_a + only_b, min(only_a, only_b)
    chi = max(abs(only_a - only_b) - 1, 0) ** 2 / n if n else 0.0
    out["mcnemar"].append({
        "only_a": only_a, "only_b": only_b,
        "exact": stats.binomtest(m, n).pvalue if n else 1.0, "chi": chi, "chi_p": stats.chi2.sf(chi, 1),
    })

diffs = rng.normal(0.01, 0.03, (5, 2))
s2 = ((diffs - diffs.mean(1, keepdims=True)) ** 2).sum(1)
t52, f52 = diffs[0, 0] / np.sqrt(s2.mean()), (diffs**2).sum() / (2 * s2.sum())
out["five_by_two"] = {
    "differences": diffs.tolist(),
    "t": t52, "t_p": 2 * stats.t.sf(abs(t52), 5), "f": f52, "f_p": stats.f.sf(f52, 10, 5),
}

out["wilcoxon"] = []
for n, digits, method in [(8, 9, "exact"), (30, 9, "exact"), (50, 9, "exact"), (60, 9, "asymptotic"), (20, 1, "asymptotic")]:
    a = rng.normal(0.2, 1, n).round(digits)
    b = rng.normal(0, 1, n).round(digits)
    if digits == 1:
        a[3] = b[3]  # no difference, and ties
    a, b = a.astype(np.float64), b.astype(np.float64)
    if digits == 1:  # differences that are equal in floating point too
        a, b = np.round(a * 8), np.round(b * 8)
    r = stats.wilcoxon(a, b, zero_method="wilcox", correction=False, method=method)
    out["wilcoxon"].append({
        "a": a.tolist(), "b": b.tolist(), "exact": method == "exact", "statistic": r.statistic, "p": r.pvalue,
    })

out["friedman"] = []
for n, k, digits in [(12, 4, 6), (7, 3, 1), (30, 6, 6)]:
    table = (rng.normal(0.8, 0.1, (n, k)) + np.arange(k) * 0.02).round(digits)
    r = stats.friedmanchisquare(*table.T)
    f = (n - 1) * r.statistic / (n * (k - 1) - r.statistic)
    out["friedman"].append({
        "scores": table.tolist(), "chi": r.statistic, "p": r.pvalue,
        "f": f, "f_p": stats.f.sf(f, k - 1, (k - 1) * (n - 1)),
        "mean_ranks": stats.rankdata(table, axis=1).mean(0).tolist(),
        "difference": stats.studentized_range.ppf(0.95, k, np.inf) / np.sqrt(2) * np.sqrt(k * (k + 1) / (6 * n)),
    })

sample = rng.gamma(2.0, 1.0, 15)
calls = []


def statistic(values):
    if len(values) == len(sample):
        calls.append([int(np.flatnonzero(sample == v)[0]) for v in values])
    return np.mean(values) ** 2


r = stats.bootstrap((sample,), statistic, n_resamples=200, confidence_level=0.9, method="BCa", vectorized=False, rng=rng)
resamples = calls[:200]
assert np.allclose([np.mean(sample[i]) ** 2 for i in resamples], r.bootstrap_distribution)
out["bootstrap"] = {
    "sample": sample.tolist(), "resamples": resamples,
    "interval": [r.confidence_interval.low, r.confidence_interval.high],
}

path = Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out) + "\n")
e = out["example"]
print(f"corrected {e['t']:.3f} {e['p_one_sided']:.3f}  naive {e['naive_t']:.3f} {e['naive_p_one_sided']:.3f}  "
      f"Bayes {e['better']:.3f}  ROPE {e['rope']:.3f}")
