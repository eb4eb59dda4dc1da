"""Calibration by scikit-learn, and the best temperature by scipy. Writes calibration.json beside this file."""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.optimize import brentq
from scipy.special import log_softmax, softmax
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, log_loss

rng = np.random.default_rng(11)
out = {"sklearn": sklearn.__version__, "scipy": scipy.__version__, "curves": [], "classes": []}

for n, bins in [(200, 10), (57, 5), (30, 15)]:
    p = np.concatenate([rng.uniform(0, 1, n - 6), [0.0, 1.0, 0.1, 0.2, 0.3, 0.6]])
    y = rng.uniform(size=n) < p**1.5
    true, predicted = calibration_curve(y, p, n_bins=bins, strategy="uniform")
    out["curves"].append({
        "p": p.tolist(), "y": y.tolist(), "bins": bins, "frequency": true.tolist(), "confidence": predicted.tolist(),
        "brier": 2 * brier_score_loss(y, p), "log_loss": log_loss(y, p),
    })

for n, k, sharp in [(80, 3, 3.0), (150, 5, 0.4), (60, 2, 1.0)]:
    true_logits = rng.normal(0, 1.5, (n, k))
    labels = np.array([rng.choice(k, p=row) for row in softmax(true_logits, 1)])
    logits = true_logits * sharp
    loss = lambda b: -log_softmax(b * logits, 1)[np.arange(n), labels].mean()
    slope = lambda b: ((softmax(b * logits, 1) * logits).sum(1) - logits[np.arange(n), labels]).mean()
    b = brentq(slope, 1e-3, 1e3, xtol=1e-15, rtol=1e-14)
    probabilities = softmax(logits, 1)
    out["classes"].append({
        "logits": logits.ravel().tolist(), "labels": labels.tolist(), "temperature": 1 / b,
        "loss_before": loss(1.0), "loss_after": loss(b),
        "probabilities": probabilities.ravel().tolist(),
        "brier": brier_score_loss(labels, probabilities, labels=np.arange(k), scale_by_half=False),
        "log_loss": log_loss(labels, probabilities, labels=np.arange(k)),
    })

path = Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out) + "\n")
