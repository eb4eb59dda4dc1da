"""A network of PyTorch's as people save it, and what it predicts.

    python tests/golden/start.py        (needs torch and safetensors)

Writes three files beside itself:

    start.safetensors           the state_dict of a Sequential with the names of its own that a trainer puts before it; no mark
    start.pt                    the same as torch.save writes it
    start_outputs.safetensors   x, and y that the network gives for it in evaluation
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

torch.manual_seed(19)
HERE = Path(__file__).parent

net = nn.Sequential(nn.Linear(64, 16, bias=False), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 10))
net.train()
for _ in range(5):
    net(torch.randn(32, 64) * 2 + 0.5)  # running statistics that are neither 0 nor 1
nn.init.normal_(net[1].weight)
nn.init.normal_(net[1].bias)
net.eval()
x = torch.rand(7, 64)
state = {f"module.{name}": value.detach().clone() for name, value in net.state_dict().items()}
save_file(state, HERE / "start.safetensors")
torch.save(state, HERE / "start.pt")
save_file({"x": x, "y": net(x).detach()}, HERE / "start_outputs.safetensors", metadata={"torch": torch.__version__})
