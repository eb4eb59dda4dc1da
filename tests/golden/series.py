"""Golden numbers for models of time series, computed by PyTorch in float64. First weights are numbers of float32.

    python tests/golden/series.py        (needs torch and safetensors)

Writes series_*.safetensors beside itself: `values` ([N, channels, T], 0 behind the end of a series), `lengths`, `labels`, `weights/PATH`, `outputs` in training,
`gradients/PATH`, `losses` and `after/PATH` of 50 steps of AdamW on this batch (lr 1e-3, betas 0.9 and 0.99, eps 1e-8, decay 0.1 of all), and `evaluation`, the outputs
behind them in evaluation. Paths are kiln's, weights of linear layers [inputs, outputs].

The networks are written from the papers, as the authors' code has them: InceptionTime (Fawaz and others, 2020; github.com/hfawaz/InceptionTime, with odd kernels) and the
temporal convolutional network (Bai, Kolter and Koltun, 2018; github.com/locuslab/TCN, without weight normalisation). PyTorch never sees the padding: each series goes
through convolutions, pooling and recurrent layers by itself, and batch norm gets the steps of all series one after another.
"""

import torch
from safetensors.torch import save_file
from sequence_models import HERE, WIDTH, Block, Layer, Linear, Norm
from torch import nn
from torch.nn import functional

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
CHANNELS, CLASSES, LONGEST = 2, 3, 9


