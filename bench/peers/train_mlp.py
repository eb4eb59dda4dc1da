"""kiln's recipe `fashion-mnist` in PyTorch: python bench/peers/train_mlp.py [--seed 0] [--threads 2] …"""

from fashion import arguments, nn, train

WIDTHS = [512, 256]


def mlp():
    layers, inputs = [nn.Flatten()], 784
    for width in WIDTHS:
        # No bias before batch norm, which would subtract it again.
        layers += [nn.Linear(inputs, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(), nn.Dropout(0.3)]
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, 10))


train("fashion-mnist", mlp, arguments(epochs=20, batch_size=256, patience=0))
