"""Models of token sequences, kiln against PyTorch: steps of AdamW, attention, and tokens that are generated.

    python bench/sequences.py [--rounds 3] [--threads 2] [--jobs gpt,encoder] [--peers eager,sdpa,compile] [--worker PATH]

One after another on the same machine, kiln right beside each peer, in several rounds. Prints medians, and the ratio kiln / peer of neighbouring measurements (median,
the smallest and largest, and how many there are); the last column is the ratio to the fastest peer. `attention` and `recompute` print the memory that a process has held at
most, in a process for each. Needs PyTorch; builds kiln's worker with cargo, unless `--worker` says where it is.
"""

import argparse
import json
import statistics
import subprocess
import sys

from run import ROOT, Worker, build, table

JOBS = {"gpt": 3, "tinygpt": 20, "encoder": 8, "bag": 40, "lstm": 8, "gru": 8, "generate": 3}
LENGTHS = [1024, 2048, 4096]
# What a process of its own does, to see its memory.
ALONE = {
    "attention": ("attention, 4 heads of 64, forward and back", {f"{tokens} tokens": f"attention@{tokens}" for tokens in LENGTHS}),
    "recompute": ("step of the 6-layer gpt", {"kept": "gpt", "made anew": "gpt-recompute"}),
}


def alone(command, threads, name, jobs):
    """Peak MiB, and milliseconds of a pass or step, of each job; None for one that does not run."""
    found = []
    for job in jobs:
        worker = Worker(name, command, threads)
        line, _ = worker.process.communicate(f"{job} 3\n")
        found.append(json.loads(line) if line else None)
    return found


def cell(found):
    return "does not run" if found is None else f"{found['median_ms']:.1f} ms, {found['peak_mib']:.0f} MiB"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--jobs", default=",".join([*JOBS, *ALONE]))
    parser.add_argument("--peers", default="eager,sdpa,compile")
    parser.add_argument("--worker", help="kiln's worker, built before")
    options = parser.parse_args()
    jobs, worker = options.jobs.split(","), options.worker or build("sequences")
    for job in jobs:
        if job not in JOBS and job not in ALONE:
            parser.error(f"there is no job {job!r}: {', '.join([*JOBS, *ALONE])}")
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
    rows = [["job", "kiln ms"] + [f"{peer.name} ms: ratio (range, n)" for peer in peers] + ["to the fastest"]]
    for job in timed:
        row, fastest = [job, f"{statistics.median(ours[job]):.3f}"], []
        for peer in peers:
            measured = pairs.get((job, peer.name))
            if not measured:
                row.append("does not run")
                continue
            ratios = sorted(own / other for own, other in measured)
            other = statistics.median(other for _, other in measured)
            fastest.append((other, statistics.median(ratios)))
            row.append(f"{other:.3f}: {statistics.median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f}, {len(ratios)})")
        rows.append(row + [f"{min(fastest)[1]:.2f}" if fastest else ""])
    if timed:
        table(rows)
    for peer in [kiln, *peers]:
        try:
            peer.process.communicate()
        except BrokenPipeError:
            pass
    for title, columns in (ALONE[job] for job in jobs if job in ALONE):
        rows = [[title, *columns]]
        for name, command in {"kiln": [worker], **commands}.items():
            rows.append([name] + [cell(found) for found in alone(command, options.threads, name, columns.values())])
        print()
        table(rows)
    version = subprocess.run([sys.executable, "-c", "import torch; print(torch.__version__)"], stdout=subprocess.PIPE, text=True)
    print(f"\n{options.threads} threads, {options.rounds} rounds, torch {version.stdout.strip()}")


if __name__ == "__main__":
    main()
