"""What a trunk is worth: a CNN trained on five classes of Fashion-MNIST, fine-tuned on 20 images of each of the five others.

    python bench/fine_tune.py KILN [--seeds 5] [--data FOLDER]      (the program; needs numpy and scipy)

Each seed draws which five classes the trunk learns, from all their 30,000 images, and 100 images of the others. On these it trains from
nothing, from the trunk as a whole, and with the trunk's convolutions frozen. All have the same network, schedule and steps, and each way
has the best of three learning rates: chosen by the mean accuracy on 1,000 further training images, not on the test part. Then
all 5,000 test images of the five classes are recognised. Prints accuracies, and the gain over training from nothing with the 95 %
interval of Student's t over seeds.
"""

import argparse
import gzip
import json
import struct
import subprocess
import tempfile
from pathlib import Path

import numpy
from scipy import stats

SHOTS, CHECKED = 20, 200
RATES = ("1e-3", "4e-3", "1.6e-2")
NETWORK = [
    "model.kind=cnn", "model.channels=[32,64]", "model.norm=batch", "model.hidden=[128]", "model.dropout=0.3",
    "optim.kind=adamw", "optim.weight_decay=0.02", "schedule.kind=one-cycle",
]  # fmt: skip
FEW = ["train.epochs=60", "train.batch_size=20", "data.validation=0"]
WAYS = {
    "from nothing": [],
    "from the trunk": [],
    "convolutions frozen": ["freeze=[{params={regex='^blocks'}}]"],
}


def read(folder, part):
    with gzip.open(folder / f"{part}-images-idx3-ubyte.gz") as file:
        images = numpy.frombuffer(file.read(), numpy.uint8, offset=16).reshape(-1, 28, 28)
    with gzip.open(folder / f"{part}-labels-idx1-ubyte.gz") as file:
        return images, numpy.frombuffer(file.read(), numpy.uint8, offset=8)


def write(folder, part, images, labels):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{part}-images-idx3-ubyte").write_bytes(struct.pack(">IIII", 0x803, *images.shape) + images.tobytes())
    (folder / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, len(labels)) + labels.tobytes())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kiln", type=Path)
    parser.add_argument("--epochs", type=int, default=5, help="of the trunk")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--data", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    options = parser.parse_args()
    place, program = Path(tempfile.mkdtemp()), options.kiln.resolve()

    def kiln(*words):
        ran = subprocess.run([program, *words], cwd=place, capture_output=True, text=True)
        assert ran.returncode == 0, f"kiln {' '.join(words)}\n{ran.stderr}"
        return [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]

    def train(name, data, *settings):
        """The accuracy on the test part."""
        lines = kiln("train", "data.source=idx", f"data.path={data}", *NETWORK, *settings, "--name", name, "--json")
        return next(line["test"]["accuracy"] for line in reversed(lines) if "test" in line)

    def of(images, labels, classes):
        kept = numpy.isin(labels, classes)
        return images[kept], numpy.searchsorted(classes, labels[kept]).astype(numpy.uint8)

    everything, test = read(options.data, "train"), read(options.data, "t10k")
    found = {way: {rate: [] for rate in RATES} for way in WAYS}
    for seed in range(options.seeds):
        generator = numpy.random.default_rng(seed)
        classes = generator.permutation(10)
        known, new = sorted(classes[:5]), sorted(classes[5:])
        write(place / f"known{seed}", "train", *of(*everything, known))
        write(place / f"known{seed}", "t10k", *of(*test, known))
        steps = f"train.epochs={options.epochs}", "train.batch_size=128", "optim.lr=4e-3"
        trunk = train(f"five-known-{seed}-", f"known{seed}", *steps, "--seed", str(seed))
        images, labels = of(*everything, new)
        drawn = generator.permutation(len(labels))
        ranks = [drawn[labels[drawn] == c] for c in range(5)]
        few = numpy.concatenate([rank[:SHOTS] for rank in ranks])
        checked = numpy.concatenate([rank[SHOTS : SHOTS + CHECKED] for rank in ranks])
        for data in ("few", "checked"):
            write(place / f"{data}{seed}", "train", images[few], labels[few])
        write(place / f"few{seed}", "t10k", *of(*test, new))
        write(place / f"checked{seed}", "t10k", images[checked], labels[checked])
        for way, more in WAYS.items():
            start = [] if way == "from nothing" else ["--from", f"five-known-{seed}-"]
            for rate in RATES:
                settings = [*start, *more, *FEW, f"optim.lr={rate}", "--seed", str(seed)]
                scores = [
                    train(f"{data}-{seed}-{way}-{rate}".replace(" ", "-"), f"{data}{seed}", *settings)
                    for data in ("checked", "few")
                ]
                found[way][rate].append(scores)
        print(f"seed {seed + 1} of {options.seeds}: new are {[int(c) for c in new]}, the trunk has {trunk:.4f}", flush=True)

    best = {}
    print("| way | learning rate | accuracy, mean (smallest to largest) |\n|---|---|---|")
    for way, rates in found.items():
        rate = max(rates, key=lambda rate: numpy.mean([checked for checked, _ in rates[rate]]))
        best[way] = numpy.array([score for _, score in rates[rate]])
        print(f"| {way} | {rate} | {best[way].mean():.4f} ({best[way].min():.4f} to {best[way].max():.4f}) |")
    for way in list(WAYS)[1:]:
        gains = best[way] - best["from nothing"]
        half = stats.t.ppf(0.975, len(gains) - 1) * gains.std(ddof=1) / len(gains) ** 0.5
        print(f"{way}: {gains.mean():+.4f}, from {gains.mean() - half:+.4f} to {gains.mean() + half:+.4f}")


if __name__ == "__main__":
    main()
