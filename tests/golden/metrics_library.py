"""Metrics by scikit-learn, lifelines and their definitions, on random cases with ties, weights and missing classes.

Writes metrics_library.json beside this file. A value that is not defined (NaN, an infinity, an error) is null.
"""

import json
import math
import warnings
from pathlib import Path

import lifelines
import numpy as np
import sklearn
from lifelines.utils import concordance_index
from sklearn import metrics as m
from sklearn.calibration import calibration_curve

warnings.filterwarnings("ignore")
rng = np.random.default_rng(16)
cases = {}


def value(compute):
    """What `compute` gives, as JSON."""
    try:
        found = compute()
    except (ValueError, ZeroDivisionError):
        return None

    def plain(x):
        return float(x) if math.isfinite(x) else None

    return [plain(x) for x in found] if np.ndim(found) else plain(found)


def case(kind, inputs, values):
    """Keeps a case; functions among `values` are called."""
    inputs = {name: x.ravel().tolist() if isinstance(x, np.ndarray) else x for name, x in inputs.items()}
    cases.setdefault(kind, []).append({**inputs, "values": {name: value(f) for name, f in values.items()}})


def weights(n, which):
    """None, numbers with ties and zeros, or others."""
    if which == 0:
        return None
    if which == 1:
        w = rng.integers(0, 4, n) / 2
        w[rng.integers(n)] = 1.0
        return w
    return np.round(rng.uniform(0.05, 3, n), 3)


ZERO = {"0": 0.0, "1": 1.0, "nan": np.nan}

for i in range(70):
    # Labels up to 5 with gaps, so that classes are missing in either list or in both.
    n, k = int(rng.integers(1, 25)), int(rng.integers(1, 7))
    possible = rng.choice(6, k, replace=False)
    y = rng.choice(possible, n)
    p = np.where(rng.uniform(size=n) < 0.5, y, rng.integers(0, 6, n))
    if i % 7 == 0:
        y, p = y % 2, p % 2
    w = weights(n, i % 3)
    values = {
        "accuracy": lambda: m.accuracy_score(y, p, sample_weight=w),
        "zero_one_loss": lambda: m.zero_one_loss(y, p, sample_weight=w),
        "hamming_loss": lambda: m.hamming_loss(y, p, sample_weight=w),
        "balanced_accuracy": lambda: m.balanced_accuracy_score(y, p, sample_weight=w),
        "adjusted": lambda: m.balanced_accuracy_score(y, p, sample_weight=w, adjusted=True),
        "matthews_corrcoef": lambda: m.matthews_corrcoef(y, p, sample_weight=w),
        "kappa": lambda: m.cohen_kappa_score(y, p, sample_weight=w),
        "kappa/linear": lambda: m.cohen_kappa_score(y, p, weights="linear", sample_weight=w),
        "kappa/quadratic": lambda: m.cohen_kappa_score(y, p, weights="quadratic", sample_weight=w),
        "kappa/all": lambda: m.cohen_kappa_score(y, p, weights="quadratic", labels=range(6), sample_weight=w),
        "confusion": lambda: m.confusion_matrix(y, p, labels=range(6), sample_weight=w).ravel(),
    }
    for by in ["true", "pred", "all"]:
        values[f"confusion/{by}"] = lambda by=by: m.confusion_matrix(
            y, p, labels=range(6), sample_weight=w, normalize=by
        ).ravel()
    averages = ["micro", "macro", "weighted"] + (["binary"] if i % 7 == 0 else [])
    for average in averages:
        for zero, number in ZERO.items():
            same = {"average": average, "zero_division": number, "sample_weight": w, "labels": None}
            if average == "binary":
                same["labels"] = [0, 1]
            values[f"precision/{average}/{zero}"] = lambda s=same: m.precision_score(y, p, **s)
            values[f"recall/{average}/{zero}"] = lambda s=same: m.recall_score(y, p, **s)
            values[f"f1/{average}/{zero}"] = lambda s=same: m.f1_score(y, p, **s)
            values[f"f2/{average}/{zero}"] = lambda s=same: m.fbeta_score(y, p, beta=2, **s)
            if zero != "nan":
                values[f"jaccard/{average}/{zero}"] = lambda s=same: m.jaccard_score(y, p, **s)
    each = m.precision_recall_fscore_support(y, p, beta=0.5, sample_weight=w, zero_division=0)
    for name, column in zip(["precision", "recall", "fscore", "support"], each):
        values[f"each/{name}"] = lambda c=column: c
    case("labels", {"y": y, "p": p, "w": w}, values)

