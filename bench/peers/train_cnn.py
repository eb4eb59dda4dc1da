"""kiln's recipe `fashion-mnist-cnn` in PyTorch: python bench/peers/train_cnn.py [--seed 0] [--channels-last] …"""

from fashion import arguments, nn, train

CHANNELS = [32, 64]


def cnn():
    layers, inputs = [], 1
    for channels in CHANNELS:
        # No bias before batch norm, which would subtract it again.
        layers += [nn.Conv2d(inputs, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)]
        layers += [nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.1)]
        inputs = channels
    head = [nn.Flatten(), nn.Linear(inputs * 7 * 7, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, 10)]
    return nn.Sequential(*layers, *head)


train("fashion-mnist-cnn", cnn, arguments(epochs=10, batch_size=128, patience=0))
