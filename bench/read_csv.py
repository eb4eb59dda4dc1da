"""Reading a CSV file of 1,000,000 x 20 in kiln, pandas (C and pyarrow engines) and polars: seconds, one after another on the same
machine, several rounds, on 2 threads.

    bench/read_csv.sh [ROUNDS] [ROWS]

Prints medians, and the ratio of kiln to each peer in the same round (median, smallest, largest). PYTHON names the Python that
has pandas, pyarrow and polars; a peer that does not start is left out, by name. THREADS is 2 unless set.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
THREADS = os.environ.get("THREADS", "2")
PEERS = ["pandas-c", "pandas-pyarrow", "polars"]
# Two readings a round, of which the second counts: the first brings the file into memory and the code, too.
READINGS = "2"


def seconds(command):
    env = {**os.environ, "THREADS": THREADS, "RAYON_NUM_THREADS": THREADS}
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.endswith(" rows")]
    if done.returncode or not lines:
        return None, done.stderr.strip().splitlines()[-1:]
    return float(lines[-1].split()[0]), None


def main(rounds=5, rows=1_000_000):
    build = ["cargo", "bench", "--bench", "read_csv", "--no-run", "--message-format=short"]
    built = subprocess.run(build, cwd=HERE.parent, capture_output=True, text=True)
    program = next(line.split("(")[-1].rstrip(")") for line in built.stderr.splitlines() if "Executable" in line)
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/table.csv"
        peer = [sys.executable, HERE / "peers/read_csv.py"]
        subprocess.run([*peer, "make", path, str(rows)], check=True)
        print(f"{rows} rows, {Path(path).stat().st_size / 1e6:.0f} MB, {THREADS} threads")
        commands = {"kiln": [HERE.parent / program, path, READINGS]}
        commands |= {name: [*peer, name, path, READINGS] for name in PEERS}
        times = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                taken, why = seconds(command)
                if taken is None:
                    print(f"{name} is left out: {why}")
                else:
                    times[name].append(taken)
        for name, taken in times.items():
            if not taken:
                continue
            line = f"{name:15} {statistics.median(taken):6.2f} s"
            if name != "kiln" and len(taken) == len(times["kiln"]):
                ratios = [own / other for own, other in zip(times["kiln"], taken)]
                line += f"   kiln takes {statistics.median(ratios):.2f} x its time ({min(ratios):.2f} to {max(ratios):.2f})"
            print(line)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
