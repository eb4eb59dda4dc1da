"""Trajectories of optimisers, float64, 100 steps. Writes optimisers.safetensors beside this file.

The references are PyTorch's; where PyTorch has none, timm's (LAMB, Lion, Adan, Lookahead) and the authors' package
schedulefree (schedule-free SGD and AdamW). SAM is the two passes of Foret et al. 2021, and of Kwon et al. 2021 for the
adaptive form, written out below.

`<case>/float32` is how far PyTorch itself is off in float32: what float32 can be asked for.

The problem is logistic regression plus a quadratic: loss(w, b) = mean log(1 + exp(-s (X w + b))) + |b - 3|^2 / 20.
"""

from pathlib import Path

import schedulefree
import timm
import timm.optim as timm_optim
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import optim

torch.manual_seed(3)
f64 = torch.float64
torch.set_default_dtype(f64)  # for the numbers that PyTorch keeps as tensors (NAdam, ASGD)
N, FEATURES, OUTPUTS = 20, 4, 3
STEPS = (1, 10, 50, 100)
x = torch.randn(N, FEATURES, dtype=f64)
signs = torch.sign(torch.randn(N, OUTPUTS, dtype=f64))
weight0 = torch.randn(FEATURES, OUTPUTS, dtype=f64)
bias0 = torch.randn(OUTPUTS, dtype=f64)
out = {"x": x, "signs": signs, "weight": weight0, "bias": bias0}

