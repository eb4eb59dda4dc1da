"""Golden numbers for the models of texts, computed by PyTorch in float64.

    python tests/golden/texts.py        (needs torch and safetensors)

Writes models_bag.safetensors and models_text_cnn.safetensors beside itself. In each file, with kiln's paths of parameters and Burn's
layout (the weight of a linear layer is [inputs, outputs]):

    weights/PATH           parameters, which float32 holds exactly
    ids, lengths           texts of different lengths, padded with 0; one is empty, one is shorter than the filters, tokens repeat
    outputs                raw outputs
    gradients/PATH         gradient of sum(outputs ** 2)

PyTorch never sees the padding: each text goes through the network by itself.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

HERE = Path(__file__).parent
VOCABULARY, BUCKETS = 11, 7
TEXTS = [[2, 5, 5, 2, 5], [], [3, 1], [10, 9, 8, 7, 6, 5, 4, 3, 2], [4, 4, 4, 4], [2]]
random = torch.Generator().manual_seed(22)


def parameter(*shape):
    return (torch.rand(shape, generator=random, dtype=torch.float32) - 0.5).double().requires_grad_()


def bag(net):
    """torch.nn.EmbeddingBag over the tokens, and the buckets of runs of two and three."""
    outputs = []
    for text in TEXTS:
        rows, hashes = list(text), list(text)
        for length in (2, 3):
            hashes = [(1999 * (h % BUCKETS) + text[i + length - 1]) % BUCKETS for i, h in enumerate(hashes[:-1])]
            rows += [VOCABULARY + h for h in hashes]
        rows = torch.tensor(rows, dtype=torch.long)
        mean = F.embedding_bag(rows, net["embedding.weight"], torch.tensor([0]), mode="mean")
        outputs.append(mean @ net["output.weight"] + net["output.bias"])
    return torch.cat(outputs)


def text_cnn(net):
    outputs = []
    for text in TEXTS:
        vectors = F.embedding(torch.tensor(text, dtype=torch.long), net["embedding.weight"]).T[None]
        answers = []
        for place, kernel in enumerate((2, 3)):
            x = F.pad(vectors, (0, max(0, kernel - len(text))))
            x = F.relu(F.conv1d(x, net[f"convs.{place}.weight"], net[f"convs.{place}.bias"]))
            answers.append(x.max(dim=2).values)
        outputs.append(torch.cat(answers, 1) @ net["output.weight"] + net["output.bias"])
    return torch.cat(outputs)


def write(name, forward, net):
    outputs = forward(net)
    (outputs**2).sum().backward()
    longest = max(map(len, TEXTS))
    tensors = {
        "ids": torch.tensor([text + [0] * (longest - len(text)) for text in TEXTS], dtype=torch.int32),
        "lengths": torch.tensor([len(text) for text in TEXTS], dtype=torch.int32),
        "outputs": outputs,
    }
    tensors |= {f"weights/{path}": value for path, value in net.items()}
    tensors |= {f"gradients/{path}": value.grad for path, value in net.items()}
    file = HERE / f"models_{name}.safetensors"
    versions = {"torch": torch.__version__.split("+")[0]}
    save_file({k: v.detach().clone().contiguous() for k, v in tensors.items()}, file, metadata=versions)
    print(f"{file.name}: {len(tensors)} tensors, {file.stat().st_size} bytes")


if __name__ == "__main__":
    write(
        "bag",
        bag,
        {"embedding.weight": parameter(VOCABULARY + BUCKETS, 4), "output.weight": parameter(4, 3), "output.bias": parameter(3)},
    )
    write(
        "text_cnn",
        text_cnn,
        {
            "embedding.weight": parameter(VOCABULARY, 4),
            "convs.0.weight": parameter(5, 4, 2),
            "convs.0.bias": parameter(5),
            "convs.1.weight": parameter(5, 4, 3),
            "convs.1.bias": parameter(5),
            "output.weight": parameter(10, 3),
            "output.bias": parameter(3),
        },
    )
