"""A fine-tuning with PyTorch in float64: a body of a linear layer and batch norm that is frozen for 4 steps, its batch norm in
evaluation mode, and then thawed; L2-SP (arXiv 1802.01483) on the weights, whose last layer is new, so that its start is 0. Writes
freeze.safetensors beside this file: the first weights and the data, and the weights and running statistics after each of 8 steps of
SGD with momentum and of AdamW. Weights are [inputs, outputs], as Burn has them. The layer below batch norm has no bias: the gradient of
that would be a rounding error, which AdamW makes a whole step of.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

STEPS, FROZEN, ITEMS, STRENGTH = 8, 4, 12, 0.05
torch.manual_seed(23)
torch.set_default_dtype(torch.float64)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.norm, self.middle, self.output = nn.Linear(3, 5, bias=False), nn.BatchNorm1d(5), nn.Linear(5, 4), nn.Linear(4, 2)

    def forward(self, x):
        return self.output(self.middle(self.norm(self.hidden(x)).tanh()).tanh())


start = Net()
x, y = torch.randn(ITEMS, 3), torch.randn(ITEMS, 2)
with torch.no_grad():
    start.norm.running_mean.normal_()
    start.norm.running_var.uniform_(0.5, 2.0)
    for tensor in [*start.parameters(), *start.buffers(), x, y]:
        if tensor.is_floating_point():
            tensor.copy_(tensor.float().double())  # what kiln starts from is f32

NAMES = {"norm.weight": "norm.gamma", "norm.bias": "norm.beta"}


def weights(net):
    found = {}
    for name, value in net.state_dict().items():
        if value.is_floating_point():
            value = value.T if value.ndim == 2 else value
            found[NAMES.get(name, name)] = value.clone(memory_format=torch.contiguous_format)
    return found


OPTIMISERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1),
}
out = {"x": x, "y": y} | {f"first/{name}": value for name, value in weights(start).items()}
for name, make in OPTIMISERS.items():
    net = Net()
    net.load_state_dict(start.state_dict())
    body = [*net.hidden.parameters(), *net.norm.parameters()]
    optimiser = make(net.parameters())
    for step in range(STEPS):
        frozen = step < FROZEN
        net.train()
        net.norm.train(not frozen)
        for parameter in body:
            parameter.requires_grad_(not frozen)
        optimiser.zero_grad(set_to_none=True)
        loss = (net(x) - y).square().mean()
        for layer in ["hidden", "middle", "output"]:
            weight = getattr(net, layer).weight
            anchor = 0.0 if layer == "output" else getattr(start, layer).weight.detach()
            if weight.requires_grad:
                loss = loss + STRENGTH * (weight - anchor).square().sum()
        loss.backward()
        optimiser.step()
        out |= {f"{name}/{step}/{path}": value for path, value in weights(net).items()}
save_file(out, Path(__file__).with_suffix(".safetensors"), {"torch": torch.__version__})
