"""kiln against torchvision: photos from files to batches of 224 x 224 pixels, first and second epoch.

    python bench/photos.py [--photos 5000] [--rounds 3] [--folder FOLDER]

Makes JPEGs of 500 x 375 pixels in ten classes: random parts of the two photos of scikit-learn, turned, lit and compressed at
random. Then runs bench/photos.rs and bench/peers/photos.py one after the other on the same files, which the system has in memory
then. kiln's cache is empty before each round. Prints the medians of images a second and their ratios. What kiln does before its
first epoch, which decodes 2,048 photos to learn their scaling, counts as part of that epoch.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def make(folder, count):
    """Photos that nobody took, but with the edges, noise and colours of photos."""
    import numpy
    from PIL import Image, ImageEnhance
    from sklearn.datasets import load_sample_images

    sources = [Image.fromarray(image) for image in load_sample_images().images]
    for number in range(count):
        path = folder / f"class{number % 10}" / f"{number:06}.jpg"
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        draw = numpy.random.default_rng(number)
        source = sources[number % len(sources)]
        width = int(source.width * draw.uniform(0.4, 1.0))
        height = min(source.height, width * 3 // 4)
        left, top = draw.integers(0, source.width - width + 1), draw.integers(0, source.height - height + 1)
        photo = source.crop((left, top, left + width, top + height)).resize((500, 375), Image.Resampling.BICUBIC)
        if draw.random() < 0.5:
            photo = photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        photo = ImageEnhance.Brightness(photo).enhance(draw.uniform(0.7, 1.3))
        photo.save(path, quality=int(draw.integers(80, 96)))


def lines(command, **environment):
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})
    return {line["what"]: line for line in map(json.loads, done.stdout.splitlines())}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--photos", type=int, default=5000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "kiln-photos")
    arguments = arguments.parse_args()
    make(arguments.folder, arguments.photos)
    subprocess.run(["cargo", "bench", "--bench", "photos", "--no-run"], check=True)

    rates, peaks = {"kiln": ([], []), "torchvision": ([], [])}, {"kiln": [], "torchvision": []}
    for _ in range(arguments.rounds):
        cache = Path(tempfile.mkdtemp(prefix="kiln-cache-"))
        settings = {
            "source": "images", "path": str(arguments.folder), "size": [224, 224], "resize": "shorter-crop",
            "cache": str(cache), "validation": 0.0, "test": 0.0,
        }
        kiln = lines(["cargo", "bench", "-q", "--bench", "photos", "--", json.dumps(settings), "2"])
        shutil.rmtree(cache)
        kiln["epoch 1"]["seconds"] += kiln["start"]["seconds"]
        peer = lines([sys.executable, str(HERE / "peers/photos.py"), str(arguments.folder), "--epochs", "2"])
        for name, found in (("kiln", kiln), ("torchvision", peer)):
            for epoch in (0, 1):
                line = found[f"epoch {epoch + 1}"]
                rates[name][epoch].append(line["items"] / line["seconds"])
            peaks[name].append(found["peak"]["bytes"] / 2**20)
    print("| | kiln | torchvision | ratio |\n|---|---|---|---|")
    for epoch in (0, 1):
        ours, theirs = rates["kiln"][epoch], rates["torchvision"][epoch]
        ratios = [a / b for a, b in zip(ours, theirs)]
        print(
            f"| epoch {epoch + 1}, images a second | {statistics.median(ours):.0f} | {statistics.median(theirs):.0f} | "
            f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) |"
        )
    print(f"| peak memory, MiB | {max(peaks['kiln']):.0f} | {max(peaks['torchvision']):.0f}, without its workers | |")


if __name__ == "__main__":
    main()
