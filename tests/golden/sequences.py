"""Golden numbers for what is done to sequences of tokens, computed by PyTorch in float64.

    python tests/golden/sequences.py        (needs torch and safetensors)

Writes sequences.safetensors beside itself: for each case `CASE/in/NAME`, `CASE/weight` (what the outputs are multiplied with before they are summed),
`CASE/out` and `CASE/grad/NAME`. Inputs are numbers that float32 has. Weights of linear layers are [inputs, outputs].
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

torch.set_num_threads(1)
torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
FILE = {}


def noise(*shape, scale=1.0):
    return (torch.randn(*shape) * scale).float().double()


def case(name, inputs, function):
    inputs = {key: value.clone().requires_grad_() for key, value in inputs.items()}
    out = function(**inputs)
    weight = noise(*out.shape)
    (out * weight).sum().backward()
    FILE[f"{name}/weight"], FILE[f"{name}/out"] = weight, out.detach()
    for key, value in inputs.items():
        FILE[f"{name}/in/{key}"], FILE[f"{name}/grad/{key}"] = value.detach(), value.grad


def attention(qkv, heads, lengths, causal):
    """qkv: [N, T, 3 * width]; what is beyond an item's length is 0."""
    items, tokens, columns = qkv.shape
    parts = qkv.view(items, tokens, 3, heads, columns // 3 // heads).permute(2, 0, 3, 1, 4)
    seen = torch.arange(tokens)[None, :] < torch.tensor(lengths)[:, None]
    mask = seen[:, None, None, :].expand(items, 1, tokens, tokens)
    if causal:
        mask = mask & torch.ones(tokens, tokens, dtype=torch.bool).tril()
    out = functional.scaled_dot_product_attention(*parts, attn_mask=mask)
    return (out.transpose(1, 2) * seen[:, :, None, None]).reshape(items, tokens, columns // 3)


def kept(seed, probability, heads, items, tokens):
    """kiln's mask for shares of attention, of items padded to `tokens` rows: what each share is multiplied by, [N, heads, T, T]. Element
    2^32 * (head * rows + row) + key of the 32-bit halves of SplitMix64 in counter form."""
    gamma, all_bits = 0x9E3779B97F4A7C15, 2**64 - 1

    def mix(z):
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & all_bits
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & all_bits
        return z ^ (z >> 31)

    state = mix((seed + gamma) & all_bits)
    threshold = round(probability * 2**32)
    factors = torch.zeros(items, heads, tokens, tokens)
    for item in range(items):
        for head in range(heads):
            for query in range(tokens):
                line = head * items * tokens + item * tokens + query
                for key in range(tokens):
                    pair = (line << 31) + key // 2
                    bits = mix((state + (pair + 1) * gamma) & all_bits) >> (32 * (key % 2)) & (2**32 - 1)
                    factors[item, head, query, key] = 0 if bits < threshold else 1 / (1 - probability)
    return factors


def attention_with_dropout(qkv, heads, lengths, causal, factors):
    """As `attention`, step by step, with a fixed mask on what softmax gives."""
    items, tokens, columns = qkv.shape
    query, key, value = qkv.view(items, tokens, 3, heads, columns // 3 // heads).permute(2, 0, 3, 1, 4)
    seen = torch.arange(tokens)[None, :] < torch.tensor(lengths)[:, None]
    mask = seen[:, None, None, :].expand(items, 1, tokens, tokens)
    if causal:
        mask = mask & torch.ones(tokens, tokens, dtype=torch.bool).tril()
    scores = query @ key.mT / query.shape[-1] ** 0.5
    out = (scores.masked_fill(~mask, -torch.inf).softmax(-1) * factors) @ value
    return (out.transpose(1, 2) * seen[:, :, None, None]).reshape(items, tokens, columns // 3)


def rotary(qkv, heads, base):
    """Hugging Face's `rotate_half`, for tokens at positions 0, 1, 2, …"""
    tokens, columns = qkv.shape
    inner = columns // 3 // heads
    inverse = base ** (-torch.arange(0, inner, 2) / inner)
    angles = torch.cat([torch.arange(tokens)[:, None] * inverse[None, :]] * 2, -1)[:, None, :]
    parts = qkv[:, : 2 * columns // 3].view(tokens, 2 * heads, inner)
    turned = torch.cat([-parts[..., inner // 2 :], parts[..., : inner // 2]], -1)
    turned = (parts * angles.cos() + turned * angles.sin()).reshape(tokens, -1)
    return torch.cat([turned, qkv[:, 2 * columns // 3 :]], 1)


def recurrent(layer, x, of_inputs, of_states, input_bias, state_bias):
    values = [of_inputs.T, of_states.T, input_bias, state_bias]
    names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]
    return torch.func.functional_call(layer, dict(zip(names, values)), (x,))[0]


for name, tokens, heads, inner, lengths, causal in [
    ("causal", 100, 2, 12, [100], True),
    ("padded", 67, 2, 8, [67, 1, 64], False),
    ("causal_padded", 66, 3, 5, [66, 3], True),
]:
    qkv = noise(len(lengths), tokens, 3 * heads * inner)
    case(f"attention_{name}", {"qkv": qkv}, lambda qkv: attention(qkv, heads, lengths, causal))

ids = torch.randint(0, 30, (200,))
ids[:3] = 7
FILE["embedding/ids"] = ids.float()
case("embedding", {"table": noise(40, 12)}, lambda table: functional.embedding(ids, table))

labels = torch.randint(0, 150, (70,))
labels[[0, 64]] = -1
FILE["linear_cross_entropy/labels"] = labels.float()
for smoothing in (0.0, 0.1):
    case(
        f"linear_cross_entropy_{smoothing}",
        {"x": noise(70, 16), "weight": noise(150, 16)},
        lambda x, weight: functional.cross_entropy(
            x @ weight.T, labels, ignore_index=-1, label_smoothing=smoothing
        )[None],
    )

case(
    "rms_norm",
    {"x": noise(33, 20), "gamma": noise(20)},
    lambda x, gamma: functional.rms_norm(x, (20,), gamma, 1e-5),
)
case("swiglu", {"x": noise(17, 26, scale=3.0)}, lambda x: functional.silu(x[:, :13]) * x[:, 13:])
case("rotary", {"qkv": noise(40, 3 * 2 * 8)}, lambda qkv: rotary(qkv, 2, 10000.0))
for name, layer, gates in [("lstm", nn.LSTM, 4), ("gru", nn.GRU, 3)]:
    hidden, layer = 20, layer(7, 20, batch_first=True)
    inputs = {
        "x": noise(5, 9, 7),
        "of_inputs": noise(7, gates * hidden, scale=0.4),
        "of_states": noise(hidden, gates * hidden, scale=0.3),
        "input_bias": noise(gates * hidden, scale=0.3),
        "state_bias": noise(gates * hidden, scale=0.3),
    }
    case(name, inputs, lambda **values: recurrent(layer, **values))

for name, tokens, heads, inner, lengths, causal in [
    ("causal", 70, 2, 4, [70], True),
    ("padded", 67, 1, 5, [67, 1, 30], False),
]:
    # A half, so that what stays is multiplied by a number that every type has.
    factors = kept(9, 0.5, heads, len(lengths), tokens)
    case(
        f"attention_dropout_{name}",
        {"qkv": noise(len(lengths), tokens, 3 * heads * inner)},
        lambda qkv: attention_with_dropout(qkv, heads, lengths, causal, factors),
    )

save_file({name: value.contiguous() for name, value in FILE.items()}, Path(__file__).with_suffix(".safetensors"))
