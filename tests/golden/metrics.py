"""Metrics as scikit-learn computes them, on data made by a formula that the Rust test repeats.

python metrics.py > metrics.json
"""

import json
import sys

import numpy as np
import sklearn
from sklearn import metrics


def number(i):
    """A pseudo-random number in [-1, 1) that needs no library: the fractional part of a large sine."""
    x = np.sin(i * 12.9898 + 4.1414) * 43758.5453
    return 2.0 * (x - np.floor(x)) - 1.0


n, k = 137, 7
logits = np.array([[np.float32(3 * number(r * k + c)) for c in range(k)] for r in range(n)])
labels = np.array([int((number(10_000 + r) + 1) / 2 * k) for r in range(n)])
# Class 6 never occurs as a label when r is a multiple of 3, so that classes differ in size.
labels = np.where((np.arange(n) % 3 == 0) & (labels == 6), 0, labels)
x = logits.astype(np.float64)
p = np.exp(x - x.max(axis=1, keepdims=True))
p /= p.sum(axis=1, keepdims=True)
predicted = x.argmax(axis=1)

binary_logits = np.array([np.float32(2 * number(20_000 + r)) for r in range(n)])
binary_labels = np.array([int(number(30_000 + r) > 0.2) for r in range(n)])
q = 1 / (1 + np.exp(-binary_logits.astype(np.float64)))

# Weights of items, some of them 0.
weights = np.array([np.float32(abs(number(60_000 + r)) * (r % 5 != 0)) for r in range(n)]).astype(np.float64)

m = 2
actual = np.array([[np.float32(1000 + 5 * number(40_000 + r * m + c)) for c in range(m)] for r in range(n)])
guess = np.array([[np.float32(actual[r, c] + number(50_000 + r * m + c)) for c in range(m)] for r in range(n)])

json.dump(
    {
        "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
        "classes": {
            "accuracy": metrics.accuracy_score(labels, predicted),
            "top5_accuracy": metrics.top_k_accuracy_score(labels, p, k=5, labels=range(k)),
            "macro_f1": metrics.f1_score(labels, predicted, average="macro", zero_division=0),
            "log_loss": metrics.log_loss(labels, p, labels=range(k)),
            "confusion": metrics.confusion_matrix(labels, predicted, labels=range(k)).tolist(),
        },
        "binary": {
            "accuracy": metrics.accuracy_score(binary_labels, binary_logits > 0),
            "macro_f1": metrics.f1_score(binary_labels, binary_logits > 0, average="macro"),
            "log_loss": metrics.log_loss(binary_labels, q),
        },
        "values": {
            "mse": metrics.mean_squared_error(actual.astype(np.float64), guess.astype(np.float64)),
            "mae": metrics.mean_absolute_error(actual.astype(np.float64), guess.astype(np.float64)),
            "r2": metrics.r2_score(actual.astype(np.float64), guess.astype(np.float64)),
        },
        "weighted": {
            "classes": {
                "accuracy": metrics.accuracy_score(labels, predicted, sample_weight=weights),
                "top5_accuracy": metrics.top_k_accuracy_score(
                    labels, p, k=5, labels=range(k), sample_weight=weights
                ),
                "macro_f1": metrics.f1_score(
                    labels, predicted, average="macro", zero_division=0, sample_weight=weights
                ),
                "log_loss": metrics.log_loss(labels, p, labels=range(k), sample_weight=weights),
            },
            "binary": {
                "accuracy": metrics.accuracy_score(binary_labels, binary_logits > 0, sample_weight=weights),
                "macro_f1": metrics.f1_score(
                    binary_labels, binary_logits > 0, average="macro", sample_weight=weights
                ),
                "log_loss": metrics.log_loss(binary_labels, q, sample_weight=weights),
            },
            "values": {
                name: score(actual.astype(np.float64), guess.astype(np.float64), sample_weight=weights)
                for name, score in [
                    ("mse", metrics.mean_squared_error),
                    ("mae", metrics.mean_absolute_error),
                    ("r2", metrics.r2_score),
                ]
            },
        },
    },
    sys.stdout,
    indent=1,
)