# Every case is stable: a change of 1e-15 in the first weights stays below 1e-13 over the 100 steps. (RMSprop with
# a small eps and much decay would not be: it circles the minimum in chaos.)
CASES = {
    "sgd": lambda p: optim.SGD(p, lr=0.1),
    "sgd-decay": lambda p: optim.SGD(p, lr=0.1, weight_decay=0.01),
    "momentum": lambda p: optim.SGD(p, lr=0.1, momentum=0.9),
    "dampening": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.01),
    "nesterov": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adam": lambda p: optim.Adam(p, lr=0.05),
    "adam-options": lambda p: optim.Adam(p, lr=0.05, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.02),
    "amsgrad": lambda p: optim.Adam(p, lr=0.05, betas=(0.9, 0.5), amsgrad=True),
    "adamw": lambda p: optim.AdamW(p, lr=0.05, weight_decay=0.1),
    "adamw-amsgrad": lambda p: optim.AdamW(p, lr=0.05, betas=(0.9, 0.5), amsgrad=True),
    "rmsprop": lambda p: optim.RMSprop(p, lr=0.02),
    "rmsprop-decay": lambda p: optim.RMSprop(p, lr=0.02, weight_decay=0.05, alpha=0.95, eps=0.1),
    "rmsprop-momentum": lambda p: optim.RMSprop(p, lr=0.01, momentum=0.8),
    "rmsprop-centered": lambda p: optim.RMSprop(p, lr=0.01, centered=True),
    "rmsprop-all": lambda p: optim.RMSprop(p, lr=0.01, momentum=0.8, centered=True, weight_decay=0.05),
    # decay_all = false: only the weight decays.
    "adamw-weights": lambda p: optim.AdamW([{"params": p[:1]}, {"params": p[1:], "weight_decay": 0.0}], lr=0.05),
    "nadam": lambda p: optim.NAdam(p, lr=0.01),
    "nadam-coupled": lambda p: optim.NAdam(p, lr=0.05, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.02),
    "nadam-decoupled": lambda p: optim.NAdam(
        p, lr=0.01, eps=1e-4, momentum_decay=0.02, weight_decay=0.1, decoupled_weight_decay=True
    ),
    "radam": lambda p: optim.RAdam(p, lr=0.05),
    "radam-coupled": lambda p: optim.RAdam(p, lr=0.05, betas=(0.8, 0.95), eps=1e-4, weight_decay=0.02),
    "radam-decoupled": lambda p: optim.RAdam(
        p, lr=0.05, betas=(0.9, 0.9), weight_decay=0.1, decoupled_weight_decay=True
    ),
    "adamax": lambda p: optim.Adamax(p, lr=0.05),
    "adamax-options": lambda p: optim.Adamax(p, lr=0.05, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.02),
    "adagrad": lambda p: optim.Adagrad(p, lr=0.2),
    "adagrad-options": lambda p: optim.Adagrad(
        p, lr=0.2, lr_decay=0.01, weight_decay=0.02, initial_accumulator_value=0.1, eps=1e-4
    ),
    "adadelta": lambda p: optim.Adadelta(p),
    "adadelta-options": lambda p: optim.Adadelta(p, lr=2.0, rho=0.95, eps=1e-3, weight_decay=0.02),
    "adafactor": lambda p: optim.Adafactor(p),
    "adafactor-options": lambda p: optim.Adafactor(
        p, lr=0.1, beta2_decay=-0.5, eps=(1e-3, 1e-2), d=1.5, weight_decay=0.1
    ),
    "lamb": lambda p: timm_optim.Lamb(p, lr=0.02, max_grad_norm=None),
    "lamb-plain": lambda p: timm_optim.Lamb(p, lr=0.02, weight_decay=0.0, max_grad_norm=None),
    "lamb-options": lambda p: timm_optim.Lamb(
        p,
        lr=0.02,
        betas=(0.8, 0.95),
        eps=1e-3,
        weight_decay=0.0,
        max_grad_norm=None,
        trust_clip=True,
        always_adapt=True,
    ),
    "lion": lambda p: timm_optim.Lion(p, lr=0.01),
    "lion-options": lambda p: timm_optim.Lion(p, lr=0.01, betas=(0.8, 0.95), weight_decay=0.1),
    "adan": lambda p: timm_optim.Adan(p, lr=0.05),
    "adan-options": lambda p: timm_optim.Adan(p, lr=0.05, betas=(0.9, 0.8, 0.95), eps=1e-3, weight_decay=0.1),
    "adan-no-prox": lambda p: timm_optim.Adan(p, lr=0.05, weight_decay=0.1, no_prox=True),
    "muon": lambda p: Muon(p, adamw_lr=0.05, lr=0.05),
    "muon-options": lambda p: Muon(
        p,
        adamw_lr=0.02,
        lr=0.02,
        weight_decay=0.0,
        momentum=0.8,
        nesterov=False,
        ns_steps=3,
        ns_coefficients=(2.0, -1.5, 0.5),
        adjust_lr_fn="match_rms_adamw",
    ),
    "muon-spectral": lambda p: Muon(p, adamw_lr=0.05, lr=0.05, adjust_lr_fn="spectral_unclamped"),
    "asgd": lambda p: optim.ASGD(p, lr=0.1, t0=20),
    "asgd-options": lambda p: optim.ASGD(p, lr=0.1, lambd=0.05, alpha=0.5, t0=0, weight_decay=0.02),
    "asgd-default": lambda p: optim.ASGD(p),
    "schedule-free-sgd": lambda p: schedulefree.SGDScheduleFree(p, lr=0.5),
    "schedule-free-sgd-options": lambda p: schedulefree.SGDScheduleFree(
        p, lr=0.5, momentum=0.7, weight_decay=0.02, r=1.0, weight_lr_power=1.0
    ),
    "schedule-free-adamw": lambda p: schedulefree.AdamWScheduleFree(p, lr=0.05),
    "schedule-free-adamw-options": lambda p: schedulefree.AdamWScheduleFree(
        p, lr=0.05, betas=(0.8, 0.95), eps=1e-2, weight_decay=0.1, r=0.5
    ),
    "groups": lambda p: optim.AdamW(
        [
            {"params": p[:1], "lr": 0.05 * 0.3, "weight_decay": 0.2},
            {"params": p[1:], "lr": 0.05 * 2.0, "weight_decay": 0.0},
        ],
        lr=0.05,
    ),
    "lookahead": lambda p: Lookahead(optim.Adam(p, lr=0.05), k=6, alpha=0.5),
    "lookahead-options": lambda p: Lookahead(optim.SGD(p, lr=0.1, momentum=0.9), k=5, alpha=0.8),
    "sam": lambda p: Sam(optim.SGD(p, lr=0.1, momentum=0.9), p, rho=0.05),
    "sam-adaptive": lambda p: Sam(optim.AdamW(p, lr=0.05), p, rho=0.5, adaptive=True),
    "clipped": lambda p: optim.SGD(p, lr=0.5),
}


def newton_schulz(x, coefficients, steps, eps):
    """PyTorch's iteration of Muon in the precision of x, where PyTorch always takes bfloat16."""
    a, b, c = coefficients
    tall = x.size(0) > x.size(1)
    y = x.T if tall else x
    y = y / y.norm().clamp(min=eps)
    for _ in range(steps):
        gram = y @ y.T
        y = a * y + (b * gram + c * gram @ gram) @ y
    return y.T if tall else y


torch.optim._muon._zeropower_via_newtonschulz = newton_schulz


