"""Golden images for kiln-augment, by torchvision's transforms.v2 on tensors (8-bit and float32).

Run: python tests/golden/augment.py   (writes augment.json and augment.safetensors beside it)

The JSON has one entry a case: operation, arguments, name of the input and of the result among the tensors. Arguments that
torchvision counts in shares of the size or of white are given as kiln takes them.
"""

import json
from pathlib import Path
from unittest import mock

import torch
import torchvision
from safetensors.torch import save_file
from torchvision.transforms import v2
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as F
from torchvision.transforms.v2._auto_augment import AugMix, AutoAugment, AutoAugmentPolicy, RandAugment, TrivialAugmentWide

# The roundings of 8-bit results are those of processors that fuse a product and a sum.
assert torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512")
generator = torch.Generator().manual_seed(11)


def smooth(channels, height, width):
    """Something between a picture and noise: ramps, a step, grain."""
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    planes = []
    for channel in range(channels):
        plane = 40.0 * channel + 4.0 * x + 3.0 * (height - y) + 60.0 * ((x * (channel + 1)) // 7 % 2)
        planes.append(plane + 25.0 * torch.randn(height, width, generator=generator))
    return torch.stack(planes).clamp(0, 255).to(torch.uint8)


inputs = {
    "rgb": smooth(3, 13, 19),
    "tall": smooth(3, 21, 8),
    "grey": smooth(1, 28, 28),
    "odd": smooth(1, 17, 5),
    "flat": torch.full((3, 5, 6), 77, dtype=torch.uint8),
    "dark": smooth(3, 9, 11) // 5,
}
inputs["rgb-float"] = ((smooth(3, 11, 8).float() + torch.rand(3, 11, 8, generator=generator)) / 256.0).clamp(0, 1)
inputs["grey-float"] = ((smooth(1, 12, 7).float() + torch.rand(1, 12, 7, generator=generator)) / 256.0).clamp(0, 1)
tensors = {f"input/{name}": image for name, image in inputs.items()}
cases = []


def case(op, args, function, names=("rgb", "tall", "grey", "odd", "rgb-float", "grey-float")):
    for name in names:
        result = function(inputs[name].clone())
        out = f"case/{len(cases):04}"
        tensors[out] = result.contiguous()
        cases.append({"op": op, "args": args, "input": name, "output": out})


COLOUR = ("rgb", "tall", "dark", "flat", "rgb-float")
ALL = ("rgb", "tall", "grey", "odd", "flat", "dark", "rgb-float", "grey-float")
MODES = {"nearest": InterpolationMode.NEAREST, "bilinear": InterpolationMode.BILINEAR}


def fills(image):
    """Fill in pixels for a list of shares of white."""
    white = 1.0 if image.is_floating_point() else 255.0
    return lambda shares: None if shares is None else [share * white for share in shares]


# Geometry.
case("horizontal-flip", {}, F.horizontal_flip)
case("vertical-flip", {}, F.vertical_flip)
for padding in ([3, 1, 2, 4], [0, 0, 0, 3]):  # left, top, right, bottom
    for border in ("constant", "reflect", "edge"):
        args = {"padding": padding, "border": border, "fill": [0.4] if border == "constant" else None}
        case("pad", args, lambda x: F.pad(x, padding, fill=fills(x)([0.4])[0] if border == "constant" else 0,
                                          padding_mode=border))
for top, left, height, width in ((2, 1, 5, 4), (-2, -1, 9, 7), (4, 3, 30, 30)):
    case("crop", {"window": [top, left, height, width]}, lambda x: F.crop(x, top, left, height, width))
for top, left, height, width, size in ((1, 0, 9, 4, [14, 11]), (0, 1, 12, 4, [5, 3]), (2, 1, 7, 3, [7, 9]), (0, 0, 17, 5, [6, 5])):
    for mode in MODES:
        args = {"window": [top, left, height, width], "size": size, "interpolation": mode}
        names = ("tall", "grey", "odd") if height > 11 else ("rgb", "tall", "grey", "odd", "rgb-float", "grey-float")
        case("resized-crop", args, lambda x: F.resized_crop(x, top, left, height, width, size, MODES[mode], antialias=True), names)
maps = [
    {"angle": 30.0, "translate": [0.0, 0.0], "scale": 1.0, "shear": [0.0, 0.0], "centre": None},
    {"angle": 0.0, "translate": [3.0, -2.0], "scale": 1.0, "shear": [0.0, 0.0], "centre": None},
    {"angle": 0.0, "translate": [0.0, 0.0], "scale": 0.7, "shear": [0.0, 0.0], "centre": None},
    {"angle": 0.0, "translate": [0.0, 0.0], "scale": 1.0, "shear": [20.0, -10.0], "centre": None},
    {"angle": -77.7, "translate": [1.5, 2.25], "scale": 1.3, "shear": [5.0, 12.0], "centre": [2.0, 3.0]},
    {"angle": 90.0, "translate": [0.0, 0.0], "scale": 1.0, "shear": [0.0, 0.0], "centre": None},
]
for affine in maps:
    for mode in MODES:
        for fill in (None, [0.2]) if affine["angle"] else (None,):
            args = affine | {"interpolation": mode, "fill": fill}
            case("affine", args, lambda x: F.affine(x, affine["angle"], affine["translate"], affine["scale"], affine["shear"],
                                                    MODES[mode], fills(x)(fill), affine["centre"]))
case("affine", maps[4] | {"interpolation": "bilinear", "fill": [0.1, 0.5, 0.9]},
     lambda x: F.affine(x, -77.7, [1.5, 2.25], 1.3, [5.0, 12.0], MODES["bilinear"], fills(x)([0.1, 0.5, 0.9]), [2.0, 3.0]),
     ("rgb", "tall", "rgb-float"))
for angle in (15.0, -45.0, 180.0):
    for mode in MODES:
        case("rotate", {"angle": angle, "interpolation": mode}, lambda x: F.rotate(x, angle, MODES[mode]))
for mode in MODES:
    for fill in (None, [0.7]):
        coefficients = [1.1, 0.05, -1.0, -0.03, 0.95, 0.5, 0.004, -0.006]
        args = {"coefficients": coefficients, "interpolation": mode, "fill": fill}
        case("perspective", args, lambda x: F.perspective(x, None, None, MODES[mode], fills(x)(fill), coefficients))
points = {"start": [[0, 0], [4, 0], [4, 10], [0, 10]], "end": [[1, 0], [4, 1], [3, 9], [0, 8]]}
case("perspective-points", points, lambda x: F.perspective(x, points["start"], points["end"], MODES["bilinear"]))
for mode in MODES:
    for name in ("rgb", "tall", "grey", "odd", "rgb-float", "grey-float"):
        height, width = inputs[name].shape[-2:]
        displacement = (torch.rand(1, height, width, 2, generator=generator) - 0.5) * 0.6
        tensors[f"displacement/{len(cases):04}"] = displacement.squeeze(0).contiguous()
        case("elastic", {"displacement": f"displacement/{len(cases):04}", "interpolation": mode},
             lambda x: F.elastic(x, displacement, MODES[mode]), (name,))

# Photometry.
for factor in (0.0, 0.3, 1.0, 1.7):
    case("brightness", {"factor": factor}, lambda x: F.adjust_brightness(x, factor), ALL)
    case("contrast", {"factor": factor}, lambda x: F.adjust_contrast(x, factor), ALL)
    case("saturation", {"factor": factor}, lambda x: F.adjust_saturation(x, factor), COLOUR)
    case("sharpness", {"factor": factor}, lambda x: F.adjust_sharpness(x, factor), ALL)
for shift in (-0.5, -0.13, 0.0, 0.27):
    case("hue", {"shift": shift}, lambda x: F.adjust_hue(x, shift), COLOUR)
for gamma, gain in ((0.5, 1.0), (2.2, 1.0), (0.8, 1.4)):
    case("gamma", {"gamma": gamma, "gain": gain}, lambda x: F.adjust_gamma(x, gamma, gain), ALL)
case("grayscale", {}, lambda x: F.rgb_to_grayscale(x, 3), COLOUR)
case("invert", {}, F.invert)
for bits in (0, 1, 3, 8):
    case("posterize", {"bits": bits}, lambda x: F.posterize(x, bits))
for threshold in (0.0, 0.3, 0.5, 1.0):
    case("solarize", {"threshold": threshold},
         lambda x: F.solarize(x, threshold if x.is_floating_point() else 255.0 * threshold))
case("equalize", {}, F.equalize, ALL)
case("autocontrast", {}, F.autocontrast, ALL)
for size, sigma in ((3, 0.8), (5, 2.0), (7, 0.3)):
    names = ("rgb", "tall", "grey", "rgb-float", "grey-float") if size == 7 else ALL
    case("gaussian-blur", {"size": size, "sigma": sigma}, lambda x: F.gaussian_blur(x, [size, size], [sigma, sigma]), names)
for mean, sigma in ((0.0, 0.1), (0.05, 0.3)):
    for name in ("rgb", "grey", "rgb-float"):
        normal = torch.randn(inputs[name].shape, generator=generator)
        tensors[f"normal/{len(cases):04}"] = normal
        with mock.patch("torch.randn_like", lambda x, dtype=None: normal):
            case("noise", {"normal": f"normal/{len(cases):04}", "mean": mean, "sigma": sigma},
                 lambda x: F.gaussian_noise(x, mean, sigma), (name,))
case("normalize", {"mean": [0.4, 0.5, 0.6], "std": [0.2, 0.25, 0.3]},
     lambda x: F.normalize(x, [0.4, 0.5, 0.6], [0.2, 0.25, 0.3]), ("rgb-float",))
case("finish", {"mean": [0.4, 0.5, 0.6], "std": [0.2, 0.25, 0.3]},
     lambda x: F.normalize(F.to_dtype(x, torch.float32, scale=True), [0.4, 0.5, 0.6], [0.2, 0.25, 0.3]), ("rgb", "tall"))
case("permute-channels", {"order": [2, 0, 1]}, lambda x: F.permute_channels(x, [2, 0, 1]), ("rgb", "tall", "rgb-float"))
case("erase", {"window": [2, 1, 4, 3], "fill": 0.2},
     lambda x: F.erase(x, 2, 1, 4, 3, torch.tensor(0.2 if x.is_floating_point() else 51.0)), ALL)

# Policies: every operation at three levels of each table; the tables; the policies of AutoAugment.
SPACES = {
    "auto-augment": (AutoAugment._AUGMENTATION_SPACE, 10),
    "rand-augment": (RandAugment._AUGMENTATION_SPACE, 31),
    "trivial-augment-wide": (TrivialAugmentWide._AUGMENTATION_SPACE, 31),
    "aug-mix": (AugMix._AUGMENTATION_SPACE, 10),
}
levels = []
policy = RandAugment()
for space, (table, bins) in SPACES.items():
    for op, (magnitudes, signed) in table.items():
        for height, width in ((13, 19), (32, 32)):
            values = magnitudes(bins, height, width)
            values = None if values is None else [float(value) for value in values]
            levels.append({"space": space, "op": op, "bins": bins, "size": [height, width], "signed": signed, "values": values})
        values = magnitudes(bins, 13, 19)
        for level in ((1, bins // 2, bins - 1) if values is not None else (0,)):
            for sign in (1.0, -1.0) if signed else (1.0,):
                magnitude = 0.0 if values is None else sign * float(values[level])
                interpolation = "bilinear" if space == "aug-mix" else "nearest"
                args = {"space": space, "name": op, "level": level, "bins": bins, "negative": sign < 0, "interpolation": interpolation}
                case("policy", args, lambda x: policy._apply_image_or_video_transform(
                    x, op, magnitude, MODES[interpolation], {torch.Tensor: None}), ("rgb",))
policies = {name: AutoAugment(value)._policies for name, value in
            (("imagenet", AutoAugmentPolicy.IMAGENET), ("cifar10", AutoAugmentPolicy.CIFAR10), ("svhn", AutoAugmentPolicy.SVHN))}

# AugMix's sum: shares of the image and of three changed ones.
shares = torch.tensor([0.35, 0.2, 0.3, 0.15])
chain = [inputs["rgb"], F.invert(inputs["rgb"]), F.equalize(inputs["rgb"]), F.horizontal_flip(inputs["rgb"])]
mix = shares[0] * chain[0]
for share, image in zip(shares[1:], chain[1:]):
    mix.add_(share * image)
tensors["mix"] = mix.to(torch.uint8)

here = Path(__file__).with_suffix("")
save_file(tensors, here.with_suffix(".safetensors"))
versions = {"torch": torch.__version__, "torchvision": torchvision.__version__}
lines = ",\n".join(json.dumps(entry) for entry in cases)
level_lines = ",\n".join(json.dumps(entry) for entry in levels)
here.with_suffix(".json").write_text(
    f'{{"versions": {json.dumps(versions)},\n"shares": {json.dumps([float(share) for share in shares])},\n"policies": '
    f'{json.dumps(policies)},\n"levels": [\n{level_lines}\n],\n"cases": [\n{lines}\n]}}\n')
