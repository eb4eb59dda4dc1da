"""Golden batches for MixUp and CutMix, by torchvision's transforms.v2 and by timm's Mixup, with λ and the place of the window
given.

Run: python tests/golden/mixing.py   (writes mixing.json beside it)

timm pairs the first item with the last, which for two items is torchvision's pairing. It draws windows of odd size one pixel
larger than torchvision does, so the windows of its cases have even sizes; kiln's are torchvision's.
"""

import json
from pathlib import Path
from unittest import mock

import timm
import torch
import torchvision
from timm.data.mixup import Mixup
from torchvision.transforms import v2

generator = torch.Generator().manual_seed(23)
cases = []


def add(kind, shape, lam, centre, inputs, classes, mixed, shares):
    cases.append({
        "kind": kind,
        "shape": shape,
        "lambda": lam,
        "centre": centre,
        "inputs": inputs.flatten().tolist(),
        "classes": classes.tolist(),
        "mixed": mixed.flatten().tolist(),
        "shares": shares.flatten().tolist(),
    })


for kind, shape, lam, centre in [
    ("mixup", [4, 3, 5, 7], 0.3, None),
    ("mixup", [3, 1, 4, 4], 0.917, None),
    ("mixup", [1, 1, 2, 3], 0.5, None),
    ("cutmix", [4, 3, 5, 7], 0.3, [2, 3]),
    ("cutmix", [5, 1, 28, 28], 0.62, [0, 27]),
    ("cutmix", [3, 2, 9, 4], 0.0, [8, 0]),
    ("cutmix", [3, 2, 9, 4], 0.999, [4, 1]),
]:
    inputs = torch.randn(shape, generator=generator)
    classes = torch.randint(0, 4, (shape[0],), generator=generator)
    transform = (v2.MixUp if kind == "mixup" else v2.CutMix)(num_classes=4)
    transform._dist = mock.Mock(sample=lambda _, lam=lam: torch.tensor(lam, dtype=torch.float64))
    drawn = [torch.tensor([c]) for c in reversed(centre)] if centre else []
    with mock.patch("torch.randint", side_effect=drawn):
        mixed, shares = transform(inputs, classes)
    add(kind, shape, lam, centre, inputs, classes, mixed, shares)

for kind, shape, lam, centre in [
    ("mixup", [2, 3, 5, 7], 0.3, None),
    ("mixup", [2, 1, 4, 4], 0.917, None),
    ("cutmix", [2, 3, 8, 8], 0.75, [3, 6]),
    ("cutmix", [2, 1, 28, 28], 0.55, [0, 27]),
    ("cutmix", [2, 2, 12, 6], 0.5, [5, 2]),
]:
    inputs = torch.randn(shape, generator=generator)
    classes = torch.randint(0, 4, (2,), generator=generator)
    mixup = Mixup(mixup_alpha=1.0, cutmix_alpha=1.0, label_smoothing=0.0, num_classes=4)
    mixup._params_per_batch = lambda lam=lam, cut=kind == "cutmix": (lam, cut)
    with mock.patch("numpy.random.randint", side_effect=centre):
        mixed, shares = mixup(inputs.clone(), classes)
    add(kind, shape, lam, centre, inputs, classes, mixed, shares)

versions = {"timm": timm.__version__, "torch": torch.__version__, "torchvision": torchvision.__version__}
out = Path(__file__).with_suffix(".json")
out.write_text(json.dumps({"versions": versions, "cases": cases}) + "\n")
