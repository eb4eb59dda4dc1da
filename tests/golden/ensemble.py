"""Greedy ensemble selection (Caruana et al. 2004) in numpy, with scikit-learn's log_loss and r2_score.

    python tests/golden/ensemble.py
"""

import json
import pathlib

import numpy as np
from sklearn.metrics import log_loss, r2_score

rng = np.random.default_rng(0)


def select(candidates, rounds, loss):
    total, counts, path = np.zeros_like(candidates[0]), np.zeros(len(candidates), int), []
    for added in range(1, rounds + 1):
        losses = [loss((total + candidate) / added) for candidate in candidates]
        best = int(np.argmin(losses))
        total, counts = total + candidates[best], counts + np.eye(len(candidates), dtype=int)[best]
        path.append((losses[best], counts))
    least, counts = min(path, key=lambda entry: entry[0])
    return counts / counts.sum(), least, [loss(candidate) for candidate in candidates]


cases = []
for models, items, classes, rounds, weighed in [(4, 60, 3, 25, False), (7, 40, 2, 50, False), (5, 50, 4, 30, True)]:
    labels = rng.integers(classes, size=items)
    sample = rng.uniform(0.2, 3.0, size=items) if weighed else None
    candidates = []
    for _ in range(models):
        logits = rng.normal(size=(items, classes)) * 1.5 + 1.5 * np.eye(classes)[labels]
        shares = np.exp(logits)
        candidates.append(shares / shares.sum(axis=1, keepdims=True))
    weights, loss, alone = select(
        candidates, rounds, lambda p: log_loss(labels, p, labels=list(range(classes)), sample_weight=sample))
    cases.append({"kind": "classes", "columns": classes, "rounds": rounds, "candidates": [c.ravel().tolist() for c in candidates],
                  "labels": labels.tolist(), "actual": [], "item_weights": None if sample is None else sample.tolist(),
                  "weights": weights.tolist(), "loss": loss, "alone": alone})
for models, items, columns, rounds, weighed in [(4, 50, 1, 25, False), (6, 40, 3, 40, False), (5, 45, 2, 30, True)]:
    actual = rng.normal(size=(items, columns)) * np.arange(1, columns + 1) * 10.0 + 5.0
    sample = rng.uniform(0.2, 3.0, size=items) if weighed else None
    candidates = [actual + rng.normal(size=actual.shape) * rng.uniform(2.0, 8.0) + rng.normal() for _ in range(models)]
    weights, loss, alone = select(candidates, rounds, lambda p: 1.0 - r2_score(actual, p, sample_weight=sample))
    cases.append({"kind": "numbers", "columns": columns, "rounds": rounds, "candidates": [c.ravel().tolist() for c in candidates],
                  "labels": [], "actual": actual.ravel().tolist(), "item_weights": None if sample is None else sample.tolist(),
                  "weights": weights.tolist(), "loss": loss, "alone": alone})
(pathlib.Path(__file__).parent / "ensemble.json").write_text(json.dumps(cases) + "\n")
