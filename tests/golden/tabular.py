"""Golden numbers for the models of tables, computed by their packages in float64 and stored as float32.

    python tests/golden/tabular.py        (needs torch, safetensors, rtdl_num_embeddings, pytabkit and tabm)

Writes models_mlp_plr, models_mlp_pbld, models_mlp_piecewise, models_mlp_realmlp and models_tabm as models.py does: `weights/PATH`, `inputs`, `outputs/evaluation`,
`outputs/training` and `gradients/PATH` of sum(outputs/training ** 2). The embedded numbers are the columns 0, 1, 3 and 4 of six.
"""

from pathlib import Path

import torch
from pytabkit.models.nn_models.activations import ParametricActivationLayer
from pytabkit.models.nn_models.base import BiasLayer, Fitter, ScaleLayer, Variable, WeightLayer
from pytabkit.models.nn_models.nn import PLREmbeddingsLayerCosBias
from rtdl_num_embeddings import PeriodicEmbeddings, PiecewiseLinearEmbeddings
from safetensors.torch import save_file
from tabm import TabM

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
HERE = Path(__file__).parent
NUMBERS, OTHERS = [0, 1, 3, 4], [2, 5]
random = torch.Generator().manual_seed(20)


def draw(shape, low=-1.0, high=1.0):
    """Values that float32 holds exactly."""
    return (torch.rand(shape, generator=random, dtype=torch.float32) * (high - low) + low).double()


