"""Golden numbers for models that know the columns of a table, computed by PyTorch and their packages in float64 and stored as float32.

    python tests/golden/columns.py        (needs torch, safetensors, rtdl_revisiting_models and pytabkit)

Writes models_mlp_categories, models_table_resnet and models_ft_transformer as tabular.py does: `weights/PATH`, `inputs`, `outputs/evaluation`,
`outputs/training` and `gradients/PATH` of sum(outputs/training ** 2), with `running/PATH` after that pass. Rows have a number, three categories as 0s and
1s, a number and four categories. models_first_values has what pytabkit makes of drawn weights: `drawn`, `inputs`, `rows` and `shares` become `weight` and
`bias`.
"""

from pathlib import Path
from unittest import mock

import torch
from pytabkit.models.data.data import DictDataset, TensorInfo
from pytabkit.models.nn_models.nn import BiasFitter, WeightFitter
from rtdl_revisiting_models import FTTransformer, ResNet
from safetensors.torch import save_file

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
HERE = Path(__file__).parent
random = torch.Generator().manual_seed(27)
NUMBERS, CATEGORIES = [0, 4], [(1, 3), (5, 4)]


def draw(shape, low=-1.0, high=1.0):
    """Values that float32 holds exactly."""
    return (torch.rand(shape, generator=random, dtype=torch.float32) * (high - low) + low).double()


def redraw(module):
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(draw(parameter.shape) * parameter.shape[-1] ** -0.5)


def rows(unknown):
    """Numbers, codes and the row of both; with `unknown` two cells have a category that training did not have: -1, all zeros."""
    numbers = draw((7, 2), -2.0, 2.0)
    codes = torch.stack([torch.randint(0, count, (7,), generator=random) for _, count in CATEGORIES], 1)
    if unknown:
        codes[2, 0] = codes[5, 1] = -1
    inputs = torch.zeros(7, 9)
    inputs[:, NUMBERS] = numbers
    for column, (start, count) in enumerate(CATEGORIES):
        for row in range(7):
            if codes[row, column] >= 0:
                inputs[row, start + codes[row, column]] = 1.0
    return numbers, codes, inputs


def write(name, inputs, parameters, training, evaluation=None, running={}):
    """`parameters`: path to a function that gives a tensor in kiln's layout, of the weights and of their gradients."""
    before = evaluation() if evaluation else None
    outputs = training()
    (outputs**2).sum().backward()
    tensors = {"inputs": inputs, "outputs/training": outputs, "outputs/evaluation": outputs if before is None else before}
    for path, layout in parameters.items():
        tensors[f"weights/{path}"] = layout(lambda parameter: parameter)
        tensors[f"gradients/{path}"] = layout(lambda parameter: parameter.grad)
    for path, value in running.items():
        tensors[f"running/{path}"] = value()
        tensors[f"weights/{path}"] = (torch.zeros_like if path.endswith("mean") else torch.ones_like)(value())
    tensors = {key: value.detach().clone().float().contiguous() for key, value in tensors.items()}
    save_file(tensors, HERE / f"{name}.safetensors", metadata={"torch": torch.__version__})


def linear(path, layer):
    return {f"{path}.weight": lambda of: of(layer.weight).T, f"{path}.bias": lambda of: of(layer.bias)}


def norm(path, layer):
    return {f"{path}.gamma": lambda of: of(layer.weight), f"{path}.beta": lambda of: of(layer.bias)}


def categories():
    """Both columns as vectors of five numbers; the numbers come first."""
    numbers, codes, inputs = rows(unknown=True)
    vectors = [torch.nn.Embedding(count, 5) for _, count in CATEGORIES]
    layers = [torch.nn.Linear(2 + 5 + 5, 9), torch.nn.Linear(9, 3)]
    for module in [*vectors, *layers]:
        redraw(module)

    def forward():
        found = [vector(codes[:, at].clamp(min=0)) * (codes[:, at] >= 0)[:, None] for at, vector in enumerate(vectors)]
        return layers[1](torch.relu(layers[0](torch.cat([numbers, *found], 1))))

    paths = linear("layers.0.linear", layers[0]) | linear("output", layers[1])
    for at, vector in enumerate(vectors):
        paths[f"categories.vectors.{at}"] = lambda of, vector=vector: of(vector.weight)
    write("models_mlp_categories", inputs, paths, forward)


