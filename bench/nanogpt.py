"""The recipe tinygpt beside PyTorch with the same settings: nanoGPT's configuration for a CPU.

    python bench/nanogpt.py CORPUS.txt [--seeds 3] [--threads 2] [--kiln target/release/kiln] [--compile] [--steps 2000]

CORPUS.txt is any text; the figures are of the King James Bible of Debian's packages bible-kjv and bible-kjv-text:
`bible -f gen1:1-rev22:21 | sed 's/^[^ ]* //' > kjv.txt`. Both train on the first nine tenths, draw windows at random, and are judged every 250 steps by the same 500 windows of the rest;
the first weights and the windows are drawn by each for itself, so that losses differ by the seed. Times are those of training with its evaluations, without reading the text.
"""

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

EVERY, BATCH, CONTEXT, WINDOWS = 250, 12, 64, 500
WIDTH, HEADS, BLOCKS = 128, 4, 4


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, bias=False), nn.LayerNorm(WIDTH, bias=False)
        self.qkv, self.proj = nn.Linear(WIDTH, 3 * WIDTH, bias=False), nn.Linear(WIDTH, WIDTH, bias=False)
        self.fc1, self.fc2 = nn.Linear(WIDTH, 4 * WIDTH, bias=False), nn.Linear(4 * WIDTH, WIDTH, bias=False)

    def forward(self, x):
        items, tokens, _ = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(items, tokens, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(y.transpose(1, 2).reshape(items, tokens, WIDTH))
        return x + self.fc2(functional.gelu(self.fc1(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.blocks, self.norm = nn.Sequential(*(Block() for _ in range(BLOCKS))), nn.LayerNorm(WIDTH, bias=False)
        for name, value in self.named_parameters():
            if value.ndim == 2:
                last = name.endswith(("proj.weight", "fc2.weight"))
                nn.init.normal_(value, std=0.02 / math.sqrt(2 * BLOCKS) if last else 0.02)

    def forward(self, ids, labels):
        x = self.norm(self.blocks(self.tokens(ids) + self.positions.weight))
        return functional.cross_entropy((x @ self.tokens.weight.T).flatten(0, 1), labels.flatten())


def rate(step, steps):
    if step < 100:
        return 1e-3 * (0.01 + 0.99 * step / 100)
    return 1e-4 + 0.5 * 9e-4 * (1 + math.cos(math.pi * (step - 100) / (steps - 100)))


def train(text, seed, compiled, steps):
    torch.manual_seed(seed)
    cut = len(text) - round(len(text) * 0.1)
    known = sorted(set(text[:cut]))
    number = {character: place + 1 for place, character in enumerate(known)}
    ids = torch.tensor([number.get(character, 0) for character in text])
    parts = ids[:cut], ids[cut:]
    windows = (len(parts[1]) - 1) // CONTEXT
    starts = [place * windows // WINDOWS * CONTEXT for place in range(WINDOWS)]
    model = Gpt(len(known) + 1)
    run = torch.compile(model) if compiled else model
    decayed = [value for value in model.parameters() if value.ndim == 2]
    rest = [value for value in model.parameters() if value.ndim < 2]
    groups = [{"params": decayed, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99), fused=True)

    def batch(part, starts):
        take = lambda shift: torch.stack([part[start + shift : start + shift + CONTEXT] for start in starts])
        return take(0), take(1)

    if compiled:
        run(*batch(parts[0], [0] * BATCH)).backward()
        optimizer.zero_grad()
    best, began = math.inf, time.perf_counter()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate(step, steps)
        optimizer.zero_grad()
        loss = run(*batch(parts[0], torch.randint(len(parts[0]) - CONTEXT, (BATCH,))))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if (step + 1) % EVERY == 0:
            with torch.no_grad():
                losses = [model(*batch(parts[1], starts[at : at + 250])).item() for at in range(0, WINDOWS, 250)]
            best = min(best, sum(losses) / len(losses))
    return best, time.perf_counter() - began


def kiln(binary, corpus, seed, threads, steps):
    with tempfile.TemporaryDirectory() as folder:
        words = [binary, "train", "tinygpt", "--data", corpus, "--seed", str(seed), "--threads", str(threads)]
        words += ["corpus.samples=0", "--epochs", str(steps // EVERY), "--runs-dir", folder, "--quiet"]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        record = json.loads(next(Path(folder).glob("*/run.json")).read_text())
        return record["validation"]["loss"], record["seconds"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--kiln", default="target/release/kiln")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--steps", type=int, default=2000, help="a multiple of 250")
    options = parser.parse_args()
    if options.steps < EVERY or options.steps % EVERY:
        parser.error("--steps must be a multiple of 250")
    torch.set_num_threads(options.threads)
    text = Path(options.corpus).read_text()
    pairs = []
    for seed in range(options.seeds):
        own = kiln(options.kiln, options.corpus, seed, options.threads, options.steps)
        pairs.append((own, train(text, seed, options.compile, options.steps)))
        print(f"seed {seed}: kiln {own[0]:.4f} in {own[1]:.1f} s, torch {pairs[-1][1][0]:.4f} in {pairs[-1][1][1]:.1f} s", file=sys.stderr)
    loss = [statistics.mean(pair[side][0] for pair in pairs) for side in (0, 1)]
    ratios = sorted(own[1] / other[1] for own, other in pairs)
    found = {"kiln_loss": loss[0], "torch_loss": loss[1], "difference": loss[0] - loss[1]}
    found |= {"time_ratio": statistics.median(ratios), "from": ratios[0], "to": ratios[-1], "n": len(ratios)}
    print(json.dumps(found | {"steps": options.steps, "compile": options.compile, "torch": torch.__version__}))


main()
