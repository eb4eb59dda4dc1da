"""Networks of torchvision and timm with weights that both sides draw, and what they give.

    python tests/golden/published.py [NAME...]       (needs torch, torchvision, timm, numpy and safetensors)

Writes published_NAME.safetensors beside itself, computed in float64. No weights are in it: tensor t, in the order of names, draws its numbers
from seed t of kiln's generator (SplitMix64), the images from 1000, the weights of the outputs in the loss from 1001.

    shape                  of the images
    names                  names and shapes of the state dictionary, a line each
    names_timm             the names that timm has for the same network
    outputs/evaluation     outputs by running statistics, without dropout
    outputs/training       outputs by the statistics of the batch, without dropout
    gradients              a row for each parameter, in the order of names: see `probe`
    running                the same of each running statistic behind the pass in training
"""

import sys
from functools import partial
from pathlib import Path

import numpy as np
import timm
import torch
import torchvision.models as tv
from safetensors.torch import save_file
from torch import nn

torch.set_num_threads(2)
HERE = Path(__file__).parent
G = np.uint64(0x9E3779B97F4A7C15)
CLASSES = 7


def mix(z):
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def uniform(seed, shape):
    """Numbers in [0, 1) of `Seed::new(seed)`."""
    with np.errstate(over="ignore"):
        key = mix(np.array([seed], np.uint64) + G)
        places = np.arange(1, int(np.prod(shape)) + 1, dtype=np.uint64)
        bits = mix(key + places * G)
    return ((bits >> np.uint64(11)).astype(np.float64) / 2.0**53).reshape(shape)


def float32(x):
    """float64 with values that float32 holds."""
    return torch.from_numpy(x.astype(np.float32)).double()


def value(t, name, shape):
    """Of tensor `t`."""
    kind = name.split(".")[-1]
    if kind in ("running_var", "layer_scale") or (kind == "weight" and len(shape) == 1):
        scale, shift = 1.0, 0.5
    elif kind == "weight":
        bound = (3.0 / np.prod(shape[1:])) ** 0.5
        scale, shift = 2 * bound, -bound
    else:
        scale, shift = 0.4, -0.2
    return float32(uniform(t, shape) * scale + shift)


def probe(tensor):
    """The norm, the product with cosines, and the elements at four places."""
    x = tensor.detach().flatten()
    cosines = torch.cos(torch.arange(len(x), dtype=torch.float64))
    return [x.norm().item(), (x * cosines).sum().item()] + [x[(len(x) - 1) * part // 3].item() for part in range(4)]


def draw(net):
    """Gives `net` its weights; the names of its tensors."""
    state = net.state_dict()
    names = sorted(state)
    for t, key in enumerate(names):
        if state[key].dim() > 0:
            state[key].copy_(value(t, key, state[key].shape))
    return names


def write(name, make, shape):
    net = make(num_classes=CLASSES).double()
    names = draw(net)
    for module in net.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        if type(module).__name__ == "StochasticDepth":
            module.p = 0.0
    images = float32(4 * uniform(1000, shape) - 2)
    tensors = {"shape": torch.tensor(shape), "outputs/evaluation": net.eval()(images)}
    training = net.train()(images)
    tensors["outputs/training"] = training
    (training * float32(uniform(1001, training.shape))).sum().backward()
    parameters, state = dict(net.named_parameters()), net.state_dict()
    tensors["gradients"] = torch.tensor([probe(parameters[key].grad) for key in names if key in parameters])
    running = [probe(state[key]) for key in names if ".running_" in key]
    tensors["running"] = torch.tensor(running).reshape(-1, 6)
    lines = "\n".join(f"{key} {list(state[key].shape)}" for key in names)
    tensors["names"] = torch.tensor(list(lines.encode()), dtype=torch.uint8)
    if name == "convnext-tiny":
        lines = "\n".join(sorted(timm.create_model("convnext_tiny", num_classes=CLASSES).state_dict()))
        tensors["names_timm"] = torch.tensor(list(lines.encode()), dtype=torch.uint8)
    floats = {k: (v.detach().float() if v.is_floating_point() else v).contiguous() for k, v in tensors.items()}
    file = HERE / f"published_{name}.safetensors"
    versions = {"torch": torch.__version__, "torchvision": sys.modules["torchvision"].__version__, "timm": timm.__version__}
    save_file(floats, file, metadata=versions)
    print(f"{file.name}: {len(names)} tensors, {file.stat().st_size} bytes")


NETWORKS = {
    "resnet18": (tv.resnet18, (4, 3, 32, 32)),
    "resnet34": (tv.resnet34, (4, 3, 32, 32)),
    "resnet50": (tv.resnet50, (4, 3, 32, 32)),
    "mobilenet-v3-small": (tv.mobilenet_v3_small, (4, 3, 32, 32)),
    "mobilenet-v3-large": (tv.mobilenet_v3_large, (4, 3, 32, 32)),
    "efficientnet-b0": (tv.efficientnet_b0, (4, 3, 32, 32)),
    "convnext-tiny": (tv.convnext_tiny, (2, 3, 32, 32)),
    "vit-tiny": (partial(timm.create_model, "vit_tiny_patch16_224", img_size=(48, 64)), (2, 3, 48, 64)),
    "vit-small": (partial(timm.create_model, "vit_small_patch16_224", img_size=(48, 64)), (2, 3, 48, 64)),
}

if __name__ == "__main__":
    for name in sys.argv[1:] or NETWORKS:
        write(name, *NETWORKS[name])