def table_resnet():
    _, _, inputs = rows(unknown=False)
    model = ResNet(d_in=9, d_out=3, n_blocks=2, d_block=8, d_hidden=10, d_hidden_multiplier=None, dropout1=0.0, dropout2=0.0)
    redraw(model)
    paths = linear("input", model.input_projection)
    norms = {"norm": model.output.normalization}
    for at, block in enumerate(model.blocks):
        norms[f"blocks.{at}.norm"] = block.normalization
        paths |= linear(f"blocks.{at}.linear1", block.linear1) | linear(f"blocks.{at}.linear2", block.linear2)
    running = {}
    for path, layer in norms.items():
        paths |= norm(path, layer)
        running[f"{path}.running_mean"] = lambda layer=layer: layer.running_mean
        running[f"{path}.running_var"] = lambda layer=layer: layer.running_var
    paths |= linear("output", model.output.linear)
    evaluation = lambda: (model.eval()(inputs), model.train())[0]
    write("models_table_resnet", inputs, paths, lambda: model(inputs), evaluation, running)


def ft_transformer():
    numbers, codes, inputs = rows(unknown=False)
    model = FTTransformer(n_cont_features=2, cat_cardinalities=[count for _, count in CATEGORIES], d_out=3, n_blocks=2, d_block=8,
                          attention_n_heads=2, attention_dropout=0.0, ffn_d_hidden=10, ffn_d_hidden_multiplier=None, ffn_dropout=0.0,
                          residual_dropout=0.0)
    redraw(model)
    cont, cat, backbone = model.cont_embeddings, model.cat_embeddings, model.backbone
    # Columns in the order of the table: number, categories, number, categories.
    paths = {
        "tokens.weight": lambda of: torch.cat([of(cont.weight)[:1], of(cat.embeddings[0].weight), of(cont.weight)[1:], of(cat.embeddings[1].weight)]),
        "tokens.bias": lambda of: torch.stack([of(cont.bias)[0], of(cat.bias)[0], of(cont.bias)[1], of(cat.bias)[1]]),
        "tokens.cls": lambda of: of(model.cls_embedding.weight),
    }
    for at, block in enumerate(backbone.blocks):
        own, attention = f"blocks.{at}", block["attention"]
        three = [attention.W_q, attention.W_k, attention.W_v]
        paths[f"{own}.attn.qkv.weight"] = lambda of, three=three: torch.cat([of(layer.weight).T for layer in three], 1)
        paths[f"{own}.attn.qkv.bias"] = lambda of, three=three: torch.cat([of(layer.bias) for layer in three])
        paths |= linear(f"{own}.attn.proj", attention.W_out) | norm(f"{own}.norm2", block["ffn_normalization"])
        if "attention_normalization" in block:
            paths |= norm(f"{own}.norm1", block["attention_normalization"])
        paths |= linear(f"{own}.linear1", block["ffn"].linear1) | linear(f"{own}.linear2", block["ffn"].linear2)
    paths |= norm("norm", backbone.output.normalization) | linear("output", backbone.output.linear)
    write("models_ft_transformer", inputs, paths, lambda: model(numbers, codes))


def first_values():
    """One layer with pytabkit's fitters, which draw what is drawn here."""
    inputs, drawn = draw((30, 5), -2.0, 3.0), draw((5, 6))
    picked = torch.randint(0, 30, (6, 5), generator=random)
    shares = draw((6, 5), 0.05, 2.0)
    dataset = lambda x: DictDataset({"x_cont": x}, {"x_cont": TensorInfo(feat_shape=[x.shape[1]])})
    with mock.patch("torch.randn", lambda *_, **__: drawn.clone()):
        weigh = WeightFitter(6, weight_param="ntk", weight_init_mode="std")._fit(dataset(inputs))
    with mock.patch("torch.randint", lambda *_, **__: picked), \
            mock.patch("torch.distributions.Exponential.sample", lambda *_, **__: shares.clone()):
        shift = BiasFitter(bias_init_mode="he+5")._fit(dataset(weigh.forward_cont(inputs).detach()))
    tensors = {"inputs": inputs, "drawn": drawn, "rows": picked, "shares": shares, "weight": weigh.weight, "bias": shift.bias[0]}
    tensors = {key: value.detach().clone().float().contiguous() for key, value in tensors.items()}
    save_file(tensors, HERE / "models_first_values.safetensors", metadata={"torch": torch.__version__})


categories()
table_resnet()
ft_transformer()
first_values()
