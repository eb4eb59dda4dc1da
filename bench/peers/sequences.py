"""PyTorch's side of bench/sequences.rs: python bench/peers/sequences.py eager|sdpa|compile [--threads 2]

The same jobs, sizes and batches, with PyTorch's own layers. `eager` writes attention out, `sdpa` takes scaled_dot_product_attention, `compile` compiles that.
"""

import argparse
import json
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

CLASSES = 4


def numbers(length, end):
    return [i * 2654435761 % 4294967291 % end for i in range(length)]


class Attention(nn.Module):
    def __init__(self, width, heads, bias, causal, mode):
        super().__init__()
        self.qkv, self.proj = nn.Linear(width, 3 * width, bias=bias), nn.Linear(width, width, bias=bias)
        self.heads, self.causal, self.mode = heads, causal, mode
        self.cache = None

    def forward(self, x, mask):
        items, tokens, width = x.shape
        q, k, v = self.qkv(x).view(items, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        if self.cache is not None:
            if len(self.cache):
                k, v = torch.cat([self.cache[0], k], 2), torch.cat([self.cache[1], v], 2)
            self.cache = (k, v)
            y = functional.scaled_dot_product_attention(q, k, v)
        elif self.mode == "eager":
            scores = q @ k.transpose(-2, -1) / k.shape[-1] ** 0.5
            if self.causal:
                hidden = torch.ones(tokens, tokens, dtype=torch.bool).triu(1)
                scores = scores.masked_fill(hidden, float("-inf"))
            elif mask is not None:
                scores = scores.masked_fill(~mask, float("-inf"))
            y = scores.softmax(-1) @ v
        else:
            y = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=self.causal)
        return self.proj(y.transpose(1, 2).reshape(items, tokens, width))


class Block(nn.Module):
    def __init__(self, width, heads, bias, causal, mode):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, bias=bias), nn.LayerNorm(width, bias=bias)
        self.attn = Attention(width, heads, bias, causal, mode)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width, bias=bias), nn.GELU(), nn.Linear(4 * width, width, bias=bias))

    def forward(self, x, mask):
        x = x + self.attn(self.norm1(x), mask)
        return x + self.mlp(self.norm2(x))


class Gpt(nn.Module):
    def __init__(self, width, heads, blocks, context, mode, recompute=False):
        super().__init__()
        self.recompute = recompute
        self.tokens, self.positions = nn.Embedding(65, width), nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, heads, False, True, mode) for _ in range(blocks))
        self.norm = nn.LayerNorm(width, bias=False)

    def forward(self, ids, labels=None, at=0):
        x = self.tokens(ids) + self.positions(torch.arange(at, at + ids.shape[1]))
        for block in self.blocks:
            x = checkpoint(block, x, None, use_reentrant=False) if self.recompute else block(x, None)
        logits = functional.linear(self.norm(x), self.tokens.weight)
        return logits if labels is None else functional.cross_entropy(logits.flatten(0, 1), labels.flatten())


class Encoder(nn.Module):
    def __init__(self, mode):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(10000, 256), nn.Embedding(200, 256)
        self.blocks = nn.ModuleList(Block(256, 4, True, False, mode) for _ in range(4))
        self.norm, self.output = nn.LayerNorm(256), nn.Linear(256, CLASSES)

    def forward(self, ids, lengths, labels):
        seen = torch.arange(ids.shape[1])[None, :] < lengths[:, None]
        x = self.tokens(ids) + self.positions(torch.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x, seen[:, None, None, :])
        x = (self.norm(x) * seen[..., None]).sum(1) / lengths[:, None]
        return functional.cross_entropy(self.output(x), labels)


