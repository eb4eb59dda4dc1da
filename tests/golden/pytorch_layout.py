"""Layers of PyTorch as it saves them, and what they give.

    python tests/golden/pytorch_layout.py        (needs torch and safetensors)

Writes two files beside itself:

    pytorch_layout.safetensors           the state_dict of a module, as safetensors.torch saves it: names and layout of PyTorch
    pytorch_layout_outputs.safetensors   in/NAME and out/NAME of every layer in evaluation, computed in float64
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

torch.manual_seed(16)
HERE = Path(__file__).parent
WIDTH, HEADS, HIDDEN, FEED = 6, 2, 5, 8


def transformer(norm_first):
    common = {"dim_feedforward": FEED, "dropout": 0.0, "activation": "gelu", "batch_first": True, "norm_first": norm_first}
    encoder = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(WIDTH, HEADS, **common), 2, enable_nested_tensor=False
    )
    decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(WIDTH, HEADS, **common), 2)
    return nn.ModuleDict({"encoder": encoder, "decoder": decoder})


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.square = nn.Linear(WIDTH, WIDTH)  # its weight has one shape in both layouts
        self.wide = nn.Linear(WIDTH, 3, bias=False)
        self.conv1 = nn.Conv1d(2, 4, 3)
        self.conv2 = nn.Conv2d(4, 6, 3, padding=1, groups=2)
        self.up = nn.ConvTranspose2d(4, 3, 2, stride=2)
        self.batch = nn.BatchNorm2d(4)
        self.layer = nn.LayerNorm(WIDTH)
        self.group = nn.GroupNorm(2, 4)
        self.instance = nn.InstanceNorm2d(4, affine=True)
        self.rms = nn.RMSNorm(WIDTH, eps=1e-5)
        self.prelu = nn.PReLU(4)
        self.embedding = nn.Embedding(7, 7)
        self.attention = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.lstm = nn.LSTM(WIDTH, HIDDEN, batch_first=True)
        self.stacked = nn.LSTM(WIDTH, WIDTH, num_layers=2, batch_first=True)
        self.both = nn.LSTM(WIDTH, HIDDEN, bidirectional=True, batch_first=True)
        self.gru = nn.GRU(WIDTH, HIDDEN, batch_first=True)
        self.gru_both = nn.GRU(WIDTH, HIDDEN, bidirectional=True, bias=False, batch_first=True)
        self.rnn = nn.RNN(WIDTH, HIDDEN, batch_first=True)
        self.post = transformer(norm_first=False)


class Root(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = Net()
        self.pre = transformer(norm_first=True)


root = Root().eval()
with torch.no_grad():
    for parameter in root.parameters():  # also those that begin as 0 or 1
        parameter.uniform_(-0.8, 0.8)
    root.net.batch.running_mean.uniform_(-1, 1)
    root.net.batch.running_var.uniform_(0.5, 2)
    root.net.batch.num_batches_tracked.fill_(12)
save_file(root.state_dict(), HERE / "pytorch_layout.safetensors", metadata={"format": "pt"})

root.double()
out = {}


def case(name, layer, *inputs):
    with torch.no_grad():
        outputs = layer(*inputs)
    outputs = outputs[0] if isinstance(outputs, tuple) else outputs
    for i, x in enumerate(inputs):
        out[f"in/{name}/{i}"] = x.float() if x.is_floating_point() else x.int()
    out[f"out/{name}"] = outputs.float().contiguous()


def numbers(*shape):
    return torch.randn(*shape).double()  # values that float32 holds


net, rows, sequence, images = root.net, numbers(4, WIDTH), numbers(3, 5, WIDTH), numbers(2, 4, 5, 5)
for name in ("square", "wide", "layer", "rms"):
    case(name, getattr(net, name), rows)
case("conv1", net.conv1, numbers(2, 2, 7))
for name in ("conv2", "up", "batch", "group", "instance", "prelu"):
    case(name, getattr(net, name), images)
case("embedding", net.embedding, torch.tensor([[0, 6, 3], [1, 1, 5]]))
case("attention", lambda x, y: net.attention(x, y, y), sequence, numbers(3, 4, WIDTH))
for name in ("lstm", "stacked", "both", "gru", "gru_both", "rnn"):
    case(name, getattr(net, name), sequence)
for name, parts in (("post", net.post), ("pre", root.pre)):
    case(f"{name}.encoder", parts["encoder"], sequence)
    case(f"{name}.decoder", parts["decoder"], sequence, numbers(3, 4, WIDTH))
save_file(out, HERE / "pytorch_layout_outputs.safetensors")