class Muon:
    """PyTorch's Muon for the weight, as [outputs, inputs], and PyTorch's AdamW for the bias."""

    def __init__(self, params, adamw_lr, **options):
        self.weight, bias = params
        self.matrix = self.weight.detach().T.clone().requires_grad_()
        self.muon = optim.Muon([self.matrix], **options)
        self.adamw = optim.AdamW([bias], lr=adamw_lr, weight_decay=options.get("weight_decay", 0.1))

    def step(self):
        self.matrix.grad = self.weight.grad.T.clone()
        self.muon.step()
        self.adamw.step()
        with torch.no_grad():
            self.weight.copy_(self.matrix.T)


class Lookahead:
    """timm's Lookahead, which begins its slow weights at the first synchronisation: here at the first weights, as in
    the paper."""

    def __init__(self, base, **options):
        self.optimiser = timm_optim.Lookahead(base, **options)
        self.begun = False

    def step(self):
        if not self.begun:
            self.optimiser.sync_lookahead()
            # The base optimiser must not take the slow weights for its own state.
            self.slow = {p: s.pop("lookahead_slow_buff") for p, s in self.optimiser._base_optimizer.state.items()}
            self.optimiser._base_optimizer.state.clear()
            self.begun = True
        state = self.optimiser._base_optimizer.state
        self.optimiser._base_optimizer.step()
        for p, slow in self.slow.items():
            state[p]["lookahead_slow_buff"] = slow
        group = self.optimiser.param_groups[0]
        group["lookahead_step"] += 1
        if group["lookahead_step"] % group["lookahead_k"] == 0:
            self.optimiser.sync_lookahead()


class Sam:
    """w + rho g / |g| (adaptive: w + rho w^2 g / | |w| g |), the gradient there, the step from w."""

    def __init__(self, base, params, rho, adaptive=False):
        self.base, self.params, self.rho, self.adaptive = base, params, rho, adaptive

    def step(self):
        scales = [p.detach().abs() if self.adaptive else torch.ones_like(p) for p in self.params]
        norm = torch.sqrt(sum(((s * p.grad) ** 2).sum() for s, p in zip(scales, self.params)))
        moves = [s**2 * p.grad * (self.rho / (norm + 1e-12)) for s, p in zip(scales, self.params)]
        with torch.no_grad():
            [p.add_(move) for p, move in zip(self.params, moves)]
        for p in self.params:
            p.grad = None
        loss(*self.params).backward()
        with torch.no_grad():
            [p.sub_(move) for p, move in zip(self.params, moves)]
        self.base.step()


def loss(weight, bias):
    to = weight.dtype
    return F.softplus(-signs.to(to) * (x.to(to) @ weight + bias)).mean() + ((bias - 3) ** 2).sum() / 20


def average(optimiser, params):
    """The weights that evaluation uses, where they are not those that are trained."""
    if isinstance(optimiser, optim.ASGD):
        return [optimiser.state[p]["ax"].clone() for p in params]
    if hasattr(optimiser, "eval"):
        optimiser.eval()
        found = [p.detach().clone() for p in params]
        optimiser.train()
        return found
    return None


def trajectory(name, make, dtype, out):
    weight, bias = weight0.to(dtype, copy=True).requires_grad_(), bias0.to(dtype, copy=True).requires_grad_()
    optimiser = make([weight, bias])
    if hasattr(optimiser, "train"):
        optimiser.train()
    for step in range(1, 101):
        weight.grad = bias.grad = None
        loss(weight, bias).backward()
        if name == "clipped":
            norm = torch.nn.utils.clip_grad_norm_([weight, bias], 0.2)
            if step == 1:
                out["clipped/norm"] = norm.reshape(1)
                out["clipped/gradient"] = torch.cat([weight.grad.flatten(), bias.grad.flatten()])
        optimiser.step()
        if step in STEPS:
            out[f"{name}/{step}/weight"] = weight.detach().clone()
            out[f"{name}/{step}/bias"] = bias.detach().clone()
            if (averages := average(optimiser, [weight, bias])) is not None:
                out[f"{name}/{step}/average/weight"], out[f"{name}/{step}/average/bias"] = averages


for name, make in CASES.items():
    exact, single = {}, {}
    trajectory(name, make, f64, exact)
    trajectory(name, make, torch.float32, single)
    off = [((single[key] - value).abs() / value.abs().clamp(min=1)).max() for key, value in exact.items()]
    out |= exact
    out[f"{name}/float32"] = torch.stack([value.to(f64) for value in off]).max().reshape(1)

path = Path(__file__).with_suffix(".safetensors")
versions = {"torch": torch.__version__.split("+")[0], "timm": timm.__version__, "schedulefree": "1.4.1"}
save_file(out, path, metadata=versions)