def redraw(module):
    """Other weights than the package's: they need not be those of an initialisation, and must be exact in float32."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(draw(parameter.shape) * parameter.shape[-1] ** -0.5)


def write(name, weights, forward, more={}):
    """`weights`: path to (tensor, whether to transpose its last two dimensions as Burn has it)."""
    inputs = draw((7, 6), -2.0, 2.0)
    outputs = forward(inputs)
    (outputs**2).sum().backward()
    turned = lambda x, turn: (x.transpose(-1, -2) if turn else x).detach()
    tensors = {"inputs": inputs, "outputs/training": outputs.detach()}
    tensors["outputs/evaluation"] = outputs.detach().clone()
    tensors |= more
    for path, (weight, turn) in weights.items():
        tensors[f"weights/{path}"] = turned(weight, turn)
        tensors[f"gradients/{path}"] = turned(weight.grad, turn)
    tensors = {key: value.float().contiguous() for key, value in tensors.items()}
    save_file(tensors, HERE / f"{name}.safetensors", metadata={"torch": torch.__version__})


def head(width):
    layers = [torch.nn.Linear(width, 9), torch.nn.Linear(9, 3)]
    for layer in layers:
        redraw(layer)
    paths = {
        "layers.0.linear.weight": (layers[0].weight, True),
        "layers.0.linear.bias": (layers[0].bias, False),
        "output.weight": (layers[1].weight, True),
        "output.bias": (layers[1].bias, False),
    }
    return lambda x: layers[1](torch.relu(layers[0](x))), paths


def plr():
    embedding = PeriodicEmbeddings(4, 5, n_frequencies=6, frequency_init_scale=0.5, lite=False)
    redraw(embedding)
    mlp, paths = head(4 * 5 + 2)
    paths |= {
        "embedding.numbers.frequencies": (embedding.periodic.weight, False),
        "embedding.numbers.linear.weight": (embedding.linear.weight, False),
        "embedding.numbers.linear.bias": (embedding.linear.bias, False),
    }
    write("models_mlp_plr", paths, lambda x: mlp(torch.cat([embedding(x[:, NUMBERS]).flatten(1), x[:, OTHERS]], 1)))


def pbld():
    shapes = {"weight_1": (4, 1, 6), "bias_1": (4, 1, 6), "weight_2": (4, 6, 3), "bias_2": (4, 1, 3)}
    parts = {name: draw(shape).requires_grad_() for name, shape in shapes.items()}
    embedding = PLREmbeddingsLayerCosBias(
        fitter=Fitter(), plr_act_name="linear", plr_use_densenet=True, **parts
    )
    mlp, paths = head(4 * 4 + 2)

    def forward(x):
        return mlp(torch.cat([embedding.forward_cont(x[:, NUMBERS]), x[:, OTHERS]], 1))

    kiln = {
        "frequencies": "weight_1",
        "phases": "bias_1",
        "linear.weight": "weight_2",
        "linear.bias": "bias_2",
    }
    flat = lambda x: x if x.shape[1] > 1 else x[:, 0]
    inputs = draw((7, 6), -2.0, 2.0)
    outputs = forward(inputs)
    (outputs**2).sum().backward()
    tensors = {"inputs": inputs, "outputs/training": outputs, "outputs/evaluation": outputs}
    for path, (weight, turn) in paths.items():
        tensors[f"weights/{path}"] = weight.T if turn else weight
        tensors[f"gradients/{path}"] = weight.grad.T if turn else weight.grad
    for path, name in kiln.items():
        tensors[f"weights/embedding.numbers.{path}"] = flat(parts[name])
        tensors[f"gradients/embedding.numbers.{path}"] = flat(parts[name].grad)
    tensors = {key: value.detach().clone().float().contiguous() for key, value in tensors.items()}
    save_file(tensors, HERE / "models_mlp_pbld.safetensors", metadata={"torch": torch.__version__})


def piecewise():
    bins = [torch.tensor(edges) for edges in ([-1.5, -0.5, 0.25, 1.0], [-1.0, 1.0], [-2.0, 0.5, 0.75], [0.0, 0.5, 1.0, 1.75])]
    embedding = PiecewiseLinearEmbeddings(bins, 5, activation=False, version="B")
    redraw(embedding)
    mlp, paths = head(4 * 5 + 2)
    paths |= {
        "embedding.numbers.weight": (embedding.linear0.weight, False),
        "embedding.numbers.bias": (embedding.linear0.bias, False),
        "embedding.numbers.bin_weight": (embedding.linear.weight, False),
    }
    more = {f"bins/{number}": edges for number, edges in enumerate(bins)}
    forward = lambda x: mlp(torch.cat([embedding(x[:, NUMBERS]).flatten(1), x[:, OTHERS]], 1))
    write("models_mlp_piecewise", paths, forward, more)


def tabm():
    """Outputs are one head after another: [heads · N, outputs]."""
    model = TabM.make(
        n_num_features=6, d_out=3, n_blocks=2, d_block=8, k=4, dropout=0.0, start_scaling_init="random-signs"
    )
    redraw(model)
    heads_first = lambda x: model(x).transpose(0, 1).flatten(0, 1)
    paths = {"output.weight": (model.output.weight, False), "output.bias": (model.output.bias, False)}
    for number, block in enumerate(model.backbone.blocks):
        linear = block[0]
        paths |= {
            f"layers.{number}.weight": (linear.weight, True),
            f"layers.{number}.scale_in": (linear.r, False),
            f"layers.{number}.scale_out": (linear.s, False),
            f"layers.{number}.bias": (linear.bias, False),
        }
    write("models_tabm", paths, heads_first)


def realmlp():
    """RealMLP's layers: factors of inputs, weights over the root of their inputs, activations that are learned."""
    variables, paths, layers = {}, {}, []

    def variable(path, shape, low=-1.0, high=1.0):
        variables[path] = Variable(draw(shape, low, high), trainable=True)
        # Vectors are rows of one there.
        return variables[path]

    layers.append(ScaleLayer(variable("scale", (1, 6), 0.5, 1.5)))
    for path, inputs, outputs in [("layers.0", 6, 9), ("layers.1", 9, 8), ("output", 8, 3)]:
        linear = path if path == "output" else f"{path}.linear"
        layers.append(WeightLayer(variable(f"{linear}.weight", (inputs, outputs)), factor=inputs**-0.5))
        layers.append(BiasLayer(variable(f"{linear}.bias", (1, outputs))))
        if path != "output":
            layers.append(ParametricActivationLayer(torch.nn.functional.silu, variable(f"{path}.alpha", (1, outputs), 0.0, 1.5)))

    def forward(x):
        for layer in layers:
            x = layer.forward_cont(x)
        return x

    inputs = draw((7, 6), -2.0, 2.0)
    outputs = forward(inputs)
    (outputs**2).sum().backward()
    tensors = {"inputs": inputs, "outputs/training": outputs, "outputs/evaluation": outputs}
    for path, tensor in variables.items():
        flat = (lambda x: x[0]) if tensor.shape[0] == 1 else (lambda x: x)
        tensors[f"weights/{path}"], tensors[f"gradients/{path}"] = flat(tensor), flat(tensor.grad)
    tensors = {key: value.detach().clone().float().contiguous() for key, value in tensors.items()}
    save_file(tensors, HERE / "models_mlp_realmlp.safetensors", metadata={"torch": torch.__version__})


plr()
pbld()
piecewise()
tabm()
realmlp()
