"""Trajectories with layer-wise decay of the learning rate, float64, 100 steps. Writes layer_decay.safetensors beside this file.

The groups are those of timm's param_groups_layer_decay, the optimisers PyTorch's; as timm's own optimisers and schedulers do,
a group's learning rate is lr * lr_scale. Biases do not decay.

The model is a stem, two blocks and a head, with tanh between them; the loss the mean squared error. `<case>/float32` is how far
PyTorch itself is off in float32. Weights are [inputs, outputs].
"""

from pathlib import Path

import timm
import torch
from safetensors.torch import save_file
from timm.optim import param_groups_layer_decay
from torch import nn, optim

torch.manual_seed(4)
STEPS = (1, 10, 50, 100)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(3, 5)
        self.blocks = nn.ModuleList([nn.Linear(5, 5), nn.Linear(5, 5)])
        self.head = nn.Linear(5, 2)

    def group_matcher(self, coarse=False):
        return {"stem": r"^stem", "blocks": r"^blocks\.(\d+)"}  # what matches nothing is the last layer

    def forward(self, x):
        x = self.stem(x).tanh()
        for block in self.blocks:
            x = block(x).tanh()
        return self.head(x)


def parameters(model):
    return {
        name: (p.detach().T if p.ndim == 2 else p.detach()).clone(memory_format=torch.contiguous_format)
        for name, p in model.named_parameters()
    }


CASES = {
    "sgd": (0.6, 0.05, lambda groups: optim.SGD(groups, lr=0.1, momentum=0.9)),
    "adamw": (0.75, 0.1, lambda groups: optim.AdamW(groups, lr=0.01)),
}
start = Model().double()
x, y = torch.randn(12, 3, dtype=torch.float64), torch.randn(12, 2, dtype=torch.float64)
out = {"x": x, "y": y} | {f"start/{name}": value for name, value in parameters(start).items()}


def trajectory(name, dtype):
    decay, weight_decay, make = CASES[name]
    model = Model().to(dtype)
    model.load_state_dict(start.state_dict())
    groups = param_groups_layer_decay(model, weight_decay=weight_decay, layer_decay=decay)
    optimiser = make(groups)
    for group in optimiser.param_groups:
        group["lr"] *= group["lr_scale"]
    found = {}
    for step in range(1, 101):
        optimiser.zero_grad()
        (model(x.to(dtype)) - y.to(dtype)).square().mean().backward()
        optimiser.step()
        if step in STEPS:
            found |= {f"{name}/{step}/{path}": value for path, value in parameters(model).items()}
    return found


for name in CASES:
    exact, single = trajectory(name, torch.float64), trajectory(name, torch.float32)
    off = [((single[key] - value).abs() / value.abs().clamp(min=1)).max() for key, value in exact.items()]
    out |= exact
    out[f"{name}/float32"] = torch.stack(off).max().reshape(1).double()
    print(name, "off in float32 by", out[f"{name}/float32"].item())

versions = {"torch": torch.__version__.split("+")[0], "timm": timm.__version__}
save_file(out, Path(__file__).with_suffix(".safetensors"), metadata=versions)
