"""Networks of torchvision and timm at full size: kiln against PyTorch with the same weights, on 200 images of 3×224×224.

    cargo build --release -p kiln -p kiln-models --example published
    python bench/published.py target/release/examples/published [NAME...]      (needs torch, torchvision, timm, scikit-learn and safetensors)

Weights are drawn as the network itself draws them; running statistics are those of the images, moved by passes in training, so that outputs
differ from image to image. They are saved as `safetensors.torch.save_file(net.state_dict())` and loaded by kiln with no map. The images are
crops of the two photos that scikit-learn has, turned and coloured at random. Prints the largest error, relative to the largest output, and how many of
the first choices are equal.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import timm
import torch
import torchvision.models as tv
from safetensors.torch import load_file, save_file
from sklearn.datasets import load_sample_images
from torchvision.transforms import ColorJitter, Compose, RandomHorizontalFlip, RandomResizedCrop

IMAGES, SIDE, BATCH = 200, 224, 20
NETWORKS = {
    "resnet18": tv.resnet18,
    "resnet34": tv.resnet34,
    "resnet50": tv.resnet50,
    "mobilenet-v3-small": tv.mobilenet_v3_small,
    "mobilenet-v3-large": tv.mobilenet_v3_large,
    "efficientnet-b0": tv.efficientnet_b0,
    "convnext-tiny": tv.convnext_tiny,
    "convnext-tiny (timm)": lambda: timm.create_model("convnext_tiny"),
    "vit-tiny": lambda: timm.create_model("vit_tiny_patch16_224"),
    "vit-small": lambda: timm.create_model("vit_small_patch16_224"),
}

torch.manual_seed(0)
torch.set_num_threads(2)
program = Path(sys.argv[1]).resolve()
place = Path(tempfile.mkdtemp())
photos = [torch.tensor(photo).permute(2, 0, 1).float() / 255 for photo in load_sample_images().images]
change = Compose([RandomResizedCrop(SIDE, (0.02, 0.5)), RandomHorizontalFlip(), ColorJitter(0.4, 0.4, 0.4, 0.1)])
images = torch.stack([change(photos[i % 2]) for i in range(IMAGES)])
images = (images - images.mean((0, 2, 3), keepdim=True)) / images.std((0, 2, 3), keepdim=True)
save_file({"images": images.contiguous()}, place / "images.safetensors")

for name in sys.argv[2:] or NETWORKS:
    net = NETWORKS[name]()
    with torch.no_grad():
        for parameter in net.parameters():  # what begins as 0, or as next to it, would hide mistakes
            if parameter.abs().max() < 1e-5:
                parameter.normal_(0, 0.1)
        net.train()
        for module in net.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.momentum = 0.3
        for batch in images[:100].split(BATCH):
            net(batch)
        net.eval()
        expected = torch.cat([net(batch) for batch in images.split(BATCH)])
        exact = net.double()(images[:BATCH].double())
    save_file({k: v.float() if v.is_floating_point() else v for k, v in net.state_dict().items()}, place / "net.safetensors")
    words = [name.split(" ")[0], place / "net.safetensors", place / "images.safetensors", place / "out.safetensors"]
    ran = subprocess.run([program, *map(str, words)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    found = load_file(place / "out.safetensors")["outputs"]
    most = expected.abs().max()
    error = ((found - expected).abs().max() / most).item()
    own = ((found[:BATCH] - exact).abs().max() / most).item()
    theirs = ((expected[:BATCH] - exact).abs().max() / most).item()
    equal, classes = (found.argmax(1) == expected.argmax(1)).sum().item(), len(expected.argmax(1).unique())
    print(f"{name:22} off by {error:.1e}; from float64 kiln {own:.1e}, PyTorch {theirs:.1e}; first choice equal on {equal} of {IMAGES} ({classes} classes); {' '.join(ran.stdout.split(chr(10)))}", flush=True)
    assert error <= 1e-4 and equal == IMAGES
