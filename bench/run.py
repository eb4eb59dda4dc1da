"""kiln against its peers: the same training steps, one after another on the same machine, several rounds.

    python bench/run.py [--rounds 5] [--threads 2] [--jobs cnn-sgd,mlp-adam] [--json]
    python bench/run.py --jobs networks --peers eager,channels-last,onnxruntime      (torchvision's networks)

Prints a table of medians over the rounds, and for each peer the ratio kiln / peer of neighbouring measurements (median, and
the smallest and largest). Needs PyTorch and scikit-learn; builds kiln's worker with cargo. A peer that does not start is left out, by name; MLPClassifier knows the jobs on digits alone.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Steps of one measurement: about a second each.
JOBS = {
    "cnn-sgd": 20,
    "cnn-adam": 20,
    "resnet-sgd": 3,
    "mlp-sgd": 200,
    "mlp-adam": 200,
    "digits-sgd": 2000,
    "digits-adam": 2000,
}
# Networks of torchvision, for `--jobs`: images of 3×224×224, steps and predictions.
NETWORKS = {
    "resnet18@16-sgd": 2,
    "mobilenet-v3-large@16-sgd": 2,
    "resnet18@1-infer": 20,
    "resnet18@32-infer": 2,
    "mobilenet-v3-large@1-infer": 30,
    "mobilenet-v3-large@32-infer": 3,
}
TORCH = ["eager", "channels-last", "compile"]


def build(name="steps"):
    """The path of kiln's worker."""
    command = ["cargo", "bench", "--bench", name, "--no-run", "--message-format=json"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    artifacts = [json.loads(line) for line in output.splitlines()]
    found = [a["executable"] for a in artifacts if a.get("target", {}).get("name") == name and a.get("executable")]
    return found[-1]


class Worker:
    def __init__(self, name, command, threads):
        self.name = name
        # Threads that wait must not spin while the others are measured.
        variables = {"OMP_NUM_THREADS": str(threads), "RAYON_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "passive"}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def measure(self, job, steps):
        """Milliseconds of a step, or None when the worker cannot do the job."""
        try:
            self.process.stdin.write(f"{job} {steps}\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())["median_ms"]
        except (BrokenPipeError, TypeError, json.JSONDecodeError):
            return None


def table(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")
        if row is rows[0]:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--jobs", default=",".join(JOBS))
    parser.add_argument("--peers", default="burn,sklearn," + ",".join(TORCH))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    jobs = list(NETWORKS) if options.jobs == "networks" else options.jobs.split(",")
    worker = build()
    peers = []
    for name in options.peers.split(","):
        scripts = ROOT / "bench/peers"
        ran = sys.executable, str(scripts / "steps.py"), name, "--threads", str(options.threads)
        label, command = {
            "burn": ("Burn", [worker, "plain"]),
            "sklearn": ("MLPClassifier", [sys.executable, str(scripts / "mlp_classifier.py")]),
            "onnxruntime": ("onnxruntime", list(ran)),
        }.get(name, (f"torch {name}", list(ran)))
        peers.append(Worker(label, command, options.threads))
    kiln = Worker("kiln", [worker], options.threads)
    times = {(job, peer.name): [] for job in jobs for peer in peers}
    ours = {job: [] for job in jobs}
    for round_number in range(options.rounds):
        for job in jobs:
            steps = (JOBS | NETWORKS).get(job, 20)
            for peer in peers:
                # kiln right beside each peer, so that a slow minute of the machine hits both.
                own, other = kiln.measure(job, steps), peer.measure(job, steps)
                if own is None:
                    sys.exit(f"kiln failed at {job}")
                ours[job].append(own)
                if other is not None:
                    times[job, peer.name].append((own, other))
        print(f"round {round_number + 1} of {options.rounds}", file=sys.stderr)
    if options.json:
        for (job, peer), pairs in times.items():
            if pairs:
                print(json.dumps({
                    "job": job,
                    "kiln_ms": round(statistics.median(own for own, _ in pairs), 4),
                    "peer": peer,
                    "peer_ms": round(statistics.median(other for _, other in pairs), 4),
                    "ratio": round(statistics.median(own / other for own, other in pairs), 4),
                }))  # fmt: skip
        return
    rows = [["job", "kiln ms"] + [f"{peer.name} ms: ratio (range)" for peer in peers]]
    for job in jobs:
        row = [job, f"{statistics.median(ours[job]):.3f}"]
        for peer in peers:
            pairs = times[job, peer.name]
            if not pairs:
                row.append("does not run")
                continue
            ratios = sorted(own / other for own, other in pairs)
            other = statistics.median(other for _, other in pairs)
            row.append(f"{other:.3f}: {statistics.median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})")
        rows.append(row)
    table(rows)
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    version = subprocess.run([sys.executable, "-c", "import torch; print(torch.__version__)"], stdout=subprocess.PIPE, text=True)
    rustc = subprocess.run(["rustc", "--version"], stdout=subprocess.PIPE, text=True).stdout.split()[1]
    print(f"\n{model or platform.processor()}, {options.threads} threads, {options.rounds} rounds, "
          f"torch {version.stdout.strip()}, rustc {rustc}")  # fmt: skip


if __name__ == "__main__":
    main()
