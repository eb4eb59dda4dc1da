"""Steps of data-parallel SGD with PyTorch in float64: each batch of 12 items is cut into 3 shards, each shard goes through the network
by itself, with batch norm by its own statistics, and the gradient is the mean over the items of all shards. Momentum and weight decay are
those of one optimiser. Writes shards.safetensors beside this file: the first weights and the data, and the losses and weights after
each of 4 steps. Weights are [inputs, outputs], as Burn has them. Running variances are those of Burn's layer, which are biased; each
shard moves them from where the step began, and their mean over the shards stays.
"""

from pathlib import Path

import numpy
import torch
from safetensors.numpy import save_file

STEPS, ITEMS, SHARDS, FEATURES, HIDDEN, CLASSES, MOMENTUM = 4, 14, 3, 6, 8, 3, 0.1
torch.manual_seed(5)
torch.set_default_dtype(torch.float64)
hidden, norm = torch.nn.Linear(FEATURES, HIDDEN), torch.nn.BatchNorm1d(HIDDEN)
output = torch.nn.Linear(HIDDEN, CLASSES)
x, y = torch.randn(ITEMS, FEATURES), torch.randint(0, CLASSES, (ITEMS,))
# What kiln starts from is f32.
for tensor in [*hidden.parameters(), *norm.parameters(), *output.parameters(), x]:
    tensor.data = tensor.data.float().double()
parameters = [*hidden.parameters(), *norm.parameters(), *output.parameters()]
sgd = torch.optim.SGD(parameters, lr=0.3, momentum=0.9, weight_decay=0.01)
mean, variance = torch.zeros(HIDDEN), torch.ones(HIDDEN)


def weights():
    found = {
        "norm.gamma": norm.weight,
        "norm.beta": norm.bias,
        "norm.running_mean": mean,
        "norm.running_var": variance,
        "hidden.weight": hidden.weight.T,
        "hidden.bias": hidden.bias,
        "output.weight": output.weight.T,
        "output.bias": output.bias,
    }
    return {name: value.detach().numpy().copy() for name, value in found.items()}


tensors = {"x": x.numpy(), "y": y.numpy().astype(numpy.float64)}
tensors |= {f"first/{name}": value for name, value in weights().items()}
for step in range(STEPS):
    sgd.zero_grad()
    losses, means, variances = 0.0, 0.0, 0.0
    # The first shards have an item more.
    for inputs, labels in zip(torch.tensor_split(x, SHARDS), torch.tensor_split(y, SHARDS)):
        share = len(labels) / ITEMS
        before = hidden(inputs)
        logits = output(torch.relu(norm(before)))
        loss = torch.nn.functional.cross_entropy(logits, labels) * share
        loss.backward()
        losses += loss.item()
        means = means + share * ((1 - MOMENTUM) * mean + MOMENTUM * before.mean(0))
        variances = variances + share * ((1 - MOMENTUM) * variance + MOMENTUM * before.var(0, unbiased=False))
    mean, variance = means.detach(), variances.detach()
    sgd.step()
    tensors |= {f"{step}/{name}": value for name, value in weights().items()}
    tensors[f"{step}/loss"] = numpy.array([losses])
save_file(tensors, Path(__file__).with_suffix(".safetensors"), {"torch": torch.__version__})
