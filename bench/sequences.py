"""Models of token sequences, kiln against PyTorch: steps of AdamW, attention, and tokens that are generated.

    python bench/sequences.py [--rounds 3] [--threads 2] [--jobs gpt,encoder] [--peers eager,sdpa,compile]

One after another on the same machine, kiln right beside each peer, in several rounds. Prints medians, and the ratio kiln / peer of neighbouring measurements (median,
and the smallest and largest). `attention` prints the memory that a process has held at most, in a process for each length. Needs PyTorch; builds kiln's worker with cargo.
"""

import argparse
import json
import statistics
import subprocess
import sys

from run import ROOT, Worker, build, table

JOBS = {"gpt": 3, "tinygpt": 20, "encoder": 8, "lstm": 8, "gru": 8, "generate": 3}
LENGTHS = [1024, 2048, 4096]


def memory(command, threads, name):
    """Peak MiB, and milliseconds of a pass."""
    worker = Worker(name, command, threads)
    found = []
    for tokens in LENGTHS:
        worker = Worker(name, command, threads)
        worker.process.stdin.write(f"attention@{tokens} 3\n")
        worker.process.stdin.close()
        line = worker.process.stdout.readline()
        if not line:
            return None
        found.append(json.loads(line))
        worker.process.wait()
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--jobs", default=",".join([*JOBS, "attention"]))
    parser.add_argument("--peers", default="eager,sdpa,compile")
    options = parser.parse_args()
    jobs, worker = options.jobs.split(","), build("sequences")
    script = str(ROOT / "bench/peers/sequences.py")
    commands = {
        f"torch {name}": [sys.executable, script, name, "--threads", str(options.threads)]
        for name in options.peers.split(",")
    }
    timed = [job for job in jobs if job in JOBS]
    peers = [Worker(name, command, options.threads) for name, command in commands.items()] if timed else []
    kiln = Worker("kiln", [worker], options.threads)
    ours, pairs = {job: [] for job in timed}, {}
    for round_number in range(options.rounds):
        for job in timed:
            for peer in peers:
                own, other = kiln.measure(job, JOBS[job]), peer.measure(job, JOBS[job])
                if own is None:
                    sys.exit(f"kiln failed at {job}")
                ours[job].append(own)
                if other is not None:
                    pairs.setdefault((job, peer.name), []).append((own, other))
        print(f"round {round_number + 1} of {options.rounds}", file=sys.stderr)
    rows = [["job", "kiln ms"] + [f"{peer.name} ms: ratio (range)" for peer in peers]]
    for job in timed:
        row = [job, f"{statistics.median(ours[job]):.3f}"]
        for peer in peers:
            measured = pairs.get((job, peer.name))
            if not measured:
                row.append("does not run")
                continue
            ratios = sorted(own / other for own, other in measured)
            other = statistics.median(other for _, other in measured)
            row.append(f"{other:.3f}: {statistics.median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})")
        rows.append(row)
    if timed:
        table(rows)
    if "attention" in jobs:
        rows = [["attention, 4 heads of 64, forward and back"] + [f"{tokens} tokens" for tokens in LENGTHS]]
        for name, command in {"kiln": [worker], **commands}.items():
            found = memory(command, options.threads, name)
            rows.append([name] + ([f"{one['median_ms']:.1f} ms, {one['peak_mib']:.0f} MiB" for one in found] if found else ["does not run"] * 3))
        table(rows)
    version = subprocess.run([sys.executable, "-c", "import torch; print(torch.__version__)"], stdout=subprocess.PIPE, text=True)
    print(f"\n{options.threads} threads, {options.rounds} rounds, torch {version.stdout.strip()}")


if __name__ == "__main__":
    main()