for i in range(50):
    n = int(rng.integers(2, 25))
    # Few scores: many ties.
    s = rng.integers(0, [4, 10, 1000][i % 3], n) / 10 - 0.2
    y = rng.integers(0, 2, n)
    if i % 10 == 9:
        y[:] = i // 10 % 2
    w = weights(n, i // 3 % 3)
    counted = y if w is None else y[w > 0]
    # Where a class is missing scikit-learn warns and fills in NaN, 0 or 1.
    both, positive = 0 < counted.mean() < 1, counted.any()
    roc = lambda: m.roc_curve(y, s, sample_weight=w, drop_intermediate=False) if both else [np.nan] * 3
    pr = lambda: m.precision_recall_curve(y, s, sample_weight=w) if positive else [np.nan] * 3
    case("binary", {"y": y, "s": s, "w": w}, {
        "roc_auc": lambda: m.roc_auc_score(y, s, sample_weight=w) if both else np.nan,
        "average_precision": lambda: m.average_precision_score(y, s, sample_weight=w) if positive else np.nan,
        "fpr": lambda: roc()[0], "tpr": lambda: roc()[1], "roc_thresholds": lambda: roc()[2],
        "precision": lambda: pr()[0], "recall": lambda: pr()[1], "pr_thresholds": lambda: pr()[2],
        # Labels of one class are -1 for scikit-learn, whichever it is.
        **({"hinge": lambda: m.hinge_loss(y, s, sample_weight=w)} if 0 < y.mean() < 1 else {}),
    })

for i in range(60):
    k = [2, 3, 4, 6][i % 4]
    n = int(rng.integers(max(k, 2), 16))
    # Shares of small counts: ties, zeros and ones.
    c = rng.integers(0, 5, (n, k)) + (rng.uniform(size=(n, k)) if i % 3 == 0 else 0)
    c[c.sum(axis=1) == 0, 0] = 1
    p = c / c.sum(axis=1, keepdims=True)
    y = rng.permutation(np.concatenate([np.arange(k), rng.integers(0, k, n - k)]))
    if i % 5 == 4:
        y[y == k - 1] = 0  # A missing class.
    w = weights(n, i // 4 % 3)
    if w is not None and i % 5 != 4:
        w = w + 0.25
    same = {"labels": range(k), "sample_weight": w}
    several = len(set(y if w is None else y[w > 0])) > 1
    values = {
        "log_loss": lambda: m.log_loss(y, p, **same),
        # One class alone has no log loss to explain.
        "d2_log_loss": lambda: m.d2_log_loss_score(y, p, **same) if several else np.nan,
        "brier": lambda: m.brier_score_loss(y, p, **same),
    }
    if k == 2:
        values["log_loss/one"] = lambda: m.log_loss(y, p[:, 1], **same)
        values["brier/one"] = lambda: m.brier_score_loss(y, p[:, 1], pos_label=1, **same)
        values["d2_log_loss/one"] = lambda: m.d2_log_loss_score(y, p[:, 1], **same) if several else np.nan
    else:
        values["hinge"] = lambda: m.hinge_loss(y, p, **same)
        for top in range(1, k):
            values[f"top/{top}"] = lambda top=top: m.top_k_accuracy_score(y, p, k=top, **same)
        for average in ["micro", "macro", "weighted"]:
            auc = lambda a=average: m.roc_auc_score(y, p, multi_class="ovr", average=a, **same)
            # A missing class has no area.
            values[f"ovr/{average}"] = auc if average == "micro" or i % 5 != 4 else lambda: np.nan
            if i % 5 != 4:
                values[f"ap/{average}"] = lambda a=average: m.average_precision_score(y, p, average=a, sample_weight=w)
        for average in ["macro", "weighted"]:
            ovo = lambda a=average: m.roc_auc_score(y, p, multi_class="ovo", average=a, labels=range(k))
            values[f"ovo/{average}"] = ovo if i % 5 != 4 else lambda: np.nan
    case("probabilities", {"y": y, "p": p, "w": w, "classes": k}, values)

for i in range(70):
    n = int(rng.integers(1 if i % 10 == 0 else 2, 20))
    digits = [0, 1, 6][i % 3]
    y = np.round(rng.normal(2, 3, n), digits)
    p = np.round(y + rng.normal(0, 1, n), digits)
    if i % 4 == 1:
        y, p = np.round(np.abs(y) + 0.5, 3), np.round(np.abs(p) + 0.5, 3)
    if i % 4 == 2:
        y, p = np.round(np.abs(y)), np.abs(p) + 0.5  # Counts, some of them 0.
    if i % 9 == 8:
        y[:] = np.round(y[0])  # Nothing varies, and a mean of whole numbers leaves no rounding error.
    if i % 11 == 10:
        p = y.copy()
    w = weights(n, i // 3 % 3)
    if i % 9 == 8:
        w = None  # With weights scikit-learn divides by what rounding leaves.
    same = {"sample_weight": w}
    values = {
        "mse": lambda: m.mean_squared_error(y, p, **same),
        "rmse": lambda: m.root_mean_squared_error(y, p, **same),
        "mae": lambda: m.mean_absolute_error(y, p, **same),
        "median": lambda: m.median_absolute_error(y, p, **same),
        "max_error": lambda: m.max_error(y, p),
        "mape": lambda: m.mean_absolute_percentage_error(y, p, **same),
        "msle": lambda: m.mean_squared_log_error(y, p, **same),
        "rmsle": lambda: m.root_mean_squared_log_error(y, p, **same),
        "r2": lambda: m.r2_score(y, p, **same),
        "explained_variance": lambda: m.explained_variance_score(y, p, **same),
        "d2_absolute_error": lambda: m.d2_absolute_error_score(y, p, **same),
    }
    for alpha in [0.0, 0.1, 0.25, 0.5, 0.9, 1.0]:
        values[f"pinball/{alpha}"] = lambda a=alpha: m.mean_pinball_loss(y, p, alpha=a, **same)
        values[f"d2_pinball/{alpha}"] = lambda a=alpha: m.d2_pinball_score(y, p, alpha=a, **same)
    for power in [-1.5, 0.0, 1.0, 1.5, 2.0, 3.0]:
        values[f"tweedie/{power}"] = lambda q=power: m.mean_tweedie_deviance(y, p, power=q, **same)
        d2 = lambda q=power: m.d2_tweedie_score(y, p, power=q, **same)
        # What does not vary has no deviance to explain.
        values[f"d2_tweedie/{power}"] = d2 if len(set(y[(w if w is not None else np.ones(n)) > 0])) > 1 else lambda: np.nan
    case("numbers", {"y": y, "p": p, "w": w}, values)

for i in range(25):
    n, k = int(rng.integers(2, 10)), int(rng.integers(2, 5))
    y = np.round(rng.normal(0, rng.uniform(0.5, 3, k), (n, k)), 2)
    p = np.round(y + rng.normal(0, 1, (n, k)), 2)
    w = weights(n, i % 3)
    if i % 6 == 0:
        y[:, 0] = 1.0
    values = {}
    for name, score in [
        ("mse", m.mean_squared_error), ("rmse", m.root_mean_squared_error), ("median", m.median_absolute_error),
        ("r2", m.r2_score), ("explained_variance", m.explained_variance_score),
    ]:
        ways = ["raw_values", "uniform_average"] + (["variance_weighted"] if name in ["r2", "explained_variance"] else [])
        for way in ways:
            values[f"{name}/{way}"] = lambda s=score, way=way: s(y, p, sample_weight=w, multioutput=way)
    case("outputs", {"y": y, "p": p, "w": w, "outputs": k}, values)

for i in range(40):
    n, k = int(rng.integers(2, 7)), int(rng.integers(3, 8))
    s = rng.integers(0, [3, 6, 1000][i % 3], (n, k)) / 8
    gains = rng.integers(0, 4, (n, k)).astype(float)
    y = (rng.uniform(size=(n, k)) < rng.uniform(0, 1, (n, 1))).astype(int)
    y[0, :2] = [0, 1]
    gains[-1] = 0
    w = weights(n, i // 3 % 3)
    same = {"sample_weight": w}
    values = {
        "lrap": lambda: m.label_ranking_average_precision_score(y, s, **same),
        "coverage_error": lambda: m.coverage_error(y, s, **same),
        "label_ranking_loss": lambda: m.label_ranking_loss(y, s, **same),
        # By its definition: the first relevant item behind those that are tied with it.
        "mrr": lambda: np.average(
            [1 / (1 + sum(r[t == 0] >= r[t == 1].max())) if t.any() else 0 for r, t in zip(s, y)], weights=w
        ),
        "hamming_loss": lambda: m.hamming_loss(y, (s > 0.3).astype(int), **same),
    }
    here = y[(w if w is not None else np.ones(n)) > 0]
    for average in ["micro", "macro", "weighted"]:
        every = {"average": average, **same}
        for name, score in [("precision", m.precision_score), ("recall", m.recall_score), ("f1", m.f1_score)]:
            values[f"{name}/{average}"] = lambda s_=score, e=every: s_(y, (s > 0.3).astype(int), zero_division=1, **e)
        values[f"jaccard/{average}"] = lambda e=every: m.jaccard_score(y, (s > 0.3).astype(int), zero_division=1, **e)
        some = here.any() if average == "micro" else here.any(axis=0).all()
        not_all = not here.all() if average == "micro" else not here.all(axis=0).any()
        values[f"auc/{average}"] = lambda e=every, ok=some and not_all: m.roc_auc_score(y, s, **e) if ok else np.nan
        values[f"ap/{average}"] = lambda e=every, ok=some: m.average_precision_score(y, s, **e) if ok else np.nan
    for top in [None, 1, 2, 100]:
        values[f"dcg/{top}"] = lambda top=top: m.dcg_score(gains, s, k=top, **same)
        values[f"ndcg/{top}"] = lambda top=top: m.ndcg_score(gains, s, k=top, **same)
    case("rankings", {"y": y, "gains": gains, "s": s, "w": w, "columns": k}, values)

for i in range(30):
    n = int(rng.integers(2, 20))
    times = rng.integers(1, [5, 30][i % 2], n).astype(float)
    predicted = np.round(times + rng.normal(0, 4, n), i % 3)
    events = rng.uniform(size=n) < 0.6
    case("survival", {"times": times, "predicted": predicted, "events": events}, {
        "concordance": lambda: concordance_index(times, predicted, events),
        "concordance/all": lambda: concordance_index(times, predicted),
    })

for i in range(30):
    n, bins = int(rng.integers(5, 30)), [2, 5, 10][i % 3]
    p = np.round(rng.uniform(0, 1, n), i % 2 + 1)
    y = (rng.uniform(size=n) < p).astype(int)
    w = weights(n, i // 3 % 3)
    one = np.ones(n) if w is None else w

    def gaps():
        """(weight, |frequency - confidence|) of each bin, by the definition."""
        index = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], p)
        for b in np.unique(index[one > 0]):
            here = index == b
            yield one[here].sum(), abs(np.average(y[here], weights=one[here]) - np.average(p[here], weights=one[here]))

    values = {
        "ece": lambda: sum(weight * gap for weight, gap in gaps()) / one.sum(),
        "mce": lambda: max(gap for _, gap in gaps()),
        "perplexity": lambda: np.exp(np.average(3 * p, weights=w)),
    }
    for strategy in ["uniform", "quantile"]:
        curve = lambda s=strategy: calibration_curve(y, p, n_bins=bins, strategy=s)
        values[f"true/{strategy}"] = lambda c=curve: c()[0]
        values[f"pred/{strategy}"] = lambda c=curve: c()[1]
    case("calibration", {"y": y, "p": p, "w": w, "bins": bins}, values)

out = {"versions": {"scikit-learn": sklearn.__version__, "lifelines": lifelines.__version__}, **cases}
path = Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out, separators=(",", ":")).replace('},{"y"', '},\n{"y"').replace('},{"times"', '},\n{"times"') + "\n")
print({kind: len(some) for kind, some in cases.items()}, path.stat().st_size)
