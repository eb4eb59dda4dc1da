"""GF/s of a product of large matrices in PyTorch on one thread: what the kernels' own figures are measured against.

    python bench/peers/gemm.py
"""

import time

import torch

ROUNDS = 20


def run(n):
    a, b, out = torch.rand(n, n), torch.rand(n, n), torch.empty(n, n)
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        torch.mm(a, b, out=out)
        times.append(time.perf_counter() - began)
    times.sort()
    return [2 * n**3 / seconds * 1e-9 for seconds in (times[0], times[ROUNDS // 2])]


if __name__ == "__main__":
    torch.set_num_threads(1)
    for n in 1024, 2048, 3072:
        least, middle = run(n)
        print(f"{n} × {n}: {least:.0f} GF/s (median {middle:.0f})")
