"""Attributions of captum 0.9 to the tokens of small models of texts and token sequences, with the weights of other golden files.

    python tests/golden/explained_tokens.py       (needs torch, captum and safetensors)

Writes explained_tokens.safetensors beside itself: for each model METHOD of the vectors of its tokens, `MODEL/METHOD`, `[items, rows, width]`, in float64 stored
as float32. `integrated_gradients` and `input_x_gradient` are captum's for the layer of the embedding, `gradient` and `occlusion` those for its vectors, against
vectors of 0. A row of the bag is a token, or a run of two or three, those of two behind those of one; `covered` is what covering one token with all its
runs takes away, `[items, tokens]`. `text_cnn/ids` are the tokens of the texts, where these are others than in the file of the weights.
"""

from pathlib import Path

import torch
from captum.attr import LayerGradientXActivation, LayerIntegratedGradients, Occlusion, Saliency
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional

import sequence_models

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
HERE = Path(__file__).parent
STEPS = 20


class Vectors(nn.Module):
    """A model as an embedding of rows, and what is behind it. Row 0 of the table is padding: it is used nowhere, and 0 here."""

    def __init__(self, table, behind):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(torch.cat([torch.zeros_like(table[:1]), table[1:]]), freeze=False)
        self.behind = behind

    def forward(self, rows, *more):
        return self.behind(self.embedding(rows), *more)


def weights(name):
    file = {key: value.double() for key, value in load_file(HERE / f"{name}.safetensors").items()}
    return file, {key.removeprefix("weights/"): value for key, value in file.items() if key.startswith("weights/")}


def bag():
    """The mean over the rows that are there."""
    file, own = weights("models_bag")
    ids, lengths = file["ids"].long(), file["lengths"].long()
    vocabulary, buckets = 11, 7
    rows, masks, hashes = [ids], [], ids
    for length in (1, 2, 3):
        if length > 1:
            hashes = (1999 * (hashes[:, :-1] % buckets) + ids[:, length - 1 :]) % buckets
            rows.append(vocabulary + hashes)
        masks.append(torch.arange(ids.shape[1] - length + 1)[None, :] + length <= lengths[:, None])
    mask = torch.cat(masks, 1)
    rows = torch.where(mask, torch.cat(rows, 1), 0)

    def behind(vectors, mask):
        mean = (vectors * mask[..., None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)
        return mean @ own["output.weight"] + own["output.bias"]

    return Vectors(own["embedding.weight"], behind), rows, (mask,), lengths


def text_cnn():
    """Each text by itself, without padding."""
    file, own = weights("models_text_cnn")
    ids, lengths = file["ids"].long(), file["lengths"].long()
    # Not four times the same token: of equal answers of a filter any may be the largest.
    ids[4, :4] = torch.tensor([4, 8, 10, 6])

    def one(vectors, length):
        answers = []
        for place, kernel in enumerate((2, 3)):
            x = functional.pad(vectors[:length].T[None], (0, max(0, kernel - int(length))))
            x = functional.conv1d(x, own[f"convs.{place}.weight"], own[f"convs.{place}.bias"])
            answers.append(functional.relu(x).max(dim=2).values)
        return torch.cat(answers, 1) @ own["output.weight"] + own["output.bias"]

    def behind(vectors, lengths):
        return torch.cat([one(*pair) for pair in zip(vectors, lengths)])

    return Vectors(own["embedding.weight"], behind), ids, (lengths,), lengths


def transformer():
    file, own = weights("sequence_models_transformer_plain")
    model = sequence_models.Transformer(False)
    model.load_state_dict(own)
    ids, lengths = file["ids"].long(), file["lengths"].long()

    def behind(x, lengths):
        seen = torch.arange(x.shape[1])[None, :] < lengths[:, None]
        x = x + model.stack.positions[: x.shape[1]]
        for block in model.stack.blocks:
            x = block(x, seen)
        return model.output((model.stack.norm(x) * seen[..., None]).sum(1) / lengths[:, None])

    return Vectors(own["stack.tokens"], behind), ids, (lengths,), lengths


def lstm():
    file, own = weights("sequence_models_lstm")
    model = sequence_models.Recurrent(nn.LSTM)
    model.load_state_dict(own)
    ids, lengths = file["ids"].long(), file["lengths"].long()

    def behind(x, lengths):
        for layer in model.layers:
            x = layer(x)
        return model.output(x[torch.arange(len(x)), lengths - 1])

    return Vectors(own["tokens"], behind), ids, (lengths,), lengths


def covered(model, rows, more, lengths, targets):
    """By how much an output falls without a token and all runs that it is in."""
    tokens, vectors = int(lengths.max()), model.embedding(rows)
    spans = [(start, start + length) for length in (1, 2, 3) for start in range(tokens - length + 1)]
    pick = lambda outputs: outputs.gather(1, targets[:, None])
    before = pick(model.behind(vectors, *more))
    found = []
    for token in range(tokens):
        kept = torch.tensor([not start <= token < end for start, end in spans])
        found.append(before - pick(model.behind(vectors * kept[None, :, None], *more)))
    return torch.cat(found, 1)


file = {}
for name, make in [("bag", bag), ("text_cnn", text_cnn), ("transformer", transformer), ("lstm", lstm)]:
    model, rows, more, lengths = make()
    targets = torch.arange(len(rows)) % 3
    vectors = model.embedding(rows).detach()
    width = vectors.shape[-1]
    integrated = LayerIntegratedGradients(model, model.embedding)
    if name == "text_cnn":
        file["text_cnn/ids"] = rows
    file[f"{name}/integrated_gradients"] = integrated.attribute(
        rows, torch.zeros_like(rows), target=targets, additional_forward_args=more, n_steps=STEPS
    )
    times = LayerGradientXActivation(model, model.embedding)
    file[f"{name}/input_x_gradient"] = times.attribute(rows, target=targets, additional_forward_args=more)
    file[f"{name}/gradient"] = Saliency(model.behind).attribute(vectors, target=targets, abs=False, additional_forward_args=more)
    file[f"{name}/occlusion"] = Occlusion(model.behind).attribute(
        vectors, (1, width), target=targets, baselines=0, additional_forward_args=more
    )
    if name == "bag":
        file["bag/covered"] = covered(model, rows, more, lengths, targets)
file = {key: value.detach().float().contiguous() for key, value in file.items()}
save_file(file, HERE / "explained_tokens.safetensors", metadata={"torch": torch.__version__.split("+")[0]})