class Bag(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.output = nn.EmbeddingBag(10000, 128, mode="mean"), nn.Linear(128, CLASSES)

    def forward(self, ids, starts, labels):
        return functional.cross_entropy(self.output(self.tokens(ids, starts)), labels)


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.tokens, self.layers = nn.Embedding(10000, 128), kind(128, 128, num_layers=2, batch_first=True)
        self.output = nn.Linear(128, CLASSES)

    def forward(self, ids, lengths, labels):
        x = self.layers(self.tokens(ids))[0]
        return functional.cross_entropy(self.output(x[torch.arange(len(ids)), lengths - 1]), labels)


def texts(even):
    draws = numbers(8 * 32, 181)
    for first in range(0, len(draws), 32):
        lengths = [even or 20 + draw for draw in draws[first : first + 32]]
        ids = torch.tensor(numbers(32 * max(lengths), 10000)).view(32, -1)
        yield ids, torch.tensor(lengths), torch.arange(32) % CLASSES


def make(name, mode):
    if name in ("gpt", "gpt-recompute", "tinygpt"):
        width, heads, blocks, context, batch = (128, 4, 4, 64, 12) if name == "tinygpt" else (384, 6, 6, 256, 16)
        ids = torch.tensor(numbers(batch * context, 65)).view(batch, context)
        return Gpt(width, heads, blocks, context, mode, name == "gpt-recompute"), [(ids, ids.flatten().roll(-1).view_as(ids))]
    if name == "encoder":
        return Encoder(mode), list(texts(None))
    if name == "bag":
        # Without padding, as EmbeddingBag is quickest.
        packed = lambda ids, lengths: torch.cat([row[:length] for row, length in zip(ids, lengths)])
        return Bag(), [(packed(ids, lengths), lengths.cumsum(0) - lengths, labels) for ids, lengths, labels in texts(None)]
    if name in ("lstm", "gru"):
        return Recurrent(nn.LSTM if name == "lstm" else nn.GRU), list(texts(100))
    raise KeyError(name)


def timed(steps, step):
    times = []
    for i in range(2 + steps):
        began = time.perf_counter()
        step(i)
        if i >= 2:
            times.append((time.perf_counter() - began) * 1e3)
    return times


def train(name, mode, steps):
    torch.manual_seed(0)
    model, batches = make(name, mode)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    run = torch.compile(model) if mode == "compile" else model
    if mode == "compile":
        for batch in batches:
            run(*batch).backward()

    def step(i):
        optimizer.zero_grad()
        loss = run(*batches[i % len(batches)])
        loss.backward()
        optimizer.step()
        return loss.item()

    return timed(steps, step)


def attend(tokens, mode, steps):
    qkv = (torch.rand(tokens, 768) - 0.5).requires_grad_()

    def step(_):
        qkv.grad = None
        q, k, v = qkv.view(1, tokens, 3, 4, 64).permute(2, 0, 3, 1, 4)
        if mode == "eager":
            hidden = torch.ones(tokens, tokens, dtype=torch.bool).triu(1)
            y = (q @ k.transpose(-2, -1) / 8).masked_fill(hidden, float("-inf")).softmax(-1) @ v
        else:
            y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        y.pow(2).sum().backward()

    return timed(steps, step)


@torch.inference_mode()
def generate(mode, steps):
    model, _ = make("gpt", "sdpa")
    model.eval()
    run = torch.compile(model, dynamic=True) if mode == "compile" else model

    def step(_):
        for block in model.blocks:
            block.attn.cache = ()
        token = torch.tensor([[1]])
        for at in range(200):
            token = run(token, at=at)[:, -1:].argmax(-1)

    return [time / 200 for time in timed(steps, step)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for line in sys.stdin:
        name, steps = line.split()
        if name == "generate":
            times = generate(options.mode, int(steps))
        elif name.startswith("attention@"):
            times = attend(int(name.split("@")[1]), options.mode, int(steps))
        else:
            times = train(name, options.mode, int(steps))
        times.sort()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"job": name, "median_ms": times[len(times) // 2], "min_ms": times[0], "peak_mib": peak}), flush=True)


main()
