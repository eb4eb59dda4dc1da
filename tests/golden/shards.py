"""Steps of data-parallel SGD with PyTorch in float64: each batch of 12 items is cut into 3 shards, each shard goes through the network
by itself, with batch norm by its own statistics, and the gradient is the mean over the items of all shards. Momentum and weight decay are
those of one optimiser. Writes shards.safetensors beside this file: the first weights and the data, and the losses and weights after
each of 4 steps. `whole/` has the same of the whole batch, normalised together: what PyTorch's SyncBatchNorm gives for shards. `local/` has those after each of
4 epochs of batches of 5, 5 and 4 items without batch norm, in which each shard makes two steps by itself, and then weights and
momenta are averaged, each by the items that it saw: local SGD. `sparse/` has those of the whole batch without batch norm, of whose
gradient each shard sends a tenth of the numbers, and keeps the rest for the next step: top-k with error feedback.
Weights are [inputs, outputs], as Burn has them. Running variances are those of Burn's layer, which are biased; each
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
first = [parameter.detach().clone() for parameter in parameters]
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

# The whole batch, from the same weights.
for parameter, value in zip(parameters, first):
    parameter.data = value.clone()
sgd = torch.optim.SGD(parameters, lr=0.3, momentum=0.9, weight_decay=0.01)
mean, variance = torch.zeros(HIDDEN), torch.ones(HIDDEN)
for step in range(STEPS):
    sgd.zero_grad()
    before = hidden(x)
    loss = torch.nn.functional.cross_entropy(output(torch.relu(norm(before))), y)
    loss.backward()
    before = before.detach()
    mean = (1 - MOMENTUM) * mean + MOMENTUM * before.mean(0)
    variance = (1 - MOMENTUM) * variance + MOMENTUM * before.var(0, unbiased=False)
    sgd.step()
    tensors |= {f"whole/{step}/{name}": value for name, value in weights().items()}
    tensors[f"whole/{step}/loss"] = numpy.array([loss.item()])

# Rounds of two local steps, the last one of an epoch with what is left of it.
RATE, DECAY, MOMENTA = 0.3, 0.01, 0.9
trained = [*hidden.parameters(), *output.parameters()]
for parameter, value in zip(parameters, first):
    parameter.data = value.clone()
momenta = [torch.zeros_like(parameter) for parameter in trained]
batches = list(zip(torch.split(x, 5), torch.split(y, 5)))
for epoch in range(STEPS):
    losses = 0.0
    for window in (batches[:2], batches[2:]):
        start, kept = [parameter.detach().clone() for parameter in trained], momenta
        weights_of, momenta_of, counts = [], [], []
        for shard in range(SHARDS):
            for parameter, value in zip(trained, start):
                parameter.data = value.clone()
            own, count = [momentum.clone() for momentum in kept], 0
            for inputs, labels in window:
                inputs = torch.tensor_split(inputs, SHARDS)[shard]
                labels = torch.tensor_split(labels, SHARDS)[shard]
                loss = torch.nn.functional.cross_entropy(output(torch.relu(hidden(inputs))), labels)
                gradients = torch.autograd.grad(loss, trained)
                losses, count = losses + loss.item() * len(labels), count + len(labels)
                for place, (parameter, gradient) in enumerate(zip(trained, gradients)):
                    own[place] = MOMENTA * own[place] + gradient + DECAY * parameter.detach()
                    parameter.data = parameter.data - RATE * own[place]
            weights_of.append([parameter.detach().clone() for parameter in trained])
            momenta_of.append(own)
            counts.append(count)

        def averaged(all_of):
            return [sum(n * value for n, value in zip(counts, values)) / sum(counts) for values in zip(*all_of)]

        momenta = averaged(momenta_of)
        for parameter, value in zip(trained, averaged(weights_of)):
            parameter.data = value
    tensors |= {f"local/{epoch}/{name}": value for name, value in weights().items() if not name.startswith("norm")}
    tensors[f"local/{epoch}/loss"] = numpy.array([losses / ITEMS])

for parameter, value in zip(parameters, first):
    parameter.data = value.clone()
sgd = torch.optim.SGD(trained, lr=RATE, momentum=MOMENTA, weight_decay=DECAY)
left = [torch.zeros(sum(parameter.numel() for parameter in trained)) for _ in range(SHARDS)]
for step in range(STEPS):
    losses, total = 0.0, torch.zeros_like(left[0])
    for shard, (inputs, labels) in enumerate(zip(torch.tensor_split(x, SHARDS), torch.tensor_split(y, SHARDS))):
        loss = torch.nn.functional.cross_entropy(output(torch.relu(hidden(inputs))), labels) * len(labels) / ITEMS
        losses += loss.item()
        # The order of the numbers does not matter but for equals.
        vector = left[shard] + torch.cat([gradient.flatten() for gradient in torch.autograd.grad(loss, trained)])
        largest = vector.abs().topk(-(-len(vector) // 10)).indices
        sent = torch.zeros_like(vector)
        sent[largest] = vector[largest]
        left[shard], total = vector - sent, total + sent
    for parameter, part in zip(trained, total.split([parameter.numel() for parameter in trained])):
        parameter.grad = part.view_as(parameter)
    sgd.step()
    tensors |= {f"sparse/{step}/{name}": value for name, value in weights().items() if not name.startswith("norm")}
    tensors[f"sparse/{step}/loss"] = numpy.array([losses])
save_file(tensors, Path(__file__).with_suffix(".safetensors"), {"torch": torch.__version__})
