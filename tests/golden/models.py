"""Golden numbers for kiln-models, computed by PyTorch in float64 and stored as float32.

    python tests/golden/models.py        (needs torch, numpy and safetensors)

Writes models_*.safetensors beside itself. In each file, with kiln's paths of parameters and Burn's layout (the weight
of a linear layer is [inputs, outputs]):

    weights/PATH           parameters and running statistics before the step
    inputs                 one batch
    outputs/evaluation     outputs with running statistics
    outputs/training       outputs with the statistics of the batch
    gradients/PATH         gradient of sum(outputs/training ** 2)
    running/PATH           running statistics after the one forward pass in training
"""

from pathlib import Path

import safetensors
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.set_num_threads(1)
HERE = Path(__file__).parent


class Net:
    """Parameters by path: drawn at first use, so that `forward` is the only description of a network."""

    def __init__(self, seed):
        self.random = torch.Generator().manual_seed(seed)
        self.weights, self.running, self.training = {}, {}, False

    def uniform(self, shape, low, high):
        values = torch.rand(shape, generator=self.random, dtype=torch.float32) * (high - low) + low
        return values.double()  # float64 with values that float32 holds exactly

    def parameter(self, path, shape, low, high):
        if path not in self.weights:
            self.weights[path] = self.uniform(shape, low, high).requires_grad_()
        return self.weights[path]

    def statistic(self, path, shape, low, high):
        if path not in self.running:
            self.running[path] = self.uniform(shape, low, high)
        return self.running[path]

    def linear(self, path, x, outputs, bias=True):
        inputs = x.shape[1]
        bound = inputs**-0.5
        weight = self.parameter(f"{path}.weight", (inputs, outputs), -bound, bound)
        return F.linear(x, weight.T, self.parameter(f"{path}.bias", (outputs,), -bound, bound) if bias else None)

    def conv(self, path, x, outputs, kernel, bias):
        inputs = x.shape[1]
        bound = (inputs * kernel * kernel) ** -0.5
        weight = self.parameter(f"{path}.weight", (outputs, inputs, kernel, kernel), -bound, bound)
        bias = self.parameter(f"{path}.bias", (outputs,), -bound, bound) if bias else None
        return F.conv2d(x, weight, bias, padding=kernel // 2)

    def scale_and_shift(self, path, width):
        gamma = self.parameter(f"{path}.gamma", (width,), 0.5, 1.5)
        return gamma, self.parameter(f"{path}.beta", (width,), -0.5, 0.5)

    def batch_norm(self, path, x):
        width = x.shape[1]
        gamma, beta = self.scale_and_shift(path, width)
        mean = self.statistic(f"{path}.running_mean", (width,), -0.3, 0.3)
        var = self.statistic(f"{path}.running_var", (width,), 0.5, 2.0)
        return F.batch_norm(x, mean, var, gamma, beta, training=self.training, momentum=0.1, eps=1e-5)

    def layer_norm(self, path, x):
        return F.layer_norm(x, x.shape[1:], *self.scale_and_shift(path, x.shape[1]), eps=1e-5)


def mlp_batch(net, x):
    for l, width in enumerate([16, 12]):
        x = net.linear(f"layers.{l}.linear", x, width, bias=False)
        x = F.relu(net.batch_norm(f"layers.{l}.norm", x))
    return net.linear("output", x, 4)


def mlp_layer(net, x):
    for l, width in enumerate([16, 12]):
        x = F.gelu(net.layer_norm(f"layers.{l}.norm", net.linear(f"layers.{l}.linear", x, width)))
    return net.linear("output", x, 4)


def cnn_batch(net, x):
    for n, channels in enumerate([4, 6]):
        x = net.conv(f"blocks.{n}.conv", x, channels, 3, bias=False)
        x = F.max_pool2d(F.relu(net.batch_norm(f"blocks.{n}.norm", x)), 2)
    x = F.relu(net.linear("layers.0.linear", x.flatten(1), 10))
    return net.linear("output", x, 3)


def cnn_mean(net, x):
    """Two convolutions a block, filters of 5x5, pooling by 3, SiLU, mean over the map, no norm."""
    for n, (channels, pool) in enumerate([(3, 1), (3, 3), (5, 1), (5, 3)]):
        x = F.max_pool2d(F.silu(net.conv(f"blocks.{n}.conv", x, channels, 5, bias=True)), pool)
    x = F.silu(net.linear("layers.0.linear", x.mean((2, 3)), 7))
    return net.linear("output", x, 3)


def resnet(net, x, width=3):
    def block(path, x, channels):
        return F.relu(net.batch_norm(f"{path}.norm", net.conv(f"{path}.conv", x, channels, 3, bias=False)))

    x = block("prep", x, width)
    for s, (factor, residual) in enumerate([(2, True), (4, False), (4, True)]):
        x = F.max_pool2d(block(f"stages.{s}.block", x, factor * width), 2)
        if residual:
            y = block(f"stages.{s}.residual.0", x, factor * width)
            x = x + block(f"stages.{s}.residual.1", y, factor * width)
    x = F.adaptive_max_pool2d(x, 1).flatten(1)
    return net.linear("output", x, 3)


def write(name, forward, shape, seed):
    net = Net(seed)
    inputs = torch.randn(shape, generator=net.random, dtype=torch.float32).double()
    evaluation = forward(net, inputs)
    tensors = {"inputs": inputs, "outputs/evaluation": evaluation}
    tensors |= {f"weights/{path}": value.clone() for path, value in (net.weights | net.running).items()}

    net.training = True
    training = forward(net, inputs)  # updates the running statistics in place
    (training**2).sum().backward()
    tensors["outputs/training"] = training
    tensors |= {f"gradients/{path}": value.grad for path, value in net.weights.items()}
    tensors |= {f"running/{path}": value for path, value in net.running.items()}

    file = HERE / f"models_{name}.safetensors"
    versions = {"torch": torch.__version__.split("+")[0], "safetensors": safetensors.__version__}
    save_file({k: v.detach().float().contiguous() for k, v in tensors.items()}, file, metadata=versions)
    print(f"{file.name}: {len(tensors)} tensors, {file.stat().st_size} bytes")


if __name__ == "__main__":
    write("mlp_batch", mlp_batch, (9, 7), 1)
    write("mlp_layer", mlp_layer, (9, 7), 2)
    write("cnn_batch", cnn_batch, (5, 2, 9, 11), 3)
    write("cnn_mean", cnn_mean, (4, 1, 10, 9), 4)
    write("resnet", resnet, (5, 3, 17, 16), 5)
