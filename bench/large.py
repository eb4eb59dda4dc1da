"""Data that are larger than memory: 100,000 photos, and a table of 5 GB. Time to the first step, peak memory, and the weights of a
run that was killed and went on.

    python bench/large.py photos [--folder FOLDER]
    python bench/large.py table [--folder FOLDER] [--rows 5000000]

Photos are 1,000 JPEGs of 500 x 375 pixels (bench/photos.py), each under 100 names, and become 64 x 64 pixels. The table has 100
columns of numbers with ten characters each, and its target is the sign of a sum of them. Needs 10 GB of disk for the table.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

KILN = Path(os.environ.get("KILN", Path(__file__).parent.parent / "target/release/kiln"))
PEAK = 500


def photos(folder, count=100_000, different=1000):
    import photos as bench

    originals = folder / "originals"
    bench.make(originals, different)
    files = sorted(originals.glob("*/*.jpg"))
    for number in range(count):
        original = files[number % different]
        path = folder / "photos" / original.parent.name / f"{number:06}.jpg"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            os.link(original, path)
    return ["data.source=images", "--data", folder / "photos", "data.size=64", "model.kind=cnn", "model.channels=[8,16]"]


def table(folder, rows):
    import numpy

    path, columns = folder / "table.csv", 100
    if not path.exists():
        draw = numpy.random.default_rng(0)
        with open(folder / "part", "w") as file:
            file.write(",".join([*(f"x{column}" for column in range(columns)), "y"]) + "\n")
            for first in range(0, rows, 20_000):
                cells = draw.normal(5.0, 1.0, (min(20_000, rows - first), columns))
                labels = numpy.where(cells[:, :10].sum(axis=1) > 50.0, "high", "low")
                for row, label in zip(cells, labels):
                    file.write("%.8f," * columns % tuple(row) + label + "\n")
        os.rename(folder / "part", path)
    print(f"{path}: {path.stat().st_size / 1e9:.1f} GB", flush=True)
    return ["data.source=csv", "--data", path, "data.target=y", "model.kind=mlp", "model.hidden=[32]"]


def run(words, folder, kill=False):
    """Runs kiln, or kills it after its next checkpoint: seconds, and the peak in MiB."""
    before, began = saved(folder), time.monotonic()
    process = subprocess.Popen([KILN, *map(str, words), "--progress", "off", "-q"], cwd=folder)
    while kill and saved(folder) == before:
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            sys.exit("it ended before it could be killed")
        time.sleep(0.05)
    if kill:
        process.kill()
    _, status, usage = os.wait4(process.pid, 0)
    if status and not kill:
        sys.exit("kiln failed")
    return time.monotonic() - began, usage.ru_maxrss / 1024


def saved(folder):
    return {(path, path.read_text()) for path in (folder / "runs").glob("*/checkpoints/last")}


def weights(folder):
    newest = max((folder / "runs").iterdir())
    return json.loads((newest / "run.json").read_text()).get("weights_blake3"), newest


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("data", choices=["photos", "table"])
    arguments.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "kiln-large")
    arguments.add_argument("--rows", type=int, default=5_000_000)
    arguments.add_argument("--steps", type=int, default=400)
    arguments = arguments.parse_args()
    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    words = photos(folder) if arguments.data == "photos" else table(folder, arguments.rows)
    words = ["train", *words, f"data.cache={folder / 'cache'}", "train.batch_size=64", "checkpoint.every_steps=50"]

    seconds, peak = run([*words, "train.steps=1", "data.validation=0.001", "data.test=0.001"], folder)
    print(f"from launch to the end of one step and a small test: {seconds:.1f} s, peak {peak:.0f} MiB", flush=True)
    words += [f"train.steps={arguments.steps}", "data.validation=0.01", "data.test=0.01"]
    seconds, whole_peak = run(words, folder)
    whole, _ = weights(folder)
    print(f"{arguments.steps} steps: {seconds:.1f} s, peak {whole_peak:.0f} MiB", flush=True)
    _, killed_peak = run(words, folder, kill=True)
    _, killed = weights(folder)
    _, resumed_peak = run(["resume", killed], folder)
    resumed, _ = weights(folder)
    print(f"killed and resumed: peak {max(killed_peak, resumed_peak):.0f} MiB, weights equal: {whole == resumed}")
    sys.exit(whole != resumed or max(peak, whole_peak, killed_peak, resumed_peak) > PEAK)


if __name__ == "__main__":
    main()
