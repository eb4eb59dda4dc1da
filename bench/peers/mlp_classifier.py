"""Epochs of scikit-learn's MLPClassifier, per step: a worker like bench/peers/steps.py, for the jobs on digits alone.

    echo "digits-adam 2000" | python bench/peers/mlp_classifier.py
"""

import json
import sys
import time

import numpy as np
from sklearn.neural_network import MLPClassifier

BATCH = 32
# Steps of one epoch: the training part of digits.
EPOCH = 45


def run(job, steps):
    name, solver = job.rsplit("-", 1)
    if name != "digits":
        return {"job": job, "median_ms": None}
    x = np.random.default_rng(0).random((EPOCH * BATCH, 64), dtype=np.float32)
    y = np.arange(len(x)) % 10
    # As the others: no momentum, no penalty, no shuffle.
    net = MLPClassifier((100,), solver=solver, batch_size=BATCH, alpha=0.0, momentum=0.0, shuffle=False, random_state=0)
    net.partial_fit(x, y, classes=np.arange(10))
    times = []
    for _ in range(max(steps // EPOCH, 1)):
        began = time.perf_counter()
        net.partial_fit(x, y)
        times.append(1e3 * (time.perf_counter() - began) / EPOCH)
    times.sort()
    return {"job": job, "median_ms": times[len(times) // 2], "min_ms": times[0]}


if __name__ == "__main__":
    for line in sys.stdin:
        job, steps = line.split()
        print(json.dumps(run(job, int(steps))), flush=True)
