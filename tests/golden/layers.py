"""Golden numbers for networks of listed layers, computed by PyTorch in float64 and stored as float32.

    python tests/golden/layers.py        (needs torch, numpy and safetensors)

Each network is an `nn.Sequential` called `layers` and an `nn.Linear` called `output`. Writes models_layers_*.safetensors beside itself, with the
names and tensors that models.py describes. The names are those of the state dictionary, but for what kiln calls otherwise: norms have `gamma` and
`beta`, the weight of a linear layer is [inputs, outputs], `nn.MultiheadAttention` has `qkv` and `proj`.
"""

from pathlib import Path

import safetensors
import torch
from safetensors.torch import save_file
from torch import nn

torch.set_num_threads(1)
HERE = Path(__file__).parent
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.LayerNorm, nn.GroupNorm)


class Residual(nn.Module):
    def __init__(self, layers, shortcut=()):
        super().__init__()
        self.layers, self.shortcut = nn.Sequential(*layers), nn.Sequential(*shortcut)

    def forward(self, x):
        return self.layers(x) + self.shortcut(x)


class Patches(nn.Module):
    def __init__(self, channels, size, width, tokens):
        super().__init__()
        self.proj = nn.Conv2d(channels, width, size, stride=size)
        self.positions = nn.Parameter(torch.zeros(1, tokens, width))

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2) + self.positions


class Attention(nn.MultiheadAttention):
    def __init__(self, width, heads):
        super().__init__(width, heads, batch_first=True)

    def forward(self, x):
        return super().forward(x, x, x, need_weights=False)[0]


class TokenMean(nn.Module):
    def forward(self, x):
        return x.mean(1)


class Net(nn.Module):
    def __init__(self, layers, features, outputs):
        super().__init__()
        self.layers, self.output = nn.Sequential(*layers), nn.Linear(features, outputs)

    def forward(self, x):
        return self.output(self.layers(x))


def mlp():
    return Net(
        [
            nn.Linear(7, 16, bias=False),
            nn.BatchNorm1d(16),
            nn.ReLU(),
            nn.Linear(16, 12),
            nn.LayerNorm(12, eps=1e-3),
            nn.GELU(),
            nn.GroupNorm(3, 12),
            nn.Linear(12, 9),
            nn.Tanh(),
        ],
        9,
        4,
    ), (9, 7)


def cnn():
    return Net(
        [
            nn.Conv2d(2, 4, 3, padding=1, bias=False),
            nn.BatchNorm2d(4, eps=1e-3, momentum=0.25),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(4, 8, 5, stride=2, padding=2, groups=2),
            nn.GroupNorm(4, 8),
            nn.SiLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
            nn.Conv2d(8, 8, 2, padding=0, groups=8, bias=False),
            nn.LeakyReLU(0.01),
            nn.AvgPool2d(2, stride=1),
            nn.Flatten(),
            nn.Linear(8 * 1 * 2, 10),
            nn.ReLU(),
        ],
        10,
        3,
    ), (5, 2, 25, 29)


def residual():
    def conv(inputs, outputs, stride=1):
        return nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)

    return Net(
        [
            conv(3, 4),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            Residual([conv(4, 4), nn.BatchNorm2d(4), nn.ReLU(), conv(4, 4), nn.BatchNorm2d(4)]),
            nn.ReLU(),
            Residual(
                [conv(4, 6, 2), nn.BatchNorm2d(6), nn.ReLU(), Residual([conv(6, 6), nn.SiLU()])],
                [nn.Conv2d(4, 6, 1, stride=2, bias=False), nn.BatchNorm2d(6)],
            ),
            nn.ReLU(),
            Residual([conv(6, 5, 2)], [nn.Conv2d(6, 5, 1, stride=2, bias=False)]),
            nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten()),
            Residual([nn.Linear(5, 7), nn.ReLU()], [nn.Linear(5, 7, bias=False)]),
        ],
        7,
        3,
    ), (5, 3, 11, 9)


def attention():
    width = 12
    return Net(
        [
            Patches(2, 3, width, 6),
            Residual([nn.LayerNorm(width), Attention(width, 3)]),
            Residual([nn.LayerNorm(width), nn.Linear(width, 20), nn.GELU(), nn.Linear(20, width)]),
            Attention(width, 2),
            nn.Linear(width, 8, bias=False),
            nn.LayerNorm(8),
            nn.ReLU(),
            TokenMean(),
        ],
        8,
        3,
    ), (4, 2, 6, 9)


def named(net):
    """Each parameter and running statistic: how kiln calls it, the tensor, and the tensor as kiln has it."""
    for path, module in net.named_modules():
        for name, tensor in [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]:
            if name == "num_batches_tracked":
                continue
            turn = isinstance(module, nn.Linear) and name == "weight"
            if isinstance(module, NORMS):
                name = {"weight": "gamma", "bias": "beta"}.get(name, name)
            if isinstance(module, Attention):
                turn = name == "in_proj_weight"
                name = {"in_proj_weight": "qkv.weight", "in_proj_bias": "qkv.bias"}[name]
            yield f"{path}.{name}".replace("out_proj", "proj"), tensor, turn


def as_kiln(tensor, turn):
    return tensor.T if turn else tensor


def write(name, make, seed):
    torch.manual_seed(seed)
    net, shape = make()
    net = net.double()
    random = torch.Generator().manual_seed(seed)

    def uniform(tensor, low, high):
        return (torch.rand(tensor.shape, generator=random) * (high - low) + low).double()

    with torch.no_grad():
        for path, tensor, _ in named(net):
            if path.endswith("running_var"):
                tensor.copy_(uniform(tensor, 0.5, 2.0))
            elif path.endswith("running_mean"):
                tensor.copy_(uniform(tensor, -0.3, 0.3))
            elif path.endswith("gamma"):
                tensor.copy_(uniform(tensor, 0.5, 1.5))
            elif path.endswith(("beta", "positions", "qkv.bias", "proj.bias")):
                tensor.copy_(uniform(tensor, -0.5, 0.5))
            else:
                tensor.copy_(tensor.float().double())  # values that float32 holds exactly
    inputs = torch.randn(shape, generator=random).double()
    tensors = {"inputs": inputs, "outputs/evaluation": net.eval()(inputs)}
    for path, tensor, turn in named(net):
        tensors[f"weights/{path}"] = as_kiln(tensor, turn).clone()
    training = net.train()(inputs)
    (training**2).sum().backward()
    tensors["outputs/training"] = training
    for path, tensor, turn in named(net):
        if tensor.grad is not None:
            tensors[f"gradients/{path}"] = as_kiln(tensor.grad, turn)
        else:
            tensors[f"running/{path}"] = tensor
    file = HERE / f"models_layers_{name}.safetensors"
    versions = {"torch": torch.__version__.split("+")[0], "safetensors": safetensors.__version__}
    save_file({k: v.detach().float().contiguous() for k, v in tensors.items()}, file, metadata=versions)
    print(f"{file.name}: {len(tensors)} tensors, {file.stat().st_size} bytes")


if __name__ == "__main__":
    for seed, make in enumerate([mlp, cnn, residual, attention], 1):
        write(make.__name__, make, seed)
