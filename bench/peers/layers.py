"""One convolution forward and backward in PyTorch: the worker that bench/layers.py compares kiln with.

Reads a line `SIZES ROUNDS` from standard input and answers with a line of JSON, until the input ends, as the example `layer` of kiln-kernels
does. SIZES are n,c,h,w,k,kernel,stride,padding,groups,dx: dx is 1 where the gradient for the input is wanted, as it is not for a network's
first layer. Elementwise work is named instead: `hard_swish:8,16,112,112`.
    echo "8,64,56,56,64,3,1,1,1,1 10" | python bench/peers/layers.py [contiguous | channels-last] [--threads 2]
"""

import argparse
import json
import sys
import time

import torch
from torch.nn import functional as F

FORMATS = {"contiguous": torch.contiguous_format, "channels-last": torch.channels_last}
# Rounds before those that count.
WARM_UP = 2
ELEMENTWISE = {
    "relu": F.relu,
    "hard_swish": F.hardswish,
    "hard_sigmoid": F.hardsigmoid,
    "silu": F.silu,
    "sigmoid": torch.sigmoid,
    "gelu": F.gelu,
}


def pass_of(job, memory):
    """The tensors that get gradients, what computes the result from them, and its shape."""
    name, _, sizes = job.rpartition(":")
    sizes = [int(size) for size in sizes.split(",")]
    make = lambda *shape: torch.rand(shape).sub(0.5).to(memory_format=memory)  # noqa: E731
    if not name:
        n, c, h, w, k, kernel, stride, padding, groups, dx = sizes
        x, weight = make(n, c, h, w), make(k, c // groups, kernel, kernel).requires_grad_()
        inputs = [x.requires_grad_(), weight] if dx else [weight]
        return inputs, lambda: F.conv2d(x, weight, None, stride, padding, 1, groups)
    x = make(*sizes).requires_grad_()
    if name == "add_relu":
        other = make(*sizes).requires_grad_()
        return [x, other], lambda: F.relu(x + other)
    if name == "scale":
        gates = torch.rand(*sizes[:2], 1, 1).requires_grad_()
        return [x, gates], lambda: x * gates
    if name == "global_avg_pool":
        return [x], lambda: x.mean((2, 3))
    return [x], lambda: ELEMENTWISE[name](x)


def run(job, rounds, memory):
    torch.manual_seed(0)
    inputs, compute = pass_of(job, memory)
    y = compute()
    g = torch.rand(y.shape)
    g = g.to(memory_format=memory) if g.dim() == 4 else g
    times = []
    for round_number in range(WARM_UP + rounds):
        began = time.perf_counter()
        torch.autograd.grad(compute(), inputs, g)
        if round_number >= WARM_UP:
            times.append(1e3 * (time.perf_counter() - began))
    times.sort()
    return {"job": job, "median_ms": times[len(times) // 2], "min_ms": times[0]}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("memory", nargs="?", default="contiguous", choices=FORMATS)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for line in sys.stdin:
        job, rounds = line.split()
        print(json.dumps(run(job, int(rounds), FORMATS[options.memory])), flush=True)
