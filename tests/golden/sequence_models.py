"""Golden numbers for models of token sequences, computed by PyTorch in float64. First weights are numbers of float32.

    python tests/golden/sequence_models.py        (needs torch and safetensors)

Writes sequence_models_*.safetensors beside itself: `ids`, `lengths`, `labels`, `weights/PATH`, `outputs`, `loss`, `gradients/PATH`, and `after/PATH` and
`losses` of 50 steps of AdamW on this batch (lr 1e-3, betas 0.9 and 0.99, eps 1e-8, decay 0.1 of all). sequence_documents_*.safetensors has documents of different
`lengths` one after another in `ids`, each of which goes through a language model by itself: `loss`, the mean over all tokens but the first of each, and its
`gradients/PATH`. Paths are kiln's, weights of linear layers [inputs, outputs].
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
HERE = Path(__file__).parent
VOCABULARY, WIDTH, HEADS, BLOCKS, CONTEXT = 20, 16, 2, 2, 12
CLASSES = 3


class Norm(nn.Module):
    def __init__(self, rms, bias):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(WIDTH))
        self.beta = nn.Parameter(torch.zeros(WIDTH)) if bias and not rms else None
        self.rms = rms

    def forward(self, x):
        if self.rms:
            return functional.rms_norm(x, (WIDTH,), self.gamma, 1e-5)
        return functional.layer_norm(x, (WIDTH,), self.gamma, self.beta, 1e-5)


class Linear(nn.Module):
    """x W + b, as kiln has it."""

    def __init__(self, inputs, outputs, bias):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs) * 0.3)
        self.bias = nn.Parameter(torch.randn(outputs) * 0.1) if bias else None

    def forward(self, x):
        y = x @ self.weight
        return y if self.bias is None else y + self.bias


class Attention(nn.Module):
    def __init__(self, bias, causal, rotary):
        super().__init__()
        self.qkv, self.proj = Linear(WIDTH, 3 * WIDTH, bias), Linear(WIDTH, WIDTH, bias)
        self.causal, self.rotary = causal, rotary

    def forward(self, x, seen):
        items, tokens, _ = x.shape
        q, k, v = self.qkv(x).view(items, tokens, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        if self.rotary:
            inner = WIDTH // HEADS
            angles = torch.arange(tokens)[:, None] * 10000.0 ** (-torch.arange(0, inner, 2) / inner)[None, :]
            angles = torch.cat([angles, angles], -1)
            turn = lambda x: x * angles.cos() + torch.cat([-x[..., inner // 2 :], x[..., : inner // 2]], -1) * angles.sin()
            q, k = turn(q), turn(k)
        mask = seen[:, None, None, :].expand(items, 1, tokens, tokens)
        if self.causal:
            mask = mask & torch.ones(tokens, tokens, dtype=torch.bool).tril()
        y = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.proj(y.transpose(1, 2).reshape(items, tokens, WIDTH))


class Mlp(nn.Module):
    def __init__(self, gated, bias):
        super().__init__()
        inside = -(-(-(-8 * WIDTH // 3)) // 8) * 8 if gated else 4 * WIDTH
        self.fc1, self.fc2 = Linear(WIDTH, inside * (2 if gated else 1), bias), Linear(inside, WIDTH, bias)
        self.gated = gated

    def forward(self, x):
        x = self.fc1(x)
        if self.gated:
            gate, value = x.chunk(2, -1)
            return self.fc2(functional.silu(gate) * value)
        return self.fc2(functional.gelu(x))


class Block(nn.Module):
    def __init__(self, bias, causal, modern):
        super().__init__()
        self.norm1, self.attn = Norm(modern, bias), Attention(bias, causal, modern)
        self.norm2, self.mlp = Norm(modern, bias), Mlp(modern, bias)

    def forward(self, x, seen):
        x = x + self.attn(self.norm1(x), seen)
        return x + self.mlp(self.norm2(x))


class Stack(nn.Module):
    def __init__(self, bias, causal, modern):
        super().__init__()
        self.tokens = nn.Parameter(torch.randn(VOCABULARY, WIDTH) * 0.5)
        self.positions = None if modern else nn.Parameter(torch.randn(CONTEXT, WIDTH) * 0.5)
        self.blocks = nn.ModuleList(Block(bias, causal, modern) for _ in range(BLOCKS))
        self.norm = Norm(modern, bias)

    def forward(self, ids, seen):
        x = self.tokens[ids]
        if self.positions is not None:
            x = x + self.positions[: ids.shape[1]]
        for block in self.blocks:
            x = block(x, seen)
        return self.norm(x)


class Gpt(nn.Module):
    def __init__(self, modern):
        super().__init__()
        self.stack = Stack(False, True, modern)

    def forward(self, ids, lengths):
        return self.stack(ids, torch.ones_like(ids, dtype=torch.bool)) @ self.stack.tokens.T

    def loss(self, ids, lengths, labels):
        return functional.cross_entropy(self(ids, lengths).flatten(0, 1), labels.flatten())


class Classifier(nn.Module):
    def loss(self, ids, lengths, labels):
        return functional.cross_entropy(self(ids, lengths), labels)


class Transformer(Classifier):
    def __init__(self, modern):
        super().__init__()
        self.stack, self.output = Stack(True, False, modern), Linear(WIDTH, CLASSES, True)

    def forward(self, ids, lengths):
        seen = torch.arange(ids.shape[1])[None, :] < lengths[:, None]
        x = self.stack(ids, seen) * seen[..., None]
        return self.output(x.sum(1) / lengths[:, None])


class Layer(nn.Module):
    def __init__(self, kind, inputs, hidden):
        super().__init__()
        gates = 4 if kind is nn.LSTM else 3
        self.of_inputs = nn.Parameter(torch.randn(inputs, gates * hidden) * 0.3)
        self.of_states = nn.Parameter(torch.randn(hidden, gates * hidden) * 0.3)
        self.input_bias = nn.Parameter(torch.randn(gates * hidden) * 0.1)
        self.state_bias = nn.Parameter(torch.randn(gates * hidden) * 0.1)
        self.layer = [kind(inputs, hidden, batch_first=True)]

    def forward(self, x):
        values = {
            "weight_ih_l0": self.of_inputs.T,
            "weight_hh_l0": self.of_states.T,
            "bias_ih_l0": self.input_bias,
            "bias_hh_l0": self.state_bias,
        }
        return torch.func.functional_call(self.layer[0], values, (x,))[0]


class Recurrent(Classifier):
    def __init__(self, kind):
        super().__init__()
        self.tokens = nn.Parameter(torch.randn(VOCABULARY, WIDTH))
        self.layers = nn.ModuleList([Layer(kind, WIDTH, 10), Layer(kind, 10, 7)])
        self.output = Linear(7, CLASSES, True)

    def forward(self, ids, lengths):
        x = self.tokens[ids]
        for layer in self.layers:
            x = layer(x)
        return self.output(x[torch.arange(len(ids)), lengths - 1])


def write(name, model, lengths, labels):
    torch.manual_seed(1)
    ids = torch.randint(2, VOCABULARY, (len(lengths), max(lengths)))
    lengths = torch.tensor(lengths)
    ids[torch.arange(ids.shape[1])[None, :] >= lengths[:, None]] = 0
    with torch.no_grad():
        for value in model.parameters():
            value.add_(torch.randn(value.shape) * 0.05)
            value.copy_(value.float().double())
    own = dict(model.named_parameters())
    file = {"ids": ids.float(), "lengths": lengths.float(), "labels": labels.float()}
    file |= {f"weights/{path}": value.detach().clone() for path, value in own.items()}
    file["outputs"] = model(ids, lengths).detach()
    optimizer = torch.optim.AdamW(own.values(), lr=1e-3, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.1)
    losses = []
    for step in range(50):
        optimizer.zero_grad()
        loss = model.loss(ids, lengths, labels)
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            file |= {f"gradients/{path}": value.grad.clone() for path, value in own.items()}
        optimizer.step()
    file["losses"] = torch.tensor(losses)
    file |= {f"after/{path}": value.detach().clone() for path, value in own.items()}
    exact = ("ids", "lengths", "labels", "weights/")
    file = {key: (value.float() if key.startswith(exact) else value).contiguous() for key, value in file.items()}
    save_file(file, HERE / f"sequence_models_{name}.safetensors")


def write_documents(name, model):
    torch.manual_seed(2)
    lengths = [5, 12, 1, 7, 11]
    ids = torch.randint(1, VOCABULARY, (sum(lengths),))
    with torch.no_grad():
        for value in model.parameters():
            value.copy_(value.float().double())
    total = 0
    for document in ids.split(lengths):
        logits = model(document[None], None)[0]
        total = total + functional.cross_entropy(logits[:-1], document[1:], reduction="sum")
    loss = total / sum(length - 1 for length in lengths)
    loss.backward()
    own = dict(model.named_parameters())
    file = {"ids": ids.float(), "lengths": torch.tensor(lengths).float(), "loss": loss.detach()[None]}
    file |= {f"weights/{path}": value.detach().float() for path, value in own.items()}
    file |= {f"gradients/{path}": value.grad for path, value in own.items()}
    file = {key: value.contiguous() for key, value in file.items()}
    save_file(file, HERE / f"sequence_documents_{name}.safetensors")


def main():
    for name, modern in [("plain", False), ("modern", True)]:
        torch.manual_seed(0)
        write(f"gpt_{name}", Gpt(modern), [CONTEXT] * 3, torch.randint(0, VOCABULARY, (3, CONTEXT)))
        torch.manual_seed(0)
        write_documents(name, Gpt(modern))
        torch.manual_seed(0)
        write(f"transformer_{name}", Transformer(modern), [12, 3, 1, 7], torch.tensor([0, 2, 1, 1]))
    for name, kind in [("lstm", nn.LSTM), ("gru", nn.GRU)]:
        torch.manual_seed(0)
        write(name, Recurrent(kind), [9, 3, 1, 7], torch.tensor([0, 2, 1, 1]))


if __name__ == "__main__":
    main()
