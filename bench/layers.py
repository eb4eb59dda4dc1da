"""The layers of torchvision's and timm's networks, forward and backward: kiln's kernels against PyTorch in both of its memory formats.

    python bench/layers.py [--rounds 5] [--threads 2] [--only PART] [--elementwise] [--kiln PATH]

Prints a line for each layer: kiln's median in milliseconds, that of the faster format of PyTorch, and the ratio of neighbouring measurements
(median, smallest, largest); then the median of all ratios. Images are 224×224 and batches 8. A network's first layer has no gradient for its
input, on either side. kiln's images are channels-last, as its kernels leave them inside a network. Needs PyTorch; builds kiln's worker with cargo.
"""

import argparse
import json
import statistics
import subprocess
import sys

from run import ROOT, Worker, table

# c, side, k, kernel, stride, groups: padding is half the kernel where the stride is below it, batch 8.
RESNET = {
    "7x7/2 3-64@224": (3, 224, 64, 7, 2, 1),
    "3x3 64@56": (64, 56, 64, 3, 1, 1),
    "3x3 128@28": (128, 28, 128, 3, 1, 1),
    "3x3 256@14": (256, 14, 256, 3, 1, 1),
    "3x3 512@7": (512, 7, 512, 3, 1, 1),
    "3x3/2 64-128@56": (64, 56, 128, 3, 2, 1),
    "3x3/2 128@56": (128, 56, 128, 3, 2, 1),
    "3x3/2 256@28": (256, 28, 256, 3, 2, 1),
    "3x3/2 512@14": (512, 14, 512, 3, 2, 1),
    "3x3 g32 128@56": (128, 56, 128, 3, 1, 32),
    "1x1 64@56": (64, 56, 64, 1, 1, 1),
    "1x1 64-256@56": (64, 56, 256, 1, 1, 1),
    "1x1 256-64@56": (256, 56, 64, 1, 1, 1),
    "1x1 128-512@28": (128, 28, 512, 1, 1, 1),
    "1x1 512-128@28": (512, 28, 128, 1, 1, 1),
    "1x1 256-1024@14": (256, 14, 1024, 1, 1, 1),
    "1x1 1024-256@14": (1024, 14, 256, 1, 1, 1),
    "1x1 512-2048@7": (512, 7, 2048, 1, 1, 1),
    "1x1 2048-512@7": (2048, 7, 512, 1, 1, 1),
    "1x1/2 256-512@56": (256, 56, 512, 1, 2, 1),
    "1x1/2 512-1024@28": (512, 28, 1024, 1, 2, 1),
    "1x1/2 1024-2048@14": (1024, 14, 2048, 1, 2, 1),
}
MOBILENET = {
    "3x3/2 3-16@224": (3, 224, 16, 3, 2, 1),
    "dw 3x3 16@112": (16, 112, 16, 3, 1, 16),
    "dw 3x3/2 64@112": (64, 112, 64, 3, 2, 64),
    "dw 5x5/2 72@56": (72, 56, 72, 5, 2, 72),
    "dw 5x5 120@28": (120, 28, 120, 5, 1, 120),
    "dw 3x3/2 240@28": (240, 28, 240, 3, 2, 240),
    "dw 5x5/2 240@28": (240, 28, 240, 5, 2, 240),
    "dw 5x5 960@7": (960, 7, 960, 5, 1, 960),
    "1x1 16-64@112": (16, 112, 64, 1, 1, 1),
    "1x1 64-24@56": (64, 56, 24, 1, 1, 1),
    "1x1 80-480@14": (80, 14, 480, 1, 1, 1),
    "1x1 160-960@7": (160, 7, 960, 1, 1, 1),
}
EFFICIENTNET = {
    "dw 3x3 144@56": (144, 56, 144, 3, 1, 144),
    "dw 5x5 480@14": (480, 14, 480, 5, 1, 480),
    "dw 3x3 1152@7": (1152, 7, 1152, 3, 1, 1152),
}
CONVNEXT = {
    "4x4/4 3-96@224": (3, 224, 96, 4, 4, 1),
    "dw 7x7 96@56": (96, 56, 96, 7, 1, 96),
    "dw 7x7 384@14": (384, 14, 384, 7, 1, 384),
    "2x2/2 96-192@56": (96, 56, 192, 2, 2, 1),
    "1x1 96-384@56": (96, 56, 384, 1, 1, 1),
}
NETWORKS = {"ResNet": RESNET, "MobileNetV3": MOBILENET, "EfficientNet": EFFICIENTNET, "ConvNeXt": CONVNEXT}
ELEMENTWISE = {
    "relu 256@56": "relu:8,256,56,56",
    "hard_swish 240@28": "hard_swish:8,240,28,28",
    "hard_sigmoid 960": "hard_sigmoid:8,960,7,7",
    "silu 144@56": "silu:8,144,56,56",
    "sigmoid 144@56": "sigmoid:8,144,56,56",
    "gelu 384@56": "gelu:8,384,56,56",
    "add_relu 256@56": "add_relu:8,256,56,56",
    "scale 144@56": "scale:8,144,56,56",
    "global_avg_pool 144@56": "global_avg_pool:8,144,56,56",
}


def job(c, side, k, kernel, stride, groups):
    padding = kernel // 2 if stride < kernel else 0
    return ",".join(str(size) for size in (8, c, side, side, k, kernel, stride, padding, groups, int(c > 3)))


def build():
    """The path of kiln's worker."""
    command = ["cargo", "build", "--release", "-p", "kiln", "-p", "kiln-kernels", "--example", "layer", "--message-format=json"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = [a["executable"] for a in map(json.loads, output.splitlines()) if a.get("target", {}).get("name") == "layer"]
    return found[-1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", default="")
    parser.add_argument("--elementwise", action="store_true")
    parser.add_argument("--kiln", default=None)
    options = parser.parse_args()
    layers = {f"{name} {layer}": job(*sizes) for name, part in NETWORKS.items() for layer, sizes in part.items()}
    layers = ELEMENTWISE if options.elementwise else layers
    layers = {name: job for name, job in layers.items() if options.only in name}
    kiln = Worker("kiln", [options.kiln or build()], options.threads)
    script = str(ROOT / "bench/peers/layers.py")
    peers = [
        Worker(memory, [sys.executable, script, memory, "--threads", str(options.threads)], options.threads)
        for memory in ("contiguous", "channels-last")
    ]
    rows, medians = [["layer", "kiln ms", "PyTorch ms", "ratio (range)", "format"]], []
    for name, sizes in layers.items():
        times = []
        # About a tenth of a second each.
        steps = max(3, min(50, int(100 / kiln.measure(sizes, 3))))
        for _ in range(options.rounds):
            times.append([worker.measure(sizes, steps) for worker in (kiln, *peers)])
        faster = min((1, 2), key=lambda peer: statistics.median(row[peer] for row in times))
        ratios = sorted(row[0] / row[faster] for row in times)
        ours, other = (statistics.median(row[i] for row in times) for i in (0, faster))
        medians.append(statistics.median(ratios))
        rows.append([name, f"{ours:.2f}", f"{other:.2f}", f"{medians[-1]:.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})", peers[faster - 1].name])
        print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
    table(rows)
    print(f"\nmedian {statistics.median(medians):.2f}, above 1: {sum(ratio > 1 for ratio in medians)} of {len(medians)}")


if __name__ == "__main__":
    main()
