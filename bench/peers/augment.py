"""Augmentation in torchvision or Albumentations, as a peer of bench/augment.rs: the same lines in, the same JSON out.

    echo "crop-flip 1" | python bench/peers/augment.py torchvision-loader --threads 2

torchvision          transforms.v2 on one 8-bit tensor after another
torchvision-batch    transforms.v2 on whole batches: one draw for all images of a batch, so not the same thing
torchvision-loader   the first in a DataLoader with a process for each thread
albumentations       on one NumPy image after another
albumentations-loader   the same in a DataLoader
"""

import argparse
import json
import sys
import time

import numpy
import torch
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

BATCH = 128
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SHAPES = {"crop-flip": (3, 32, 32), "resized-crop": (3, 256, 320), "rand-augment": (3, 32, 32), "affine": (1, 28, 28)}


def torchvision(job):
    finish = [v2.RandomHorizontalFlip(), v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)]
    return {
        "crop-flip": lambda: v2.Compose([v2.RandomCrop(32, padding=4), *finish]),
        "resized-crop": lambda: v2.Compose([v2.RandomResizedCrop(224), *finish]),
        "rand-augment": lambda: v2.RandAugment(2, 9),
        "affine": lambda: v2.RandomAffine(15, (0.1, 0.1), (0.9, 1.1), 5, interpolation=v2.InterpolationMode.BILINEAR),
    }[job]()


def albumentations(job):
    import albumentations as A
    import cv2
    from albumentations.pytorch import ToTensorV2

    cv2.setNumThreads(1)
    finish = [A.HorizontalFlip(), A.Normalize(MEAN, STD), ToTensorV2()]
    share = 150 / 331 * 9 / 30
    # RandAugment's operations at level 9 of 31, as near as Albumentations comes; it has no Color and no Identity of its own.
    operations = [
        A.NoOp(),
        A.Affine(shear={"x": (-5, 5)}, p=1),
        A.Affine(shear={"y": (-5, 5)}, p=1),
        A.Affine(translate_percent={"x": (-share, share)}, p=1),
        A.Affine(translate_percent={"y": (-share, share)}, p=1),
        A.Rotate((-9, 9), interpolation=cv2.INTER_NEAREST, p=1),
        A.ColorJitter((0.73, 1.27), (1, 1), (1, 1), (0, 0), p=1),
        A.ColorJitter((1, 1), (0.73, 1.27), (1, 1), (0, 0), p=1),
        A.ColorJitter((1, 1), (1, 1), (0.73, 1.27), (0, 0), p=1),
        A.Sharpen(p=1),
        A.Posterize(7, p=1),
        A.Solarize((0.7, 0.7), p=1),
        A.AutoContrast(p=1),
        A.Equalize(p=1),
    ]
    return {
        "crop-flip": lambda: A.Compose([A.PadIfNeeded(40, 40), A.RandomCrop(32, 32), *finish]),
        "resized-crop": lambda: A.Compose([A.RandomResizedCrop((224, 224)), *finish]),
        "rand-augment": lambda: A.Compose([A.SomeOf(operations, 2)]),
        "affine": lambda: A.Compose([A.Affine(rotate=(-15, 15), translate_percent=(-0.1, 0.1), scale=(0.9, 1.1),
                                              shear={"x": (-5, 5)}, p=1)]),
    }[job]()


class Images(Dataset):
    """The same images again and again, augmented."""

    def __init__(self, images, augment, length):
        self.images, self.augment, self.length = images, augment, length

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        return self.augment(self.images[index % BATCH])


def batches(name, job, threads):
    """Yields after every batch."""
    library, _, way = name.partition("-")
    images = torch.randint(0, 256, (BATCH, *SHAPES[job]), dtype=torch.uint8)
    if library == "albumentations":
        compose = albumentations(job)
        images = list(numpy.ascontiguousarray(images.permute(0, 2, 3, 1).numpy()))

        def augment(image):
            return compose(image=image)["image"]
    else:
        augment = torchvision(job)
    if way == "loader":
        loader = DataLoader(Images(images, augment, 1 << 40), batch_size=BATCH, num_workers=threads)
        for _ in loader:
            yield
    while True:
        if way == "batch":
            augment(images)
        else:
            results = [augment(image) for image in images]
            torch.stack(results) if isinstance(results[0], torch.Tensor) else numpy.stack(results)
        yield


def measure(name, job, seconds, threads):
    stream = batches(name, job, threads)
    for _ in range(1 + 2 * threads if name.endswith("loader") else 1):  # what the processes have ready does not count
        next(stream)
    start, count = time.perf_counter(), 0
    while (elapsed := time.perf_counter() - start) < seconds:
        next(stream)
        count += BATCH
    stream.close()
    return count / elapsed


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(1 if options.name.endswith("loader") else options.threads)
    for line in sys.stdin:
        job, seconds = line.split()
        print(json.dumps({"images_per_second": measure(options.name, job, float(seconds), options.threads)}), flush=True)
