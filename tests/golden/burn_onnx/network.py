"""A network of PyTorch as ONNX: convolution, batch norm, pooling and two linear layers, for pictures of 8 x 8 pixels.

    cargo install burn-onnx --version 0.22.0
    python network.py && onnx2burn network.onnx . && mv network.rs network.rs.txt

network.rs.txt is committed as `onnx2burn` writes it. The weights are not: kiln trains from its own.
"""

import torch

network = torch.nn.Sequential(
    torch.nn.Conv2d(1, 8, 3, padding=1),
    torch.nn.BatchNorm2d(8),
    torch.nn.ReLU(),
    torch.nn.MaxPool2d(2),
    torch.nn.Flatten(),
    torch.nn.Linear(128, 32),
    torch.nn.GELU(),
    torch.nn.Linear(32, 10),
)
torch.onnx.export(
    network.eval(),
    torch.zeros(2, 1, 8, 8),
    "network.onnx",
    input_names=["image"],
    output_names=["scores"],
    dynamic_axes={"image": {0: "items"}, "scores": {0: "items"}},
    opset_version=18,
    dynamo=False,
    # Batch norm stays a layer of its own.
    training=torch.onnx.TrainingMode.PRESERVE,
    do_constant_folding=False,
)
