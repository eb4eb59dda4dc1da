"""Whole trainings, from launch to the tested model: kiln's recipe `fashion-mnist-cnn` and the same in PyTorch, in turn.

    python bench/whole.py [--epochs 4] [--rounds 1] [--seed 0]

Prints seconds and peak memory of each process and its test accuracy. Fewer epochs are the same recipe in a shorter cycle:
four are enough for an accuracy of 0.915. Needs PyTorch, the Fashion-MNIST files, and the command `kiln` ($KILN).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PEER = str(Path(__file__).resolve().parent / "peers/train_cnn.py")


def measure(name, command):
    """Seconds, MiB at the peak and test accuracy of a process that ends with a line of JSON."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if status:
        sys.exit(f"{name} failed")
    end = json.loads(output.splitlines()[-1])
    accuracy = end["test_accuracy"] if "test_accuracy" in end else end["test"]["accuracy"]
    return seconds, usage.ru_maxrss / 1024, accuracy


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--peers", default="eager,channels-last")
    options = parser.parse_args()
    shared = ["--seed", str(options.seed)]
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as runs:
            kiln = [os.environ.get("KILN", "kiln"), "train", "fashion-mnist-cnn", f"train.epochs={options.epochs}"]
            ours = measure("kiln", [*kiln, *shared, "--runs-dir", runs, "--progress", "off", "--quiet", "--json"])
        print("kiln: {:.1f} s, {:.0f} MiB, accuracy {:.4f}".format(*ours), flush=True)
        for peer in options.peers.split(","):
            mode = ["--channels-last"] * (peer == "channels-last")
            theirs = measure(peer, [sys.executable, PEER, "--epochs", str(options.epochs), *shared, *mode])
            ratios = (own / other for own, other in zip(ours[:2], theirs))
            print("torch {}: {:.1f} s, {:.0f} MiB, accuracy {:.4f}; kiln / torch: {:.2f} of the time, {:.2f} of the memory"
                  .format(peer, *theirs, *ratios), flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