class Conv(nn.Module):
    def __init__(self, inputs, outputs, kernel, bias=False):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel) * 0.4)
        self.bias = nn.Parameter(torch.randn(outputs) * 0.2) if bias else None

    def forward(self, items, dilation=1, causal=False):
        reach = (self.weight.shape[2] - 1) * dilation
        padding = (reach, 0) if causal else (reach // 2, reach // 2)
        return [functional.conv1d(functional.pad(x, padding), self.weight, self.bias, dilation=dilation) for x in items]


class BatchNorm(nn.Module):
    """torch.nn.BatchNorm1d over the steps of all series, with kiln's names."""

    def __init__(self, width):
        super().__init__()
        self.gamma = nn.Parameter(1 + 0.3 * torch.randn(width))
        self.beta = nn.Parameter(0.3 * torch.randn(width))
        self.mean, self.var = torch.zeros(width), torch.ones(width)

    def forward(self, items):
        rows = torch.cat([x[0].T for x in items])
        rows = functional.batch_norm(rows, self.mean, self.var, self.gamma, self.beta, self.training, 0.1, 1e-5)
        return [part.T[None] for part in rows.split([x.shape[2] for x in items])]


class Module(nn.Module):
    def __init__(self, inputs, filters, kernels, bottleneck):
        super().__init__()
        self.bottleneck = Conv(inputs, bottleneck, 1) if inputs > 1 else None
        inner = bottleneck if inputs > 1 else inputs
        self.convs = nn.ModuleList(Conv(inner, filters, kernel) for kernel in kernels)
        self.pooled = Conv(inputs, filters, 1)
        self.norm = BatchNorm(filters * (len(kernels) + 1))

    def forward(self, items):
        inner = self.bottleneck(items) if self.bottleneck else items
        parts = [conv(inner) for conv in self.convs]
        parts.append(self.pooled([functional.max_pool1d(x, 3, 1, 1) for x in items]))
        return [functional.relu(x) for x in self.norm([torch.cat(own, 1) for own in zip(*parts)])]


class Shortcut(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv, self.norm = Conv(inputs, outputs, 1), BatchNorm(outputs)

    def forward(self, items):
        return self.norm(self.conv(items))


class InceptionTime(nn.Module):
    def __init__(self, channels, filters=3, kernels=(5, 3), modules=4, bottleneck=2):
        super().__init__()
        width = filters * (len(kernels) + 1)
        inputs = [channels] + [width] * (modules - 1)
        self.modules_ = nn.ModuleList(Module(own, filters, kernels, bottleneck) for own in inputs)
        self.shortcuts = nn.ModuleList(Shortcut(channels if n == 0 else width, width) for n in range(modules // 3))
        self.output = Linear(width, CLASSES, True)

    def forward(self, items):
        past = items
        for n, module in enumerate(self.modules_):
            items = module(items)
            if n % 3 == 2:
                beside = self.shortcuts[n // 3](past)
                items = past = [functional.relu(x + y) for x, y in zip(items, beside)]
        return self.output(torch.cat([x.mean(2) for x in items]))


class TcnBlock(nn.Module):
    def __init__(self, inputs, outputs, kernel, dilation):
        super().__init__()
        self.first, self.second = Conv(inputs, outputs, kernel, True), Conv(outputs, outputs, kernel, True)
        self.past = Conv(inputs, outputs, 1, True) if inputs != outputs else None
        self.dilation = dilation

    def forward(self, items):
        inner = [functional.relu(x) for x in self.first(items, self.dilation, True)]
        inner = [functional.relu(x) for x in self.second(inner, self.dilation, True)]
        past = self.past(items) if self.past else items
        return [functional.relu(x + y) for x, y in zip(inner, past)]


class Tcn(nn.Module):
    def __init__(self, channels, widths=(4, 4, 5, 5), kernel=3):
        super().__init__()
        inputs = [channels, *widths[:-1]]
        self.blocks = nn.ModuleList(TcnBlock(a, b, kernel, 2**n) for n, (a, b) in enumerate(zip(inputs, widths)))
        self.output = Linear(widths[-1], CLASSES, True)

    def forward(self, items):
        for block in self.blocks:
            items = block(items)
        return self.output(torch.cat([x[:, :, -1] for x in items]))


class Recurrent(nn.Module):
    def __init__(self, kind, channels):
        super().__init__()
        self.layers = nn.ModuleList([Layer(kind, channels, 6), Layer(kind, 6, 5)])
        self.output = Linear(5, CLASSES, True)

    def forward(self, items):
        items = [x.transpose(1, 2) for x in items]
        for layer in self.layers:
            items = [layer(x) for x in items]
        return self.output(torch.cat([x[:, -1] for x in items]))


class Stack(nn.Module):
    def __init__(self):
        super().__init__()
        self.positions = nn.Parameter(torch.randn(LONGEST, WIDTH) * 0.5)
        self.blocks = nn.ModuleList([Block(True, False, False)])
        self.norm = Norm(False, True)


class Transformer(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.input, self.stack, self.output = Linear(channels, WIDTH, True), Stack(), Linear(WIDTH, CLASSES, True)

    def forward(self, items):
        rows = []
        for x in items:
            x = self.input(x.transpose(1, 2)) + self.stack.positions[: x.shape[2]]
            for block in self.stack.blocks:
                x = block(x, torch.ones(1, x.shape[1], dtype=torch.bool))
            rows.append(self.stack.norm(x).mean(1))
        return self.output(torch.cat(rows))


def write(name, make, lengths, channels=CHANNELS):
    torch.manual_seed(5)
    model = make(channels)
    items = [torch.randn(1, channels, length).float().double() for length in lengths]
    labels = torch.tensor([n % CLASSES for n in range(len(lengths))])
    with torch.no_grad():
        for value in model.parameters():
            value.copy_(value.float().double())
    own = {path.replace("modules_.", "modules."): value for path, value in model.named_parameters()}
    values = torch.cat([functional.pad(x, (0, max(lengths) - x.shape[2])) for x in items])
    file = {"values": values.float(), "lengths": torch.tensor(lengths).float(), "labels": labels.float()}
    file |= {f"weights/{path}": value.detach().clone().float() for path, value in own.items()}
    optimizer = torch.optim.AdamW(own.values(), lr=1e-3, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.1)
    losses = []
    for step in range(50):
        optimizer.zero_grad()
        outputs = model(items)
        loss = functional.cross_entropy(outputs, labels)
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            file["outputs"] = outputs.detach()
            file |= {f"gradients/{path}": value.grad.clone() for path, value in own.items()}
        optimizer.step()
    file["losses"] = torch.tensor(losses)
    file |= {f"after/{path}": value.detach().clone() for path, value in own.items()}
    file["evaluation"] = model.eval()(items).detach()
    path = HERE / f"series_{name}.safetensors"
    save_file({key: value.contiguous() for key, value in file.items()}, path, metadata={"torch": torch.__version__.split("+")[0]})
    print(f"{path.name}: {len(file)} tensors, {path.stat().st_size} bytes")


if __name__ == "__main__":
    even, uneven = [LONGEST] * 5, [9, 4, 1, 7, 6]
    write("inception_even", InceptionTime, even)
    write("inception_uneven", InceptionTime, uneven)
    write("inception_one", InceptionTime, even, channels=1)
    write("tcn_even", Tcn, even)
    write("tcn_uneven", Tcn, uneven)
    write("lstm", lambda channels: Recurrent(nn.LSTM, channels), uneven)
    write("gru", lambda channels: Recurrent(nn.GRU, channels), even)
    write("transformer", Transformer, uneven)
