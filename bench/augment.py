"""The table of bench/augment.sh."""

import json
import os
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from run import ROOT, Worker, build, table  # noqa: E402

JOBS = ["crop-flip", "resized-crop", "rand-augment", "affine"]
PEERS = ["torchvision", "torchvision-batch", "torchvision-loader", "albumentations", "albumentations-loader"]


def measure(worker, job, seconds):
    """Images a second, or None when the worker cannot do the job."""
    try:
        worker.process.stdin.write(f"{job} {seconds}\n")
        worker.process.stdin.flush()
        return json.loads(worker.process.stdout.readline())["images_per_second"]
    except (BrokenPipeError, json.JSONDecodeError):
        return None


def main():
    rounds, seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 5, sys.argv[2] if len(sys.argv) > 2 else "1"
    threads = os.environ.get("THREADS", "2")
    peer = str(ROOT / "bench/peers/augment.py")
    workers = [Worker("kiln", [build("augment")], threads)]
    workers += [Worker(name, [sys.executable, peer, name, "--threads", threads], threads) for name in PEERS]
    for job in sys.argv[3:] or JOBS:
        rates = {worker.name: [] for worker in workers}
        for _ in range(rounds):
            for worker in workers:
                rates[worker.name].append(measure(worker, job, seconds))
        rows = [[job, "images/s", "kiln / peer", "smallest", "largest"]]
        for name, found in rates.items():
            if None in found:
                rows.append([name, "not measured", "", "", ""])
                continue
            ratios = [own / other for own, other in zip(rates["kiln"], found)]
            numbers = [statistics.median(ratios), min(ratios), max(ratios)]
            rows.append([name, f"{statistics.median(found):,.0f}"] + [f"{number:.2f}" for number in numbers])
        table(rows)
        print(flush=True)


if __name__ == "__main__":
    main()
