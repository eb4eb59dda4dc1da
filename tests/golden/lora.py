"""Adapters of low rank as the package peft has them.

    python tests/golden/lora.py        (needs torch, peft and safetensors)

Writes lora.safetensors beside itself, in float64 and in Burn's layout: a perceptron of 5, 6 and 3 units with adapters on both layers (r = 2, α = 3),
both factors drawn.

    weights/PATH       at the start, with kiln's paths
    x, y               inputs, targets
    outputs            at the start
    gradients/PATH     of the mean squared error with respect to the factors
    after/PATH         the factors behind five steps of plain SGD with a learning rate of 0.1
    merged/PATH        the weights with the factors in them
    outputs_after      by the merged weights
"""

from pathlib import Path

import peft
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

torch.manual_seed(23)
LAYERS = {"0": "layers.0.linear", "2": "output"}


def kiln(name):
    """The path of a tensor of peft's in kiln."""
    name = name.removeprefix("base_model.model.")
    layer, rest = name.split(".", 1)
    rest = rest.removeprefix("base_layer.")
    rest = rest.replace("lora_A.default.weight", "weight.lora.a").replace("lora_B.default.weight", "weight.lora.b")
    return f"{LAYERS[layer]}.{rest}"


def lies(x):
    x = x.detach().clone()
    return x.T.contiguous() if x.dim() == 2 else x


net = nn.Sequential(nn.Linear(5, 6), nn.ReLU(), nn.Linear(6, 3)).double()
net = get_peft_model(net, LoraConfig(r=2, lora_alpha=3, target_modules=["0", "2"], lora_dropout=0.0))
factors = {name: value for name, value in net.named_parameters() if "lora_" in name}
with torch.no_grad():
    for value in factors.values():
        value.copy_(torch.randn_like(value) * 0.4)
assert [name for name, value in net.named_parameters() if value.requires_grad] == list(factors)
x, y = torch.randn(7, 5).double(), torch.randn(7, 3).double()
out = {"x": x, "y": y, "outputs": net(x).detach()}
out |= {f"weights/{kiln(name)}": lies(value) for name, value in net.named_parameters()}
optimizer = torch.optim.SGD(factors.values(), lr=0.1)
for step in range(5):
    optimizer.zero_grad()
    F.mse_loss(net(x), y).backward()
    if step == 0:
        out |= {f"gradients/{kiln(name)}": lies(value.grad) for name, value in factors.items()}
    optimizer.step()
out |= {f"after/{kiln(name)}": lies(value) for name, value in factors.items()}
plain = net.merge_and_unload()
out |= {f"merged/{kiln(name)}": lies(value) for name, value in plain.named_parameters()}
out["outputs_after"] = plain(x).detach()
file = Path(__file__).parent / "lora.safetensors"
save_file({k: v.contiguous() for k, v in out.items()}, file, metadata={"torch": torch.__version__, "peft": peft.__version__})
print(f"{file.name}: {len(out)} tensors, {file.stat().st_size} bytes")
