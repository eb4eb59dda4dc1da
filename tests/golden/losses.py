"""Losses and their gradients by PyTorch, float64. Writes losses.safetensors beside this file."""

from pathlib import Path

import torch
import torch.nn.functional as F
import torchvision
from torchvision.ops import sigmoid_focal_loss
from safetensors.torch import save_file

torch.manual_seed(1)
N, K, COLUMNS = 12, 5, 3
f64 = torch.float64
out = {}


def case(name, inputs, loss):
    inputs = inputs.detach().clone().requires_grad_()
    value = loss(inputs)
    value.backward()
    out[f"{name}/value"] = value.detach().reshape(1)
    out[f"{name}/gradient"] = inputs.grad


logits = torch.randn(N, K, dtype=f64) * 2
huge = logits * 500  # softmax underflows without the log-sum-exp trick
classes = torch.arange(N) % K
shares = torch.softmax(torch.randn(N, K, dtype=f64), 1)
weights = torch.tensor([0.5, 2.0, 1.0, 0.25, 3.0], dtype=f64)
out |= {"logits": logits, "huge": huge, "classes": classes, "shares": shares, "weights": weights}
for weighted in (False, True):
    for smoothing in (0.0, 0.1, 1.0):
        name = f"cross-entropy/{'weighted' if weighted else 'plain'}/{smoothing}"
        options = {"weight": weights if weighted else None, "label_smoothing": smoothing}
        case(name, logits, lambda x: F.cross_entropy(x, classes, **options))
        case(f"{name}/huge", huge, lambda x: F.cross_entropy(x, classes, **options))
        case(f"{name}/shares", logits, lambda x: F.cross_entropy(x, shares, **options))

logit = torch.randn(N, 1, dtype=f64) * 3
logit[0], logit[1], logit[2], logit[3] = 0.0, 90.0, -90.0, 0.0
labels = torch.arange(N) % 2
soft = torch.rand(N, 1, dtype=f64)
out |= {"logit": logit, "labels": labels, "soft": soft}
case("binary/labels", logit, lambda x: F.binary_cross_entropy_with_logits(x, labels.to(f64)[:, None]))
case("binary/soft", logit, lambda x: F.binary_cross_entropy_with_logits(x, soft))

outputs = torch.randn(N, COLUMNS, dtype=f64) * 2
values = torch.randn(N, COLUMNS, dtype=f64)
outputs[0, 0] = values[0, 0]  # no error at all: the kink of the absolute value
outputs[1, 1] = values[1, 1] + 1.0  # where Huber turns
out |= {"outputs": outputs, "values": values}
case("mse", outputs, lambda x: F.mse_loss(x, values))
case("mae", outputs, lambda x: F.l1_loss(x, values))
for delta in (1.0, 0.3):
    case(f"huber/{delta}", outputs, lambda x: F.huber_loss(x, values, delta=delta))



def both(name, inputs, loss):
    """The losses of the items, too: the reduction "none"."""
    case(name, inputs, lambda x: loss(x).mean())
    out[f"{name}/none"] = loss(inputs).detach()


# What PyTorch has not is written out here: log-cosh by its definition, the quantile loss by scikit-learn's.
both("log-cosh", outputs, lambda x: (x - values).cosh().log())
for q in (0.1, 0.5, 0.9):
    both(f"quantile/{q}", outputs, lambda x: torch.maximum(q * (values - x), (q - 1) * (values - x)))
counts = torch.arange(N * COLUMNS).reshape(N, COLUMNS).to(f64) % 7
out["counts"] = counts
for full in (False, True):
    name = f"poisson/{str(full).lower()}"
    options = {"full": full, "reduction": "none"}
    both(name, outputs, lambda x: F.poisson_nll_loss(x, counts, **options))
    both(f"{name}/rate", outputs.abs() + 0.1, lambda x: F.poisson_nll_loss(x, counts, log_input=False, **options))
    # Means and logarithms of variances side by side; some variances lie below eps.
    pair = torch.cat([outputs, torch.randn(N, COLUMNS, dtype=f64) * 2], 1)
    pair[0, COLUMNS] = -9.0
    out[f"pair/{str(full).lower()}"] = pair
    both(
        f"gaussian/{str(full).lower()}",
        pair,
        lambda x: F.gaussian_nll_loss(
            x[:, :COLUMNS], values, x[:, COLUMNS:].exp(), full=full, eps=1e-6, reduction="none"
        ),
    )
variances = torch.rand(N, COLUMNS, dtype=f64)
variances[2, 1] = 1e-3
out["variances"] = variances
both("gaussian/variances", variances, lambda v: F.gaussian_nll_loss(outputs, values, v, eps=1e-2, reduction="none"))

labels_f = labels.to(f64)[:, None]
for weight in (0.25, 3.0):
    w = torch.tensor([weight], dtype=f64)
    both(f"binary/pos-weight/{weight}/labels", logit,
         lambda x: F.binary_cross_entropy_with_logits(x, labels_f, pos_weight=w, reduction="none"))
    both(f"binary/pos-weight/{weight}/soft", logit,
         lambda x: F.binary_cross_entropy_with_logits(x, soft, pos_weight=w, reduction="none"))
mild = logit.clamp(-8, 8)  # beyond, torchvision's 1 - p loses the digits that ours keeps
mild[0] = mild[3] = 0.25  # at 0 the gradient of PyTorch's binary cross-entropy is that of a kink
out["mild"] = mild
for gamma in (0.0, 0.5, 2.0, 5.0):
    for alpha in (-1.0, 0.25):
        name = f"focal/{gamma}/{alpha}"
        both(f"{name}/labels", mild, lambda x: sigmoid_focal_loss(x, labels_f, alpha, gamma, "none"))
        both(f"{name}/soft", mild, lambda x: sigmoid_focal_loss(x, soft, alpha, gamma, "none"))
