"""Photos from files to batches in torchvision, as a peer of bench/photos.rs: the same folder, the same lines of JSON.

    python bench/peers/photos.py FOLDER --epochs 2 --workers 2

ImageFolder with Pillow, the shorter side to 224 pixels, the centre of it, normalised; a DataLoader that shuffles batches of 64.
"""

import argparse
import json
import resource
import time

from torch.utils.data import DataLoader
from torchvision import datasets, transforms

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder")
    arguments.add_argument("--epochs", type=int, default=2)
    arguments.add_argument("--workers", type=int, default=2)
    arguments = arguments.parse_args()

    began = time.perf_counter()
    steps = [transforms.Resize(224), transforms.CenterCrop(224), transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
    data = datasets.ImageFolder(arguments.folder, transforms.Compose(steps))
    loader = DataLoader(data, batch_size=64, shuffle=True, num_workers=arguments.workers)
    print(json.dumps({"what": "start", "seconds": time.perf_counter() - began}))
    for epoch in range(arguments.epochs):
        began, items = time.perf_counter(), 0
        for images, labels in loader:
            items += len(labels)
        seconds = time.perf_counter() - began
        print(json.dumps({"what": f"epoch {epoch + 1}", "seconds": seconds, "items": items}), flush=True)
    print(json.dumps({"what": "peak", "bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


if __name__ == "__main__":
    main()
