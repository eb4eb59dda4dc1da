"""Fashion-MNIST and a plain training loop in PyTorch, as a peer of kiln's recipes.

Whole data set in memory as float32, batches by indexing a shuffled order, no data-loader processes: the fastest plain
way for data of this size.
"""

import argparse
import copy
import gzip
import json
import os
import resource
import statistics
import time
from pathlib import Path

started = time.perf_counter()  # before the import of torch, which is part of what a user waits for

import numpy  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402


def arguments(epochs, batch_size, patience):
    parser = argparse.ArgumentParser()
    default = Path(os.environ.get("KILN_DATA", "/usr/share/datasets")) / "fashion-mnist"
    parser.add_argument("--data", type=Path, default=default, help="folder of the four IDX files")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--batch-size", type=int, default=batch_size)
    parser.add_argument("--lr", type=float, default=4e-3)
    parser.add_argument("--weight-decay", type=float, default=0.02)
    parser.add_argument("--validation", type=float, default=0.1, help="share of the training items")
    parser.add_argument("--patience", type=int, default=patience, help="epochs; 0: no early stopping")
    parser.add_argument("--channels-last", action="store_true")
    return parser.parse_args()


def idx(path):
    with gzip.open(path) as file:
        raw = file.read()
    dims = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(raw[3])]
    return numpy.frombuffer(raw, numpy.uint8, offset=4 + 4 * raw[3]).reshape(dims)


def part(folder, name):
    images = idx(folder / f"{name}-images-idx3-ubyte.gz").astype(numpy.float32)[:, None] / 255.0
    return torch.from_numpy(images), torch.from_numpy(idx(folder / f"{name}-labels-idx1-ubyte.gz").astype(numpy.int64))


def held_out(labels, share, generator):
    """Rows for training and for validation, with the same share of every class."""
    validation = []
    for label in labels.unique():
        rows = (labels == label).nonzero().flatten()
        rows = rows[torch.randperm(len(rows), generator=generator)]
        validation.append(rows[: round(share * len(rows))])
    validation = torch.cat(validation)
    training = torch.ones(len(labels), dtype=torch.bool)
    training[validation] = False
    return training.nonzero().flatten(), validation


@torch.no_grad()
def accuracy(net, inputs, labels, batch_size=1000):
    net.eval()
    batches = zip(inputs.split(batch_size), labels.split(batch_size))
    right = sum((net(x).argmax(1) == y).sum().item() for x, y in batches)
    net.train()
    return right / len(labels)


def train(job, make, options):
    """Trains the network that `make` returns; prints one JSON object."""
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    generator = torch.Generator().manual_seed(options.seed)
    inputs, labels = part(options.data, "train")
    test_inputs, test_labels = part(options.data, "t10k")
    rows, validation_rows = held_out(labels, options.validation, generator)
    mean, std = inputs[rows].mean(), inputs[rows].std(correction=0)
    inputs, test_inputs = (inputs - mean) / std, (test_inputs - mean) / std
    validation_inputs, validation_labels = inputs[validation_rows], labels[validation_rows]
    inputs, labels = inputs[rows], labels[rows]

    net = make()
    memory_format = torch.channels_last if options.channels_last else torch.contiguous_format
    net = net.to(memory_format=memory_format)
    optimiser = torch.optim.AdamW(net.parameters(), lr=options.lr, weight_decay=options.weight_decay)
    steps = -(-len(rows) // options.batch_size)
    total = steps * options.epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.lr, total_steps=total, cycle_momentum=False)
    best, best_epoch, best_weights = -1.0, 0, None
    step_ms = []
    training_began = time.perf_counter()
    for epoch in range(1, options.epochs + 1):
        for batch in torch.randperm(len(rows), generator=generator).split(options.batch_size):
            began = time.perf_counter()
            x = inputs[batch].contiguous(memory_format=memory_format)
            loss = nn.functional.cross_entropy(net(x), labels[batch], label_smoothing=0.1)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            step_ms.append(1e3 * (time.perf_counter() - began))
        score = accuracy(net, validation_inputs, validation_labels)
        if score > best:
            best, best_epoch, best_weights = score, epoch, copy.deepcopy(net.state_dict())
        if options.patience and epoch - best_epoch >= options.patience:
            break
    training = time.perf_counter() - training_began
    net.load_state_dict(best_weights)
    record = {
        "job": job,
        "peer": f"torch {torch.__version__}",
        "threads": options.threads,
        "seed": options.seed,
        "parameters": sum(value.numel() for value in net.parameters()),
        "epochs": epoch,
        "best_epoch": best_epoch,
        "validation_accuracy": best,
        "test_accuracy": accuracy(net, test_inputs, test_labels),
        "step_ms": round(statistics.median(step_ms), 3),
        "training_seconds": round(training, 2),
        "seconds": round(time.perf_counter() - started, 2),
        "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps(record))
