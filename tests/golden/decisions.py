"""Writes decisions.json: thresholds, metrics of probabilities, intervals and balanced weights by scikit-learn and scipy.

    python3 tests/golden/decisions.py
"""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    brier_score_loss,
    confusion_matrix,
    log_loss,
    precision_recall_curve,
    precision_recall_fscore_support,
    roc_auc_score,
    roc_curve,
)
from sklearn.preprocessing import label_binarize
from sklearn.utils.class_weight import compute_class_weight


def thresholds(y, p, w):
    """The best score of each rule, and the highest threshold that has it."""
    precision, recall, at = precision_recall_curve(y, p, sample_weight=w)
    with np.errstate(invalid="ignore"):
        f1 = np.nan_to_num(2 * precision * recall / (precision + recall))[:-1]
    fpr, tpr, falling = roc_curve(y, p, sample_weight=w, drop_intermediate=False)
    weights = np.ones(len(y)) if w is None else w
    negatives, positives = weights[y == 0].sum(), weights[y == 1].sum()

    def cost(false_positive, false_negative):
        return false_positive * fpr * negatives + false_negative * (1 - tpr) * positives

    def highest(values, best, cuts):
        return float(np.max(np.asarray(cuts)[np.isclose(values, best, rtol=1e-12, atol=1e-12)]))

    found = {"f1": [float(f1.max()), highest(f1, f1.max(), at)]}
    j = tpr - fpr
    found["youden"] = [float(j.max()), highest(j, j.max(), falling)]
    for false_positive, false_negative in [(1, 1), (1, 5), (5, 1)]:
        c = cost(false_positive, false_negative)
        best = highest(c, c.min(), falling)
        # Above the greatest probability there is no threshold among them.
        found[f"cost={false_positive}:{false_negative}"] = [float(c.min()), None if np.isinf(best) else best]
    return found


def ece(hit, confidence, w):
    """Ten bins of one width, as calibration_curve has them, each by its weight."""
    bins = np.searchsorted(np.linspace(0, 1, 11)[1:-1], confidence)
    w = np.ones(len(hit)) if w is None else w
    total = 0.0
    for b in np.unique(bins):
        own = bins == b
        total += w[own].sum() * abs(np.average(hit[own], weights=w[own]) - np.average(confidence[own], weights=w[own]))
    if np.all(w == 1):
        true, predicted = calibration_curve(hit, confidence, n_bins=10)
        counts = np.bincount(bins, minlength=10)
        assert np.isclose(total, (counts[counts > 0] * np.abs(true - predicted)).sum())
    return float(total / w.sum())


def softmax(logits):
    """Of f32 logits, their differences taken in f32 as kiln does."""
    powers = np.exp((logits - logits.max(axis=1, keepdims=True)).astype(np.float64))
    return powers / powers.sum(axis=1, keepdims=True)


def metrics(logits, y, w, classes):
    p = softmax(logits).astype(np.float32).astype(np.float64)
    predicted = p.argmax(axis=1)
    names = range(classes)
    found = {
        "balanced_accuracy": balanced_accuracy_score(y, predicted, sample_weight=w),
        "confusion": confusion_matrix(y, predicted, labels=names).tolist(),
        "per_class": np.array(
            precision_recall_fscore_support(y, predicted, labels=names, sample_weight=w, zero_division=0)
        ).T.tolist(),
    }
    if classes == 2:
        found["roc_auc"] = roc_auc_score(y, p[:, 1], sample_weight=w)
        found["average_precision"] = average_precision_score(y, p[:, 1], sample_weight=w)
        found["brier"] = brier_score_loss(y, p[:, 1], sample_weight=w)
        found["ece"] = ece(y, p[:, 1], w)
    else:
        rows = p / p.sum(axis=1, keepdims=True)
        found["roc_auc_ovr"] = roc_auc_score(y, rows, multi_class="ovr", labels=names, sample_weight=w)
        found["average_precision_ovr"] = average_precision_score(
            label_binarize(y, classes=names), p, average="macro", sample_weight=w
        )
        weights = np.ones(len(y)) if w is None else w
        found["brier"] = float(np.average(((p - np.eye(classes)[y]) ** 2).sum(axis=1), weights=weights))
        found["ece"] = ece((predicted == y).astype(float), p.max(axis=1), w)
    return {name: value if isinstance(value, list) else float(value) for name, value in found.items()}


def main():
    rng = np.random.default_rng(20261129)
    cases = []
    for case in range(12):
        n, classes = int(rng.integers(20, 120)), [2, 2, 2, 3, 5][case % 5]
        y = rng.integers(0, classes, n)
        y[:classes] = range(classes)
        logits = rng.normal(size=(n, classes)) + 1.5 * np.eye(classes)[y]
        if case % 3 == 0:
            logits = np.round(logits)  # Ties.
        logits = logits.astype(np.float32)
        w = None if case % 2 == 0 else np.round(rng.uniform(0.25, 3, n), 2)
        p = softmax(logits).astype(np.float32).astype(np.float64)
        entry = {
            "classes": classes,
            "labels": y.tolist(),
            "logits": [float(x) for x in logits.ravel()],
            "weights": None if w is None else w.tolist(),
            "metrics": metrics(logits, y, w, classes),
            "balanced": compute_class_weight("balanced", classes=np.arange(classes), y=y, sample_weight=w).tolist(),
            "counts": [float((np.ones(n) if w is None else w)[y == c].sum()) for c in range(classes)],
        }
        if classes == 2:
            entry["second"] = p[:, 1].tolist()
            entry["thresholds"] = thresholds(y, p[:, 1], w)
            entry["log_loss_at_2"] = float(log_loss(y, softmax(logits.astype(np.float64) / 2), sample_weight=w))
        cases.append(entry)
    wilson = []
    for hits, items in [(0, 1), (1, 1), (0, 20), (9, 10), (30, 30), (50, 100), (1234, 5000)]:
        found = binomtest(hits, items).proportion_ci(0.95, "wilson")
        wilson.append([hits, items, found.low, found.high])
    path = Path(__file__).with_suffix(".json")
    made_by = f"scikit-learn {sklearn.__version__}, scipy {scipy.__version__}"
    path.write_text(json.dumps({"made_by": made_by, "cases": cases, "wilson": wilson}) + "\n")


main()