sign = 2 * labels_f - 1
for margin in (1.0, 0.5):
    for p in (1, 2):
        both(f"hinge/{margin}/{p}", logit, lambda x: (margin - sign * x).clamp(min=0) ** p)
        both(f"multi-margin/{margin}/{p}", logits,
             lambda x: F.multi_margin_loss(x, classes, p, margin, reduction="none"))

for ignored in (2, -100):
    target = classes.clone()
    target[3] = target[7] = ignored
    out[f"ignored/{ignored}"] = target
    for weighted in (False, True):
        for smoothing in (0.0, 0.1):
            options = {
                "weight": weights if weighted else None,
                "label_smoothing": smoothing,
                "ignore_index": ignored,
            }
            name = f"ignore/{ignored}/{'weighted' if weighted else 'plain'}/{smoothing}"
            case(name, logits, lambda x: F.cross_entropy(x, target, **options))
            out[f"{name}/none"] = F.cross_entropy(logits, target, **options, reduction="none")
            out[f"{name}/sum"] = F.cross_entropy(logits, target, **options, reduction="sum").reshape(1)

log_p = torch.log_softmax(logits, 1)
with_zeros = torch.where(shares < 0.1, 0.0, shares)
out |= {"log_p": log_p, "with_zeros": with_zeros}
both("kl", log_p, lambda x: F.kl_div(x, with_zeros, reduction="none"))
case("kl/batchmean", log_p, lambda x: F.kl_div(x, with_zeros, reduction="batchmean"))
anchor, positive, negative = (torch.randn(N, 4, dtype=f64) for _ in range(3))
anchor[5] = 0.0  # a vector without a direction
same = torch.arange(N) % 3 == 0
out |= {"anchor": anchor, "positive": positive, "negative": negative, "same": same.to(torch.int64)}
for margin in (0.0, 0.3):
    both(f"cosine/{margin}", anchor, lambda x: F.cosine_embedding_loss(
        x, positive, torch.where(same, 1, -1), margin, reduction="none"))
for margin in (1.0, 0.2):
    for swap in (False, True):
        both(f"triplet/{margin}/{str(swap).lower()}", anchor, lambda x: F.triplet_margin_loss(
            x, positive, negative, margin, swap=swap, reduction="none"))
probabilities = torch.rand(N, 6, dtype=f64)
mask = (torch.rand(N, 6) < 0.4).to(f64)
mask[1] = 0.0
out |= {"probabilities": probabilities, "mask": mask}


def tversky(p, alpha, beta, smooth):
    tp, fp, fn = (p * mask).sum(1), (p * (1 - mask)).sum(1), ((1 - p) * mask).sum(1)
    return 1 - (tp + smooth) / (tp + alpha * fp + beta * fn + smooth)


both("dice", probabilities, lambda p: 1 - (2 * (p * mask).sum(1) + 1) / (p.sum(1) + mask.sum(1) + 1))
both("tversky", probabilities, lambda p: tversky(p, 0.3, 0.7, 1.0))

sample_weights = torch.rand(N, dtype=f64) * 3
sample_weights[4] = 0.0
out["sample_weights"] = sample_weights
case("weighted/mse", outputs, lambda x: ((x - values) ** 2).mean(1) @ sample_weights / sample_weights.sum())
case("weighted/cross-entropy", logits, lambda x: F.cross_entropy(x, classes, reduction="none")
     @ sample_weights / sample_weights.sum())
# Weights of items and of classes multiply.
case("weighted/cross-entropy/classes", logits, lambda x: F.cross_entropy(x, classes, weights, reduction="none")
     @ sample_weights / (sample_weights * weights[classes]).sum())

# Probabilities as targets, with class weights and smoothing: those that MixUp makes of two classes, and counts that add up
# to anything; with the losses of the items, on logits whose softmax underflows, and with weights of the items.
blend = torch.linspace(0, 1, N, dtype=f64)[:, None]
mixed = blend * F.one_hot(classes, K) + (1 - blend) * F.one_hot((3 * classes + 1) % K, K)
multiples = shares * torch.arange(N, dtype=f64)[:, None]
out |= {"mixed": mixed, "multiples": multiples}
for targets in ("shares", "mixed", "multiples"):
    q = out[targets]
    for weighted in (False, True):
        for smoothing in (0.0, 0.1, 1.0):
            name = f"soft/{targets}/{'weighted' if weighted else 'plain'}/{smoothing}"
            options = {"weight": weights if weighted else None, "label_smoothing": smoothing}
            case(name, logits, lambda x: F.cross_entropy(x, q, **options))
            out[f"{name}/none"] = F.cross_entropy(logits, q, **options, reduction="none")
            case(f"{name}/huge", huge, lambda x: F.cross_entropy(x, q, **options))
            case(f"{name}/items", logits, lambda x: F.cross_entropy(x, q, **options, reduction="none")
                 @ sample_weights / sample_weights.sum())

path = Path(__file__).with_suffix(".safetensors")
out = {name: tensor.contiguous() for name, tensor in out.items()}
versions = {"torch": torch.__version__, "torchvision": torchvision.__version__}
save_file(out, path, metadata={name: version.split("+")[0] for name, version in versions.items()})
